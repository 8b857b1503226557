"""Deming regression: both methods have error, in a known ratio.

The ratio is var(error of x) / var(error of y). The weighted form holds the coefficient of
variation constant instead of the error. Sources: Linnet, Stat Med 1990;9:1463-1473 and Clin Chem
1993;39:424-432.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from harmfree.improvement.datafile import FitError, Floats
from harmfree.improvement.method_evaluation.lines import Coefficients, Line, jackknife_line

_MOST_ROUNDS = 200
_TOLERANCE = 1e-10


def deming(x: Floats, y: Floats, ratio: float = 1.0, levels: Sequence[float] = ()) -> Line:
    """Deming regression with jackknife intervals.

    Args:
        x: the comparison method.
        y: the method under test.
        ratio: variance of the error of x over that of y.
        levels: decision levels for the bias.
    """
    method = f"Deming, error ratio {ratio:g}, jackknife"
    return jackknife_line(method, partial(coefficients, ratio=ratio), (x, y), levels)


def weighted_deming(x: Floats, y: Floats, ratio: float = 1.0, levels: Sequence[float] = ()) -> Line:
    """Weighted Deming regression (constant coefficient of variation), jackknife intervals.

    Args:
        x: the comparison method, above zero.
        y: the method under test, above zero.
        ratio: as in `deming`.
        levels: decision levels for the bias.
    """
    method = f"weighted Deming, error ratio {ratio:g}, jackknife"
    return jackknife_line(method, partial(weighted_coefficients, ratio=ratio), (x, y), levels)


def coefficients(
    x: Floats, y: Floats, ratio: float = 1.0, weights: Floats | None = None
) -> Coefficients:
    """Intercept and slope, with optional weights.

    Raises:
        FitError: x and y do not vary together at all, so that no line is defined.
    """
    w = np.ones_like(x) if weights is None else weights
    mean_x, mean_y = np.average(x, weights=w), np.average(y, weights=w)
    u = float(np.sum(w * (x - mean_x) ** 2))
    q = float(np.sum(w * (y - mean_y) ** 2))
    p = float(np.sum(w * (x - mean_x) * (y - mean_y)))
    if p == 0:
        raise FitError("The two methods do not vary together, so Deming has no line.")
    slope = (ratio * q - u + np.sqrt((u - ratio * q) ** 2 + 4 * ratio * p**2)) / (2 * ratio * p)
    return float(mean_y - slope * mean_x), float(slope)


def weighted_coefficients(x: Floats, y: Floats, ratio: float = 1.0) -> Coefficients:
    """Iterate the weights 1 / (true value)^2 until the line stands still.

    Raises:
        FitError: the weights do not settle.
    """
    intercept, slope = coefficients(x, y, ratio)
    for _ in range(_MOST_ROUNDS):
        distance = y - intercept - slope * x
        true_x = x + ratio * slope * distance / (1 + ratio * slope**2)
        true_y = y - distance / (1 + ratio * slope**2)
        before = intercept, slope
        weights = ((true_x + ratio * true_y) / (1 + ratio)) ** -2.0
        intercept, slope = coefficients(x, y, ratio, weights)
        if np.allclose(before, (intercept, slope), rtol=_TOLERANCE, atol=1e-12):
            return intercept, slope
    raise FitError("Weighted Deming did not settle.", do="Use Deming or Passing-Bablok.")
