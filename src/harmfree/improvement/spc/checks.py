"""What is refused before a chart is computed, and what its reader must be told afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from harmfree.improvement.spc.errors import ChartError
from harmfree.improvement.spc.kinds import Kind
from harmfree.improvement.spc.rebasing import suggestion
from harmfree.improvement.spc.runs import FEW_USEFUL, perla
from harmfree.improvement.spc.series import LEAST_BASELINE, Series, Settings

if TYPE_CHECKING:
    from harmfree.improvement.spc.chart import ControlChart

#: With more than this share of points outside, a p or u chart's own variation is too small.
OVERDISPERSED_SHARE = 0.25
#: With more than this share outside an XmR chart, one mean does not describe the process.
DRIFTING_SHARE = 0.5
_NO_SPAN = frozenset({"g", "t", "mr", "xbar", "s"})
_REPEATS = frozenset({"g", "t"})


def checked(kind: Kind, series: Series, settings: Settings) -> Series:
    """The series, or an error that names the point; a size of zero makes its point missing.

    Raises:
        ChartError: there is nothing to draw, or a value does not fit the kind of chart.
    """
    _check_settings(kind, settings)
    if not len(series) or not np.isfinite(series.values).any():
        raise ChartError(
            "Every value is missing" if len(series) else "There are no values",
            where=f"from {series.at(0)} on" if len(series) else "",
            do="give at least one number",
        )
    given = kind.divides and series.sizes is not None
    if kind.per_size or given or kind.name in ("xbar", "s"):
        series = _with_sizes(kind, series)
    _check_values(kind, series)
    if series.least is not None and kind.name in _NO_SPAN:
        raise ChartError(
            f"A {kind.title} cannot be computed from suppressed or rounded counts",
            do="use an XmR, run, c, p or u chart, or unsuppressed counts",
        )
    if kind.name not in _REPEATS:
        _check_dates(series)
    if settings.annotations and not series.dates:
        raise ChartError(
            "An annotation has a date but the values have none", do="give the column of dates"
        )
    return series


def check_plotted(kind: Kind, plotted: Series) -> None:
    """Refuse a series of which nothing is left to plot.

    Raises:
        ChartError: such as moving ranges of a single value, or denominators that are all 0.
    """
    included = np.ones(len(plotted), bool) if plotted.ghosted is None else ~plotted.ghosted
    if not np.isfinite(plotted.values[included]).any():
        raise ChartError(
            f"Nothing can be plotted on a {kind.title}",
            do="a moving range needs two values in a row, a share or rate a denominator above "
            "zero, a standard deviation two measurements",
        )


def _check_settings(kind: Kind, settings: Settings) -> None:
    least = LEAST_BASELINE if kind.name == "xmr" else 2
    if settings.fix_after is not None and settings.fix_after < least:
        raise ChartError(
            f"A baseline of {settings.fix_after} points is too short",
            do=f"fix the limits on at least {least} points",
        )
    low, high = (0.0, np.inf) if kind.counts and not kind.per_size else kind.bounds
    if settings.centre is not None and not low <= settings.centre <= high:
        raise ChartError(
            f"{settings.centre:g} cannot be the centre of a {kind.title}",
            do=f"give a value from {low:g} to {high:g}",
        )
    if settings.multiply <= 0:
        raise ChartError("The factor to multiply by must be above zero", do="use 1 or 1000")
    for name in ("shift_points", "trend_points"):
        if getattr(settings, name) < 3:
            raise ChartError(f"{name} must be 3 or more", do="use 6 or 7")


def _with_sizes(kind: Kind, series: Series) -> Series:
    if series.sizes is None:
        if kind.name == "ip":
            return replace(series, sizes=np.ones(len(series)))
        raise ChartError(
            f"A {kind.title} needs denominators", do="name their column with --n, or use a c chart"
        )
    known = np.isfinite(series.values)
    _refuse(known & ~np.isfinite(series.sizes), series, "The denominator is missing")
    _refuse(series.sizes < 0, series, "The denominator is below zero", series.sizes)
    empty = series.sizes == 0
    _refuse(empty & known & (series.values > 0), series, "There are events but n is 0")
    if not empty.any():
        return series
    return replace(
        series,
        values=np.where(empty, np.nan, series.values),
        sizes=np.where(empty, np.nan, series.sizes),
    )


def _check_values(kind: Kind, series: Series) -> None:
    _refuse(np.isinf(series.values), series, "The value is not a finite number", series.values)
    if kind.counts:
        _refuse(series.values < 0, series, "A count cannot be below zero", series.values)
    if kind.name == "t":
        _refuse(
            series.values <= 0, series, "Time between events must be greater than zero",
            series.values, "give the times of events on one day or only the dates of all events, "
            "which are then spread over the day; or use a g chart",
        )  # fmt: skip
    if kind.name in ("p", "pp") and series.sizes is not None:
        most = series.values if series.most is None else series.least
        for i in np.flatnonzero(most > series.sizes) if most is not None else ():
            raise ChartError(
                f"n is smaller than the events: {series.sizes[i]:g} < {series.values[i]:g}",
                where=series.at(int(i)),
                do="correct the row, or use a u chart if one person can have several events",
            )


def _refuse(
    bad: np.ndarray, series: Series, what: str, shown: np.ndarray | None = None, do: str = ""
) -> None:
    for i in np.flatnonzero(bad):
        value = "" if shown is None else f": {shown[i]:g}"
        raise ChartError(what + value, where=series.at(int(i)), do=do or "correct the row")


def _check_dates(series: Series) -> None:
    seen: dict[object, int] = {}
    for i, moment in enumerate(series.dates):
        if moment in seen:
            raise ChartError(
                f"Two values have the date {moment.isoformat()}",
                where=f"{series.at(seen[moment])} and {series.at(i)}",
                do="add them up into one value a date, or use xbar_s for several measurements "
                "of one date, or g or t for events",
            )
        seen[moment] = i


def messages(chart: ControlChart, plotted: Series) -> tuple[str, ...]:
    """What the reader must know before trusting the picture, most important first."""
    found = [
        *_about_data(chart, plotted),
        *_about_limits(chart),
        *_about_rebases(chart),
        *_about_dispersion(chart),
        *_by_perla(chart),
    ]
    return tuple(found)


def _about_data(chart: ControlChart, plotted: Series) -> list[str]:
    found = []
    missing = int((~np.isfinite(chart.series.values)).sum())
    if missing:
        found.append(
            f"{missing} of {len(chart.series)} values are missing: runs pass over them, and no "
            "moving range is taken beside them."
        )
    if not chart.included.all():
        left = int((~chart.included).sum())
        found.append(f"Ghosted points, shown but counted for no limit and no rule: {left}.")
    if plotted.least is not None and plotted.most is not None:
        unsure = int((plotted.least != plotted.most).sum())
        found.append(
            f"Suppressed or rounded values: {unsure}. The limits are widened to hold "
            "whatever their true values are, and a point signals only if it would for all of them."
        )
    if chart.settings.screen and chart.kind.name != "run":
        found.append(
            "Moving ranges of 3.267 times their mean or more were left out once (Nelson 1982); "
            "the NHS Excel tools do not do this."
        )
    return found


def _about_limits(chart: ControlChart) -> list[str]:
    found = []
    for number in np.unique(chart.segment):
        here = (chart.segment == number) & chart.included & np.isfinite(chart.values)
        values = chart.values[here & chart.base]
        which = f" in part {number + 1}" if chart.segment.max() else ""
        if len(values) == 1 and chart.kind.name in ("xmr", "i", "t"):
            found.append(f"There is only one value{which}, so it has no limits.")
        elif len(values) > 1 and np.ptp(values) == 0 and chart.kind.name in ("xmr", "i", "run"):
            found.append(
                f"All values{which} are the same: the limits are the mean and nothing can signal."
            )
        elif chart.kind.name != "run" and chart.trial[here].any():
            found.append(
                f"The limits{which} are trial limits: they come from {len(values)} points, and "
                "12 are needed to lock them."
            )
        useful = chart.runs[int(number)].useful
        if chart.kind.rules == "anhoej" and 0 < useful < FEW_USEFUL:
            found.append(
                f"Only {useful} points lie off the centre line{which}: the runs rules have "
                f"little power below {FEW_USEFUL}."
            )
    return found


def _about_rebases(chart: ControlChart) -> list[str]:
    found = []
    for rebase in chart.settings.rebases:
        when = rebase.when.isoformat()
        if not rebase.reason:
            found.append(f"The rebase on {when} has no reason recorded.")
        starts = [d for d, s in zip(chart.series.dates, chart.segment, strict=True) if s > 0]
        if not starts or rebase.when.isoformat() > chart.series.dates[-1].isoformat():
            found.append(f"The rebase on {when} lies outside the series and changes nothing.")
    proposal = suggestion(chart)
    if proposal:
        found.append(proposal.sentence)
    return found


def _about_dispersion(chart: ControlChart) -> list[str]:
    outside = float((chart.signals.outside[chart.included] != 0).mean())
    if chart.kind.name in ("xmr", "i") and outside > DRIFTING_SHARE:
        return [
            f"{outside:.0%} of the points lie outside the limits: the level has been changing all "
            "along, and one mean does not describe it."
        ]
    if chart.kind.name not in ("p", "u"):
        return []
    if outside <= OVERDISPERSED_SHARE:
        return []
    return [
        f"{outside:.0%} of the points lie outside the limits: with large denominators a "
        f"{chart.kind.name} chart's limits are too narrow; see the {chart.kind.name}prime chart."
    ]


def _by_perla(chart: ControlChart) -> list[str]:
    """Perla's rules on the latest part of a run chart, said to be unverified."""
    if chart.kind.name != "run":
        return []
    here = (chart.segment == chart.segment.max()) & chart.included
    signs = perla(chart.values[here], chart.limits.mean[here])
    fired = [
        name
        for name, found in (
            ("a shift of 6 or more", signs.shift), ("a trend of 5 or more", signs.trend),
            ("too few runs", signs.too_few), ("too many runs", signs.too_many),
        )
        if found
    ]  # fmt: skip
    return [f"Perla's rules (not verified against the paper): {', '.join(fired) or 'no signal'}."]
