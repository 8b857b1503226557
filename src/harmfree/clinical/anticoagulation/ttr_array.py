"""Time in therapeutic range at every test of many people at once; the twin of `ttr.rosendaal`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.clinical.anticoagulation.ttr import HIGH, LONGEST_DAYS, LOW, shares

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RollingDays:
    """Days up to each test.

    Args:
        inside: float64[n], days in range from the window's start to the test.
        usable: float64[n], days that could be interpolated.
    """

    inside: Floats
    usable: Floats

    @property
    def percent(self) -> Floats:
        """Time in range, per cent; NaN without any usable day."""
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.round(self.inside / self.usable, 9)
        return np.where(self.usable > 0, 100 * share, np.nan)


def rosendaal_array(
    person: npt.NDArray[np.int64],
    day: Floats,
    inr: Floats,
    since: Floats,
    *,
    low: float = LOW,
    high: float = HIGH,
    longest: float = LONGEST_DAYS,
) -> RollingDays:
    """Return days in range up to each test, by linear interpolation.

    Args:
        person: whose test; the tests of one person stand together, by day, one a day.
        day: day of each test.
        inr: INR of each test.
        since: for each test, count only days after this one (no later than the test); the test
            before it is an anchor. Minus infinity for all days.
        low: lower end of the range, included.
        high: upper end, included.
        longest: an interval longer than this many days is a gap.

    Source: as `ttr.rosendaal`, with ``until`` the day of each test itself.
    """
    if not len(day):
        return RollingDays(np.zeros(0), np.zeros(0))
    first = np.append(True, person[1:] != person[:-1])
    before = np.where(first, np.arange(len(day)), np.arange(len(day)) - 1)
    length = day - day[before]
    usable = np.where(length <= longest, length, 0.0)
    inside = usable * _share_inside(inr[before], inr, low, high)
    whole_inside, whole_usable = np.cumsum(inside), np.cumsum(usable)
    since = np.clip(since, day.min() - 1, day)
    opening = _opening(first, day, since)
    part, part_inside = _part(day, inr, before, opening, since, low, high)
    counted = usable[opening] > 0
    return RollingDays(
        np.round(whole_inside - whole_inside[opening] + np.where(counted, part_inside, 0), 9),
        np.round(whole_usable - whole_usable[opening] + np.where(counted, part, 0), 9),
    )


def _share_inside(first: Floats, last: Floats, low: float, high: float) -> Floats:
    under, over = shares(first, last, low, high)
    return 1 - under - over


def _opening(first: npt.NDArray[np.bool_], day: Floats, since: Floats) -> npt.NDArray[np.intp]:
    """The same person's first test on or after the window's start."""
    # People are set apart, so that one search over all tests stays within each person's own.
    apart = 2 * (day.max() - day.min() + 2)
    offset = (np.cumsum(first) - 1) * apart
    found: npt.NDArray[np.intp] = np.searchsorted(day + offset, since + offset, side="left")
    return found


def _part(
    day: Floats,
    inr: Floats,
    before: npt.NDArray[np.intp],
    opening: npt.NDArray[np.intp],
    since: Floats,
    low: float,
    high: float,
) -> tuple[Floats, Floats]:
    """The days between the window's start and its first test, and those of them in range."""
    start, end = day[before[opening]], day[opening]
    cut = np.clip(since, start, end)
    share = np.divide(cut - start, end - start, out=np.zeros_like(cut), where=end > start)
    value = inr[before[opening]] + (inr[opening] - inr[before[opening]]) * share
    return end - cut, (end - cut) * _share_inside(value, inr[opening], low, high)
