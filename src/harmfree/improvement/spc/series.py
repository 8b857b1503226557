"""One series of measurements in time order, and how its chart is to be computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

import numpy as np

from harmfree.improvement.spc.arrays import Bools, Floats, Ints
from harmfree.improvement.spc.errors import ChartError

Moment = date | datetime
Improve = Literal["up", "down", "neutral"]

#: Fewest points that a fixed baseline may have (NHSRplotthedots fix_after_n_points).
LEAST_BASELINE = 12


@dataclass(frozen=True)
class Series:
    """Values in the order given; `in_time_order` sorts them.

    Attributes:
        values: what was measured or counted; NaN where missing.
        dates: one per value, or empty when only the order is known.
        sizes: denominators (p, u, I′) or subgroup sizes (x-bar, s); None when there are none.
        spreads: standard deviations of subgroups, for x-bar and s.
        ghosted: points shown but left out of limits and rules.
        least, most: bounds of values that are suppressed or rounded; None when all are exact.
        labels: where each value stands in the user's file, for messages.
    """

    values: Floats
    dates: tuple[Moment, ...] = ()
    sizes: Floats | None = None
    spreads: Floats | None = None
    ghosted: Bools | None = None
    least: Floats | None = None
    most: Floats | None = None
    labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    def __post_init__(self) -> None:
        for name in ("dates", "sizes", "spreads", "ghosted", "least", "most", "labels"):
            other = getattr(self, name)
            absent = other is None or (isinstance(other, tuple) and not other)
            if not absent and len(other) != len(self.values):
                raise ChartError(
                    f"There are {len(self.values)} values but {len(other)} {name}",
                    do="give one for every value",
                )

    def at(self, point: int) -> str:
        """Where a value stands, for a message."""
        if self.labels:
            return self.labels[point]
        when = f" ({self.dates[point].isoformat()})" if self.dates else ""
        return f"point {point + 1}{when}"

    def in_time_order(self) -> Series:
        """Sorted by date; values on one date keep the order in which they were given."""
        if not self.dates:
            return self
        order = sorted(range(len(self)), key=lambda i: _sort_key(self.dates[i]))
        return self.take(order)

    def take(self, order: Sequence[int]) -> Series:
        """The values at these places, in this order."""
        index = np.array(order, np.intp)

        def chosen(array: Floats | None) -> Floats | None:
            return None if array is None else array[index]

        return replace(
            self,
            values=self.values[index],
            dates=tuple(self.dates[i] for i in order) if self.dates else (),
            sizes=chosen(self.sizes),
            spreads=chosen(self.spreads),
            ghosted=None if self.ghosted is None else self.ghosted[index],
            least=chosen(self.least),
            most=chosen(self.most),
            labels=tuple(self.labels[i] for i in order) if self.labels else (),
        )


@dataclass(frozen=True)
class Rebase:
    """A decision that the process has changed and its limits begin afresh.

    It is a human judgement (Making Data Count: a real, sustained and understood change), so it
    carries its reason, author and evidence; the program suggests and never applies one.
    """

    when: Moment
    reason: str = ""
    author: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Annotation:
    """Something that happened on a date, marked on the chart."""

    when: Moment
    text: str


@dataclass(frozen=True)
class Settings:
    """How a chart is computed.

    Attributes:
        improve: which direction is better.
        target: value that the process should reach, or None.
        screen: whether large moving ranges are left out once (Nelson 1982); the NHS Excel tools
            do not, so the default is False.
        rebases: where limits begin afresh.
        parts: the same by position: each new part begins after this many points.
        fix_after: compute limits from the first so many points of each segment only.
        centre: centre line given by the user.
        shift_points, trend_points: lengths of the shift and trend rules (7; the NHS tools also
            offer 6).
        multiply: factor for what is shown, such as 1000 for a rate per 1,000.
        rules: "mdc" or "anhoej"; None for the kind of chart's own.
        annotations: events to mark.
    """

    improve: Improve = "neutral"
    target: float | None = None
    screen: bool = False
    rebases: tuple[Rebase, ...] = ()
    parts: tuple[int, ...] = ()
    fix_after: int | None = None
    centre: float | None = None
    shift_points: int = 7
    trend_points: int = 7
    multiply: float = 1.0
    rules: Literal["mdc", "anhoej"] | None = None
    annotations: tuple[Annotation, ...] = field(default=())


def segments(series: Series, settings: Settings) -> Ints:
    """Number of the segment of each point, 0 upwards."""
    segment = np.zeros(len(series), np.int64)
    if settings.rebases and not series.dates:
        raise ChartError(
            "A rebase has a date but the values have none", do="give the column of dates"
        )
    for rebase in settings.rebases:
        start = _sort_key(rebase.when)
        segment += np.array([_sort_key(d) >= start for d in series.dates], np.int64)
    for part in settings.parts:
        if not 0 < part < len(series):
            raise ChartError(
                f"A part cannot begin after point {part} of {len(series)}",
                do="give a position inside the series",
            )
        segment += np.arange(len(series)) >= part
    # Rebases before the first point, or two between the same points, leave no empty segment.
    return np.unique(segment, return_inverse=True)[1].astype(np.int64)


def baseline(segment: Ints, fix_after: int | None) -> Bools:
    """Which points the limits are computed from: all, or the first n of each segment."""
    if fix_after is None:
        return np.ones(len(segment), bool)
    result = np.zeros(len(segment), bool)
    for number in np.unique(segment):
        result[np.flatnonzero(segment == number)[:fix_after]] = True
    return result


def _sort_key(moment: Moment) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime(moment.year, moment.month, moment.day)
