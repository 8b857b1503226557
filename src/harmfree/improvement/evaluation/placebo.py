"""Placebo in time: does the method find a change where none was made?

The model is fitted to the points before the change as if it had come at every earlier date with
enough points on either side. A method that finds changes there cannot be believed later.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from harmfree.errors import HarmfreeError
from harmfree.improvement.evaluation import estimators
from harmfree.improvement.evaluation.model import Fit, Model
from harmfree.improvement.evaluation.segmented import (
    FEWEST_POINTS,
    Series,
    Shape,
    controlled,
    single,
)

MOST_DATES = 40


def check(
    series: Series, control: Series | None, shape: Shape, family: str, estimator: str
) -> dict[str, Any]:
    """Pretend changes before the real one, against the control where there is one.

    Returns the estimate at the middle of the points before, and how many of the dates tried gave
    a level change with p below 0.05; or the reason why none could be tried.
    """
    before = _only_before(series, shape)
    beside = None if control is None else _only_before(control, shape)
    inner = before.time[FEWEST_POINTS : len(before.time) - FEWEST_POINTS + 1]
    if len(inner) > MOST_DATES:
        inner = inner[np.linspace(0, len(inner) - 1, MOST_DATES).round().astype(int)]
    flat = replace(shape, slope=False, phase_in=None, slope_zero=None)
    fits: dict[float, Fit] = {}
    reasons: set[str] = set()
    for start in inner:
        try:
            at = replace(flat, start=float(start))
            model = _model(before, beside, at, family)
            fits[float(start)] = estimators.one(model, estimator)
        except HarmfreeError as error:
            reasons.add(error.what)
    if not fits:
        reason = "; ".join(sorted(reasons)) or "too few points before the change"
        return {"dates_tried": 0, "note": f"no placebo date could be tried: {reason}"}
    middle = list(fits)[len(fits) // 2]
    name = "level_change" if control is None else "group_level_change"
    found = sum(fit.p(name) < 0.05 for fit in fits.values())
    return {
        "dates_tried": len(fits),
        "dates_with_a_false_change": found,
        "middle_date": middle,
        "middle_level_change": fits[middle].term(name).as_dict(),
        "middle_p": fits[middle].p(name),
    }


def _only_before(series: Series, shape: Shape) -> Series:
    first = shape.start if shape.phase_in is None else min(shape.start, shape.phase_in[0])
    keep = series.time < first
    exposure = None if series.exposure is None else series.exposure[keep]
    return replace(series, outcome=series.outcome[keep], time=series.time[keep], exposure=exposure)


def _model(series: Series, control: Series | None, shape: Shape, family: str) -> Model:
    if control is None:
        return single(series, shape, family)
    return controlled(series, control, shape, family)
