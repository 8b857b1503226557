"""The sentence under a chart: what it says, in plain English."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harmfree.improvement.spc import icons
from harmfree.improvement.spc.chart import ControlChart
from harmfree.improvement.spc.runs import Runs
from harmfree.improvement.spc.series import Moment
from harmfree.pictures import neat, neat_percent, plain_date

_KINDS = {
    "special_cause_improvement": "an improvement",
    "special_cause_concern": "a concern",
    "special_cause_neutral_high": "a change to higher values",
    "special_cause_neutral_low": "a change to lower values",
}
_SIDES = {1: "above", -1: "below"}


def shown(chart: ControlChart, value: float) -> str:
    """A value in the chart's unit."""
    if chart.kind.name in ("p", "pp") and chart.settings.multiply == 1:
        return neat_percent(value)
    return neat(value)


def sentence(chart: ControlChart) -> str:
    """Verdict on the latest point, earlier signals, runs, limits and target."""
    parts = [_latest(chart), _earlier(chart), _runs(chart), _lines(chart), _target(chart)]
    return " ".join(part for part in parts if part)


def _latest(chart: ControlChart) -> str:
    i = chart.latest
    point = f"the latest value is {shown(chart, chart.values[i])}{_when(chart, i)}"
    runs = chart.runs[int(chart.segment[i])]
    if not _mdc(chart) and runs.signal and not chart.signals.outside[i]:
        return f"Special cause variation, {_listed(_run_signs(runs))}: {point}."
    if _mdc(chart) and not np.isfinite(chart.limits.upper[i]):
        return f"Too few values to judge variation: {point}."
    rule = _rule_at(chart, i)
    if not rule:
        near = _near_words(chart, i)
        return f"Common cause variation{near}: {point}."
    verdict = _KINDS[icons.variation(chart)]
    return f"Special cause variation, {verdict}: {rule}; {point}."


def _rule_at(chart: ControlChart, i: int) -> str:
    """The leading rule at a point, in words."""
    s, settings = chart.signals, chart.settings
    centre = chart.kind.centre.lower()
    if s.outside[i]:
        limit = "upper" if s.outside[i] > 0 else "lower"
        return f"the latest point is {_SIDES[int(s.outside[i])]} the {limit} limit"
    if s.trend[i]:
        way = "rise" if s.trend[i] > 0 else "fall"
        return f"the last {_run(s.trend, chart, i, settings.trend_points)} points {way}"
    if s.two_of_three[i]:
        limit = "upper" if s.two_of_three[i] > 0 else "lower"
        return f"2 of the last 3 points are near the {limit} limit"
    if s.shift[i]:
        count = _run(s.shift, chart, i, settings.shift_points)
        return f"the last {count} points are {_SIDES[int(s.shift[i])]} the {centre}"
    return ""


def _run(signal: np.ndarray, chart: ControlChart, i: int, least: int) -> int:
    """How many points up to i carry the same signal, missing ones not counted."""
    places = np.flatnonzero(
        np.isfinite(chart.values) & chart.included & (chart.segment == chart.segment[i])
    )
    signs = signal[places[places <= i]]
    breaks = np.flatnonzero(signs != signs[-1])
    return max(least, len(signs) - (int(breaks[-1]) + 1 if len(breaks) else 0))


def _near_words(chart: ControlChart, i: int) -> str:
    side = int(chart.signals.near[i])
    if not side or not _mdc(chart):
        return ""
    return f"; the latest point is near the {'upper' if side > 0 else 'lower'} limit"


def _earlier(chart: ControlChart) -> str:
    i = chart.latest
    s = chart.signals
    before = np.arange(len(chart.series)) < i
    found = []
    outside = int(((s.outside != 0) & before).sum())
    if outside:
        found.append(f"{_counted(outside, 'point')} outside the limits")
    for rule in ("trend", "shift"):
        count = _stretches(getattr(s, rule), chart, i)
        if count:
            found.append(_counted(count, rule))
    count = _stretches(s.two_of_three, chart, i)
    if count:
        found.append("2 of 3 points near a limit" + (f" ({count} times)" if count > 1 else ""))
    return f"Earlier: {_listed(found)}." if found else ""


def _stretches(signal: np.ndarray, chart: ControlChart, i: int) -> int:
    """How many separate stretches carry a signal, leaving out the one that reaches point i."""
    kept = np.flatnonzero(np.isfinite(chart.values) & chart.included)
    signs = signal[kept]
    starts = np.flatnonzero((signs != 0) & (np.diff(signs, prepend=0) != 0))
    return len(starts) - (1 if len(signs) and signs[-1] and kept[-1] == i else 0)


def _runs(chart: ControlChart) -> str:
    if _mdc(chart):
        return ""
    i = chart.latest
    runs = chart.runs[int(chart.segment[i])]
    if runs.longest is None:
        return f"No point lies off the {chart.kind.centre.lower()}."
    if runs.signal and not chart.signals.outside[i]:
        return ""
    if runs.signal:
        return f"There is also a sign of a shift: {_listed(_run_signs(runs))}."
    return (
        f"No sign of a shift: the longest run has {_counted(runs.longest, 'point')} (up to "
        f"{runs.longest_most} is usual) and the centre is crossed "
        f"{_counted(runs.crossings, 'time')} "
        f"({runs.crossings_least} or more is usual)."
    )


def _run_signs(runs: Runs) -> list[str]:
    found = []
    if runs.long_run:
        found.append(
            f"a run of {runs.longest} points on one side (up to {runs.longest_most} usual)"
        )
    if runs.few_crossings:
        found.append(
            f"only {_counted(runs.crossings, 'crossing')} of the centre "
            f"({runs.crossings_least} or more usual)"
        )
    return found


def _mdc(chart: ControlChart) -> bool:
    return (chart.settings.rules or chart.kind.rules) == "mdc"


def _lines(chart: ControlChart) -> str:
    i = chart.latest
    centre = f"{chart.kind.centre} {shown(chart, chart.limits.mean[i])}"
    lower, upper = chart.limits.lower[i], chart.limits.upper[i]
    if not np.isfinite([lower, upper]).all():
        return f"{centre}."
    trial = "trial limits" if chart.trial[i] else "limits"
    return f"{centre}, {trial} {shown(chart, lower)} to {shown(chart, upper)}."


def _target(chart: ControlChart) -> str:
    target = chart.settings.target
    if target is None:
        return ""
    verdict = icons.assurance(chart)
    said = f"The target {shown(chart, target)}"
    if verdict == "consistent_pass":
        return f"{said} lies outside the limits: the process will reach it every time."
    if verdict == "consistent_fail":
        return f"{said} lies outside the limits: the process will miss it unless it changes."
    if verdict == "inconsistent":
        return f"{said} lies within the limits: the process will sometimes reach it, sometimes not."
    return f"{said} is shown for comparison."


def _when(chart: ControlChart, i: int) -> str:
    return f" ({day_or_month(chart.series.dates, i)})" if chart.series.dates else ""


def day_or_month(dates: Sequence[Moment], i: int) -> str:
    """The date in words; only the month or year when all dates of several are its first day."""
    several = len(dates) > 1
    if several and all((d.month, d.day) == (1, 1) for d in dates):
        return str(dates[i].year)
    text = plain_date(dates[i])
    return text.partition(" ")[2] if several and all(d.day == 1 for d in dates) else text


def _counted(count: int | None, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
