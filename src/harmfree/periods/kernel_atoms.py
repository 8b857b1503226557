"""How each kind of atom hears an event, and what it does when its day comes."""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled
from harmfree.periods.kernel_state import OFF, ON, add, push, touch, turn
from harmfree.periods.kernel_tables import (
    FIRST_ROW,
    FOREVER,
    NEVER,
    WATCHED,
    WATCHED_AT,
    Events,
    State,
    Tables,
)
from harmfree.periods.network import Kind
from harmfree.periods.windows import FIRST_DAY

COUNTED, VALUE = int(Kind.COUNTED), int(Kind.VALUE)
RESOLVED, TOGETHER = int(Kind.RESOLVED), int(Kind.TOGETHER)
STARTED, SUPPLY, TIMER = int(Kind.STARTED), int(Kind.SUPPLY), int(Kind.TIMER)

# An agenda entry is one whole number: day, then row within the person, then atom, so that entries
# of one day come in the order of the record. EXPIRY in place of a row: look whether time is up.
ATOM_BITS, ROW_BITS = 20, 24
EXPIRY = np.int64((1 << ROW_BITS) - 1)
ATOM_MASK = (1 << ATOM_BITS) - 1
MAIN, OTHER = 0, 1  # why a code speaks to an atom: as its first list or as its second


@compiled
def plan_day(s: State, day: int, row: int, atom: int) -> None:
    """Put a day on the agenda."""
    push(s, ((day - FIRST_DAY) << (ROW_BITS + ATOM_BITS)) | (row << ATOM_BITS) | atom)


@compiled
def reach_of(t: Tables, window: int, day: int) -> int:
    """The first day whose look-back no longer goes beyond `day`."""
    at = day - FIRST_DAY
    return np.int64(t.reach[window, at]) if at < t.reach.shape[1] else FOREVER


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
    if t.atoms[atom].derived >= 0:
        return ev.derived[t.atoms[atom].derived, row], 0
    unit = ev.unit[row]
    factor = t.factors[t.atoms[atom].factor, unit]
    return np.float32(np.float64(ev.value[row]) * factor), np.int64(t.comparators[unit])


@compiled
def hold_until(t: Tables, s: State, atom: int, expiry: int, now: int) -> None:
    """Turn the atom on until `expiry`; a later expiry already known stays."""
    if expiry <= now:
        return
    s.atoms[atom].expiry = max(s.atoms[atom].expiry, expiry)
    turn(t, s, atom, ON)
    if expiry < FOREVER and s.atoms[atom].scheduled == 0:
        s.atoms[atom].scheduled = 1
        plan_day(s, np.int64(s.atoms[atom].expiry), EXPIRY, atom)


@compiled
def lasts(t: Tables, atom: int, day: int) -> int:
    """The first day on which an event of `day` has left the atom's window."""
    return (
        FOREVER
        if t.atoms[atom].within < 0
        else reach_of(t, np.int64(t.atoms[atom].within), day + 1)
    )


@compiled
def hear_counted(t: Tables, s: State, atom: int, day: int, now: int) -> None:
    """Keep the last n different days; true while the n-th last is within the window."""
    n = t.atoms[atom].at_least
    if s.atoms[atom].last == day:
        return
    base = t.atoms[atom].ring
    s.ring[base + s.atoms[atom].kept % n] = day
    s.atoms[atom].kept += 1
    if s.atoms[atom].kept >= n:
        hold_until(t, s, atom, lasts(t, atom, np.int64(s.ring[base + s.atoms[atom].kept % n])), now)


@compiled
def hear_value(
    t: Tables, s: State, atom: int, day: int, now: int, value: np.float32, comparator: int
) -> bool:
    """Take the value over if it is later, or counts among those of its day."""
    if s.atoms[atom].last == day:
        if value == s.atoms[atom].value:
            if s.atoms[atom].comparator == 0 or (t.atoms[atom].lowest and comparator != 0):
                return False
        elif (value > s.atoms[atom].value) == t.atoms[atom].lowest:
            return False
    s.atoms[atom].value, s.atoms[atom].comparator = value, comparator
    s.atoms[atom].expiry = NEVER
    expiry = lasts(t, atom, day)
    operator, limit = np.int64(t.atoms[atom].operator), t.atoms[atom].limit
    if expiry > now and certainly(value, comparator, operator, limit):
        hold_until(t, s, atom, expiry, now)
    else:
        turn(t, s, atom, OFF)
    return True


@compiled
def hear_resolved(t: Tables, s: State, atom: int, role: int, day: int, row: int) -> None:
    """On, or off; the later of the two counts."""
    if role == OTHER:
        s.atoms[atom].other, s.atoms[atom].other_row = day, row
    else:
        s.atoms[atom].last, s.atoms[atom].row = day, row
    on, off = s.atoms[atom].last, s.atoms[atom].other
    turn(
        t, s, atom, np.uint8(on > NEVER and (on > off or (on == off and t.atoms[atom].tie_active)))
    )


@compiled
def hear_together(t: Tables, s: State, atom: int, role: int, day: int, row: int) -> None:
    """Pair the event with the latest of the other list."""
    if role == OTHER:
        s.atoms[atom].other, s.atoms[atom].other_row = day, row
    else:
        s.atoms[atom].last, s.atoms[atom].row = day, row
    partner = np.int64(min(s.atoms[atom].last, s.atoms[atom].other))
    if day - partner < t.atoms[atom].days:
        hold_until(t, s, atom, lasts(t, atom, partner), day)


@compiled
def hear_started(t: Tables, s: State, atom: int, day: int) -> None:
    """True when nothing of the list came in the clear time before."""
    before = np.int64(s.atoms[atom].last)
    clear = np.int64(t.atoms[atom].clear)
    if before == NEVER or (before < day and day >= reach_of(t, clear, before + 1)):
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
    day = np.int64(ev.date[row])
    if t.atoms[atom].where >= 0:
        value, comparator = usable_value(t, ev, atom, row)
        if np.isnan(value) or not certainly(
            value, comparator, np.int64(t.atoms[atom].where), t.atoms[atom].where_limit
        ):
            return
    if t.atoms[atom].kind == COUNTED:
        hear_counted(t, s, atom, day, now)
    else:
        hold_until(t, s, atom, lasts(t, atom, day), now)
    s.atoms[atom].last, s.atoms[atom].row = day, row


@compiled
def hear_supply(t: Tables, s: State, ev: Events, atom: int, weight: float, row: int) -> None:
    """Add an issue's daily amount until its supply ends."""
    amount = daily_thousandths(t, ev, atom, row, weight)
    if amount != 0:
        s.atoms[atom].row = row
        add(t, s, atom, amount)
        plan_day(s, np.int64(ev.until[row]), row - s.cursor[FIRST_ROW], atom)


@compiled
def end_supply(t: Tables, s: State, ev: Events, atom: int, row: int) -> None:
    """Take an issue's daily amount away again."""
    code = ev.code[row]
    for k in range(t.first_listener[code], t.first_listener[code + 1]):
        if t.listeners[k].atom == atom:
            add(t, s, atom, -daily_thousandths(t, ev, atom, row, t.listeners[k].weight))


@compiled
def hear(t: Tables, s: State, ev: Events, atom: int, role: int, row: int, now: int) -> None:
    """Tell an atom of an event; `now` is later than the event's day when the atom looks back."""
    kind, day = t.atoms[atom].kind, np.int64(ev.date[row])
    if kind == RESOLVED:
        hear_resolved(t, s, atom, role, day, row)
    elif kind == TOGETHER:
        hear_together(t, s, atom, role, day, row)
    elif kind == VALUE:
        value, comparator = usable_value(t, ev, atom, row)
        if not np.isnan(value) and hear_value(t, s, atom, day, now, value, comparator):
            s.atoms[atom].last, s.atoms[atom].row = day, row
    elif kind == STARTED:
        hear_started(t, s, atom, day)
        s.atoms[atom].last, s.atoms[atom].row = day, row
    else:
        hear_recorded(t, s, ev, atom, row, now)


@compiled
def listen(t: Tables, s: State, ev: Events, row: int) -> None:
    """Tell every atom that listens to the event's code, now or when it will have come of age."""
    code, day = np.int64(ev.code[row]), np.int64(ev.date[row])
    for k in range(t.first_listener[code], t.first_listener[code + 1]):
        atom = np.int64(t.listeners[k].atom)
        if t.atoms[atom].plain and s.nodes[atom].true:
            s.atoms[atom].last, s.atoms[atom].row = day, row  # `time_up` looks at the last day
            continue
        if t.atoms[atom].first_only:
            if s.atoms[atom].kept:
                continue
            s.atoms[atom].kept = 1
        touch(s, atom)
        if t.atoms[atom].kind == SUPPLY:
            hear_supply(t, s, ev, atom, t.listeners[k].weight, row)
            continue
        later = day if t.atoms[atom].ago < 0 else reach_of(t, np.int64(t.atoms[atom].ago), day)
        if later <= day:
            hear(t, s, ev, atom, np.int64(t.listeners[k].role), row, day)
        elif later < FOREVER:
            plan_day(s, later, row - s.cursor[FIRST_ROW], atom)


@compiled
def time_up(t: Tables, s: State, atom: int, now: int) -> None:
    """The atom's time may be up; it is put off when a later event keeps it on."""
    s.atoms[atom].scheduled = 0
    if t.atoms[atom].plain:
        s.atoms[atom].expiry = lasts(t, atom, np.int64(s.atoms[atom].last))
    if s.atoms[atom].expiry <= now:
        turn(t, s, atom, OFF)
    elif s.atoms[atom].expiry < FOREVER:
        s.atoms[atom].scheduled = 1
        plan_day(s, np.int64(s.atoms[atom].expiry), EXPIRY, atom)


@compiled
def timer_due(t: Tables, s: State, atom: int, now: int) -> None:
    """Turn a timer on when its node has been true for long enough; else look again when due."""
    s.atoms[atom].scheduled = 0
    since = np.int64(s.atoms[atom].last)
    if since == NEVER:
        return
    due = reach_of(t, np.int64(t.atoms[atom].within), since)
    if due <= now:
        turn(t, s, atom, ON)
    elif due < FOREVER:
        s.atoms[atom].scheduled = 1
        plan_day(s, due, EXPIRY, atom)


@compiled
def come(t: Tables, s: State, ev: Events, entry: int, now: int) -> None:
    """Carry out one entry of the agenda."""
    atom, row = entry & ATOM_MASK, (entry >> ATOM_BITS) & EXPIRY
    kind = t.atoms[atom].kind
    if kind == TIMER:
        timer_due(t, s, atom, now)
    elif row == EXPIRY:
        time_up(t, s, atom, now)
    elif kind == SUPPLY:
        end_supply(t, s, ev, atom, row + s.cursor[FIRST_ROW])
    else:
        hear(t, s, ev, atom, 0, row + s.cursor[FIRST_ROW], now)


@compiled
def watch(t: Tables, s: State, now: int) -> None:
    """Start and stop the timers of nodes that flipped today, until nothing changes any more."""
    while s.cursor[WATCHED] > 0:
        s.cursor[WATCHED] -= 1
        node = np.int64(s.lists[s.cursor[WATCHED_AT] + s.cursor[WATCHED]])
        s.nodes[node].watched = 0
        for k in range(t.nodes[node].first_timer, t.nodes[node + 1].first_timer):
            atom = np.int64(t.links[k])
            touch(s, atom)
            if s.nodes[node].true == 0:
                s.atoms[atom].last = NEVER
                turn(t, s, atom, OFF)
            elif s.atoms[atom].last == NEVER:
                s.atoms[atom].last = now
                if now == FIRST_DAY:
                    turn(t, s, atom, ON)
                elif s.atoms[atom].scheduled == 0:
                    timer_due(t, s, atom, now)
