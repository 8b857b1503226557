"""Prais-Winsten: generalised least squares with first-order autocorrelation, iterated.

The autocorrelation is that of the residuals one step apart; the first point is kept, with the
exact AR(1) covariance. Source: Prais and Winsten, Cowles Discussion Paper 383, 1954.
"""

from __future__ import annotations

import numpy as np
import statsmodels.api as sm

from harmfree.improvement.datafile import Floats
from harmfree.improvement.evaluation.model import Fit, Model

_MOST_ROUNDS = 100
_LIMIT = 0.99


def correlation_matrix(distance: Floats, rho: float) -> Floats:
    """AR(1) correlation at each distance in steps; none between series."""
    if rho == 0:
        return np.asarray((distance == 0).astype(float))
    signs = np.where(np.isinf(distance), 1.0, np.where(distance % 2 == 1, np.sign(rho), 1.0))
    return np.asarray(signs * np.abs(rho) ** distance)


def lag_one(residuals: Floats, distance: Floats) -> float:
    """Regression of each residual on the one a step before, without constant."""
    earlier, later = np.nonzero(np.triu(distance == 1))
    bottom = float(np.sum(residuals[earlier] ** 2))
    rho = float(np.sum(residuals[earlier] * residuals[later])) / bottom if bottom > 0 else 0.0
    return float(np.clip(rho, -_LIMIT, _LIMIT))


def fit(model: Model) -> Fit:
    """Iterate coefficients and autocorrelation until the latter stands still."""
    distance, rho = model.distance, 0.0
    fitted = sm.OLS(model.outcome, model.design).fit()
    for _ in range(_MOST_ROUNDS):
        before, rho = rho, lag_one(model.outcome - model.design @ fitted.params, distance)
        fitted = sm.GLS(model.outcome, model.design, sigma=correlation_matrix(distance, rho)).fit()
        if abs(rho - before) < 1e-8:
            break
    return Fit(
        "Prais-Winsten, AR(1)",
        model.names,
        np.asarray(fitted.params),
        np.asarray(fitted.cov_params()),
        float(fitted.df_resid),
        np.asarray(fitted.wresid),
        {"rho": rho},
    )
