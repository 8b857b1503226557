"""Quantities of time: how long before an event something else was done, how long after it.

Each function is a small frozen object, so that equal questions are worked out once and a plan can
be sent to other processes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.periods.expressions import Derivation, DerivationInput

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
NEVER = 9999.0
"""Days to something that is not there."""

# More days than any life has: keys of different people never overlap.
_ROOM = 1 << 20
_SHIFT = 1 << 18


def _keys(person: Ints, day: Ints) -> Ints:
    """Numbers that sort by person, then day."""
    return person * _ROOM + day + _SHIFT


def _latest_first(given: DerivationInput) -> Ints:
    """For each event the row of the person's latest event of the first list; -1 when none."""
    rows = np.arange(len(given.day))
    latest = np.maximum.accumulate(np.where(given.source == 0, rows, -1))
    ours = (latest >= 0) & (given.person[latest] == given.person)
    return np.where(ours, latest, -1)


def _second(given: DerivationInput) -> Ints:
    second = given.source == 1
    return _keys(given.person[second], given.day[second].astype(np.int64))


@dataclass(frozen=True)
class DaysSince:
    """Days from the last event of the second list to the latest of the first, on or after it."""

    def __call__(self, given: DerivationInput) -> Floats:
        """float64[n]: 0 on one day, `NEVER` without an earlier one, NaN before any first event."""
        latest = _latest_first(given)
        known = latest >= 0
        found = np.full(len(given.day), np.nan)
        began = given.day.astype(np.int64)[latest[known]]
        mine = _keys(given.person[known], began)
        keys = np.concatenate(([np.iinfo(np.int64).min // 2], _second(given)))
        before = keys[np.searchsorted(keys, mine, side="right") - 1]
        gap = (mine - before).astype(np.float64)
        found[known] = np.where(gap < _SHIFT, gap, NEVER)
        return found


@dataclass(frozen=True)
class DaysToNext:
    """Days from the latest event of the first list to the next of the second, on a later day."""

    def __call__(self, given: DerivationInput) -> Floats:
        """float64[n]: at least 1, `NEVER` until it comes, NaN before any first event."""
        latest = _latest_first(given)
        known = latest >= 0
        found = np.full(len(given.day), np.nan)
        day = given.day.astype(np.int64)
        mine = _keys(given.person[known], day[latest[known]])
        keys = np.append(_second(given), np.iinfo(np.int64).max)
        after = keys[np.searchsorted(keys, mine, side="right")]
        come = after <= _keys(given.person[known], day[known])
        found[known] = np.where(come, after - mine, NEVER)
        return found


def days_since(first: str, second: str, words: str) -> Derivation:
    """How long before the latest event of `first` the last `second` was (0: that day)."""
    return Derivation(f"days_at_{first}_since_{second}", words, (first, second), DaysSince())


def days_to_next(first: str, second: str, words: str) -> Derivation:
    """How long after the latest event of `first` the next `second` came, that day not counted."""
    return Derivation(f"days_after_{first}_to_{second}", words, (first, second), DaysToNext())
