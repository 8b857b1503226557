"""Decision curve: is it better to act on the test, on everyone, or on no one?

Net benefit = TP/n - FP/n x t/(1 - t) at threshold probability t. Source: Vickers and Elkin, Med
Decis Making 2006;26:565-574.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harmfree.improvement.datafile import DataError, Floats, TooFewError
from harmfree.improvement.result import Estimate, Result, say

THRESHOLDS = tuple(round(0.01 * i, 2) for i in range(1, 100))


def net_benefit(risk: Floats, truth: Floats, threshold: float) -> float:
    """Net benefit of acting on everyone whose risk is at or above the threshold."""
    act = risk >= threshold
    true_positive = float(np.mean(act & (truth == 1)))
    false_positive = float(np.mean(act & (truth == 0)))
    return true_positive - false_positive * threshold / (1 - threshold)


def evaluate(
    models: dict[str, Floats], truth: Floats, thresholds: Sequence[float] = THRESHOLDS
) -> Result:
    """Net benefit of each model beside acting on all and on none.

    Args:
        models: name -> predicted probability for each person.
        truth: 1 where the outcome happened.
        thresholds: threshold probabilities, each strictly between 0 and 1.

    Raises:
        DataError: a risk is not a probability, or a threshold not between 0 and 1.
        TooFewError: everyone or no one had the outcome.
    """
    _check(models, truth, thresholds)
    benefit = {
        name: [net_benefit(risk, truth, t) for t in thresholds] for name, risk in models.items()
    }
    everyone = np.ones(len(truth))
    benefit["treat all"] = [net_benefit(everyone, truth, t) for t in thresholds]
    benefit["treat none"] = [0.0 for _ in thresholds]
    useful = {name: _useful(benefit, name, thresholds) for name in models}
    middle = thresholds[len(thresholds) // 2]
    return Result(
        method="decision curve",
        estimator="net benefit (Vickers and Elkin)",
        n=len(truth),
        estimates={
            f"net_benefit_{name}": Estimate(net_benefit(risk, truth, middle), note=f"at {middle:g}")
            for name, risk in models.items()
        },
        sentence=_sentence(useful),
        details={"useful_thresholds": useful, "prevalence": float(np.mean(truth))},
        warnings=("Net benefit has no interval here: compare curves, not third decimals.",),
        plotted={"decision_curve": {"threshold": list(thresholds), **benefit}},
    )


def _check(models: dict[str, Floats], truth: Floats, thresholds: Sequence[float]) -> None:
    for name, risk in models.items():
        if np.any((risk < 0) | (risk > 1)):
            raise DataError(f"'{name}' holds values outside 0 to 1: it is not a probability.")
    if not all(0 < t < 1 for t in thresholds):
        raise DataError("A threshold probability must lie strictly between 0 and 1.")
    if len(set(truth)) < 2:
        raise TooFewError("A decision curve needs people with and without the outcome.")


def _useful(benefit: dict[str, list[float]], name: str, thresholds: Sequence[float]) -> list[float]:
    """Lowest and highest threshold at which the model beats treating all and none."""
    better = [
        t
        for t, own, everyone in zip(thresholds, benefit[name], benefit["treat all"], strict=True)
        if own > max(everyone, 0.0)
    ]
    return [min(better), max(better)] if better else []


def _sentence(useful: dict[str, list[float]]) -> str:
    parts = []
    for name, span in useful.items():
        if span:
            parts.append(
                f"Acting on '{name}' does more good than acting on everyone or no one somewhere "
                f"between threshold probabilities of {say(span[0])} and {say(span[1])}."
            )
        else:
            parts.append(f"Acting on '{name}' is never better than acting on everyone or no one.")
    return " ".join(parts)
