"""A scale of dates with ticks at days, months, quarters or years."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from harmfree.pictures.errors import PictureError
from harmfree.pictures.scales import Moment, Tick, as_days

# Steps that an axis may take: (unit, how many); the first that is not too crowded is used.
_STEPS = (
    *(("day", n) for n in (1, 2, 7, 14)),
    *(("month", n) for n in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)),
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DAYS_PER_MONTH = 30.4


@dataclass(frozen=True)
class DateScale:
    """Time in days, as `as_days` counts them; places take a date or that number."""

    low: float
    high: float

    @classmethod
    def covering(cls, moments: Sequence[Moment], *, pad: float = 0.03) -> DateScale:
        """A scale that shows all the dates with a little room at both ends."""
        if not moments:
            raise PictureError("There is no date to draw", do="check the column of dates")
        days = [as_days(moment) for moment in moments]
        room = (max(days) - min(days)) * pad or 10.0
        return cls(min(days) - room, max(days) + room)

    def place(self, value: float) -> float:
        """Position of a day counted as `as_days` does."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self, most: int = 8) -> list[Tick]:
        """Ticks at the starts of days, months or years, whichever step fits."""
        span = self.high - self.low
        for unit, step in _STEPS:
            length = step * (1 if unit == "day" else _DAYS_PER_MONTH)
            if span / length <= most:
                break
        else:
            unit, step = _STEPS[-1]
        days = self._days(step) if unit == "day" else self._months(step)
        found = list(days)
        return [
            Tick(
                float(day.toordinal()),
                _label(day, unit, step, not i or day.year != found[i - 1].year),
            )
            for i, day in enumerate(found)
        ]

    def _days(self, step: int) -> Iterator[date]:
        first = max(1, math.ceil(self.low))
        # Weeks start on Mondays: ordinal 1 is a Monday.
        first += (1 - first) % step if step >= 7 else 0
        while first <= min(self.high, date.max.toordinal()):
            yield date.fromordinal(first)
            first += step

    def _months(self, step: int) -> Iterator[date]:
        start = date.fromordinal(max(1, math.ceil(self.low)))
        if start.day > 1:
            start = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        index = start.year * 12 + start.month - 1
        index += -index % step
        while index // 12 <= date.max.year:
            moment = date(index // 12, index % 12 + 1, 1)
            if moment.toordinal() > self.high:
                return
            yield moment
            index += step


def _label(day: date, unit: str, step: int, with_year: bool) -> str:
    """The label of a tick; among days only the first of each year names the year."""
    if unit == "day":
        year = f" {day.year % 100:02d}" if with_year else ""
        return f"{day.day} {_MONTHS[day.month - 1]}{year}"
    return str(day.year) if step >= 12 else f"{_MONTHS[day.month - 1]} {day.year % 100:02d}"


def plain_date(moment: Moment) -> str:
    """A date as people write it: 5 March 2024."""
    return f"{moment.day} {_LONG_MONTHS[moment.month - 1]} {moment.year}"


_LONG_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
