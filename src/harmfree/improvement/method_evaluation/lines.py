"""A straight line between two methods, and the bias it implies at a decision level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from harmfree.improvement.datafile import Floats
from harmfree.improvement.result import Estimate

Coefficients = tuple[float, float]
"""Intercept and slope of y on x."""


@dataclass(frozen=True)
class Line:
    """A fitted line y = intercept + slope x with its intervals.

    Args:
        method: the regression, with its variant.
        intercept: constant difference; 0 when the methods agree.
        slope: proportional difference; 1 when the methods agree.
        bias: decision level x -> intercept + (slope - 1) x.
        checks: further numbers, such as a test of linearity.
    """

    method: str
    intercept: Estimate
    slope: Estimate
    bias: dict[float, Estimate]
    checks: dict[str, object]

    @property
    def agrees(self) -> bool:
        """Whether the intervals hold 1 for the slope and 0 for the intercept."""
        slope = self.slope.lower <= 1 <= self.slope.upper
        return slope and self.intercept.lower <= 0 <= self.intercept.upper

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {
            "method": self.method,
            "intercept": self.intercept.as_dict(),
            "slope": self.slope.as_dict(),
            "bias_at": {f"{level:g}": value.as_dict() for level, value in self.bias.items()},
            "identity_within_limits": self.agrees,
            **self.checks,
        }


def interval(value: float, se: float, df: float, level: float = 0.95) -> Estimate:
    """A t interval round an estimate."""
    half = float(stats.t.ppf((1 + level) / 2, df)) * se
    return Estimate(value, value - half, value + half, se)


def jackknife_line(
    method: str,
    fit: Callable[[Floats, Floats], Coefficients],
    pairs: tuple[Floats, Floats],
    levels: Sequence[float],
) -> Line:
    """Fit a line and take its intervals from jackknife pseudo-values with t(n - 2).

    Source: Linnet, Clin Chem 1993;39:424-432; the estimate itself stays that of the whole sample.
    """
    x, y = pairs
    n = len(x)
    whole = np.array(fit(x, y))
    left_out = np.array([fit(np.delete(x, i), np.delete(y, i)) for i in range(n)])
    pseudo = n * whole - (n - 1) * left_out

    def estimate(row: Floats) -> Estimate:
        se = float((pseudo @ row).std(ddof=1)) / np.sqrt(n)
        return interval(float(whole @ row), se, n - 2)

    bias = {}
    for level in levels:
        at_level = estimate(np.array([1.0, level]))
        bias[level] = Estimate(
            at_level.value - level, at_level.lower - level, at_level.upper - level, at_level.se
        )
    return Line(method, estimate(np.array([1.0, 0.0])), estimate(np.array([0.0, 1.0])), bias, {})
