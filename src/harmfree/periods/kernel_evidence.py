"""The rows of the record behind an open period: what holds, and the last of what does not."""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled, inlined
from harmfree.periods.kernel_atoms import (
    admitted,
    begins,
    daily_thousandths,
    lasts,
    outranks,
    usable_value,
)
from harmfree.periods.kernel_tables import (
    DAY_MASK,
    ROWS,
    RUNS,
    Block,
    Events,
    Int32,
    Runs,
    State,
    Tables,
)
from harmfree.periods.network import Kind

FAR = 16  # entries: people with something to show lie about so far apart
VALUE, GROUPS, SUPPLY = int(Kind.VALUE), int(Kind.GROUPS), int(Kind.SUPPLY)


@inlined
def give_evidence(
    t: Tables, s: State, ev: Events, runs: Runs, b: Block, definition: int, base: int
) -> None:
    """Write down the rows behind the last run, each once and in order.

    `base` is the person's first moment; people must be asked about in order (see `begin_evidence`).
    """
    first, written = t.definitions[definition].first_evidence, runs.size[ROWS]
    for i in range(first, t.definitions[definition + 1].first_evidence):
        step = np.int64(t.evidence[i])
        stream, other = np.int64(t.steps[step].stream), np.int64(t.steps[step].other)
        if t.steps[step].plain:
            give_last(s, runs, stream, base, 2 * (i - first))
        else:
            low, high = entries_of(s, stream, base, 2 * (i - first))
            if low < high:
                give_step(t, s, ev, runs, b, step, low, high)
        if other >= 0:
            give_last(s, runs, other, base, 2 * (i - first) + 1)
    runs.size[ROWS] = put_in_order(runs, written, runs.size[ROWS])


@compiled
def begin_evidence(t: Tables, s: State, definition: int) -> None:
    """Stand at the first person of the block in every stream that the definition's evidence is of.

    ``seek[2 * i]`` is the place in the stream of the definition's i-th step, and the next one that
    in the step's other stream.
    """
    first = t.definitions[definition].first_evidence
    for i in range(first, t.definitions[definition + 1].first_evidence):
        step = np.int64(t.evidence[i])
        s.seek[2 * (i - first)] = s.first_entry[t.steps[step].stream]
        if t.steps[step].other >= 0:
            s.seek[2 * (i - first) + 1] = s.first_entry[t.steps[step].other]


@compiled
def put_in_order(runs: Runs, first: int, last: int) -> int:
    """Sort the few rows of one run and leave out repeats; where they end."""
    end = first
    for i in range(first, last):
        row, at = runs.evidence[i].row, end
        while at > first and runs.evidence[at - 1].row > row:
            at -= 1
        if at > first and runs.evidence[at - 1].row == row:
            continue
        for k in range(end, at, -1):
            runs.evidence[k].row = runs.evidence[k - 1].row
        runs.evidence[at].row = row
        end += 1
    return end


@inlined
def give_step(
    t: Tables, s: State, ev: Events, runs: Runs, b: Block, step: int, low: int, high: int
) -> None:
    """Write down the rows of a step that is not plain, of the person's entries of its stream."""
    kind = t.steps[step].kind
    if kind == GROUPS:
        give_groups(t, s, ev, runs, b, step, low, high)
        return
    if kind == VALUE:
        k = last_value(t, s, ev, step, b.horizon, low, high)
    elif kind == SUPPLY:
        k = last_amount(t, s, ev, step, low, high)
    else:
        k = last_admitted(t, s, ev, step, b.horizon, low, high)
    if k >= 0:
        row = s.rows[k] if t.steps[step].derived < 0 else ev.derived.rows[s.rows[k]]
        give_row(runs, np.int64(row))


@compiled
def give_last(s: State, runs: Runs, stream: int, base: int, seek: int) -> None:
    """Write down the person's last row of a stream."""
    at, end = np.int64(s.seek[seek]), np.int64(s.first_entry[stream + 1])
    last = onward(s.moments, at, end, base + DAY_MASK, FAR) - 1
    if last >= at:
        s.seek[seek] = last
        if s.moments[last] >= base:
            give_row(runs, np.int64(s.rows[last]))


@compiled
def give_row(runs: Runs, row: int) -> None:
    """Write down one row."""
    at = runs.size[ROWS]
    runs.evidence[at].run, runs.evidence[at].row = runs.size[RUNS] - 1, row
    runs.size[ROWS] = at + 1


@compiled
def give_groups(
    t: Tables, s: State, ev: Events, runs: Runs, b: Block, step: int, low: int, high: int
) -> None:
    """Write down the last row of each group that is within its window on the last day."""
    s.group_end[: t.steps[step + 1].first_group - t.steps[step].first_group] = -1
    for k in range(high - 1, low - 1, -1):
        if lasts(t, step, np.int64(s.moments[k] & DAY_MASK), b.horizon) < b.horizon:
            return  # windows end in the order in which they began
        group = t.code_group[t.steps[step].coded, ev.code[s.rows[k]]]
        if s.group_end[group] < 0:
            s.group_end[group] = k
            give_row(runs, np.int64(s.rows[k]))


@compiled
def entries_of(s: State, stream: int, base: int, seek: int) -> tuple[int, int]:
    """The person's entries of a stream: the first, and the one after the last."""
    end = np.int64(s.first_entry[stream + 1])
    low = onward(s.moments, np.int64(s.seek[seek]), end, base, FAR)
    s.seek[seek] = low
    return low, onward(s.moments, low, end, base + DAY_MASK, 1)


@compiled
def onward(moments: Int32, at: int, end: int, moment: int, step: int) -> int:
    """The first entry from `at` on that is not before the moment: long steps, then short ones."""
    while at + step <= end and moments[at + step - 1] < moment:
        at += step
        step += step
    size = min(step - 1, end - at)
    while size > 0:  # without a branch on what is read: it cannot be guessed
        half = (size + 1) >> 1
        at += half if moments[at + half - 1] < moment else 0
        size -= half
    return at


@compiled
def come_of_age(t: Tables, s: State, step: int, horizon: int, k: int) -> bool:
    """The entry is as long ago as the step asks."""
    return begins(t, step, np.int64(s.moments[k] & DAY_MASK)) < horizon


@compiled
def last_admitted(
    t: Tables, s: State, ev: Events, step: int, horizon: int, low: int, high: int
) -> int:
    """The last entry that the step admits (the first one when later ones change nothing), or -1."""
    if t.steps[step].first_only:
        high = low + 1
    for k in range(high - 1, low - 1, -1):
        if come_of_age(t, s, step, horizon, k) and admitted(t, s, ev, step, k):
            return k
    return -1


@compiled
def last_value(
    t: Tables, s: State, ev: Events, step: int, horizon: int, low: int, high: int
) -> int:
    """The entry whose value counts on the last day, or -1."""
    chosen, kept, kept_comparator = -1, np.float32(0), 0
    for k in range(low, high):
        value, comparator = usable_value(t, s, ev, step, k)
        if np.isnan(value) or not come_of_age(t, s, step, horizon, k):
            continue
        again = chosen >= 0 and s.moments[chosen] == s.moments[k]
        if not again or outranks(t, step, value, comparator, kept, kept_comparator):
            chosen, kept, kept_comparator = k, value, comparator
    return chosen


@compiled
def last_amount(t: Tables, s: State, ev: Events, step: int, low: int, high: int) -> int:
    """The last issue with a daily amount, or -1."""
    for k in range(high - 1, low - 1, -1):
        if daily_thousandths(t, s, ev, step, k) != 0:
            return k
    return -1
