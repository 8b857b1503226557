"""How each kind of atom hears an event, and what it does when its day comes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harmfree.periods.compiled import compiled
from harmfree.periods.kernel_state import (
    FIRST_ROW,
    NEVER,
    WATCHED,
    State,
    add,
    push,
    touch,
    turn,
)
from harmfree.periods.network import Kind
from harmfree.periods.plan import OTHER, Tables
from harmfree.periods.windows import FIRST_DAY

COUNTED, VALUE = int(Kind.COUNTED), int(Kind.VALUE)
RESOLVED, TOGETHER = int(Kind.RESOLVED), int(Kind.TOGETHER)
STARTED, SUPPLY, TIMER = int(Kind.STARTED), int(Kind.SUPPLY), int(Kind.TIMER)

# An agenda entry is one whole number: day, then row within the person, then atom, so that entries
# of one day come in the order of the record. EXPIRY in place of a row: look whether time is up.
ATOM_BITS, ROW_BITS = 20, 24
EXPIRY = (1 << ROW_BITS) - 1
ATOM_MASK = (1 << ATOM_BITS) - 1
FOREVER = 2**31 - 1


class Events(NamedTuple):
    """The columns of a bucket's events that the kernel reads."""

    date: npt.NDArray[np.int32]
    code: npt.NDArray[np.int32]
    value: npt.NDArray[np.float32]
    unit: npt.NDArray[np.int16]
    until: npt.NDArray[np.int32]
    derived: npt.NDArray[np.float32]


@compiled
def plan_day(s: State, day: int, row: int, atom: int) -> None:
    """Put a day on the agenda."""
    push(s, ((day - FIRST_DAY) << (ROW_BITS + ATOM_BITS)) | (row << ATOM_BITS) | atom)


@compiled
def reach_of(t: Tables, window: int, day: int) -> int:
    """The first day whose look-back no longer goes beyond `day`."""
    at = day - FIRST_DAY
    return int(t.reach[window, at]) if at < t.reach.shape[1] else FOREVER


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
def usable_value(t: Tables, ev: Events, atom: int, row: int) -> tuple[np.float32, int]:
    """The event's value in the list's unit, and its comparator; NaN when there is none."""
    if t.derived[atom] >= 0:
        return ev.derived[t.derived[atom], row], 0
    unit = ev.unit[row]
    factor = t.factors[t.factor[atom], unit]
    return np.float32(np.float64(ev.value[row]) * factor), int(t.comparators[unit])


@compiled
def hold_until(t: Tables, s: State, atom: int, expiry: int, now: int) -> None:
    """Turn the atom on until `expiry`; a later expiry already known stays."""
    if expiry <= now:
        return
    s.expiry[atom] = max(s.expiry[atom], expiry)
    turn(t, s, atom, True)
    if expiry < FOREVER and s.scheduled[atom] == 0:
        s.scheduled[atom] = 1
        plan_day(s, s.expiry[atom], EXPIRY, atom)


@compiled
def lasts(t: Tables, atom: int, day: int) -> int:
    """The first day on which an event of `day` has left the atom's window."""
    return FOREVER if t.within[atom] < 0 else reach_of(t, t.within[atom], day + 1)


@compiled
def hear_counted(t: Tables, s: State, atom: int, day: int, now: int) -> None:
    """Keep the last n different days; true while the n-th last is within the window."""
    n = t.at_least[atom]
    if s.last[atom] == day:
        return
    base = t.ring[atom]
    s.ring[base + s.kept[atom] % n] = day
    s.kept[atom] += 1
    if s.kept[atom] >= n:
        hold_until(t, s, atom, lasts(t, atom, s.ring[base + s.kept[atom] % n]), now)


@compiled
def hear_value(
    t: Tables, s: State, atom: int, day: int, now: int, value: np.float32, comparator: int
) -> bool:
    """Take the value over if it is later, or counts among those of its day."""
    if s.last[atom] == day:
        if value == s.value[atom]:
            if s.comparator[atom] == 0 or (t.lowest[atom] and comparator != 0):
                return False
        elif (value > s.value[atom]) == t.lowest[atom]:
            return False
    s.value[atom], s.comparator[atom] = value, comparator
    s.expiry[atom] = NEVER
    expiry = lasts(t, atom, day)
    if certainly(value, comparator, t.operator[atom], t.limit[atom]) and expiry > now:
        hold_until(t, s, atom, expiry, now)
    else:
        turn(t, s, atom, False)
    return True


@compiled
def hear_resolved(t: Tables, s: State, atom: int, role: int, day: int, row: int) -> None:
    """On, or off; the later of the two counts."""
    if role == OTHER:
        s.other[atom], s.other_row[atom] = day, row
    else:
        s.last[atom], s.row[atom] = day, row
    on, off = s.last[atom], s.other[atom]
    turn(t, s, atom, on > NEVER and (on > off or (on == off and t.tie_active[atom])))


@compiled
def hear_together(t: Tables, s: State, atom: int, role: int, day: int, row: int) -> None:
    """Pair the event with the latest of the other list."""
    if role == OTHER:
        s.other[atom], s.other_row[atom] = day, row
    else:
        s.last[atom], s.row[atom] = day, row
    partner = min(s.last[atom], s.other[atom])
    if day - partner < t.days[atom]:
        hold_until(t, s, atom, lasts(t, atom, partner), day)


@compiled
def hear_started(t: Tables, s: State, atom: int, day: int) -> None:
    """True when nothing of the list came in the clear time before."""
    before = s.last[atom]
    if before == NEVER or (before < day and day >= reach_of(t, t.clear[atom], before + 1)):
        hold_until(t, s, atom, lasts(t, atom, day), day)


@compiled
def daily_thousandths(t: Tables, ev: Events, atom: int, row: int, weight: float) -> int:
    """Daily amount of one issue in thousandths; 0 when it cannot be told."""
    days = ev.until[row] - ev.date[row]
    value, comparator = usable_value(t, ev, atom, row)
    if days <= 0 or np.isnan(value) or comparator != 0:
        return 0
    return int(np.rint(np.float64(value) * weight / days * 1000))


@compiled
def hear_recorded(t: Tables, s: State, ev: Events, atom: int, row: int, now: int) -> None:
    """An event of a window: with a condition on its value, or a count of days, or neither."""
    day = ev.date[row]
    if t.where[atom] >= 0:
        value, comparator = usable_value(t, ev, atom, row)
        if np.isnan(value) or not certainly(value, comparator, t.where[atom], t.where_limit[atom]):
            return
    if t.kind[atom] == COUNTED:
        hear_counted(t, s, atom, day, now)
    else:
        hold_until(t, s, atom, lasts(t, atom, day), now)
    s.last[atom], s.row[atom] = day, row


@compiled
def hear_supply(t: Tables, s: State, ev: Events, atom: int, weight: float, row: int) -> None:
    """Add an issue's daily amount until its supply ends."""
    amount = daily_thousandths(t, ev, atom, row, weight)
    if amount != 0:
        s.row[atom] = row
        add(t, s, atom, amount)
        plan_day(s, ev.until[row], row - s.size[FIRST_ROW], atom)


@compiled
def end_supply(t: Tables, s: State, ev: Events, atom: int, row: int) -> None:
    """Take an issue's daily amount away again."""
    code = ev.code[row]
    for k in range(t.listener_first[code], t.listener_first[code + 1]):
        if t.listener[k] == atom:
            add(t, s, atom, -daily_thousandths(t, ev, atom, row, t.listener_weight[k]))


@compiled
def hear(t: Tables, s: State, ev: Events, atom: int, role: int, row: int, now: int) -> None:
    """Tell an atom of an event; `now` is later than the event's day when the atom looks back."""
    kind, day = t.kind[atom], ev.date[row]
    if kind == RESOLVED:
        hear_resolved(t, s, atom, role, day, row)
    elif kind == TOGETHER:
        hear_together(t, s, atom, role, day, row)
    elif kind == VALUE:
        value, comparator = usable_value(t, ev, atom, row)
        if not np.isnan(value) and hear_value(t, s, atom, day, now, value, comparator):
            s.last[atom], s.row[atom] = day, row
    elif kind == STARTED:
        hear_started(t, s, atom, day)
        s.last[atom], s.row[atom] = day, row
    else:
        hear_recorded(t, s, ev, atom, row, now)


@compiled
def listen(t: Tables, s: State, ev: Events, row: int) -> None:
    """Tell every atom that listens to the event's code, now or when it will have come of age."""
    code, day = ev.code[row], ev.date[row]
    for k in range(t.listener_first[code], t.listener_first[code + 1]):
        atom = t.listener[k]
        touch(s, atom)
        if t.kind[atom] == SUPPLY:
            hear_supply(t, s, ev, atom, t.listener_weight[k], row)
            continue
        later = day if t.ago[atom] < 0 else reach_of(t, t.ago[atom], day)
        if later <= day:
            hear(t, s, ev, atom, t.listener_role[k], row, day)
        elif later < FOREVER:
            plan_day(s, later, row - s.size[FIRST_ROW], atom)


@compiled
def time_up(t: Tables, s: State, atom: int, now: int) -> None:
    """The atom's time may be up; it is put off when a later event keeps it on."""
    s.scheduled[atom] = 0
    if s.expiry[atom] <= now:
        turn(t, s, atom, False)
    elif s.expiry[atom] < FOREVER:
        s.scheduled[atom] = 1
        plan_day(s, s.expiry[atom], EXPIRY, atom)


@compiled
def timer_due(t: Tables, s: State, atom: int, now: int) -> None:
    """Turn a timer on when its node has been true for long enough; else look again when due."""
    s.scheduled[atom] = 0
    since = s.last[atom]
    if since == NEVER:
        return
    due = reach_of(t, t.within[atom], since)
    if due <= now:
        turn(t, s, atom, True)
    elif due < FOREVER:
        s.scheduled[atom] = 1
        plan_day(s, due, EXPIRY, atom)


@compiled
def come(t: Tables, s: State, ev: Events, entry: int, now: int) -> None:
    """Carry out one entry of the agenda."""
    atom, row = entry & ATOM_MASK, (entry >> ATOM_BITS) & EXPIRY
    kind = t.kind[atom]
    if kind == TIMER:
        timer_due(t, s, atom, now)
    elif row == EXPIRY:
        time_up(t, s, atom, now)
    elif kind == SUPPLY:
        end_supply(t, s, ev, atom, row + s.size[FIRST_ROW])
    else:
        hear(t, s, ev, atom, 0, row + s.size[FIRST_ROW], now)


@compiled
def watch(t: Tables, s: State, now: int) -> None:
    """Start and stop the timers of nodes that flipped today, until nothing changes any more."""
    while s.size[WATCHED] > 0:
        s.size[WATCHED] -= 1
        node = s.watched[s.size[WATCHED]]
        s.watch_touched[node] = 0
        for k in range(t.timer_first[node], t.timer_first[node + 1]):
            atom = t.timer[k]
            touch(s, atom)
            if s.true[node] == 0:
                s.last[atom] = NEVER
                turn(t, s, atom, False)
            elif s.last[atom] == NEVER:
                s.last[atom] = now
                if now == FIRST_DAY:
                    turn(t, s, atom, True)
                elif s.scheduled[atom] == 0:
                    timer_due(t, s, atom, now)
