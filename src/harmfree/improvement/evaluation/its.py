"""Interrupted time series: segmented regression of one series, with or without a control.

Sources: Lopez Bernal, Cummins and Gasparrini, Int J Epidemiol 2017;46:348-355 (counts); Linden,
Stata J 2015;15:480-500 (values, control); Turner et al., BMC Med Res Methodol 2021;21:134 (choice
of estimator, autocorrelation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harmfree.improvement.evaluation import (
    autocorrelation,
    effects,
    estimators,
    its_words,
    placebo,
)
from harmfree.improvement.evaluation.model import Fit, Model
from harmfree.improvement.evaluation.segmented import (
    COMFORTABLE_POINTS,
    Series,
    Shape,
    check_freedom,
    check_points,
    controlled,
    single,
)
from harmfree.improvement.result import Estimate, Result


@dataclass(frozen=True)
class Choices:
    """How to estimate.

    Args:
        family: gaussian, poisson, quasipoisson, binomial or quasibinomial.
        estimator: "auto" or the name of one.
        lag: of the Newey-West window.
        after: times after the start of the change at which the effect is stated.
        unit: what one unit of time is called.
    """

    family: str = "gaussian"
    estimator: str = "auto"
    lag: int | None = None
    after: Sequence[float] = (6.0, 12.0)
    unit: str = "month"


def evaluate(series: Series, shape: Shape, choices: Choices | None = None) -> Result:
    """Evaluate a change in one series.

    Raises:
        TooFewError: fewer than three points before or after the change.
        FitError: the model cannot be estimated.
    """
    chosen = choices or Choices()
    model = single(series, shape, chosen.family)
    return _result(model, (series, None), shape, chosen)


def evaluate_model(model: Model, start: float, choices: Choices) -> Result:
    """Evaluate a regression of the user's own, made from a formula.

    Args:
        model: the regression; `model.effect` names the terms that the change brought.
        start: time of the first point with the change.
        choices: how to estimate.

    Raises:
        TooFewError, FitError: as `evaluate`.
    """
    check_points(model.time, start)
    check_freedom(model)
    fits = estimators.all_fits(model, choices.lag)
    fit = fits[estimators.choose(model, choices.estimator, fits)]
    after, beyond = effects_after(fit, model, Shape(start), choices)
    estimates = {name: fit.term(name) for name in fit.names}
    if model.link != "identity":
        kind = "rate_ratio" if model.link == "log" else "odds_ratio"
        estimates |= {f"{n}_{kind}": effects.exponential(v) for n, v in estimates.items()}
    checks = autocorrelation.describe(next(iter(fits.values())).residuals, model)
    return Result(
        method="its",
        estimator=fit.estimator,
        n=len(model.outcome),
        estimates={**estimates, **after, "total": effects.total(fit, model)},
        sentence=its_words.formula_sentence(model, fit, choices.unit),
        details={
            "model": model.family,
            "start": start,
            "coefficients": fit.as_dict()["coefficients"],
            "fits": {key: value.as_dict() for key, value in fits.items()},
            "autocorrelation": checks,
            "placebo": {"note": "needs named columns instead of a formula"},
        },
        warnings=tuple(its_words.warnings(model, Shape(start), fits, checks, {}) + beyond),
        plotted={"series": effects.curves(fit, model)},
    )


def evaluate_controlled(
    series: Series, control: Series, shape: Shape, choices: Choices | None = None
) -> Result:
    """Evaluate a change in one series against another that did not have it.

    Raises:
        DataError: the two do not share their times.
        TooFewError, FitError: as `evaluate`.
    """
    chosen = choices or Choices()
    model = controlled(series, control, shape, chosen.family)
    return _result(model, (series, control), shape, chosen)


def _result(
    model: Model, pair: tuple[Series, Series | None], shape: Shape, choices: Choices
) -> Result:
    series, control = pair
    fits = estimators.all_fits(model, choices.lag)
    name = estimators.choose(model, choices.estimator, fits)
    fit = fits[name]
    checks = autocorrelation.describe(next(iter(fits.values())).residuals, model)
    pretended = placebo.check(series, control, shape, choices.family, name)
    after, beyond = effects_after(fit, model, shape, choices)
    estimates = {**_terms(fit, model, shape), **after, "total": effects.total(fit, model)}
    return Result(
        method="its" if control is None else "controlled-its",
        estimator=fit.estimator,
        n=len(model.outcome),
        estimates=estimates,
        sentence=its_words.sentence(series, model, shape, fit, choices.unit),
        details={
            "model": model.family,
            "start": shape.start,
            "points": points(model, shape),
            "coefficients": fit.as_dict()["coefficients"],
            "fits": {key: value.as_dict() for key, value in fits.items()},
            "tests": _slope_test(fit, model),
            "autocorrelation": checks,
            "placebo": pretended,
        },
        warnings=tuple(its_words.warnings(model, shape, fits, checks, pretended) + beyond),
        plotted=_curves(fit, model, series),
    )


def points(model: Model, shape: Shape) -> dict[str, int]:
    """Points before and after the change that the model used."""
    time = np.unique(model.time)
    before, after = int(np.sum(time < shape.start)), int(np.sum(time >= shape.start))
    return {"before": before, "after": after, "comfortable": COMFORTABLE_POINTS}


def _prefix(model: Model) -> str:
    return "group_" if "group_level_change" in model.names else ""


def _terms(fit: Fit, model: Model, shape: Shape) -> dict[str, Estimate]:
    """The coefficients a reader asks for; for counts also as ratios."""
    prefix = _prefix(model)
    found = {"trend_before": fit.term("time"), "level_change": fit.term(f"{prefix}level_change")}
    if prefix:
        own = [float(n in ("time", "group_time")) for n in fit.names]
        found |= {"trend_before": fit.combination(own), "control_trend_before": fit.term("time")}
    if shape.slope:
        found["slope_change"] = fit.term(f"{prefix}slope_change")
        # Without a control this is the trend of the series; with one, all four terms add up.
        slopes = ("time", "slope_change", "group_time", "group_slope_change")
        found["trend_after"] = fit.combination([float(n in slopes) for n in fit.names])
    if model.link != "identity":
        kind = "rate_ratio" if model.link == "log" else "odds_ratio"
        ratios = {k: effects.exponential(v) for k, v in found.items()}
        found |= {f"{k}_{kind}": v for k, v in ratios.items()}
    return found


def effects_after(
    fit: Fit, model: Model, shape: Shape, choices: Choices
) -> tuple[dict[str, Estimate], list[str]]:
    """Difference and ratio to the counterfactual so long after the change, where observed."""
    found: dict[str, Estimate] = {}
    beyond = []
    for span in choices.after:
        rows = np.flatnonzero(
            np.isclose(model.time, shape.start + span) & (model.panel == model.panel[0])
        )
        if not len(rows):
            beyond.append(
                f"No point lies {span:g} {choices.unit}s after the change, so no effect is stated "
                "there."
            )
            continue
        at = effects.at_point(fit, model, int(rows[0]))
        found |= {f"{key}_after_{span:g}": value for key, value in at.items()}
    return found, beyond


def _slope_test(fit: Fit, model: Model) -> dict[str, Any]:
    """Wald F test of the change of slope."""
    name = f"{_prefix(model)}slope_change"
    if name not in fit.names:
        return {}
    estimate, df = fit.term(name), len(model.outcome) - len(model.names)
    if estimate.se == 0:
        return {}
    f = (estimate.value / estimate.se) ** 2
    p = replace(fit, df=float(df)).p(name)
    return {"slope_change": {"F": f, "df": [1, df], "p": p}}


def _curves(fit: Fit, model: Model, series: Series) -> dict[str, dict[str, Any]]:
    drawn = effects.curves(fit, model)
    own = model.panel == model.panel[0]
    layers = {"series": {key: values[own] for key, values in drawn.items()}}
    if not own.all():
        keys = ("time", "observed", "fitted")
        layers["control"] = {key: drawn[key][~own] for key in keys}
    used = set(layers["series"]["time"].tolist())
    left_out = [i for i, t in enumerate(series.time) if float(t) not in used]
    if left_out:
        exposure = 1 if series.exposure is None else series.exposure[left_out]
        layers["left_out"] = {
            "time": series.time[left_out],
            "observed": series.outcome[left_out] / exposure,
        }
    if series.labels:
        layers["series"]["name"] = series.name
        layers["labels"] = {"time": series.time, "label": list(series.labels)}
    return layers
