"""Which estimators exist for which outcome, and which one speaks for the result."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from numpy.linalg import LinAlgError

from harmfree.improvement.datafile import DataError, FitError
from harmfree.improvement.evaluation import counts, least_squares, prais_winsten, reml
from harmfree.improvement.evaluation.model import Fit, Model

_Estimator = Callable[[Model, int | None], Fit]
_VALUES: dict[str, _Estimator] = {
    "ols": lambda model, _: least_squares.ordinary(model),
    "newey-west": least_squares.newey_west,
    "prais-winsten": lambda model, _: prais_winsten.fit(model),
    "reml": lambda model, _: reml.fit(model),
}
_COUNTS: dict[str, _Estimator] = {
    "plain": lambda model, _: counts.plain(model),
    "quasi": lambda model, _: counts.quasi(model),
    "newey-west": counts.newey_west,
}
LONG_SERIES = 12
"""Points from which REML is advised over least squares (Turner 2021)."""


def all_fits(model: Model, lag: int | None = None) -> dict[str, Fit]:
    """Every estimator for the model's family, so that at least two standard errors are shown.

    Raises:
        FitError: the terms cannot be told apart, the outcome is constant, or nothing converges.
    """
    return {name: one(model, name, lag) for name in names(model)}


def names(model: Model) -> list[str]:
    """Names of the estimators for the model's family."""
    return list(_VALUES if model.family == "gaussian" else _COUNTS)


def one(model: Model, name: str, lag: int | None = None) -> Fit:
    """Fit by one estimator.

    Raises:
        FitError: as `all_fits`.
    """
    if np.ptp(model.observed) == 0:
        raise FitError(f"Every value is {model.observed[0]:g}: there is no change to estimate.")
    if np.linalg.matrix_rank(model.design) < len(model.names):
        raise FitError(
            f"The terms {', '.join(model.names)} cannot be told apart with these points.",
            do="Leave out seasonal terms, or the change of slope.",
        )
    fit = (_VALUES if model.family == "gaussian" else _COUNTS)[name]
    try:
        with warnings.catch_warnings():
            # statsmodels warns of what we check and report ourselves (separation, convergence).
            warnings.simplefilter("ignore")
            return fit(model, lag)
    except (LinAlgError, ValueError) as error:
        raise FitError(f"The model cannot be fitted: {error}.") from error


def choose(model: Model, wanted: str, available: dict[str, Fit]) -> str:
    """Name of the estimator that speaks for the result.

    Args:
        model: the regression.
        wanted: a name, or "auto": quasi-likelihood for counts unless the family is plain; for
            values, REML from 12 points a series on and least squares below.
        available: what was fitted.

    Raises:
        DataError: the wanted one does not exist for this family.
    """
    if wanted != "auto":
        if wanted not in available:
            do = f"Use auto, {', '.join(available)}."
            raise DataError(f"There is no estimator '{wanted}' for {model.family}.", do=do)
        return wanted
    if model.family == "gaussian":
        return "reml" if len(np.unique(model.time)) >= LONG_SERIES else "ols"
    return "quasi" if model.family.startswith("quasi") else "plain"
