"""The steps that come straight from the record: what each makes of its stream."""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled, inlined
from harmfree.periods.kernel_spans import NO_MORE, level, person_of, put
from harmfree.periods.kernel_streams import known
from harmfree.periods.kernel_tables import (
    DAY_BITS,
    PLACES,
    UNKNOWN_DAY,
    Block,
    Events,
    Int32,
    People,
    State,
    Tables,
)
from harmfree.periods.windows import FIRST_DAY

NOBODY = -1  # a moment before all


@compiled
def begins(t: Tables, step: int, day: int) -> int:
    """The first day on which an event of `day` is as long ago as the step asks."""
    ago = t.steps[step].ago
    return day if ago < 0 else max(day, np.int64(t.reach[ago, day]))


@compiled
def lasts(t: Tables, step: int, day: int, horizon: int) -> int:
    """The first day on which an event of `day` has left the step's window."""
    within = t.steps[step].within
    return horizon if within < 0 else min(horizon, np.int64(t.reach[within, day + 1]))


@compiled
def certainly(value: np.float32, comparator: int, operator: int, limit: np.float32) -> bool:
    """The comparison holds for every number that the comparator and value allow."""
    if comparator == 0:
        if operator == 0:
            return bool(value < limit)
        if operator == 1:
            return bool(value <= limit)
        if operator == 2:
            return bool(value > limit)
        return bool(value >= limit)
    if comparator == 5 or (comparator <= 2) != (operator <= 1):
        return False
    if operator == 0:
        return bool(value < limit or (comparator == 1 and value == limit))
    if operator == 1:
        return bool(value <= limit)
    if operator == 2:
        return bool(value > limit or (comparator == 3 and value == limit))
    return bool(value >= limit)


@compiled
def usable_value(t: Tables, s: State, ev: Events, step: int, k: int) -> tuple[np.float32, int]:
    """The entry's value in the list's unit, and its comparator; NaN when there is none."""
    if t.steps[step].derived >= 0:
        return ev.derived.value[s.rows[k]], 0
    row = s.rows[k]
    if not known(ev.value_known, row):
        return np.float32(np.nan), 0
    unit = ev.unit[row]
    factor = t.factors[t.steps[step].factor, unit]
    return np.float32(np.float64(ev.value[row]) * factor), np.int64(t.comparators[unit])


@compiled
def admitted(t: Tables, s: State, ev: Events, step: int, k: int) -> bool:
    """The event's own value satisfies the step's condition, if it has one."""
    if t.steps[step].where < 0:
        return True
    value, comparator = usable_value(t, s, ev, step, k)
    operator, limit = np.int64(t.steps[step].where), t.steps[step].where_limit
    return not np.isnan(value) and certainly(value, comparator, operator, limit)


@inlined
def window(t: Tables, s: State, ev: Events, step: int, horizon: int, bottom: int) -> int:
    """Where an event lies within the window."""
    stream = np.int64(t.steps[step].stream)
    within, ago, bare = t.steps[step].within, t.steps[step].ago, t.steps[step].where < 0
    first, last = np.int64(s.first_entry[stream]), np.int64(s.first_entry[stream + 1])
    if within < 0:
        return ever(t, s, ev, step, horizon, bottom)
    if bare and ago < 0:
        return recent(s, t.reach[within], first, last, horizon, bottom)
    at = bottom
    for k in range(first, last):
        if bare or admitted(t, s, ev, step, k):
            moment = np.int64(s.moments[k])
            base = person_of(moment)
            start, end = begins(t, step, moment - base), lasts(t, step, moment - base, horizon)
            at = put(s, bottom, at, base + start, base + end)
    return at


@compiled
def recent(s: State, reach: Int32, first: int, last: int, horizon: int, bottom: int) -> int:
    """Where an entry lies within a window; `reach` is where the window of each day ends."""
    if first == last:
        return bottom
    at, start, end = bottom, np.int64(s.moments[first]), np.int64(NO_MORE)
    for k in range(first, last):
        moment = np.int64(s.moments[k])
        base = person_of(moment)
        apart = moment > end
        s.spans[at].start, s.spans[at].end = start, end
        at += apart  # without a branch: a span that goes on is written over
        start = moment if apart else start
        end = base + min(np.int64(horizon), np.int64(reach[moment - base + 1]))
    s.spans[at].start, s.spans[at].end = start, end
    return at + 1


@compiled
def ever(t: Tables, s: State, ev: Events, step: int, horizon: int, bottom: int) -> int:
    """From the person's first event that counts on."""
    stream, bare = np.int64(t.steps[step].stream), t.steps[step].where < 0
    at, known = bottom, np.int64(-1)
    for k in range(np.int64(s.first_entry[stream]), np.int64(s.first_entry[stream + 1])):
        moment = np.int64(s.moments[k])
        base = person_of(moment)
        if base > known and (bare or admitted(t, s, ev, step, k)):
            known = base
            at = put(s, bottom, at, base + begins(t, step, moment - base), base + horizon)
    return at


@compiled
def counted(t: Tables, s: State, ev: Events, step: int, horizon: int, bottom: int) -> int:
    """Where the n-th last of different days lies within the window."""
    stream, n = t.steps[step].stream, t.steps[step].at_least
    at, kept = bottom, 0
    for k in range(s.first_entry[stream], s.first_entry[stream + 1]):
        moment = np.int64(s.moments[k])
        again = kept > 0 and s.keep[kept - 1] == moment
        if again or not admitted(t, s, ev, step, k):
            continue
        s.keep[kept] = moment
        kept += 1
        base = person_of(moment)
        if kept >= n and s.keep[kept - n] >= base:
            oldest = s.keep[kept - n] - base
            start, end = begins(t, step, moment - base), lasts(t, step, oldest, horizon)
            at = put(s, bottom, at, base + start, base + end)
    return at


@compiled
def outranks(
    t: Tables, step: int, value: np.float32, comparator: int, kept: np.float32, kept_comparator: int
) -> bool:
    """Whether a value counts before another of the same day."""
    lowest = t.steps[step].lowest
    if value == kept:
        return kept_comparator != 0 and not (lowest and comparator != 0)
    return bool((value > kept) != lowest)


@compiled
def latest(t: Tables, s: State, ev: Events, step: int, horizon: int, bottom: int) -> int:
    """Where the latest value satisfies the comparison."""
    stream, at = t.steps[step].stream, bottom
    kept, kept_value, kept_comparator = NOBODY, np.float32(0), 0
    for k in range(s.first_entry[stream], s.first_entry[stream + 1]):
        value, comparator = usable_value(t, s, ev, step, k)
        if np.isnan(value):
            continue
        moment = np.int64(s.moments[k])
        if moment == kept:
            if outranks(t, step, value, comparator, kept_value, kept_comparator):
                kept_value, kept_comparator = value, comparator
            continue
        if kept != NOBODY:
            at = value_holds(
                t, s, step, horizon, bottom, at, kept, kept_value, kept_comparator, moment
            )
        kept, kept_value, kept_comparator = moment, value, comparator
    if kept != NOBODY:
        at = value_holds(t, s, step, horizon, bottom, at, kept, kept_value, kept_comparator, NOBODY)
    return at


@compiled
def value_holds(  # noqa: PLR0913 - compiled code has no objects to put these into
    t: Tables,
    s: State,
    step: int,
    horizon: int,
    bottom: int,
    at: int,
    moment: int,
    value: np.float32,
    comparator: int,
    following: int,
) -> int:
    """Put down the time for which a value that satisfies the comparison is the latest."""
    if not certainly(value, comparator, np.int64(t.steps[step].operator), t.steps[step].limit):
        return at
    base = person_of(moment)
    end = lasts(t, step, moment - base, horizon)
    if person_of(following) == base:
        end = min(end, begins(t, step, following - base))
    return put(s, bottom, at, base + begins(t, step, moment - base), base + end)


@compiled
def moment_at(s: State, k: int, last: int) -> int:
    """The moment of an entry, or one later than all."""
    return np.int64(s.moments[k]) if k < last else np.int64(2**31 - 1)


@compiled
def pass_day(s: State, k: int, last: int, moment: int) -> int:
    """The first entry after the moment."""
    while k < last and s.moments[k] <= moment:
        k += 1
    return k


@compiled
def resolved(t: Tables, s: State, step: int, horizon: int, bottom: int) -> int:
    """Where the first stream was heard, and the second not after it."""
    i, i_last = s.first_entry[t.steps[step].stream], s.first_entry[t.steps[step].stream + 1]
    j, j_last = s.first_entry[t.steps[step].other], s.first_entry[t.steps[step].other + 1]
    at, on = bottom, NOBODY
    while i < i_last:
        moment = moment_at(s, i, i_last)
        other = moment_at(s, j, j_last)
        if other < moment:
            moment = other
        else:
            on = moment
        if other == moment and not (on == moment and t.steps[step].tie_active):
            on = NOBODY
        i, j = pass_day(s, i, i_last, moment), pass_day(s, j, j_last, moment)
        if on != NOBODY and person_of(on) == person_of(moment):
            end = min(moment_at(s, i, i_last), moment_at(s, j, j_last))
            at = put(s, bottom, at, moment, min(end, person_of(moment) + horizon))
    return at


@compiled
def together(t: Tables, s: State, step: int, horizon: int, bottom: int) -> int:
    """Where events of both streams lie close together, and both within the window."""
    i, i_last = s.first_entry[t.steps[step].stream], s.first_entry[t.steps[step].stream + 1]
    j, j_last = s.first_entry[t.steps[step].other], s.first_entry[t.steps[step].other + 1]
    at, first, second = bottom, NOBODY, NOBODY
    while i < i_last or j < j_last:
        one, two = moment_at(s, i, i_last), moment_at(s, j, j_last)
        moment = min(one, two)
        first, second = moment if one == moment else first, moment if two == moment else second
        i, j = pass_day(s, i, i_last, moment), pass_day(s, j, j_last, moment)
        earlier, base = min(first, second), person_of(moment)
        if earlier >= base and moment - earlier < t.steps[step].days:
            at = put(s, bottom, at, moment, base + lasts(t, step, earlier - base, horizon))
    return at


@compiled
def started(t: Tables, s: State, step: int, horizon: int, bottom: int) -> int:
    """Where an event that none preceded for the clear time lies within the window."""
    stream, at, before = t.steps[step].stream, bottom, NOBODY
    for k in range(s.first_entry[stream], s.first_entry[stream + 1]):
        moment = np.int64(s.moments[k])
        if moment == before:
            continue
        base = person_of(moment)
        clear = before < base
        if not clear:
            clear = moment - base >= t.reach[t.steps[step].clear, before - base + 1]
        if clear:
            at = put(s, bottom, at, moment, base + lasts(t, step, moment - base, horizon))
        before = moment
    return at


@compiled
def daily_thousandths(t: Tables, s: State, ev: Events, step: int, k: int) -> int:
    """Daily amount of one issue in thousandths; 0 when it cannot be told."""
    row = s.rows[k]
    days = ev.until[row] - ev.date[row] if known(ev.until_known, row) else 0
    value, comparator = usable_value(t, s, ev, step, k)
    if days <= 0 or np.isnan(value) or comparator != 0:
        return 0
    weight = t.code_weight[t.steps[step].coded, ev.code[row]]
    return int(np.rint(np.float64(value) * weight / days * 1000))


@compiled
def supply(t: Tables, s: State, ev: Events, step: int, horizon: int, bottom: int) -> int:
    """The daily amount of all issues that cover the day, in thousandths, as levels."""
    stream, at, kept, base = t.steps[step].stream, bottom, 0, 0
    first, last = s.first_entry[stream], s.first_entry[stream + 1]
    for k in range(first, last + 1):
        moment = moment_at(s, k, last)
        done = 0
        while done < kept and s.keep[done] <= moment:
            at = level(s, bottom, at, s.keep[done], -s.keep_amount[done])
            done += 1
        for i in range(done, kept):
            s.keep[i - done], s.keep_amount[i - done] = s.keep[i], s.keep_amount[i]
        kept -= done
        if k == last:
            break
        amount = daily_thousandths(t, s, ev, step, k)
        if amount != 0:
            at = level(s, bottom, at, moment, amount)
            base = person_of(moment)
            end = base + min(np.int64(ev.until[s.rows[k]]) - FIRST_DAY, horizon)
            kept = keep_in_order(s, kept, end, amount)
    return at


@compiled
def keep_in_order(s: State, kept: int, moment: int, amount: int) -> int:
    """Keep an amount until its moment; how many are kept."""
    at = kept
    while at > 0 and s.keep[at - 1] > moment:
        s.keep[at], s.keep_amount[at] = s.keep[at - 1], s.keep_amount[at - 1]
        at -= 1
    s.keep[at], s.keep_amount[at] = moment, amount
    return kept + 1


@compiled
def sexes(t: Tables, s: State, pl: People, b: Block, step: int, bottom: int) -> int:
    """Everybody of the sex, always."""
    at = bottom
    for p in range(b.people):
        if pl.persons[b.first + p].sex == t.steps[step].number:
            at = put(s, bottom, at, p << DAY_BITS, (p << DAY_BITS) + b.horizon)
    return at


@compiled
def lives(s: State, pl: People, b: Block, bottom: int) -> int:
    """From birth to death."""
    at = bottom
    for p in range(b.people):
        birth, death = pl.persons[b.first + p].birth, pl.persons[b.first + p].death
        start = 0 if birth == UNKNOWN_DAY else max(np.int64(birth) - FIRST_DAY, 0)
        end = b.horizon if death == UNKNOWN_DAY else min(np.int64(death) - FIRST_DAY, b.horizon)
        at = put(s, bottom, at, (p << DAY_BITS) + start, (p << DAY_BITS) + end)
    return at


@compiled
def ages(t: Tables, s: State, pl: People, b: Block, step: int, bottom: int) -> int:
    """From one birthday to another."""
    at = bottom
    low, high = t.steps[step].within, t.steps[step].clear  # the ages as windows of years
    for p in range(b.people):
        birth = np.int64(pl.persons[b.first + p].birth)
        if birth != UNKNOWN_DAY:
            base, born = p << DAY_BITS, max(birth - FIRST_DAY, 0)
            end = b.horizon if high < 0 else min(b.horizon, np.int64(t.reach[high, born]))
            at = put(s, bottom, at, base + t.reach[low, born], base + end)
    return at


@compiled
def registrations(s: State, bottom: int) -> int:
    """Where the person is on some site's list."""
    at = bottom
    for i in range(s.size[PLACES]):
        at = put(s, bottom, at, np.int64(s.places[i].start), np.int64(s.places[i].end))
    return at
