"""The events of a derivation gathered by person and day: what quantities of a day are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.periods.compiled import compiled
from harmfree.periods.expressions import DerivationInput
from harmfree.periods.windows import FIRST_DAY, Window, back_table

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@compiled
def fill_sums(
    group: Ints, value: Floats, usable: Bools, total: Floats, count: Ints, highest: Floats
) -> None:
    """Sum, number and highest of the usable values of each group."""
    for i in range(len(group)):
        if usable[i]:
            total[group[i]] += value[i]
            count[group[i]] += 1
            highest[group[i]] = max(highest[group[i]], value[i])


@compiled
def fill_carried(first: Bools, value: Floats, found: Floats) -> None:
    """The latest known value since the last row that is a first."""
    latest = np.nan
    for i in range(len(value)):
        if first[i]:
            latest = np.nan
        if not np.isnan(value[i]):
            latest = value[i]
        found[i] = latest


@dataclass(frozen=True)
class Daily:
    """The events of a derivation, one row for each person and day.

    Attributes:
        person: int64[n]. day: int64[n]. first: bool[n], the person's first row.
        row: int64[n], the first event of each row.
        group: int64[events], the row of each event.
        seen: the events themselves.
    """

    person: Ints
    day: Ints
    first: Bools
    row: Ints
    group: Ints
    seen: DerivationInput

    @classmethod
    def of(cls, seen: DerivationInput) -> Daily:
        """Gather the events by person and day."""
        person, day = seen.person, seen.day
        changed = (person[1:] != person[:-1]) | (day[1:] != day[:-1])
        new = np.append(True, changed)[: len(day)]
        rows = np.flatnonzero(new)
        first = np.append(True, person[rows][1:] != person[rows][:-1])[: len(rows)]
        group = np.cumsum(new, dtype=np.int64) - 1
        return cls(person[rows], day[rows].astype(np.int64), first, rows, group, seen)

    def _sums(self, source: int, low: float, high: float) -> tuple[Floats, Ints, Floats]:
        value = self.seen.value
        usable = (self.seen.source == source) & (value >= low) & (value <= high)
        days = len(self.day)
        found = np.zeros(days), np.zeros(days, np.int64), np.full(days, -np.inf)
        fill_sums(self.group, value, usable, *found)
        return found

    def mean(self, source: int, low: float, high: float) -> Floats:
        """The mean of the day's values of one list from `low` to `high`; NaN without any."""
        total, count, _ = self._sums(source, low, high)
        blank = np.full(len(self.day), np.nan)
        mean: Floats = np.divide(total, count, out=blank, where=count > 0)
        return mean

    def highest(self, source: int, low: float, high: float) -> Floats:
        """The day's highest value of one list from `low` to `high`; NaN without any."""
        _, count, highest = self._sums(source, low, high)
        return np.where(count > 0, highest, np.nan)

    def has(self, source: int) -> Bools:
        """Whether the day has an event of one list, with a value or without."""
        found = np.zeros(len(self.day), dtype=bool)
        found[self.group[self.seen.source == source]] = True
        return found

    def carried(self, value: Floats) -> Floats:
        """Each person's latest known value up to and with each day."""
        found = np.zeros(len(value))
        fill_carried(self.first, value, found)
        return found

    def backed(self, window: Window) -> Floats:
        """The earliest day that the window includes, of each day."""
        return back_table(window)[self.day - FIRST_DAY].astype(np.float64)

    def spread(self, value: Floats) -> Floats:
        """The day's value for each of its events."""
        rounded: Floats = np.round(value, 4)[self.group]
        return rounded
