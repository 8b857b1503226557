"""Quantities of time that the definitions of this programme ask for.

Each function is a small frozen object, so that equal questions are worked out once and a plan can
be sent to other processes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.periods.expressions import Derivation, DerivationInput
from harmfree.periods.windows import to_day

Floats = npt.NDArray[np.float64]
NOT_YET = 9999.0
"""Days from a first event to a second that has not come."""

# More days than any life has: keys of different people never overlap.
_ROOM = 1 << 20
_SHIFT = 1 << 18


def _keys(person: npt.NDArray[np.int64], day: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Numbers that sort by person, then day."""
    return person * _ROOM + day + _SHIFT


@dataclass(frozen=True)
class DaysToFirst:
    """Days from the latest event of the first list to the first of the second on or after it."""

    def __call__(self, given: DerivationInput) -> Floats:
        """float64[n]: `NOT_YET` until the second comes, NaN before any first event."""
        day = given.day.astype(np.int64)
        rows = np.arange(len(day))
        latest = np.maximum.accumulate(np.where(given.source == 0, rows, -1))
        known = latest >= 0
        known[known] = given.person[latest[known]] == given.person[known]
        found = np.full(len(day), np.nan)
        if not known.any():
            return found
        began = day[latest[known]]
        second = given.source == 1
        keys = np.append(_keys(given.person[second], day[second]), np.iinfo(np.int64).max)
        days = np.append(day[second], 0)
        place = np.searchsorted(keys, _keys(given.person[known], began), side="left")
        come = keys[place] <= _keys(given.person[known], day[known])
        found[known] = np.where(come, days[place] - began, NOT_YET)
        return found


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
        day = given.day.astype(np.int64)
        keys = _keys(given.person, day)
        first = np.searchsorted(keys, _keys(given.person, day - self.reach), side="left")
        return (day - day[first]).astype(np.float64)


def days_to_first(first: str, second: str, words: str) -> Derivation:
    """How long after the latest event of one list the first of another came (0: that day)."""
    return Derivation(f"days_{first}_to_{second}", words, (first, second), DaysToFirst())


def days_after(start: str, codes: str, words: str) -> Derivation:
    """How many days after a date (ISO) the latest event of a list is."""
    name = f"days_{codes}_after_{start.replace('-', '_')}"
    return Derivation(name, words, (codes,), DaysAfter(start))


def span_of_issues(codes: str, reach: int, words: str) -> Derivation:
    """Over how many days, at most `reach`, a list was issued up to its latest issue."""
    return Derivation(f"span_of_{codes}_{reach}", words, (codes,), SpanOfIssues(reach))
