"""Generalised estimating equations for sites over periods (statsmodels).

Working correlation within a site is exchangeable; standard errors are the sandwich with Mancl and
DeRouen's correction for few sites (Biometrics 2001;57:126-134), with t(sites - 1) intervals.
Counts use a log link with the denominator as offset, so effects are ratios of rates or of
proportions (Zou and Donner, Stat Methods Med Res 2013;22:661-670).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import statsmodels.api as sm

from harmfree.improvement.datafile import FitError, Floats
from harmfree.improvement.evaluation.model import Fit
from harmfree.improvement.evaluation.panel import Panel


@dataclass(frozen=True)
class Estimated:
    """A fit with its other standard errors.

    Args:
        fit: coefficients with the corrected sandwich.
        standard_errors: name of the kind -> standard error of each term.
        within_site: estimated correlation of two periods of one site.
        expected: fitted events (or values) of each row.
    """

    fit: Fit
    standard_errors: dict[str, Floats]
    within_site: float
    expected: Floats


def fit(panel: Panel, design: Floats, names: tuple[str, ...]) -> Estimated:
    """Fit one model.

    Args:
        panel: the rows.
        design: one row for each, one column per term.
        names: names of the terms.

    Raises:
        FitError: the terms cannot be told apart, or the equations do not settle.
    """
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise FitError(
            "The effect cannot be told from the calendar with these sites and dates.",
            do="Keep periods in which some sites were live and others not yet.",
        )
    # Rows of a site must stand together for statsmodels to treat them as one cluster.
    order = np.argsort(panel.codes, kind="stable")
    found = _fitted(panel, design, order)
    codes = panel.codes[order]
    expected = np.empty(len(order))
    expected[order] = np.asarray(found.fittedvalues)
    residuals = np.empty(len(order))
    residuals[order] = np.asarray(found.resid_pearson)
    kind, covariance = _covariance(found)
    link = "identity" if panel.size is None else "log"
    return Estimated(
        Fit(
            f"GEE, {link} link, exchangeable within site, {kind} standard errors",
            names,
            np.asarray(found.params),
            covariance,
            float(len(set(codes.tolist())) - 1),
            residuals,
        ),
        _standard_errors(found),
        float(np.asarray(found.cov_struct.dep_params)),
        expected,
    )


def _standard_errors(found: Any) -> dict[str, Floats]:
    kinds = {"Mancl-DeRouen": "bias_reduced", "sandwich": "robust", "model-based": "naive"}
    # A negative variance (a period seen at one site only) becomes NaN, shown as not estimable.
    with np.errstate(invalid="ignore"):
        return {name: np.asarray(found.standard_errors(kind)) for name, kind in kinds.items()}


def _covariance(found: Any) -> tuple[str, Floats]:
    """The corrected sandwich, or the plain one where the correction does not exist.

    Raises:
        FitError: neither gives a standard error for every term.
    """
    errors = _standard_errors(found)
    if np.all(np.isfinite(errors["Mancl-DeRouen"])):
        return "Mancl-DeRouen", np.asarray(found.cov_robust_bc)
    if np.all(np.isfinite(errors["sandwich"])):
        return "plain sandwich", np.asarray(found.cov_robust)
    raise FitError("There is no standard error: too few sites for this many periods.")


def _fitted(panel: Panel, design: Floats, order: np.ndarray) -> Any:
    offset = None if panel.size is None else np.log(panel.size[order])
    family = sm.families.Gaussian() if panel.size is None else sm.families.Poisson()
    model = sm.GEE(
        panel.events[order],
        design[order],
        groups=panel.codes[order],
        offset=offset,
        family=family,
        cov_struct=sm.cov_struct.Exchangeable(),
    )
    try:
        with warnings.catch_warnings():
            # Convergence is checked below.
            warnings.simplefilter("ignore")
            found = model.fit(
                maxiter=200, cov_type="bias_reduced", start_params=_start(panel, design)
            )
    except (np.linalg.LinAlgError, ValueError) as error:
        raise FitError(f"The equations cannot be solved: {error}.") from error
    if not found.converged or not np.all(np.isfinite(found.params)):
        raise FitError("The equations do not settle: too few events for this many periods.")
    return found


def _start(panel: Panel, design: Floats) -> Floats:
    """The overall mean: near enough, and far cheaper than a first model with all periods."""
    mean = panel.events.sum() / (len(panel.events) if panel.size is None else panel.size.sum())
    if panel.size is not None and mean <= 0:
        raise FitError("There are no events at all.")
    return np.array([mean if panel.size is None else np.log(mean), *[0.0] * (design.shape[1] - 1)])
