"""Ordinary and weighted least squares between two methods (statsmodels).

Both take x as free of error; they are shown beside Deming and Passing-Bablok so that the reader
sees what that assumption does to the slope.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import statsmodels.api as sm

from harmfree.improvement.datafile import Floats
from harmfree.improvement.method_evaluation.lines import Line, interval
from harmfree.improvement.result import Estimate


def ordinary(x: Floats, y: Floats, levels: Sequence[float] = ()) -> Line:
    """Least squares with equal weights."""
    return _fit("ordinary least squares", x, y, np.ones_like(x), levels)


def weighted(x: Floats, y: Floats, levels: Sequence[float] = ()) -> Line:
    """Least squares weighted by 1 / x squared, for a constant coefficient of variation.

    Args:
        x: the comparison method, all above zero.
        y: the method under test.
        levels: decision levels for the bias.
    """
    return _fit("least squares weighted by 1/x^2", x, y, 1 / x**2, levels)


def _fit(method: str, x: Floats, y: Floats, weights: Floats, levels: Sequence[float]) -> Line:
    fitted = sm.WLS(y, sm.add_constant(x), weights=weights).fit()
    covariance = np.asarray(fitted.cov_params())

    def estimate(row: Sequence[float], shift: float = 0.0) -> Estimate:
        c = np.array(row)
        return interval(
            float(c @ fitted.params) - shift, float(np.sqrt(c @ covariance @ c)), len(x) - 2
        )

    bias = {level: estimate((1.0, level), level) for level in levels}
    return Line(method, estimate((1.0, 0.0)), estimate((0.0, 1.0)), bias, {})
