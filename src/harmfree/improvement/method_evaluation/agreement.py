"""Do two methods agree? Bland-Altman and every regression, in one result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from harmfree.improvement.datafile import FitError, Floats, TooFewError
from harmfree.improvement.method_evaluation import bland_altman, deming, least_squares
from harmfree.improvement.method_evaluation.lines import Line
from harmfree.improvement.method_evaluation.passing_bablok import passing_bablok
from harmfree.improvement.result import Estimate, Result, say, say_p

FEWEST_FOR_A_CLAIM = 40
"""CLSI EP09 asks for at least 40 patient samples for a verification claim (second hand)."""


@dataclass(frozen=True)
class Methods:
    """Paired results of two methods.

    Args:
        first: results of the first column (x, the comparison method in the regressions).
        second: results of the second column (y, the method under test).
        names: what the two are called.
        dropped: pairs left out because one of the two was missing.
        subjects: who each pair belongs to, where people were measured several times.
        replicates: method name -> its two readings, for repeatability.
    """

    first: Floats
    second: Floats
    names: tuple[str, str] = ("first", "second")
    dropped: int = 0
    subjects: list[str] | None = None
    replicates: dict[str, tuple[Floats, Floats]] = field(default_factory=dict)


def evaluate(
    methods: Methods, *, ratio: float = 1.0, levels: Sequence[float] = (), multiple: float = 1.96
) -> Result:
    """Agreement of two methods.

    Args:
        methods: the paired results.
        ratio: variance of the error of the first method over that of the second (Deming).
        levels: decision levels at which the bias is stated.
        multiple: standard deviations between the bias and a limit of agreement.

    Raises:
        TooFewError: fewer than three pairs.
        FitError: one method gives the same result for everyone.
    """
    first, second = methods.first, methods.second
    if len(first) < bland_altman.FEWEST_PAIRS:
        raise TooFewError(f"{len(first)} pairs are too few to judge agreement; the least is 3.")
    for name, values in zip(methods.names, (first, second), strict=True):
        if np.ptp(values) == 0:
            raise FitError(f"Every result of '{name}' is {values[0]:g}: no line can be fitted.")
    limits = _limits(methods, multiple)
    lines, left_out = fitted_lines(first, second, ratio, levels)
    proportional = bland_altman.proportional_bias(first, second)
    return Result(
        method="agreement",
        estimator=f"Bland-Altman ({multiple:g} SD limits); {lines['passing_bablok'].method}",
        n=len(first),
        estimates=_estimates(limits, lines),
        sentence=_sentence(methods, limits, lines["passing_bablok"], proportional),
        details=_details(methods, limits, lines, proportional),
        warnings=tuple(_warnings(methods, proportional) + left_out),
        plotted=_plotted(methods, limits),
    )


def _limits(methods: Methods, multiple: float) -> bland_altman.Agreement:
    differences = methods.first - methods.second
    if methods.subjects is not None:
        return bland_altman.repeated_measures(methods.subjects, differences)
    return bland_altman.limits_of_agreement(differences, multiple)


def fitted_lines(
    x: Floats, y: Floats, ratio: float, levels: Sequence[float]
) -> tuple[dict[str, Line], list[str]]:
    """Every regression that the data allow, and a warning for each that they do not."""
    lines = {
        "passing_bablok": passing_bablok(x, y, levels),
        "least_squares": least_squares.ordinary(x, y, levels),
    }
    left_out = []
    try:
        lines["deming"] = deming.deming(x, y, ratio, levels)
    except FitError as error:
        left_out.append(error.what)
    if np.any(x <= 0) or np.any(y <= 0):
        left_out.append("Weighted regressions are left out: a result is not above zero.")
        return lines, left_out
    lines["weighted_least_squares"] = least_squares.weighted(x, y, levels)
    try:
        lines["weighted_deming"] = deming.weighted_deming(x, y, ratio, levels)
    except FitError as error:
        left_out.append(error.what)
    return lines, left_out


def _estimates(limits: bland_altman.Agreement, lines: dict[str, Line]) -> dict[str, Estimate]:
    estimates = {
        "bias": limits.bias,
        "lower_limit": limits.lower,
        "upper_limit": limits.upper,
    }
    for name, line in lines.items():
        estimates |= {f"{name}_slope": line.slope, f"{name}_intercept": line.intercept}
        estimates |= {f"{name}_bias_at_{x:g}": bias for x, bias in line.bias.items()}
    return estimates


def _details(
    methods: Methods,
    limits: bland_altman.Agreement,
    lines: dict[str, Line],
    proportional: bland_altman.ProportionalBias | None,
) -> dict[str, Any]:
    first, second = methods.first, methods.second
    percent = bland_altman.percent_differences(first, second)
    return {
        "columns": f"{methods.names[0]} - {methods.names[1]}",
        "pairs_left_out": methods.dropped,
        "sd": limits.sd,
        "limits_of_agreement": [limits.lower.value, limits.upper.value],
        "percent": None
        if percent is None
        else bland_altman.limits_of_agreement(percent, scale="percent of the mean").as_dict(),
        "proportional_bias": None
        if proportional is None
        else {"slope": proportional.slope, "p": proportional.p, "limits": proportional.limits},
        "normality_p": float(stats.shapiro(first - second).pvalue)
        if np.ptp(first - second) > 0
        else None,
        "pearson_r": float(np.corrcoef(first, second)[0, 1]),
        "repeatability": {
            name: bland_altman.repeatability(*pair) for name, pair in methods.replicates.items()
        },
        "regressions": {name: line.as_dict() for name, line in lines.items()},
    }


def _warnings(methods: Methods, proportional: bland_altman.ProportionalBias | None) -> list[str]:
    warnings = []
    n = len(methods.first)
    if n < FEWEST_FOR_A_CLAIM:
        warnings.append(f"{n} pairs: too few for a claim about a device; 40 or more are usual.")
    if proportional is not None and proportional.p < 0.05:
        warnings.append(
            f"The difference changes with the size of the result ({say_p(proportional.p)}): "
            "read the percent limits or the limits that change with the mean."
        )
    if methods.dropped:
        warnings.append(f"{methods.dropped} pairs were left out: one of the two was missing.")
    if methods.subjects is None and np.corrcoef(methods.first, methods.second)[0, 1] < 0:
        warnings.append("The methods run in opposite directions: check that the columns match.")
    return warnings


def _sentence(
    methods: Methods,
    limits: bland_altman.Agreement,
    line: Line,
    proportional: bland_altman.ProportionalBias | None,
) -> str:
    one, two = methods.names
    side = "higher" if limits.bias.value > 0 else "lower"
    sure = limits.bias.lower > 0 or limits.bias.upper < 0
    chance = "" if sure else "; a difference of zero is compatible with these data"
    verdict = "agrees with" if line.agrees else "differs from"
    trend = (
        ""
        if proportional is None or proportional.p >= 0.05
        else (" The difference changes with the size of the result.")
    )
    return (
        f"On average {one} reads {say(abs(limits.bias.value))} {side} than {two} "
        f"(95% CI of the difference {say(limits.bias.lower)} to {say(limits.bias.upper)}{chance}). "
        f"For 95 of 100 people the difference lies between {say(limits.lower.value)} and "
        f"{say(limits.upper.value)}.{trend} The Passing-Bablok line (slope {line.slope}, intercept "
        f"{line.intercept}) {verdict} the line of identity. Whether the limits are narrow enough "
        "is a clinical judgement, to be made before looking."
    )


def _plotted(methods: Methods, limits: bland_altman.Agreement) -> dict[str, dict[str, Any]]:
    first, second = methods.first, methods.second
    return {
        "pairs": {"x": first, "y": second},
        "limits": {
            "lower": [limits.lower.value],
            "bias": [limits.bias.value],
            "upper": [limits.upper.value],
        },
        "differences": {"mean": (first + second) / 2, "difference": first - second},
    }
