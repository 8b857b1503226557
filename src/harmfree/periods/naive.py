"""What each expression means, said day by day: the definition that the evaluators must meet.

Slow on purpose. `holds` looks back from one day over the whole record and does not remember
anything between days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import singledispatch

from harmfree.periods.comparisons import certain, exact
from harmfree.periods.derivations import derived_values
from harmfree.periods.expressions import (
    Aged,
    Alive,
    All,
    Any,
    Compared,
    Count,
    Derived,
    Latest,
    Not,
    Operator,
    Predicate,
    Quantity,
    Recorded,
    Registered,
    Score,
    Sex,
    Started,
    Supply,
    Sustained,
    Together,
    Unresolved,
)
from harmfree.periods.record import Event, PersonRecord
from harmfree.periods.windows import FIRST_DAY, Window, back, birthday


@singledispatch
def holds(part: Predicate, record: PersonRecord, day: int) -> bool:
    """Whether the predicate is true of the person on the day.

    Raises:
        NotImplementedError: for an expression kind that has no meaning given here.
    """
    raise NotImplementedError(type(part).__name__)


@holds.register
def _(part: All, record: PersonRecord, day: int) -> bool:
    return all(holds(each, record, day) for each in part.parts)


@holds.register
def _(part: Any, record: PersonRecord, day: int) -> bool:
    return any(holds(each, record, day) for each in part.parts)


@holds.register
def _(part: Not, record: PersonRecord, day: int) -> bool:
    return not holds(part.part, record, day)


@holds.register
def _(part: Registered, record: PersonRecord, day: int) -> bool:
    return any(r.start <= day and (r.end is None or day < r.end) for r in record.registrations)


@holds.register
def _(part: Alive, record: PersonRecord, day: int) -> bool:
    born = record.birth is None or record.birth <= day
    return born and (record.death is None or day < record.death)


@holds.register
def _(part: Aged, record: PersonRecord, day: int) -> bool:
    if record.birth is None or day < birthday(record.birth, part.at_least or 0):
        return False
    return part.below is None or day < birthday(record.birth, part.below)


@holds.register
def _(part: Sex, record: PersonRecord, day: int) -> bool:
    return record.sex == part.is_


@holds.register
def _(part: Recorded, record: PersonRecord, day: int) -> bool:
    events: Iterable[Event] = _seen(record, part.codes, day, part.within, part.at_least_ago)
    if part.where is not None:
        operator, threshold = part.where.operator, part.where.threshold
        events = [e for e in events if _satisfies(e, operator, threshold)]
    return len({e.day for e in events}) >= part.at_least


@holds.register
def _(part: Unresolved, record: PersonRecord, day: int) -> bool:
    on = [e.day for e in _seen(record, part.codes, day)]
    off = [e.day for e in _seen(record, part.resolved_by, day)]
    if not on or not off:
        return bool(on)
    return max(on) >= max(off) if part.same_day == "active" else max(on) > max(off)


@holds.register
def _(part: Together, record: PersonRecord, day: int) -> bool:
    first = _seen(record, part.first, day, part.within)
    second = _seen(record, part.second, day, part.within)
    return any(abs(a.day - b.day) < part.days for a in first for b in second)


@holds.register
def _(part: Sustained, record: PersonRecord, day: int) -> bool:
    start = max(back(day, part.window), FIRST_DAY)
    return all(holds(part.part, record, each) for each in range(start, day + 1))


@holds.register
def _(part: Started, record: PersonRecord, day: int) -> bool:
    every = [e.day for e in _seen(record, part.codes, day)]
    recent = [e.day for e in _seen(record, part.codes, day, part.within)]
    return any(not any(back(d, part.clear) <= other < d for other in every) for d in recent)


@holds.register
def _(part: Compared, record: PersonRecord, day: int) -> bool:
    return truth(part.quantity, record, day)(part.operator, part.threshold)


Test = Callable[[Operator, float], bool]


@singledispatch
def truth(quantity: Quantity, record: PersonRecord, day: int) -> Test:
    """A function that tells whether the quantity, as known on the day, satisfies a comparison."""
    raise NotImplementedError(type(quantity).__name__)


@truth.register
def _(quantity: Latest, record: PersonRecord, day: int) -> Test:
    usable = [
        e
        for e in _seen(record, quantity.codes, day, quantity.within, quantity.at_least_ago)
        if e.value is not None
    ]
    if not usable:
        return lambda operator, threshold: False
    chosen = pick([e for e in usable if e.day == usable[-1].day], quantity.ties)
    return lambda operator, threshold: _satisfies(chosen, operator, threshold)


def pick(same_day: list[Event], ties: str) -> Event:
    """The event that counts of those with usable values on one day."""
    ranked = sorted(same_day, key=lambda e: (e.value or 0.0, e.comparator == ""))
    if ties == "highest":
        return ranked[-1]
    return sorted(same_day, key=lambda e: (e.value or 0.0, e.comparator != ""))[0]


@truth.register
def _(quantity: Derived, record: PersonRecord, day: int) -> Test:
    start = FIRST_DAY if quantity.within is None else back(day, quantity.within)
    known = [v for d, v in derived_values(quantity.derivation, record) if start <= d <= day]
    if not known:
        return lambda operator, threshold: False
    return lambda operator, threshold: exact(known[-1], operator, threshold)


@truth.register
def _(quantity: Score, record: PersonRecord, day: int) -> Test:
    total = sum(weight for part, weight in quantity.weights if holds(part, record, day))
    return lambda operator, threshold: exact(total, operator, threshold)


@truth.register
def _(quantity: Count, record: PersonRecord, day: int) -> Test:
    weights = {e.group: e.weight for e in _seen(record, quantity.codes, day, quantity.within)}
    total = sum(weights.values()) if quantity.weighted else len(weights)
    return lambda operator, threshold: exact(total, operator, threshold)


@truth.register
def _(quantity: Supply, record: PersonRecord, day: int) -> Test:
    covering = [
        daily_thousandths(e)
        for e in _seen(record, quantity.codes, day)
        if e.until is not None and day < e.until
    ]
    total = sum(covering) / 1000
    return lambda operator, threshold: exact(total, operator, threshold)


def daily_thousandths(event: Event) -> int:
    """Daily amount of one issue in thousandths (whole, so that sums are exact); 0 when unknown."""
    if event.value is None or event.until is None or event.until <= event.day or event.comparator:
        return 0
    return round(event.value * event.weight / (event.until - event.day) * 1000)


def _seen(
    record: PersonRecord,
    codes: str,
    day: int,
    within: Window | None = None,
    at_least_ago: Window | None = None,
) -> list[Event]:
    """Events of the list from back(day, within) to back(day, at_least_ago), none later than day."""
    start = FIRST_DAY if within is None else back(day, within)
    end = day if at_least_ago is None else back(day, at_least_ago)
    return [e for e in record.events(codes) if start <= e.day <= min(end, day)]


def _satisfies(event: Event, operator: Operator, threshold: float) -> bool:
    return event.value is not None and certain(event.value, event.comparator, operator, threshold)
