"""Restricted maximum likelihood with first-order autocorrelation.

The coefficients come from statsmodels' generalised least squares at the autocorrelation that
maximises the restricted likelihood. Advised for series of 12 points and more: Turner et al., BMC
Med Res Methodol 2021;21:134.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import statsmodels.api as sm
from scipy import optimize

from harmfree.improvement.datafile import Floats
from harmfree.improvement.evaluation.model import Fit, Model
from harmfree.improvement.evaluation.prais_winsten import correlation_matrix

_LIMIT = 0.98


def fit(model: Model) -> Fit:
    """Estimate coefficients and autocorrelation together."""
    distance = model.distance

    def deviance(rho: float) -> float:
        matrix = correlation_matrix(distance, float(rho))
        return -restricted_likelihood(matrix, model, _least_squares(model, matrix))

    best = optimize.minimize_scalar(deviance, bounds=(-_LIMIT, _LIMIT), method="bounded")
    rho = float(best.x)
    fitted = _least_squares(model, correlation_matrix(distance, rho))
    return Fit(
        "REML, AR(1)",
        model.names,
        np.asarray(fitted.params),
        np.asarray(fitted.cov_params()),
        float(fitted.df_resid),
        np.asarray(fitted.wresid),
        {"rho": rho, "restricted_log_likelihood": -float(best.fun)},
    )


def _least_squares(model: Model, matrix: Floats) -> Any:
    return sm.GLS(model.outcome, model.design, sigma=matrix).fit()


def restricted_likelihood(matrix: Floats, model: Model, fitted: Any) -> float:
    """Log restricted likelihood at a correlation matrix, up to a constant."""
    whitened = np.asarray(fitted.model.wexog)
    logdet_errors = np.linalg.slogdet(matrix)[1]
    logdet_design = np.linalg.slogdet(whitened.T @ whitened)[1]
    scale = max(float(fitted.scale), np.finfo(float).tiny)
    df = len(model.outcome) - len(model.names)
    return float(-0.5 * (df * np.log(scale) + logdet_errors + logdet_design))
