"""The two verdicts of Making Data Count: variation and assurance, and the labels of points."""

from __future__ import annotations

import numpy as np

from harmfree.improvement.spc.chart import ControlChart

COMMON = "common_cause"
_PASS, _FAIL, _UNSURE = "consistent_pass", "consistent_fail", "inconsistent"


def point_types(chart: ControlChart) -> list[str]:
    """Common cause, or a special cause that is improvement, concern or neither, for each point."""
    return [_point_type(int(d), chart.settings.improve) for d in chart.signals.direction]


def _point_type(direction: int, improve: str) -> str:
    if not direction:
        return COMMON
    if improve == "neutral":
        return f"special_cause_neutral_{'high' if direction > 0 else 'low'}"
    better = direction == (1 if improve == "up" else -1)
    return "special_cause_improvement" if better else "special_cause_concern"


def cause_names(chart: ControlChart) -> list[str]:
    """The leading rule of each point, in the words of NHSRplotthedots."""
    shift, trend = chart.settings.shift_points, chart.settings.trend_points
    names = {
        "outside": ("Above UCL", "Below LCL"),
        "trend": (f"{trend} Point Trend (Increasing)", f"{trend} Point Trend (Decreasing)"),
        "two_of_three": ("2 in 3 Above CL", "2 in 3 Below CL"),
        "shift": (f"{shift} Points Above CL", f"{shift} Points Below CL"),
    }
    result = []
    for i in range(len(chart.series)):
        sides = ((rule, getattr(chart.signals, rule)[i]) for rule in names)
        rule, side = next(((r, s) for r, s in sides if s), ("", 0))
        result.append(names[rule][0 if side > 0 else 1] if rule else "Common Cause")
    return result


def flags(chart: ControlChart) -> list[list[str]]:
    """Every rule that fires at each point, such as ``["outside_high", "shift_high"]``."""
    return [
        [
            f"{rule}_{_way(rule, int(side))}"
            for rule in ("outside", "trend", "two_of_three", "shift")
            if (side := getattr(chart.signals, rule)[i])
        ]
        for i in range(len(chart.series))
    ]


def _way(rule: str, side: int) -> str:
    words = ("up", "down") if rule == "trend" else ("high", "low")
    return words[0 if side > 0 else 1]


def variation(chart: ControlChart) -> str:
    """Verdict on the latest point."""
    return point_types(chart)[chart.latest]


def assurance(chart: ControlChart) -> str | None:
    """Whether the process, as its latest limits stand, will reach the target.

    A target strictly outside the limits is always or never reached; one on a limit or between
    them is sometimes reached. None without a target, a direction or limits.
    """
    target, improve = chart.settings.target, chart.settings.improve
    lower, upper = chart.limits.lower[chart.latest], chart.limits.upper[chart.latest]
    if target is None or improve == "neutral" or not np.isfinite([lower, upper]).all():
        return None
    if lower <= target <= upper:
        return _UNSURE
    return _PASS if (target < lower) == (improve == "up") else _FAIL
