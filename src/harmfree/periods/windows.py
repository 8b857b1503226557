"""Windows of time that a definition looks back over, and the calendar rules behind them.

A day is an integer: days since 1970-01-01. Two functions carry all meaning:

- `back(day, window)`: the earliest day that a look-back from `day` includes. Months are calendar
  months, clipped to the end of a shorter month (31 May back 3 months is 28 or 29 February).
- `reach(day, window)`: the first day whose look-back no longer goes beyond `day`, that is, the
  smallest t with ``back(t, window) >= day``.

So an event on day d lies within the window on exactly the days ``d <= t < reach(d + 1, window)``
and is at least the window ago on exactly the days ``t >= reach(d, window)``.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from harmfree.errors import HarmfreeError

EPOCH = date(1970, 1, 1)
FIRST_DAY = (date(1850, 1, 1) - EPOCH).days
LAST_DAY = (date(2149, 12, 31) - EPOCH).days


class DefinitionError(HarmfreeError):
    """A definition is not well formed: a wrong list name, window, or comparison."""

    exit_code = 25


class Unit(Enum):
    """What a window is counted in."""

    DAYS = "days"
    MONTHS = "months"
    CONTRACT_YEAR = "contract year"


LONGEST = {Unit.DAYS: 73_000, Unit.MONTHS: 2_400, Unit.CONTRACT_YEAR: 0}  # 200 years


def whole(number: object) -> bool:
    """Whether it is a whole number; True and False are none."""
    return isinstance(number, int) and not isinstance(number, bool)


@dataclass(frozen=True)
class Window:
    """A length of time to look back over. Make one with `days`, `weeks`, `months` or `years`."""

    length: int
    unit: Unit

    def __post_init__(self) -> None:
        if not whole(self.length) or not 0 <= self.length <= LONGEST[self.unit]:
            raise DefinitionError(
                f"A window's length is a whole number, not {self.length!r}.",
                do="give a number from 0 up to 200 years' worth, such as months(3)",
            )

    def __str__(self) -> str:
        if self.unit is Unit.CONTRACT_YEAR:
            return "this contract year (from 1 April)"
        if self.unit is Unit.MONTHS and self.length % 12 == 0 and self.length:
            return _counted(self.length // 12, "year")
        if self.unit is Unit.DAYS and self.length % 7 == 0 and self.length > 7:
            return _counted(self.length // 7, "week")
        return _counted(self.length, self.unit.value.rstrip("s"))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def days(length: int) -> Window:
    """A window of that many days."""
    return Window(length, Unit.DAYS)


def weeks(length: int) -> Window:
    """A window of that many weeks of seven days."""
    return Window(7 * length if whole(length) else length, Unit.DAYS)


def months(length: int) -> Window:
    """A window of that many calendar months, clipped to the month's end."""
    return Window(length, Unit.MONTHS)


def years(length: int) -> Window:
    """A window of that many times twelve calendar months."""
    return months(12 * length if whole(length) else length)


def contract_year() -> Window:
    """From 1 April on or before the day: the GP contract year (NHS England business rules)."""
    return Window(0, Unit.CONTRACT_YEAR)


def to_day(value: date | str) -> int:
    """Days since 1970-01-01 of a date or of its ISO text."""
    return ((date.fromisoformat(value) if isinstance(value, str) else value) - EPOCH).days


def to_date(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(day))


@lru_cache(maxsize=1 << 17)
def add_months(day: int, length: int) -> int:
    """The same day of the month `length` months later (or earlier), clipped to the month's end."""
    start = to_date(day)
    month = start.year * 12 + start.month - 1 + length
    year, month = month // 12, month % 12 + 1
    return to_day(date(year, month, min(start.day, monthrange(year, month)[1])))


def back(day: int, window: Window) -> int:
    """The earliest day that a look-back from `day` includes."""
    if window.unit is Unit.DAYS:
        return day - window.length
    if window.unit is Unit.MONTHS:
        return add_months(day, -window.length)
    on = to_date(day)
    return to_day(date(on.year if on >= date(on.year, 4, 1) else on.year - 1, 4, 1))


def reach(day: int, window: Window) -> int:
    """The smallest t with ``back(t, window) >= day``."""
    if window.unit is Unit.DAYS:
        return day + window.length
    if window.unit is Unit.CONTRACT_YEAR:
        start = back(day, window)
        return day if start == day else to_day(date(to_date(start).year + 1, 4, 1))
    later = add_months(day, window.length)
    while back(later, window) < day:
        later += 1
    return later


def birthday(birth: int, age: int) -> int:
    """The day on which somebody reaches an age; born on 29 February: 1 March in other years."""
    born = to_date(birth)
    try:
        return to_day(born.replace(year=born.year + age))
    except ValueError:
        return to_day(date(born.year + age, 3, 1))


@cache
def reach_table(window: Window) -> npt.NDArray[np.int32]:
    """`reach` of every day from FIRST_DAY to LAST_DAY, for the kernel: one array read an event."""
    low, high = FIRST_DAY - 40_000, LAST_DAY
    every = np.arange(low, high + 1)
    starts = _back_array(every, window)
    wanted = np.arange(FIRST_DAY, LAST_DAY + 1)
    found = np.searchsorted(starts, wanted, side="left")
    return np.where(found < len(every), low + found, LAST_DAY + 1).astype(np.int32)


@cache
def back_table(window: Window) -> npt.NDArray[np.int32]:
    """`back` of every day from FIRST_DAY to LAST_DAY."""
    return _back_array(np.arange(FIRST_DAY, LAST_DAY + 1), window).astype(np.int32)


def _back_array(every: npt.NDArray[np.int64], window: Window) -> npt.NDArray[np.int64]:
    if window.unit is Unit.DAYS:
        return every - window.length
    if window.unit is Unit.MONTHS:
        stamps = every.astype("datetime64[D]")
        month = stamps.astype("datetime64[M]")
        of_month = (stamps - month).astype(int)
        target = month - window.length
        days_in_month = target.astype("datetime64[D]"), (target + 1).astype("datetime64[D]")
        last = (days_in_month[1] - days_in_month[0]).astype(int) - 1
        first: npt.NDArray[np.int64] = target.astype("datetime64[D]").astype(np.int64)
        clipped: npt.NDArray[np.int64] = np.minimum(of_month, last)
        return first + clipped
    return np.array([back(int(day), window) for day in every], dtype=np.int64)
