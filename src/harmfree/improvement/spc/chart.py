"""Control charts and run charts: from a series to lines, signals and messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from harmfree.improvement.spc import checks, formulas
from harmfree.improvement.spc.arrays import (
    NEAR_SHARE,
    XMR_FACTOR,
    Bools,
    Floats,
    Ints,
    Limits,
    Signals,
    making_data_count,
)
from harmfree.improvement.spc.kinds import KINDS, Kind
from harmfree.improvement.spc.runs import Runs, anhoej
from harmfree.improvement.spc.series import Series, Settings, baseline, segments

#: A segment with fewer points has trial limits (NHSRplotthedots, "How many points are required
#: for robust control limits?": locked from 12; its code says 13, see docs/deviations.md).
LOCKED_AT = 12


@dataclass(frozen=True)
class ControlChart:
    """A computed chart. Arrays hold one number for each point, in time order.

    Attributes:
        kind: what sort of chart it is.
        series: the data in time order.
        settings: how it was computed.
        values: what is plotted, after multiplying.
        limits: centre and limits; NaN where there are none (run charts, single points).
        segment: number of the segment of each point.
        base: points that the limits were computed from.
        signals: the rules that mark single points.
        runs: Anhøj's analysis of each segment.
        messages: what the reader must know, in plain English.
    """

    kind: Kind
    series: Series
    settings: Settings
    values: Floats
    limits: Limits
    segment: Ints
    base: Bools
    signals: Signals
    runs: tuple[Runs, ...]
    messages: tuple[str, ...]

    @cached_property
    def included(self) -> Bools:
        """Points that count for rules: all but the ghosted ones."""
        return _included(self.series)

    @cached_property
    def trial(self) -> Bools:
        """Points whose limits come from fewer than 12 values."""
        used = self.base & self.included & np.isfinite(self.values)
        counts = np.bincount(self.segment[used], minlength=int(self.segment.max(initial=0)) + 1)
        return counts[self.segment] < LOCKED_AT

    @cached_property
    def latest(self) -> int:
        """Place of the last point that has a value and is not ghosted."""
        known = np.flatnonzero(np.isfinite(self.values) & self.included)
        return int(known[-1])


def control_chart(kind: str, series: Series, settings: Settings | None = None) -> ControlChart:
    """Compute a chart.

    Args:
        kind: a name in `kinds.KINDS`: xmr, run, i, mr, p, pp, u, up, c, g, t, ip, xbar or s.
        series: the data, in any order.
        settings: improvement direction, target, rebases and so on.

    Raises:
        ChartError: the data do not fit the kind of chart; the message names the point.
    """
    settings = settings or Settings()
    what = KINDS[kind]
    series = checks.checked(what, series, settings).in_time_order()
    segment = segments(series, settings)
    base = baseline(segment, settings.fix_after)
    plotted = _plotted(what, series, segment)
    checks.check_plotted(what, plotted)
    limits = _lines(what, plotted, segment, base, settings)
    signals = _signals(what, plotted, limits, segment, settings)
    runs = _runs(plotted, limits.mean, segment)
    chart = ControlChart(
        what, series, settings, plotted.values * settings.multiply, _scaled(limits, settings),
        segment, base, signals, runs, (),
    )  # fmt: skip
    return replace(chart, messages=checks.messages(chart, plotted))


def _signals(
    kind: Kind, plotted: Series, limits: Limits, segment: Ints, settings: Settings
) -> Signals:
    found = making_data_count(
        plotted.values[None],
        Limits(*(getattr(limits, f)[None] for f in Limits.__dataclass_fields__)),
        segment[None],
        _included(plotted)[None],
        shift_points=settings.shift_points,
        trend_points=settings.trend_points,
        least=None if plotted.least is None else plotted.least[None],
        most=None if plotted.most is None else plotted.most[None],
    )
    one = Signals(*(getattr(found, f)[0] for f in Signals.__dataclass_fields__))
    if (settings.rules or kind.rules) == "mdc":
        return one
    # With Anhøj's rules a point signals by lying outside; shifts are found by the runs analysis.
    none = np.zeros_like(one.trend)
    return replace(one, trend=none, two_of_three=none, shift=none)


def _included(series: Series) -> Bools:
    return np.ones(len(series), bool) if series.ghosted is None else ~series.ghosted


def _plotted(kind: Kind, series: Series, segment: Ints) -> Series:
    """The series as it is plotted: shares, rates or moving ranges."""
    if (kind.per_size or kind.divides) and series.sizes is not None:
        sizes = series.sizes
        low, high = (None if a is None else a / sizes for a in (series.least, series.most))
        return replace(series, values=series.values / sizes, least=low, most=high)
    if kind.name == "mr":
        ranges = np.abs(np.diff(series.values, prepend=np.nan))
        ranges[np.flatnonzero(np.diff(segment, prepend=-1))] = np.nan
        return replace(series, values=ranges)
    if kind.name == "s" and series.spreads is not None:
        return replace(series, values=series.spreads)
    return series


def _lines(kind: Kind, series: Series, segment: Ints, base: Bools, settings: Settings) -> Limits:
    """Centre and limits, segment by segment."""
    made = Limits(*(np.full(len(series), np.nan) for _ in Limits.__dataclass_fields__))
    base = base & _included(series)
    for number in np.unique(segment):
        here = segment == number
        part = series.take([int(i) for i in np.flatnonzero(here)])
        for name, line in vars(_segment_lines(kind, part, base[here], settings)).items():
            getattr(made, name)[here] = line
    return made


def _segment_lines(kind: Kind, part: Series, base: Bools, settings: Settings) -> Limits:
    if kind.name == "run":
        chosen = part.values[base & np.isfinite(part.values)]
        middle = float(np.median(chosen)) if len(chosen) else float("nan")
        middle = middle if settings.centre is None else settings.centre
        none = np.full(len(part), np.nan)
        return Limits(np.full(len(part), middle), none, none, none, none)
    if kind.name == "t":
        # The I chart of the transformed gaps, all lines taken back to time.
        moved = replace(part, values=formulas.power_in(part.values))
        centre = None if settings.centre is None else settings.centre ** (1 / formulas.T_POWER)
        lines = _drawn(kind, moved, base, replace(settings, centre=centre))
        return Limits(*(formulas.power_out(line) for line in vars(lines).values()))
    return _drawn(kind, part, base, settings)


def _drawn(kind: Kind, part: Series, base: Bools, settings: Settings) -> Limits:
    none = np.full(len(part), np.nan)
    stretch = formulas.Stretch(
        values=part.values,
        sizes=none if part.sizes is None else part.sizes,
        spreads=none if part.spreads is None else part.spreads,
        base=base,
        screen=settings.screen,
        given=settings.centre,
        least=part.values if part.least is None else part.least,
        most=part.values if part.most is None else part.most,
    )
    lines = kind.formula(stretch)
    reach = XMR_FACTOR * formulas.D2 if kind.name == "xmr" else 3.0
    lower, upper = lines.lowest - reach * lines.sd, lines.highest + reach * lines.sd
    near = reach * NEAR_SHARE * lines.sd
    low, high = (np.clip(x, *kind.bounds) for x in (lower, upper))
    near_low = np.clip(lines.lowest - near, *kind.bounds)
    near_high = np.clip(lines.highest + near, *kind.bounds)
    if kind.name == "mr":
        # A moving range counts from zero, so its near line is two thirds of its limit.
        near_high = NEAR_SHARE * high
    centre = _median_centre(stretch) if kind.name == "g" else lines.centre
    return Limits(centre, low, high, near_low, near_high)


def _median_centre(s: formulas.Stretch) -> Floats:
    """Centre drawn on a g chart: the median, so that the runs rules hold on skewed counts."""
    if s.given is not None:
        return np.full(len(s.values), formulas.G_MEDIAN * s.given)
    return np.full(len(s.values), np.median(s.values[s.base & np.isfinite(s.values)]))


def _runs(series: Series, centre: Floats, segment: Ints) -> tuple[Runs, ...]:
    values = series.values
    if series.least is not None and series.most is not None:
        # A value that may lie on either side of the centre is on neither.
        unsure = (series.least <= centre) & (series.most >= centre)
        values = np.where(unsure, centre, values)
    chosen = _included(series)
    return tuple(
        anhoej(values[chosen & (segment == k)], centre[chosen & (segment == k)])
        for k in np.unique(segment)
    )


def _scaled(limits: Limits, settings: Settings) -> Limits:
    return Limits(*(line * settings.multiply for line in vars(limits).values()))
