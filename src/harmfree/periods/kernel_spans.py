"""The algebra of spans and levels: what steps make of other steps.

Every function writes the spans (or levels) of one step from `bottom` on and gives the place after
the last. Spans that are put down one after another must begin in order; those that touch or overlap
become one, so that a step's spans are maximal.
"""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled, inlined
from harmfree.periods.kernel_tables import DAY_BITS, DAY_MASK, Records, State, Tables

NO_MORE = 2**31 - 1


@compiled
def put(s: State, bottom: int, at: int, start: int, end: int) -> int:
    """Put a span down; an empty one is passed over."""
    if start >= end:
        return at
    if at > bottom and start <= s.spans[at - 1].end:
        s.spans[at - 1].end = max(s.spans[at - 1].end, end)
        return at
    s.spans[at].start, s.spans[at].end = start, end
    return at + 1


@compiled
def person_of(moment: int) -> int:
    """The moment at which the person's time begins."""
    return moment & ~DAY_MASK


@inlined
def meet(t: Tables, s: State, step: int, bottom: int) -> int:
    """Where every child of weight 1 holds and none of weight -1.

    The child with the fewest spans is met with the next, what they share with the third, and so
    on; those that must not hold come last. What is left is little when there is still much to ask.
    """
    first = t.steps[step].first_child
    count = t.steps[step + 1].first_child - first
    in_order_of_size(t, s, first, count)
    i, end = np.int64(s.first[s.at[0]]), np.int64(s.last[s.at[0]])
    for k in range(1, count):
        j, j_last = np.int64(s.first[s.at[k]]), np.int64(s.last[s.at[k]])
        at = bottom if k == 1 else end  # what was met so far lies from the bottom on
        if s.sign[k] > 0:
            last = both(s.spans, i, end, j, j_last, at)
        else:
            last = without(s.spans, i, end, j, j_last, at)
        if k > 1:
            move_down(s.spans, at, last, bottom)
        i, end = bottom, bottom + last - at
        if i == end:
            return bottom
    return end


@compiled
def move_down(spans: Records, first: int, last: int, bottom: int) -> None:
    """Move spans to the bottom: of the steps between, no more than two ever take room."""
    for k in range(last - first):
        spans[bottom + k].start, spans[bottom + k].end = (
            spans[first + k].start,
            spans[first + k].end,
        )


@compiled
def in_order_of_size(t: Tables, s: State, first: int, count: int) -> None:
    """Put the children in the order in which they are met: the fewest spans first, "not" last."""
    for k in range(count):
        step, weight = t.children[first + k].step, t.children[first + k].weight
        spans = s.last[step] - s.first[step] if weight > 0 else NO_MORE
        at = k
        while at > 0 and s.sizes[at - 1] > spans:
            s.at[at], s.sign[at], s.sizes[at] = s.at[at - 1], s.sign[at - 1], s.sizes[at - 1]
            at -= 1
        s.at[at], s.sign[at], s.sizes[at] = step, weight, spans


@compiled
def both(spans: Records, i: int, i_last: int, j: int, j_last: int, at: int) -> int:
    """Where a span of each of two runs of spans holds."""
    while i < i_last and j < j_last:
        start, end = np.int64(spans[i].start), np.int64(spans[i].end)
        j = ends_after(spans, j, j_last, start)
        if j == j_last:
            return at
        other_start, other_end = np.int64(spans[j].start), np.int64(spans[j].end)
        if other_start >= end:
            i = ends_after(spans, i, i_last, other_start)
            continue
        spans[at].start, spans[at].end = max(start, other_start), min(end, other_end)
        at += 1
        if end <= other_end:
            i += 1
        else:
            j += 1
    return at


@compiled
def without(spans: Records, i: int, i_last: int, j: int, j_last: int, at: int) -> int:
    """Where a span of the first run holds and none of the second."""
    while i < i_last:
        start, end = np.int64(spans[i].start), np.int64(spans[i].end)
        j = ends_after(spans, j, j_last, start)
        while j < j_last and spans[j].start < end:
            if spans[j].start > start:
                spans[at].start, spans[at].end = start, spans[j].start
                at += 1
            start = np.int64(spans[j].end)
            if start >= end:
                break
            j += 1
        if start < end:
            spans[at].start, spans[at].end = start, end
            at += 1
        i += 1
    return at


@compiled
def ends_after(spans: Records, at: int, last: int, moment: int) -> int:
    """The first span from `at` on that ends after the moment: short steps, then longer ones."""
    step = 1
    while at + step < last and spans[at + step - 1].end <= moment:
        at += step
        step += step
    while at < last and spans[at].end <= moment:
        at += 1
    return at


@inlined
def join(t: Tables, s: State, step: int, bottom: int) -> int:
    """Where at least one child holds."""
    first = t.steps[step].first_child
    count = np.int64(t.steps[step + 1].first_child - first)
    for k in range(count):
        child = t.children[first + k].step
        s.at[k], s.sizes[k] = s.first[child], s.last[child]
        s.soon[k] = s.spans[s.at[k]].start if s.at[k] < s.sizes[k] else NO_MORE
    at = bottom
    while True:
        start, chosen = np.int64(NO_MORE), np.int64(0)
        for k in range(count):
            here = np.int64(s.soon[k])
            chosen = k if here < start else chosen
            start = min(here, start)
        if start == NO_MORE:
            return at
        i = np.int64(s.at[chosen])
        at = put(s, bottom, at, start, np.int64(s.spans[i].end))
        s.at[chosen] = i + 1
        s.soon[chosen] = s.spans[i + 1].start if i + 1 < s.sizes[chosen] else NO_MORE


@compiled
def inverse(t: Tables, s: State, step: int, people: int, horizon: int, bottom: int) -> int:
    """Where the child does not hold."""
    child = t.children[t.steps[step].first_child].step
    i, last, at = s.first[child], s.last[child], bottom
    for p in range(people):
        moment = p << DAY_BITS
        horizon_here = moment + horizon
        while i < last and s.spans[i].start < horizon_here:
            at = put(s, bottom, at, moment, s.spans[i].start)
            moment = s.spans[i].end
            i += 1
        at = put(s, bottom, at, moment, horizon_here)
    return at


@compiled
def sustained(t: Tables, s: State, step: int, bottom: int) -> int:
    """Where the child has held on every day of the window."""
    child = t.children[t.steps[step].first_child].step
    within, at = t.steps[step].within, bottom
    for i in range(s.first[child], s.last[child]):
        start, end = s.spans[i].start, s.spans[i].end
        day = start & DAY_MASK
        if day > 0:  # what held on the first day of all has always held
            start = person_of(start) + t.reach[within, day]
        at = put(s, bottom, at, start, end)
    return at


@compiled
def level(s: State, bottom: int, at: int, moment: int, change: int) -> int:
    """Change the level at a moment; each person begins at 0."""
    if at == bottom or person_of(s.levels[at - 1].moment) != person_of(moment):
        s.levels[at].moment, s.levels[at].total = moment, change
        return at + 1
    if s.levels[at - 1].moment == moment:
        s.levels[at - 1].total += change
        return at
    s.levels[at].moment, s.levels[at].total = moment, s.levels[at - 1].total + change
    return at + 1


@compiled
def put_level(levels: Records, bottom: int, at: int, moment: int, total: int) -> int:
    """Put a level down that holds from the moment on."""
    if at > bottom and levels[at - 1].moment == moment:
        at -= 1
    levels[at].moment, levels[at].total = moment, total
    return at + 1


@compiled
def reaches(t: Tables, s: State, step: int, horizon: int, bottom: int) -> int:
    """Where the child's level is at least the number; with `below`, where it is less."""
    child = t.children[t.steps[step].first_child].step
    number, below = t.steps[step].number, t.steps[step].below
    at, last = bottom, s.last[child]
    for i in range(s.first[child], last):
        if (s.levels[i].total < number) == below:
            moment = s.levels[i].moment
            end = person_of(moment) + horizon
            if i + 1 < last:
                end = min(end, s.levels[i + 1].moment)
            at = put(s, bottom, at, moment, end)
    return at
