"""The rows of the record behind an open period: what holds, and the last of what does not."""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled
from harmfree.periods.kernel_atoms import (
    admitted,
    begins,
    daily_thousandths,
    outranks,
    usable_value,
)
from harmfree.periods.kernel_tables import (
    DAY_MASK,
    ROWS,
    RUNS,
    Block,
    Events,
    Runs,
    State,
    Tables,
)
from harmfree.periods.network import Kind

WINDOW, COUNTED, VALUE = int(Kind.WINDOW), int(Kind.COUNTED), int(Kind.VALUE)
GROUPS, SUPPLY = int(Kind.GROUPS), int(Kind.SUPPLY)


@compiled
def give_evidence(
    t: Tables, s: State, ev: Events, runs: Runs, b: Block, definition: int, base: int
) -> None:
    """Write down the rows behind the last run; `base` is the person's first moment."""
    first = t.definitions[definition].first_evidence
    for i in range(first, t.definitions[definition + 1].first_evidence):
        step = np.int64(t.evidence[i])
        low, high = entries_of(s, np.int64(t.steps[step].stream), base)
        if low < high:
            give_step(t, s, ev, runs, b, step, low, high)
        if t.steps[step].other >= 0:
            low, high = entries_of(s, np.int64(t.steps[step].other), base)
            if low < high:
                give_row(runs, np.int64(s.entries[high - 1].row))


@compiled
def give_step(
    t: Tables, s: State, ev: Events, runs: Runs, b: Block, step: int, low: int, high: int
) -> None:
    """Write down the rows of one step, of the person's entries of its stream."""
    kind = t.steps[step].kind
    if kind == GROUPS:
        give_groups(t, s, runs, step, low, high)
        return
    if kind in (WINDOW, COUNTED):
        k = last_admitted(t, s, ev, step, b.horizon, low, high)
    elif kind == VALUE:
        k = last_value(t, s, ev, step, b.horizon, low, high)
    elif kind == SUPPLY:
        k = last_amount(t, s, ev, step, low, high)
    else:
        k = high - 1
    if k >= 0:
        give_row(runs, np.int64(s.entries[k].row))


@compiled
def give_row(runs: Runs, row: int) -> None:
    """Write down one row."""
    at = runs.size[ROWS]
    runs.evidence[at].run, runs.evidence[at].row = runs.size[RUNS] - 1, row
    runs.size[ROWS] = at + 1


@compiled
def give_groups(t: Tables, s: State, runs: Runs, step: int, low: int, high: int) -> None:
    """Write down the last row of each group."""
    s.group_last[: t.steps[step + 1].first_group - t.steps[step].first_group] = -1
    for k in range(high - 1, low - 1, -1):
        group = t.listeners[s.entries[k].listener].group
        if s.group_last[group] < 0:
            s.group_last[group] = k
            give_row(runs, np.int64(s.entries[k].row))


@compiled
def entries_of(s: State, stream: int, base: int) -> tuple[int, int]:
    """The person's entries of a stream: the first, and the one after the last."""
    end = np.int64(s.first_entry[stream + 1])
    low = first_from(s, np.int64(s.first_entry[stream]), end, base)
    high = low
    while high < end and s.entries[high].moment < base + DAY_MASK:
        high += 1
    return low, high


@compiled
def first_from(s: State, low: int, high: int, moment: int) -> int:
    """The first of the entries that is not before the moment."""
    while low < high:
        middle = (low + high) >> 1
        if s.entries[middle].moment < moment:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def come_of_age(t: Tables, s: State, step: int, horizon: int, k: int) -> bool:
    """The entry is as long ago as the step asks."""
    return begins(t, step, np.int64(s.entries[k].moment & DAY_MASK)) < horizon


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
        again = chosen >= 0 and s.entries[chosen].moment == s.entries[k].moment
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
