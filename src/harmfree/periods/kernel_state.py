"""The kernel's working memory for one person, and how a change spreads through the network.

All of it is allocated once a bucket; after a person only what was touched is put back.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harmfree.periods.compiled import compiled
from harmfree.periods.plan import Plan, Tables

NEVER = -(2**30)
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.uint8]


class State(NamedTuple):
    """Arrays over atoms, nodes and outputs; `size` holds the lengths of the lists below."""

    last: Int32  # atom: day of the last event heard
    other: Int32  # atom: the same for its second list
    expiry: Int32  # atom: first day on which it is no longer true
    row: Int32  # atom: row of the last event heard
    other_row: Int32
    value: npt.NDArray[np.float32]
    comparator: npt.NDArray[np.int8]
    kept: Int32  # atom: how many of its last days are in the ring
    ring: Int32
    scheduled: Flags  # atom: its expiry is on the agenda
    touched: Flags  # atom
    true: Flags  # node
    total: Int64  # node
    changed: Flags  # node: total differs from the start
    stack: Int64
    output_true: Flags
    output_open: Flags
    output_start: Int32
    output_touched: Flags
    touched_atoms: Int32
    changed_nodes: Int32
    outputs: Int32  # touched since the last settling
    watched: Int32  # nodes with timers that flipped since the last settling
    watch_touched: Flags  # node
    agenda: Int64  # heap of days to come
    cursor: Int64  # where the person stands: see AGE to LIFE_DAY
    size: Int32  # [touched_atoms, changed_nodes, outputs, watched, agenda, person's first row]


ATOMS, NODES, OUTPUTS, WATCHED, AGENDA, FIRST_ROW = 0, 1, 2, 3, 4, 5
AGE, MOVE, LIFE, SITE, AGE_DAY, MOVE_DAY, LIFE_DAY = 0, 1, 2, 3, 4, 5, 6


def make_state(plan: Plan, agenda: int) -> State:
    """Working memory for a plan, with room for that many entries on the agenda."""
    t = plan.tables
    atoms, nodes, outputs = len(t.kind), len(t.threshold), plan.outputs
    padded = (outputs + 7) // 8 * 8

    def never(n: int) -> Int32:
        return np.full(n, NEVER, np.int32)

    state = State(
        last=never(atoms),
        other=never(atoms),
        expiry=never(atoms),
        row=np.full(atoms, -1, np.int32),
        other_row=np.full(atoms, -1, np.int32),
        value=np.zeros(atoms, np.float32),
        comparator=np.zeros(atoms, np.int8),
        kept=np.zeros(atoms, np.int32),
        ring=np.zeros(max(plan.ring_length, 1), np.int32),
        scheduled=np.zeros(atoms, np.uint8),
        touched=np.zeros(atoms, np.uint8),
        true=t.start_state.astype(np.uint8),
        total=t.start_sum.copy(),
        changed=np.zeros(nodes, np.uint8),
        stack=np.zeros(64 * nodes + 1024, np.int64),
        output_true=np.zeros(padded, np.uint8),
        output_open=np.zeros(padded, np.uint8),
        output_start=np.zeros(padded, np.int32),
        output_touched=np.zeros(padded, np.uint8),
        touched_atoms=np.zeros(atoms, np.int32),
        changed_nodes=np.zeros(nodes, np.int32),
        outputs=np.zeros(padded, np.int32),
        watched=np.zeros(nodes, np.int32),
        watch_touched=np.zeros(nodes, np.uint8),
        agenda=np.zeros(agenda + 2 * atoms + 16, np.int64),
        cursor=np.zeros(7, np.int64),
        size=np.zeros(6, np.int32),
    )
    for node in range(nodes):
        for k in range(t.output_first[node], t.output_first[node + 1]):
            state.output_true[t.output[k]] = state.true[node]
    return state


@compiled
def note_flip(t: Tables, s: State, node: int) -> None:
    """Remember that a node flipped, for its outputs and its timers."""
    for k in range(t.output_first[node], t.output_first[node + 1]):
        out = t.output[k]
        s.output_true[out] = s.true[node]
        if s.output_touched[out] == 0:
            s.output_touched[out] = 1
            s.outputs[s.size[OUTPUTS]] = out
            s.size[OUTPUTS] += 1
    if t.timer_first[node] < t.timer_first[node + 1] and s.watch_touched[node] == 0:
        s.watch_touched[node] = 1
        s.watched[s.size[WATCHED]] = node
        s.size[WATCHED] += 1


@compiled
def remember_node(s: State, node: int) -> None:
    """Put the node on the list of what to put back after this person."""
    if s.changed[node] == 0:
        s.changed[node] = 1
        s.changed_nodes[s.size[NODES]] = node
        s.size[NODES] += 1


@compiled
def add(t: Tables, s: State, child: int, amount: int) -> None:
    """Add a change of one child to the sums above it, and of those that flip to theirs."""
    depth = 1
    s.stack[0], s.stack[1] = child, amount
    while depth > 0:
        depth -= 1
        node, change = s.stack[2 * depth], s.stack[2 * depth + 1]
        for k in range(t.edge_first[node], t.edge_first[node + 1]):
            parent = t.edge_parent[k]
            remember_node(s, parent)
            s.total[parent] += t.edge_weight[k] * change
            true = np.uint8(s.total[parent] >= t.threshold[parent])
            if true != s.true[parent]:
                s.true[parent] = true
                note_flip(t, s, parent)
                if t.edge_first[parent] < t.edge_first[parent + 1]:
                    s.stack[2 * depth] = parent
                    s.stack[2 * depth + 1] = 1 if true else -1
                    depth += 1


@compiled
def turn(t: Tables, s: State, atom: int, true: bool) -> None:
    """Turn an atom on or off."""
    flag = np.uint8(true)
    if s.true[atom] != flag:
        remember_node(s, atom)
        s.true[atom] = flag
        note_flip(t, s, atom)
        add(t, s, atom, 1 if true else -1)


@compiled
def touch(s: State, atom: int) -> None:
    """Put the atom on the list of what to put back after this person."""
    if s.touched[atom] == 0:
        s.touched[atom] = 1
        s.touched_atoms[s.size[ATOMS]] = atom
        s.size[ATOMS] += 1


@compiled
def push(s: State, entry: int) -> None:
    """Put an entry on the agenda (a binary heap, smallest first)."""
    heap, at = s.agenda, s.size[AGENDA]
    s.size[AGENDA] += 1
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= entry:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = entry


@compiled
def pop(s: State) -> int:
    """Take the earliest entry off the agenda."""
    heap = s.agenda
    first = heap[0]
    s.size[AGENDA] -= 1
    count = s.size[AGENDA]
    entry, at = heap[count], 0
    while True:
        below = 2 * at + 1
        if below >= count:
            break
        if below + 1 < count and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= entry:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = entry
    return int(first)


@compiled
def put_back(t: Tables, s: State) -> None:
    """Forget the person: restore what was touched."""
    for k in range(s.size[ATOMS]):
        a = s.touched_atoms[k]
        s.last[a] = s.other[a] = s.expiry[a] = NEVER
        s.row[a] = s.other_row[a] = -1
        s.kept[a] = 0
        s.scheduled[a] = s.touched[a] = 0
    for k in range(s.size[NODES]):
        node = s.changed_nodes[k]
        s.changed[node] = 0
        s.total[node] = t.start_sum[node]
        s.true[node] = np.uint8(t.start_state[node])
        for j in range(t.output_first[node], t.output_first[node + 1]):
            s.output_true[t.output[j]] = s.true[node]
    for k in range(s.size[OUTPUTS]):
        s.output_touched[s.outputs[k]] = 0
    s.size[:] = 0
