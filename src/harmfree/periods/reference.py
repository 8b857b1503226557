"""The reference evaluator: one person's periods in plain Python.

Says each expression as a set of half-open spans [start, end) of days. It serves the point of care
and is the oracle of the kernel; `naive` is the oracle of both.
"""

from __future__ import annotations

from functools import singledispatchmethod
from itertools import groupby

from harmfree.periods.comparisons import certain, exact
from harmfree.periods.derivations import derived_values
from harmfree.periods.expressions import (
    Aged,
    Alive,
    All,
    Any,
    Compared,
    Count,
    Derivation,
    Derived,
    Latest,
    Not,
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
from harmfree.periods.naive import daily_thousandths, pick
from harmfree.periods.record import Event, PersonRecord
from harmfree.periods.spans import Spans, complement, intersection, levels, union
from harmfree.periods.windows import FIRST_DAY, Window, back, birthday, reach

Sum = list[tuple[int, int, int]]


class Evaluator:
    """Evaluates expressions over one person's record, up to and with the day `as_of`.

    A period that is still open on `as_of` ends at ``as_of + 1``. Parts shared by several
    expressions are worked out once.
    """

    def __init__(self, record: PersonRecord, as_of: int) -> None:
        self.record = record
        self.horizon = as_of + 1
        self._known: dict[Predicate, Spans] = {}
        self._events: dict[str, list[Event]] = {}
        self._days: dict[str, list[int]] = {}
        self._sums: dict[Quantity, Sum] = {}
        self._derived: dict[Derivation, list[tuple[int, float]]] = {}
        # Bound once: singledispatchmethod makes its wrapper anew each time it is looked up.
        self._spans_of, self._sum_of = self._spans, self._sum

    def periods(self, part: Predicate) -> Spans:
        """The maximal runs of days on which the predicate is true."""
        found = self._known.get(part)
        if found is None:
            found = self._known[part] = self._spans_of(part)
        return found

    def events(self, codes: str) -> list[Event]:
        """The events of the list known by the horizon."""
        found = self._events.get(codes)
        if found is None:
            known = [e for e in self.record.events(codes) if e.day < self.horizon]
            found = self._events[codes] = known
        return found

    def days(self, codes: str) -> list[int]:
        """The different days on which the list was recorded."""
        found = self._days.get(codes)
        if found is None:
            found = self._days[codes] = sorted({e.day for e in self.events(codes)})
        return found

    def sums(self, quantity: Quantity) -> Sum:
        """A counted quantity over time: (start, end, total)."""
        found = self._sums.get(quantity)
        if found is None:
            found = self._sums[quantity] = self._sum_of(quantity)
        return found

    def derived(self, derivation: Derivation) -> list[tuple[int, float]]:
        """The days on which a derived quantity is known by the horizon, and its values."""
        found = self._derived.get(derivation)
        if found is None:
            every = derived_values(derivation, self.record)
            found = self._derived[derivation] = [each for each in every if each[0] < self.horizon]
        return found

    @singledispatchmethod
    def _spans(self, part: Predicate) -> Spans:
        raise NotImplementedError(type(part).__name__)

    @singledispatchmethod
    def _sum(self, quantity: Quantity) -> Sum:
        raise NotImplementedError(type(quantity).__name__)

    def _union(self, spans: Spans) -> Spans:
        return union(spans, self.horizon)

    def _lasts(self, day: int, within: Window | None) -> int:
        """The first day on which an event of `day` has left the window."""
        return self.horizon if within is None else reach(day + 1, within)

    @_spans.register
    def _all(self, part: All) -> Spans:
        found = self.periods(part.parts[0])
        for each in part.parts[1:]:
            if not found:
                return found
            found = intersection(found, self.periods(each))
        return found

    @_spans.register
    def _any(self, part: Any) -> Spans:
        return self._union([span for each in part.parts for span in self.periods(each)])

    @_spans.register
    def _not(self, part: Not) -> Spans:
        return complement(self.periods(part.part), FIRST_DAY, self.horizon)

    @_spans.register
    def _registered(self, part: Registered) -> Spans:
        return self._union(
            [(r.start, self.horizon if r.end is None else r.end) for r in self.record.registrations]
        )

    @_spans.register
    def _alive(self, part: Alive) -> Spans:
        start = FIRST_DAY if self.record.birth is None else self.record.birth
        return self._union(
            [(start, self.horizon if self.record.death is None else self.record.death)]
        )

    @_spans.register
    def _aged(self, part: Aged) -> Spans:
        birth = self.record.birth
        if birth is None:
            return []
        end = self.horizon if part.below is None else birthday(birth, part.below)
        return self._union([(birthday(birth, part.at_least or 0), end)])

    @_spans.register
    def _sex(self, part: Sex) -> Spans:
        return [(FIRST_DAY, self.horizon)] if self.record.sex == part.is_ else []

    @_spans.register
    def _recorded(self, part: Recorded) -> Spans:
        days = self.days(part.codes)
        if part.where is not None:
            where = part.where
            satisfying = {
                e.day
                for e in self.events(part.codes)
                if e.value is not None
                and certain(e.value, e.comparator, where.operator, where.threshold)
            }
            days = sorted(satisfying)
        return self._union(
            [
                (self._begins(newest, part.at_least_ago), self._lasts(oldest, part.within))
                for oldest, newest in zip(days, days[part.at_least - 1 :], strict=False)
            ]
        )

    def _begins(self, day: int, ago: Window | None) -> int:
        """The first day on which an event of `day` is at least `ago` ago."""
        return day if ago is None else max(day, reach(day, ago))

    @_spans.register
    def _unresolved(self, part: Unresolved) -> Spans:
        on, off = self.days(part.codes), self.days(part.resolved_by)
        edges = sorted({*on, *off})
        found: Spans = []
        for day, following in zip(edges, [*edges[1:], self.horizon], strict=False):
            last_on = max((d for d in on if d <= day), default=None)
            last_off = max((d for d in off if d <= day), default=None)
            tie = part.same_day == "active"
            if last_on is not None and (
                last_off is None or last_on > last_off or (tie and last_on == last_off)
            ):
                found.append((day, following))
        return self._union(found)

    @_spans.register
    def _together(self, part: Together) -> Spans:
        second = self.days(part.second)
        return self._union(
            [
                (max(a, b), self._lasts(min(a, b), part.within))
                for a in self.days(part.first)
                for b in second
                if abs(a - b) < part.days
            ]
        )

    @_spans.register
    def _sustained(self, part: Sustained) -> Spans:
        return self._union(
            [
                (start if start == FIRST_DAY else reach(start, part.window), end)
                for start, end in self.periods(part.part)
            ]
        )

    @_spans.register
    def _started(self, part: Started) -> Spans:
        days = self.days(part.codes)
        return self._union(
            [
                (day, self._lasts(day, part.within))
                for earlier, day in zip([None, *days], days, strict=False)
                if earlier is None or earlier < back(day, part.clear)
            ]
        )

    @_spans.register
    def _compared(self, part: Compared) -> Spans:
        quantity, operator, threshold = part.quantity, part.operator, part.threshold
        if isinstance(quantity, Latest):
            return self._latest(quantity, part)
        if isinstance(quantity, Derived):
            return self._worked_out(quantity, part)
        unit = 1000 if isinstance(quantity, Supply) else 1
        return self._union(
            [
                (start, end)
                for start, end, total in self.sums(quantity)
                if exact(total / unit, operator, threshold)
            ]
        )

    def _latest(self, quantity: Latest, part: Compared) -> Spans:
        usable = [e for e in self.events(quantity.codes) if e.value is not None]
        chosen = [
            pick(list(group), quantity.ties) for _, group in groupby(usable, key=lambda e: e.day)
        ]
        starts = [self._begins(e.day, quantity.at_least_ago) for e in chosen]
        return self._union(
            [
                (start, min(following, self._lasts(e.day, quantity.within)))
                for e, start, following in zip(
                    chosen, starts, [*starts[1:], self.horizon], strict=True
                )
                if certain(e.value or 0.0, e.comparator, part.operator, part.threshold)
            ]
            if chosen
            else []
        )

    def _worked_out(self, quantity: Derived, part: Compared) -> Spans:
        known = self.derived(quantity.derivation)
        following = [day for day, _ in known[1:]] + [self.horizon]
        return self._union(
            [
                (day, min(end, self._lasts(day, quantity.within)))
                for (day, value), end in zip(known, following, strict=False)
                if exact(value, part.operator, part.threshold)
            ]
        )

    @_sum.register
    def _score(self, quantity: Score) -> Sum:
        parts = [(self.periods(part), weight) for part, weight in quantity.weights]
        return levels(parts, FIRST_DAY, self.horizon)

    @_sum.register
    def _count(self, quantity: Count) -> Sum:
        groups: dict[int, tuple[Spans, int]] = {}
        for e in self.events(quantity.codes):
            weight = int(e.weight) if quantity.weighted else 1
            spans = groups.setdefault(e.group, ([], weight))[0]
            spans.append((e.day, self._lasts(e.day, quantity.within)))
        merged = [(self._union(spans), weight) for spans, weight in groups.values()]
        return levels(merged, FIRST_DAY, self.horizon)

    @_sum.register
    def _supply(self, quantity: Supply) -> Sum:
        issues = [
            ([(e.day, e.until)], daily_thousandths(e))
            for e in self.events(quantity.codes)
            if e.until is not None and e.until > e.day
        ]
        return levels(issues, FIRST_DAY, self.horizon)


def evaluate(part: Predicate, record: PersonRecord, as_of: int) -> Spans:
    """The periods in which one predicate is true, up to and with `as_of`.

    Returns:
        Sorted, disjoint, half-open spans of days; one that reaches ``as_of + 1`` is still open.
    """
    return Evaluator(record, as_of).periods(part)
