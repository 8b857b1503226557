"""How a change spreads through the network, and the agenda of days to come."""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled
from harmfree.periods.kernel_tables import (
    AGENDA,
    ATOM_STATE,
    ATOMS,
    CURSORS,
    NEVER,
    NODE_STATE,
    NODES,
    NODES_AT,
    OUTPUT_STATE,
    OUTPUTS,
    OUTPUTS_AT,
    WATCHED,
    WATCHED_AT,
    State,
    Tables,
)


def make_state(t: Tables, outputs: int, ring: int, agenda: int) -> State:
    """Working memory for a plan, with room for that many entries on the agenda."""
    atoms, nodes = len(t.atoms), len(t.nodes) - 1
    padded = (outputs + 7) // 8 * 8
    atom_state, node_state = np.zeros(atoms, ATOM_STATE), np.zeros(nodes, NODE_STATE)
    for field, start in (("last", NEVER), ("other", NEVER), ("expiry", NEVER), ("row", -1)):
        atom_state[field] = start
    atom_state["other_row"] = -1
    node_state["true"], node_state["total"] = t.nodes["start_state"][:-1], t.nodes["start_sum"][:-1]
    cursor = np.zeros(CURSORS, np.int64)
    cursor[NODES_AT], cursor[OUTPUTS_AT] = atoms, atoms + nodes
    cursor[WATCHED_AT] = atoms + nodes + padded
    state = State(
        atoms=atom_state,
        nodes=node_state,
        outputs=np.zeros(padded, OUTPUT_STATE),
        output_true=np.zeros(padded, np.uint8),
        output_open=np.zeros(padded, np.uint8),
        lists=np.zeros(atoms + 2 * nodes + padded, np.int32),
        agenda=np.zeros(agenda + 2 * atoms + 16, np.int64),
        stack=np.zeros(64 * nodes + 1024, np.int64),
        ring=np.zeros(max(ring, 1), np.int32),
        cursor=cursor,
    )
    for node in range(nodes):
        links = slice(t.nodes["first_output"][node], t.nodes["first_output"][node + 1])
        state.output_true[t.links[links]] = node_state["true"][node]
    return state


# Typed numbers, not bare literals: numba would compile every function once for each literal.
ON, OFF = np.uint8(1), np.uint8(0)


@compiled
def note_flip(t: Tables, s: State, node: int) -> None:
    """Remember that a node flipped, for its outputs and its timers."""
    for k in range(t.nodes[node].first_output, t.nodes[node + 1].first_output):
        out = t.links[k]
        s.output_true[out] = s.nodes[node].true
        if s.outputs[out].touched == 0:
            s.outputs[out].touched = 1
            s.lists[s.cursor[OUTPUTS_AT] + s.cursor[OUTPUTS]] = out
            s.cursor[OUTPUTS] += 1
    timed = t.nodes[node].first_timer < t.nodes[node + 1].first_timer
    if timed and s.nodes[node].watched == 0:
        s.nodes[node].watched = 1
        s.lists[s.cursor[WATCHED_AT] + s.cursor[WATCHED]] = node
        s.cursor[WATCHED] += 1


@compiled
def remember_node(s: State, node: int) -> None:
    """Put the node on the list of what to put back after this person."""
    if s.nodes[node].changed == 0:
        s.nodes[node].changed = 1
        s.lists[s.cursor[NODES_AT] + s.cursor[NODES]] = node
        s.cursor[NODES] += 1


@compiled
def add(t: Tables, s: State, child: int, amount: int) -> None:
    """Add a change of one child to the sums above it, and of those that flip to theirs."""
    depth = 1
    s.stack[0], s.stack[1] = child, amount
    while depth > 0:
        depth -= 1
        node, change = np.int64(s.stack[2 * depth]), np.int64(s.stack[2 * depth + 1])
        for k in range(t.nodes[node].first_edge, t.nodes[node + 1].first_edge):
            parent = np.int64(t.edges[k].parent)
            remember_node(s, parent)
            s.nodes[parent].total += t.edges[k].weight * change
            true = np.uint8(s.nodes[parent].total >= t.nodes[parent].threshold)
            if true != s.nodes[parent].true:
                s.nodes[parent].true = true
                note_flip(t, s, parent)
                if t.nodes[parent].first_edge < t.nodes[parent + 1].first_edge:
                    s.stack[2 * depth] = parent
                    s.stack[2 * depth + 1] = 1 if true else -1
                    depth += 1


@compiled
def turn(t: Tables, s: State, atom: int, true: np.uint8) -> None:
    """Turn an atom ON or OFF."""
    if s.nodes[atom].true != true:
        remember_node(s, atom)
        s.nodes[atom].true = true
        note_flip(t, s, atom)
        add(t, s, atom, np.int64(true) * 2 - 1)


@compiled
def touch(s: State, atom: int) -> None:
    """Put the atom on the list of what to put back after this person."""
    if s.atoms[atom].touched == 0:
        s.atoms[atom].touched = 1
        s.lists[s.cursor[ATOMS]] = atom
        s.cursor[ATOMS] += 1


@compiled
def push(s: State, entry: int) -> None:
    """Put an entry on the agenda (a binary heap, smallest first)."""
    heap, at = s.agenda, s.cursor[AGENDA]
    s.cursor[AGENDA] += 1
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
    s.cursor[AGENDA] -= 1
    count = s.cursor[AGENDA]
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
    for k in range(s.cursor[ATOMS]):
        a = s.lists[k]
        s.atoms[a].last = s.atoms[a].other = s.atoms[a].expiry = NEVER
        s.atoms[a].row = s.atoms[a].other_row = -1
        s.atoms[a].kept = 0
        s.atoms[a].scheduled = s.atoms[a].touched = 0
    for k in range(s.cursor[NODES]):
        node = s.lists[s.cursor[NODES_AT] + k]
        s.nodes[node].changed = 0
        s.nodes[node].total = t.nodes[node].start_sum
        s.nodes[node].true = t.nodes[node].start_state
        for j in range(t.nodes[node].first_output, t.nodes[node + 1].first_output):
            s.output_true[t.links[j]] = s.nodes[node].true
    forget_outputs(s)
    s.cursor[ATOMS] = s.cursor[NODES] = s.cursor[WATCHED] = s.cursor[AGENDA] = 0


@compiled
def forget_outputs(s: State) -> None:
    """Empty the list of outputs that were touched."""
    for k in range(s.cursor[OUTPUTS]):
        s.outputs[s.lists[s.cursor[OUTPUTS_AT] + k]].touched = 0
    s.cursor[OUTPUTS] = 0
