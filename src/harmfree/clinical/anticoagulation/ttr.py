"""Time in therapeutic range by linear interpolation (Rosendaal 1993), with a gap rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Day, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source
from harmfree.clinical.series import DatedValues, DayList, Series

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOW, HIGH = 2.0, 3.0
LONGEST_DAYS = 56
GOOD_FROM = 65.0
INR = Measure(label="INR", low=0.5, high=20, help="Values of 0 or less, or above 20, are refused")


@dataclass(frozen=True)
class RangeDays:
    """Days in, below and above a range.

    Args:
        inside: days in the range, both ends included.
        below: days below it.
        above: days above it.
        gap: days between tests too far apart to interpolate; in none of the others.
        counted_inside: whole days whose interpolated value is in the range (day-count variant).
        counted: whole days looked at by the day-count variant.
    """

    inside: float = 0.0
    below: float = 0.0
    above: float = 0.0
    gap: float = 0.0
    counted_inside: int = 0
    counted: int = 0

    @property
    def usable(self) -> float:
        """Days that could be interpolated."""
        return round(self.inside + self.below + self.above, 9)

    @property
    def ttr(self) -> float | None:
        """The fraction of usable days in range, None without any."""
        return round(self.inside / self.usable, 9) if self.usable else None


def rosendaal(
    days: Sequence[float] | NDArray[np.float64],
    inrs: Sequence[float] | NDArray[np.float64],
    *,
    low: float = LOW,
    high: float = HIGH,
    longest: float = LONGEST_DAYS,
    since: float | None = None,
    until: float | None = None,
    breaks: Sequence[float] = (),
) -> RangeDays:
    """Return the days in range between tests, by linear interpolation.

    Args:
        days: day of each test; any order, one test a day (merge duplicates first).
        inrs: INR of each test.
        low: lower end of the range, included.
        high: upper end, included.
        longest: an interval longer than this many days is a gap; one of exactly this many counts.
        since: count only days after this one; the last test before it still anchors the line.
        until: use no test after this day; nothing is carried past the last test.
        breaks: days on which treatment was interrupted; an interval holding one is a gap.

    Source: Rosendaal FR et al., Thromb Haemost 1993;69:236-9; gap of 56 days as LOINC 72281-9.
    """
    import numpy as np

    day, inr = np.asarray(days, dtype=np.float64), np.asarray(inrs, dtype=np.float64)
    order = np.argsort(day, kind="stable")
    day, inr = day[order], inr[order]
    if until is not None:
        day, inr = day[day <= until], inr[day <= until]
    if len(day) < 2:
        return RangeDays()
    start, first, last, end = day[:-1], inr[:-1], inr[1:], day[1:]
    length = end - start
    stopped = _holds_a_break(start, end, breaks)
    if since is not None:
        cut = np.clip(since, start, end)
        share = np.divide(cut - start, length, out=np.zeros_like(length), where=length > 0)
        first, start = first + (last - first) * share, cut
    kept = end - start
    usable = (length <= longest) & ~stopped
    inside, below, above = _split(first[usable], last[usable], kept[usable], low, high)
    hit, counted = _day_count(first[usable], last[usable], kept[usable], low, high)
    gap = float(kept[~usable].sum())
    # Rounded so that 12 days of 16 are 0.75 and not 0.7499999999999999.
    inside, below, above = round(inside, 9), round(below, 9), round(above, 9)
    return RangeDays(inside, below, above, round(gap, 9), hit, counted)


def _holds_a_break(
    start: NDArray[np.float64], end: NDArray[np.float64], breaks: Sequence[float]
) -> NDArray[np.bool_]:
    import numpy as np

    held: NDArray[np.bool_] = np.zeros(len(start), dtype=bool)
    for stop in breaks:
        held |= (start <= stop) & (stop < end)
    return held


def _split(
    first: NDArray[np.float64],
    last: NDArray[np.float64],
    length: NDArray[np.float64],
    low: float,
    high: float,
) -> tuple[float, float, float]:
    """Return days in, below and above, from the share of each line inside the range."""
    under, over = shares(first, last, low, high)
    below, above = float((under * length).sum()), float((over * length).sum())
    inside = float(((1 - under - over) * length).sum())
    return inside, below, above


def shares(
    first: NDArray[np.float64], last: NDArray[np.float64], low: float, high: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return which share of each straight line from `first` to `last` is below and above."""
    import numpy as np

    least, most = np.minimum(first, last), np.maximum(first, last)
    rise = most - least
    flat = rise == 0
    divisor = np.where(flat, 1.0, rise)
    under = np.where(flat, least < low, np.clip(low - least, 0, rise) / divisor)
    over = np.where(flat, least > high, np.clip(most - high, 0, rise) / divisor)
    return under, over


def _day_count(
    first: NDArray[np.float64],
    last: NDArray[np.float64],
    length: NDArray[np.float64],
    low: float,
    high: float,
) -> tuple[int, int]:
    """Return whole days in range and looked at: day k of n has first + (last - first) k / n."""
    import numpy as np

    hair = 1e-9
    hit = counted = 0
    for one, other, days in zip(first, last, length, strict=True):
        whole = int(days)
        value = one + (other - one) * np.arange(1, whole + 1) / days if whole else np.empty(0)
        hit += int(((value >= low - hair) & (value <= high + hair)).sum())
        counted += whole
    return hit, counted


def merged(series: Series) -> tuple[list[int], list[float], int]:
    """Return one test a day, the mean of several on a day, and how many days had several."""
    by_day: dict[int, list[float]] = {}
    for day, value in zip(series.days, series.values, strict=True):
        by_day.setdefault(day, []).append(value)
    several = sum(len(values) > 1 for values in by_day.values())
    return list(by_day), [sum(values) / len(values) for values in by_day.values()], several


class TtrInputs(Inputs):
    """INR tests of one person, and the range they should be in."""

    inrs: Annotated[
        Series | None,
        DatedValues(
            label="INR tests",
            help="All of them, with the day of each",
            value=INR,
            value_names=("inr",),
            aliases=("inr", "tests"),
        ),
    ] = None
    low: Annotated[float, Measure(label="Lower end of the range", low=1, high=5)] = LOW
    high: Annotated[float, Measure(label="Upper end of the range", low=1, high=6)] = HIGH
    longest_gap: Annotated[
        float,
        Measure(label="Longest interval to interpolate", unit="days", low=1, high=365),
    ] = LONGEST_DAYS
    interruptions: Annotated[
        tuple[int, ...] | None,
        DayList(
            label="Days on which treatment was interrupted",
            help="An interval between tests that holds one is left out",
        ),
    ] = None
    since: Annotated[
        date | None, Day(label="Count days after", help="The last test before it is an anchor")
    ] = None
    until: Annotated[date | None, Day(label="Use no test after")] = None

    def conflicts(self) -> Iterable[Problem]:
        """A range must have a width, and a window needs dated tests."""
        if self.low >= self.high:
            yield Problem("must be below the upper end", "low")
        window = self.since or self.until
        if window and self.inrs is not None and self.inrs.days and not self.inrs.dated:
            yield Problem("a window needs tests with dates", "inrs")


@tool(
    Card(
        name="ttr",
        title="Time in therapeutic range (Rosendaal)",
        topic="atrial fibrillation",
        version="1993.1",
        unit="%",
        source=(
            Source("Rosendaal FR et al., Thromb Haemost 1993;69:236-9", "V", "interpolation"),
            Source("LOINC 72281-9; open implementations", "V", "gap of more than 56 days"),
            Source("Own arithmetic on published inputs, by two variants", "R", "worked vectors"),
        ),
        population="People on warfarin or another vitamin K antagonist",
        use="Measures control over a period; a single person's value needs several months.",
        limits=(
            "Nothing is carried past the last test, nor read back from a test after the window.",
            "Tests on one day are averaged, and that is said.",
            "Some authors call 42 days a gap: set `longest_gap`.",
        ),
        formula="Between two tests the INR is taken to move in a straight line; days with the line "
        "inside the range, ends included, over all days between tests not further apart than the "
        "longest gap. The day-count variant, used by spreadsheets, counts whole days and can "
        "differ by about a day for each crossing.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=Example({"inrs": "0:2.4 16:3.2"}, 75.0, "12 of 16 days; 4 above."),
    )
)
def ttr(given: TtrInputs) -> Outcome:
    """Return the percentage of days in range, with the days behind it."""
    if given.inrs is None:
        return Outcome(None, missing=("inrs",))
    days, inrs, several = merged(given.inrs)
    found = rosendaal(
        days,
        inrs,
        low=given.low,
        high=given.high,
        longest=given.longest_gap,
        since=None if given.since is None else given.since.toordinal(),
        until=None if given.until is None else given.until.toordinal(),
        breaks=given.interruptions or (),
    )
    return _outcome(given, found, inrs, several)


def _outcome(given: TtrInputs, found: RangeDays, inrs: list[float], several: int) -> Outcome:
    said = [f"{several} days have several tests: their mean was used."] if several else []
    tests = [value for value in inrs if given.low <= value <= given.high]
    detail = {
        "ttr": found.ttr,
        "days_in_range": found.inside,
        "days_below": found.below,
        "days_above": found.above,
        "days_usable": found.usable,
        "days_gap": found.gap,
        "day_count": f"{found.counted_inside}/{found.counted}",
        "tests": len(inrs),
        "fraction_of_tests_in_range": len(tests) / len(inrs) if inrs else None,
    }
    parts = (
        Component("below", "Days below", round(found.below, 3), None, f"INR below {given.low:g}"),
        Component("inside", "Days in range", round(found.inside, 3), None, "counted"),
        Component("above", "Days above", round(found.above, 3), None, f"INR above {given.high:g}"),
        Component("gap", "Days in gaps", round(found.gap, 3), None, "left out"),
    )
    if found.ttr is None:
        said.append("Fewer than two tests close enough together: no time in range.")
        return Outcome(None, parts, missing=("inrs",), warnings=tuple(said), detail=detail)
    percent = 100 * found.ttr
    band = f"{GOOD_FROM:g}% or more" if percent >= GOOD_FROM else f"below {GOOD_FROM:g}%"
    return Outcome(percent, parts, band, (), (), tuple(said), detail)
