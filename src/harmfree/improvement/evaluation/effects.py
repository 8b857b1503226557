"""What the change did: observed model against its counterfactual, with intervals.

Differences and ratios are functions of the coefficients; their intervals come from the delta
method, ratios on the log scale.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from harmfree.improvement.datafile import Floats
from harmfree.improvement.evaluation.model import Fit, Model
from harmfree.improvement.result import Estimate


def mean_and_slope(link: str, linear: Floats) -> tuple[Floats, Floats]:
    """Mean for a linear predictor, and its derivative."""
    if link == "identity":
        return linear, np.ones_like(linear)
    if link == "log":
        mean = np.exp(linear)
        return mean, mean
    mean = 1 / (1 + np.exp(-linear))
    return mean, mean * (1 - mean)


def difference(fit: Fit, link: str, rows: tuple[Floats, Floats], weights: Floats) -> Estimate:
    """Weighted sum of (mean with the change - mean without).

    Args:
        fit: the coefficients.
        link: their link.
        rows: design with, and design without the change.
        weights: weight of each row; exposures give a number of events.
    """
    (m1, d1), (m0, d0) = (mean_and_slope(link, x @ fit.params) for x in rows)
    gradient = weights @ (d1[:, None] * rows[0] - d0[:, None] * rows[1])
    return _around(float(weights @ (m1 - m0)), gradient, fit)


def ratio(fit: Fit, link: str, rows: tuple[Floats, Floats]) -> Estimate:
    """Mean with the change over mean without, at one row each; not estimable below zero."""
    (m1, d1), (m0, d0) = (mean_and_slope(link, x @ fit.params) for x in rows)
    one, zero = float(m1[0]), float(m0[0])
    if one <= 0 or zero <= 0:
        return Estimate(math.nan, note="not estimable: a fitted mean is not above zero")
    gradient = d1[0] / one * rows[0][0] - d0[0] / zero * rows[1][0]
    return exponential(_around(math.log(one / zero), gradient, fit))


def _around(value: float, gradient: Floats, fit: Fit) -> Estimate:
    se = math.sqrt(max(0.0, float(gradient @ fit.covariance @ gradient)))
    return Estimate(value, value - fit.quantile * se, value + fit.quantile * se, se)


def exponential(estimate: Estimate) -> Estimate:
    """A log ratio as a ratio; the standard error stays on the log scale."""
    with np.errstate(over="ignore"):
        limits = np.exp([estimate.value, estimate.lower, estimate.upper])
    value, low, high = (float(v) for v in limits)
    return Estimate(value, low, high, estimate.se, estimate.note)


def at_point(fit: Fit, model: Model, row: int) -> dict[str, Estimate]:
    """Difference and ratio to the counterfactual at one point."""
    rows = (model.design[[row]], model.counterfactual[[row]])
    found = {
        "difference": difference(fit, model.link, rows, np.ones(1)),
        "ratio": ratio(fit, model.link, rows),
    }
    if model.link == "logit":
        found["odds_ratio"] = exponential(fit.combination((rows[0] - rows[1])[0]))
    return found


def total(fit: Fit, model: Model) -> Estimate:
    """Sum over the points after the change: events (or units of the outcome) more or fewer."""
    after = np.any(model.design != model.counterfactual, axis=1)
    weights = np.ones(int(after.sum())) if model.exposure is None else model.exposure[after]
    return difference(fit, model.link, (model.design[after], model.counterfactual[after]), weights)


def curves(fit: Fit, model: Model) -> dict[str, Any]:
    """Observed, fitted and counterfactual means at each point, with the counterfactual's limits."""
    counter = model.counterfactual
    linear = counter @ fit.params
    se = np.sqrt(np.einsum("ij,jk,ik->i", counter, fit.covariance, counter))
    low, high = (linear + sign * fit.quantile * se for sign in (-1, 1))
    return {
        "time": model.time,
        "observed": model.observed,
        "fitted": mean_and_slope(model.link, model.design @ fit.params)[0],
        "counterfactual": mean_and_slope(model.link, linear)[0],
        "counterfactual_lower": mean_and_slope(model.link, low)[0],
        "counterfactual_upper": mean_and_slope(model.link, high)[0],
    }
