"""Poisson, quasi-Poisson, binomial and quasi-binomial regression (statsmodels GLM).

Quasi: standard errors times the root of Pearson's dispersion, sum of squared Pearson residuals
over n - p. Intervals are normal, as in Lopez Bernal, Cummins and Gasparrini, Int J Epidemiol
2017;46:348-355.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import statsmodels.api as sm

from harmfree.improvement.datafile import DataError, FitError
from harmfree.improvement.evaluation.least_squares import default_lag
from harmfree.improvement.evaluation.model import Fit, Model


def plain(model: Model) -> Fit:
    """Standard errors that take the variance of the distribution at its word."""
    return _as_fit(f"{_base(model)} regression", model, _model(model).fit())


def quasi(model: Model) -> Fit:
    """Standard errors scaled by Pearson's dispersion."""
    return _as_fit(f"quasi-{_base(model)} regression", model, _model(model).fit(scale="X2"))


def newey_west(model: Model, lag: int | None = None) -> Fit:
    """Standard errors that allow for over-dispersion and for autocorrelation up to a lag."""
    longest = default_lag(len(np.unique(model.time))) if lag is None else lag
    settings: dict[str, Any] = {"maxlags": longest, "use_correction": True}
    kind = "HAC"
    if len(np.unique(model.panel)) > 1:
        settings = {"maxlags": longest, "groups": model.panel.astype(int), "use_correction": "hac"}
        kind = "hac-panel"
    fitted = _model(model).fit(cov_type=kind, cov_kwds=settings)
    return _as_fit(f"{_base(model)} regression, Newey-West lag {longest}", model, fitted)


def _base(model: Model) -> str:
    return "Poisson" if model.link == "log" else "binomial"


def _model(model: Model) -> Any:
    y = model.outcome
    if model.link == "log":
        offset = None if model.exposure is None else np.log(model.exposure)
        return sm.GLM(y, model.design, family=sm.families.Poisson(), offset=offset)
    if model.exposure is None:
        raise DataError("A binomial model needs a denominator.")
    # Proportions weighted by their denominators: statsmodels' two-column form gives the right
    # coefficients, but a dispersion that leaves the denominators out.
    share = y / model.exposure
    family = sm.families.Binomial()
    return sm.GLM(share, model.design, family=family, var_weights=model.exposure)


def _as_fit(estimator: str, model: Model, fitted: Any) -> Fit:
    if not fitted.converged or not np.all(np.isfinite(fitted.params)):
        raise FitError("The model does not converge: too few events for this many terms.")
    pearson = np.asarray(fitted.resid_pearson)
    df = len(model.outcome) - len(model.names)
    dispersion = float(np.sum(pearson**2) / df) if df else np.nan
    return Fit(
        estimator,
        model.names,
        np.asarray(fitted.params),
        np.asarray(fitted.cov_params()),
        np.inf,
        pearson,
        {"dispersion": dispersion},
    )
