"""The sentence and the warnings of an interrupted time series, made from its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harmfree.improvement.evaluation import effects
from harmfree.improvement.evaluation.model import Fit, Model
from harmfree.improvement.evaluation.segmented import COMFORTABLE_POINTS, Series, Shape
from harmfree.improvement.result import Estimate, say

NEARLY_A_RANDOM_WALK = 0.9
"""Autocorrelation beyond which trend and drift cannot be told apart in series this short."""


def sentence(series: Series, model: Model, shape: Shape, fit: Fit, unit: str) -> str:
    """Say what happened before, at the change, and by the last point."""
    own = np.flatnonzero(model.panel == model.panel[0])
    rows = [int(i) for i in own if model.time[i] >= shape.start]
    first, last = effects.at_point(fit, model, rows[0]), effects.at_point(fit, model, rows[-1])
    label = dict(zip(series.time.tolist(), series.labels, strict=False))
    at = label.get(float(model.time[rows[-1]]), f"{model.time[rows[-1]]:g}")
    both = "group_time" in model.names
    source = "the trend before and the control" if both else "the trend before"
    against = f"what {source} would have given"
    words = [
        _trend(series, model, fit, unit),
        f"At the change {series.name} was {_compared(first, against)}.",
    ]
    if shape.slope:
        words.append(f"By the last point ({at}) it was {_compared(last, 'that')}.")
    words.append(
        "This is what happened at the same time as the change, not proof that the change did it."
    )
    return " ".join(words)


def formula_sentence(model: Model, fit: Fit, unit: str) -> str:
    """Say what the terms of the change come to at the last point."""
    found = effects.at_point(fit, model, len(model.outcome) - 1)
    against = f"what the formula gives without {' and '.join(model.effect)}"
    return (
        f"At the last {unit} the outcome was {_compared(found, against)}. "
        "This is what happened at the same time as the change, not proof that the change did it."
    )


def _trend(series: Series, model: Model, fit: Fit, unit: str) -> str:
    slopes = [float(n in ("time", "group_time")) for n in fit.names]
    before = fit.combination(slopes)
    if before.lower <= 0 <= before.upper:
        return f"Before the change {series.name} had no clear trend."
    way = "rising" if before.value > 0 else "falling"
    if model.link == "identity":
        return f"Before the change {series.name} was {way} by {say(abs(before.value))} a {unit}."
    share = 100 * abs(np.exp(before.value) - 1)
    kind = "the odds of " if model.link == "logit" else ""
    return f"Before the change {kind}{series.name} was {way} by {say(share)}% a {unit}."


def _compared(found: Mapping[str, Estimate], against: str) -> str:
    """Say how far from the counterfactual, with the interval, as a share where one exists."""
    ratio, gap = found["ratio"], found["difference"]
    if not np.isfinite(ratio.value):
        clear = "" if gap.lower > 0 or gap.upper < 0 else "; no clear difference"
        side = "above" if gap.value > 0 else "below"
        limits = f"95% CI of the difference {say(gap.lower)} to {say(gap.upper)}"
        return f"{say(abs(gap.value))} {side} {against} ({limits}{clear})"
    clear = "; no clear difference" if ratio.lower <= 1 <= ratio.upper else ""
    limits = f"95% CI {_side(ratio.lower)} to {_side(ratio.upper)}"
    return f"{_side(ratio.value)} {against} ({limits}{clear})"


def _side(ratio: float) -> str:
    change = 100 * (ratio - 1)
    return f"{abs(change):.1f}% {'above' if change > 0 else 'below'}"


def warnings(
    model: Model,
    shape: Shape,
    fits: Mapping[str, Fit],
    checks: Mapping[str, Any],
    pretended: Mapping[str, Any],
) -> list[str]:
    """What must be known before the numbers are quoted."""
    found = []
    time = np.unique(model.time)
    fewest = min(int(np.sum(time < shape.start)), int(np.sum(time >= shape.start)))
    if fewest < COMFORTABLE_POINTS:
        found.append(f"Only {fewest} points on one side of the change: treat this as a hint.")
    if checks["present"]:
        found.append(
            f"Neighbouring points are alike (lag-one autocorrelation {checks['lag_one']:.2f}): "
            "read the intervals that allow for it."
        )
    elif checks["ljung_box_p"] < 0.05:
        found.append("A pattern remains in the errors, perhaps a season: consider seasonal terms.")
    rho = max((abs(fit.extra["rho"]) for fit in fits.values() if "rho" in fit.extra), default=0.0)
    if rho > NEARLY_A_RANDOM_WALK:
        found.append(
            "The series wanders almost like a random walk, so a trend cannot be told from drift; "
            "estimators then differ widely, and those without autocorrelation are far too sure."
        )
    if shape.phase_in is None and len(np.unique(np.diff(time).round(6))) > 1:
        found.append("The points are not evenly spaced; the trend uses their real times.")
    tried, false = pretended.get("dates_tried", 0), pretended.get("dates_with_a_false_change", 0)
    if tried and false / tried > 0.2:
        found.append(
            f"Placebo check: {false} of {tried} dates before the change would have shown a change "
            "too."
        )
    if disagree(fits, model):
        found.append("The estimators disagree on whether the level changed: the evidence is weak.")
    return found


def disagree(fits: Mapping[str, Fit], model: Model) -> bool:
    """Whether some estimators call the level change clear and others do not."""
    name = "group_level_change" if "group_level_change" in model.names else "level_change"
    # Standard errors that ignore over-dispersion or autocorrelation are no evidence either way.
    honest = [fit for key, fit in fits.items() if key not in ("plain", "ols")]
    # A formula may have no term of that name; then there is nothing to compare.
    return len({fit.p(name) < 0.05 for fit in honest if name in fit.names}) > 1
