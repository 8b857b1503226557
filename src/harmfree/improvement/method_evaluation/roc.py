"""ROC curve, whole or in part, with the area's interval by DeLong.

Sources: DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837-845; standardised partial area,
McClish, Med Decis Making 1989;9:190-195.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from harmfree.improvement.datafile import DataError, Floats, TooFewError
from harmfree.improvement.method_evaluation import accuracy
from harmfree.improvement.result import Estimate, Result, say

_Z = float(stats.norm.ppf(0.975))
_DRAWS = 999
_SEED = 20261123


def split(scores: Floats, truth: Floats) -> tuple[Floats, Floats]:
    """Scores of those with and of those without the target condition.

    Raises:
        TooFewError: fewer than two people on either side.
    """
    present, absent = scores[truth == 1], scores[truth == 0]
    if min(len(present), len(absent)) < 2:
        raise TooFewError("A ROC curve needs two or more people with and without the condition.")
    return present, absent


def curve(scores: Floats, truth: Floats) -> dict[str, Floats]:
    """False positive rate, true positive rate and threshold (positive at or above it)."""
    present, absent = split(scores, truth)
    thresholds = np.concatenate([[np.inf], np.unique(scores)[::-1]])
    tpr = np.array([np.mean(present >= t) for t in thresholds])
    fpr = np.array([np.mean(absent >= t) for t in thresholds])
    return {"fpr": fpr, "tpr": tpr, "threshold": thresholds}


def components(scores: Floats, truth: Floats) -> tuple[Floats, Floats]:
    """DeLong's structural components: each person's share of the area."""
    present, absent = split(scores, truth)
    ranks = stats.rankdata(np.concatenate([present, absent]))
    m, n = len(present), len(absent)
    v10 = (ranks[:m] - stats.rankdata(present)) / n
    v01 = 1 - (ranks[m:] - stats.rankdata(absent)) / m
    return v10, v01


def area(scores: Floats, truth: Floats) -> Estimate:
    """Area under the curve with DeLong's standard error; limits on the logit scale."""
    v10, v01 = components(scores, truth)
    value = float(v10.mean())
    se = float(np.sqrt(v10.var(ddof=1) / len(v10) + v01.var(ddof=1) / len(v01)))
    if value in (0.0, 1.0):
        return Estimate(value, se=se, note="no interval: the scores separate the groups fully")
    logit, spread = np.log(value / (1 - value)), se / (value * (1 - value))
    low, high = (1 / (1 + np.exp(-(logit + sign * _Z * spread))) for sign in (-1, 1))
    return Estimate(value, float(low), float(high), se)


def area_difference(new: Floats, old: Floats, truth: Floats) -> tuple[Estimate, float]:
    """Difference of two correlated areas (new minus old) and its p-value, by DeLong."""
    (a10, a01), (b10, b01) = components(new, truth), components(old, truth)
    d10, d01 = a10 - b10, a01 - b01
    se = float(np.sqrt(d10.var(ddof=1) / len(d10) + d01.var(ddof=1) / len(d01)))
    value = float(a10.mean() - b10.mean())
    p = float(2 * stats.norm.sf(abs(value) / se)) if se > 0 else 1.0
    return Estimate(value, value - _Z * se, value + _Z * se, se), p


def partial_area(scores: Floats, truth: Floats, most_fpr: float) -> float:
    """Area up to a false positive rate, standardised so that 0.5 is useless and 1 perfect."""
    points = curve(scores, truth)
    raw = _area_to(points["fpr"], points["tpr"], most_fpr)
    least, most = most_fpr**2 / 2, most_fpr
    return 0.5 * (1 + (raw - least) / (most - least))


def _area_to(fpr: Floats, tpr: Floats, limit: float) -> float:
    inside = fpr <= limit
    x = np.append(fpr[inside], limit)
    y = np.append(tpr[inside], _height(fpr, tpr, limit))
    return float(np.trapezoid(y, x))


def _height(fpr: Floats, tpr: Floats, at: float) -> float:
    """Height of the curve at a false positive rate, the upper end of a vertical step."""
    after = int(np.searchsorted(fpr, at, side="right"))
    if after >= len(fpr):
        return float(tpr[-1])
    x0, x1, y0, y1 = fpr[after - 1], fpr[after], tpr[after - 1], tpr[after]
    return float(y0 + (y1 - y0) * (at - x0) / (x1 - x0))


def partial_area_estimate(scores: Floats, truth: Floats, most_fpr: float) -> Estimate:
    """Standardised partial area with a percentile bootstrap interval, drawn within each group.

    Raises:
        DataError: the false positive rate is not between 0 and 1.
    """
    if not 0 < most_fpr <= 1:
        raise DataError(
            f"The false positive rate {most_fpr:g} is not in (0, 1].", where="--max-fpr"
        )
    present, absent = split(scores, truth)
    labels = np.repeat([1.0, 0.0], [len(present), len(absent)])
    generator = np.random.default_rng(_SEED)
    draws = []
    for _ in range(_DRAWS):
        drawn = [generator.choice(group, len(group)) for group in (present, absent)]
        draws.append(partial_area(np.concatenate(drawn), labels, most_fpr))
    low, high = np.quantile(draws, [0.025, 0.975])
    value = partial_area(scores, truth, most_fpr)
    note = f"up to a false positive rate of {most_fpr:g}; percentile bootstrap, {_DRAWS} draws"
    return Estimate(value, float(low), float(high), note=note)


def evaluate(scores: Floats, truth: Floats, *, most_fpr: float | None = None) -> Result:
    """The curve, its area, and the threshold with the largest Youden index.

    Args:
        scores: the test's number, higher when the condition is likelier.
        truth: 1 where the reference standard says present, 0 where absent.
        most_fpr: state the partial area up to this false positive rate too.
    """
    points, whole = curve(scores, truth), area(scores, truth)
    best = int(np.argmax(points["tpr"] - points["fpr"]))
    estimates = {"auc": whole}
    if most_fpr is not None:
        estimates["partial_auc"] = partial_area_estimate(scores, truth, most_fpr)
    threshold = float(points["threshold"][best])
    at_best = accuracy.evaluate(counts_at(scores, truth, threshold))
    return Result(
        method="accuracy",
        estimator="empirical ROC curve; area by DeLong, limits on the logit scale",
        n=len(scores),
        estimates=estimates,
        sentence=_sentence(whole, threshold, points, best),
        details={
            "youden_threshold": threshold,
            "at_youden_threshold": at_best.as_dict()["intervals"],
        },
        warnings=_warnings(whole),
        plotted={"roc": points},
    )


def _warnings(whole: Estimate) -> tuple[str, ...]:
    chosen = (
        "The threshold was chosen on these same data, so its accuracy is flattered: "
        "fix it, then test it on new people."
    )
    reverse = "The area is below 0.5: high scores go with absence of the condition."
    return (chosen, reverse) if whole.value < 0.5 else (chosen,)


def counts_at(scores: Floats, truth: Floats, threshold: float) -> accuracy.Counts:
    """The 2 x 2 table when a score at or above the threshold counts as positive."""
    positive, present = scores >= threshold, truth == 1
    return accuracy.Counts(
        int(np.sum(positive & present)),
        int(np.sum(positive & ~present)),
        int(np.sum(~positive & present)),
        int(np.sum(~positive & ~present)),
    )


def _sentence(whole: Estimate, threshold: float, points: dict[str, Any], best: int) -> str:
    return (
        f"Given one person with the condition and one without, the test ranks the first higher "
        f"{100 * whole.value:.0f} times in 100 (area {whole}). The threshold with the largest "
        f"Youden index is {say(threshold)}: sensitivity {100 * points['tpr'][best]:.0f}%, "
        f"specificity {100 * (1 - points['fpr'][best]):.0f}%."
    )
