"""Ordinary least squares with its own and with Newey-West standard errors (statsmodels).

Source: Newey and West, Econometrica 1987;55:703-708; small-sample factor n / (n - p).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import statsmodels.api as sm

from harmfree.improvement.evaluation.model import Fit, Model


def default_lag(n: int) -> int:
    """Lag of the Newey-West window: floor(4 (n / 100)^(2/9)), at least 1 (Newey and West 1994)."""
    return max(1, int(4 * (n / 100) ** (2 / 9)))


def ordinary(model: Model) -> Fit:
    """Coefficients with the standard errors of independent points."""
    fitted = sm.OLS(model.outcome, model.design).fit()
    return _as_fit("OLS, independent errors", model, fitted, {})


def newey_west(model: Model, lag: int | None = None) -> Fit:
    """Coefficients with standard errors that allow for autocorrelation up to a lag.

    Args:
        model: the regression; with several series the window stays within each.
        lag: the longest lag; `default_lag` when absent.
    """
    longest = default_lag(len(np.unique(model.time))) if lag is None else lag
    settings: dict[str, Any] = {"maxlags": longest, "use_correction": True}
    kind = "HAC"
    if len(np.unique(model.panel)) > 1:
        settings = {"maxlags": longest, "groups": model.panel.astype(int), "use_correction": "hac"}
        kind = "hac-panel"
    fitted = sm.OLS(model.outcome, model.design).fit(cov_type=kind, cov_kwds=settings)
    return _as_fit(f"OLS, Newey-West lag {longest}", model, fitted, {"lag": longest})


def _as_fit(estimator: str, model: Model, fitted: Any, extra: dict[str, float]) -> Fit:
    return Fit(
        estimator,
        model.names,
        np.asarray(fitted.params),
        np.asarray(fitted.cov_params()),
        float(fitted.df_resid),
        np.asarray(fitted.resid),
        extra,
    )
