"""Quantities of time: how long before an event something else was done, how long after it.

Each function is a small frozen object, so that equal questions are worked out once and a plan can
be sent to other processes. The first list of a derivation is its source 0, the second its source 1.
What counts is the number after the last event of a day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.periods.compiled import compiled
from harmfree.periods.expressions import Derivation, DerivationInput
from harmfree.periods.windows import to_day

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int32]
Sources = npt.NDArray[np.int8]
People = npt.NDArray[np.int64]

NEVER = 9999.0
"""Days to something that is not there, or not yet."""
NO_DAY = -(2**31)


@compiled
def fill_days_to_first(day: Days, source: Sources, person: People, found: Floats) -> None:
    """Days from the latest first event to the first of the others on or after it."""
    began = come = last = NO_DAY
    for i in range(len(day)):
        if i == 0 or person[i] != person[i - 1]:
            began = come = last = NO_DAY
        if source[i] == 0:
            began = day[i]
            come = began if last == began else NO_DAY
        else:
            last = day[i]
            come = last if come == NO_DAY else come
        if began != NO_DAY:
            found[i] = NEVER if come == NO_DAY else come - began


@compiled
def fill_days_to_next(day: Days, source: Sources, person: People, found: Floats) -> None:
    """Days from the latest first event to the first of the others on a later day."""
    began = come = NO_DAY
    for i in range(len(day)):
        if i == 0 or person[i] != person[i - 1]:
            began = come = NO_DAY
        if source[i] == 0:
            began, come = day[i], NO_DAY
        elif began != NO_DAY and come == NO_DAY and day[i] > began:
            come = day[i]
        if began != NO_DAY:
            found[i] = NEVER if come == NO_DAY else come - began


@compiled
def fill_days_since(day: Days, source: Sources, person: People, found: Floats) -> None:
    """Days from the last of the other events to the latest first event, on or after it."""
    began = before = last = NO_DAY
    for i in range(len(day)):
        if i == 0 or person[i] != person[i - 1]:
            began = before = last = NO_DAY
        if source[i] == 0:
            began, before = day[i], last
        else:
            last = day[i]
            before = last if last == began else before
        if began != NO_DAY:
            found[i] = NEVER if before == NO_DAY else began - before


@compiled
def fill_spans(day: Days, person: People, reach: int, found: Floats) -> None:
    """Days from the person's first event of the last `reach` days to each event."""
    first = 0
    for i in range(len(day)):
        while person[first] != person[i] or day[first] < day[i] - reach:
            first += 1
        found[i] = day[i] - day[first]


def filled(fill: Callable[[Days, Sources, People, Floats], None], given: DerivationInput) -> Floats:
    """float64[n]: what a function fills in, NaN elsewhere."""
    found = np.full(len(given.day), np.nan)
    fill(given.day, given.source, given.person, found)
    return found


@dataclass(frozen=True)
class DaysToFirst:
    """Days from the latest event of the first list to the first of the second on or after it."""

    def __call__(self, given: DerivationInput) -> Floats:
        """float64[n]: `NEVER` until the second comes, NaN before any first event."""
        return filled(fill_days_to_first, given)


@dataclass(frozen=True)
class DaysToNext:
    """Days from the latest event of the first list to the next of the second, on a later day."""

    def __call__(self, given: DerivationInput) -> Floats:
        """float64[n]: at least 1, `NEVER` until it comes, NaN before any first event."""
        return filled(fill_days_to_next, given)


@dataclass(frozen=True)
class DaysSince:
    """Days from the last event of the second list to the latest of the first, on or after it."""

    def __call__(self, given: DerivationInput) -> Floats:
        """float64[n]: 0 on one day, `NEVER` without an earlier one, NaN before any first event."""
        return filled(fill_days_since, given)


@dataclass(frozen=True)
class DaysAfter:
    """Days from a fixed date to each event."""

    start: str

    def __call__(self, given: DerivationInput) -> Floats:
        """float64[n], negative before the date."""
        return given.day.astype(np.float64) - to_day(self.start)


@dataclass(frozen=True)
class SpanOfIssues:
    """Days from the first issue of the last `reach` days to the issue at hand."""

    reach: int

    def __call__(self, given: DerivationInput) -> Floats:
        """float64[n]: 0 for an issue that no other precedes within the reach."""
        found = np.zeros(len(given.day))
        fill_spans(given.day, given.person, self.reach, found)
        return found


def days_to_first(first: str, second: str, words: str) -> Derivation:
    """How long after the latest event of one list the first of another came (0: that day)."""
    return Derivation(
        f"days_{first}_to_{second}", words, (first, second), DaysToFirst(), requires=(0,)
    )


def days_to_next(first: str, second: str, words: str) -> Derivation:
    """How long after the latest event of `first` the next `second` came, that day not counted."""
    return Derivation(
        f"days_after_{first}_to_{second}", words, (first, second), DaysToNext(), requires=(0,)
    )


def days_since(first: str, second: str, words: str) -> Derivation:
    """How long before the latest event of `first` the last `second` was (0: that day)."""
    return Derivation(
        f"days_at_{first}_since_{second}", words, (first, second), DaysSince(), requires=(0,)
    )


def days_after(start: str, codes: str, words: str) -> Derivation:
    """How many days after a date (ISO) the latest event of a list is."""
    name = f"days_{codes}_after_{start.replace('-', '_')}"
    return Derivation(name, words, (codes,), DaysAfter(start))


def span_of_issues(codes: str, reach: int, words: str) -> Derivation:
    """Over how many days, at most `reach`, a list was issued up to its latest issue."""
    return Derivation(f"span_of_{codes}_{reach}", words, (codes,), SpanOfIssues(reach))
