"""What the model card reports, computed from cross-validated predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from harmfree.rhythm.compiled import BoolArray, FloatArray, IntArray
from harmfree.rhythm.fitting import FOLDS, CrossValidated, choose_rule
from harmfree.rhythm.model import ATRIAL_FIBRILLATION, NOISE, Decision
from harmfree.rhythm.scoring import (
    CLASSES,
    Agreement,
    challenge_score,
    class_f1,
    compare,
    confusion,
    exact_interval,
    ratio,
)

RESAMPLES = 500  # bootstrap samples of strips
CALIBRATION_BINS = 10


def summarise(judged: CrossValidated, labels: IntArray, decision: Decision) -> dict[str, Any]:
    """Return every figure of the model card as JSON values.

    Args:
        judged: predictions made without the strip's own fold.
        labels: class number of each strip.
        decision: of the final model; its thresholds are quoted, never judged on their own folds.
    """
    truth = np.array(CLASSES)[labels]
    f1 = class_f1(truth, judged.labels)
    chance = np.random.default_rng(0)
    samples = [chance.integers(0, labels.size, labels.size) for _ in range(RESAMPLES)]
    is_af = labels == ATRIAL_FIBRILLATION
    screening = operating_points(judged, labels)
    return {
        "headline": {
            "challenge_score": rounded(challenge_score(truth, judged.labels)),
            "challenge_score_interval": _interval(
                [challenge_score(truth[s], judged.labels[s]) for s in samples]
            ),
            "af_auc": rounded(auc(is_af, judged.probabilities[:, ATRIAL_FIBRILLATION])),
            "screening": screening["screening"],
            "rule_in": screening["rule_in"],
        },
        "f1": {name: rounded(value) for name, value in f1.items()},
        "f1_interval": {
            name: _interval([class_f1(truth[s], judged.labels[s])[name] for s in samples])
            for name in CLASSES
        },
        "score_by_fold": [
            rounded(challenge_score(truth[judged.fold == k], judged.labels[judged.fold == k]))
            for k in range(FOLDS)
        ],
        "confusion": confusion(truth, judged.labels),
        "per_class": _per_class(truth, judged.labels),
        "calibration": calibration(is_af, judged.probabilities[:, ATRIAL_FIBRILLATION]),
        "thresholds": {"screen": round(decision.screen, 5), "rule_in": round(decision.rule_in, 5)},
        "classes": {name: int((truth == name).sum()) for name in CLASSES},
    }


def operating_points(judged: CrossValidated, labels: IntArray) -> dict[str, Any]:
    """Return sensitivity and specificity for AF with thresholds chosen on the other folds.

    Non-AF strips are those labelled N or O: strips that the readers could not read are left out.
    """
    screen = np.zeros(labels.size, dtype=np.bool_)
    rule_in = np.zeros(labels.size, dtype=np.bool_)
    p = judged.probabilities[:, ATRIAL_FIBRILLATION]
    for k in range(FOLDS):
        others, here = judged.fold != k, judged.fold == k
        rule = choose_rule(judged.probabilities[others], labels[others])
        screen[here], rule_in[here] = p[here] >= rule.screen, p[here] >= rule.rule_in
    readable = labels != NOISE
    is_af = labels[readable] == ATRIAL_FIBRILLATION
    return {
        "screening": shares(compare(is_af, screen[readable])),
        "rule_in": shares(compare(is_af, rule_in[readable])),
        "unreadable_called_possible_af": rounded(float(screen[~readable].mean())),
    }


def shares(counts: Agreement) -> dict[str, Any]:
    """Return sensitivity, specificity and PPV with exact 95% intervals."""
    parts = {
        "sensitivity": (counts.true_positive, counts.true_positive + counts.false_negative),
        "specificity": (counts.true_negative, counts.true_negative + counts.false_positive),
        "ppv": (counts.true_positive, counts.true_positive + counts.false_positive),
    }
    return {
        name: {
            "value": rounded(ratio(part, whole)),
            "interval": [rounded(end) for end in exact_interval(part, whole)],
            "of": whole,
        }
        for name, (part, whole) in parts.items()
    }


def _per_class(
    truth: npt.NDArray[np.str_], called: npt.NDArray[np.str_]
) -> dict[str, dict[str, Any]]:
    return {name: shares(compare(truth == name, called == name)) for name in CLASSES}


def auc(truth: BoolArray, score: FloatArray) -> float:
    """Return the area under the ROC curve (Mann-Whitney), ties counted half."""
    ranks = rankdata(score)
    positive = int(truth.sum())
    above = float(ranks[truth].sum()) - positive * (positive + 1) / 2
    return ratio(above, positive * (truth.size - positive))


def calibration(truth: BoolArray, p: FloatArray) -> dict[str, Any]:
    """Return how predicted probabilities of AF compare with what happened.

    Ten bins of equal width; the expected calibration error weighs each bin by its strips.
    """
    place = np.minimum((p * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    bins = [
        {
            "predicted": rounded(float(p[place == b].mean())),
            "observed": rounded(float(truth[place == b].mean())),
            "strips": int((place == b).sum()),
        }
        for b in range(CALIBRATION_BINS)
        if (place == b).any()
    ]
    error = sum(b["strips"] * abs(b["predicted"] - b["observed"]) for b in bins) / p.size
    return {
        "brier": rounded(float(((p - truth) ** 2).mean())),
        "expected_calibration_error": rounded(error),
        "bins": bins,
    }


def _interval(values: list[float]) -> list[float]:
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return [rounded(float(low)), rounded(float(high))]


def rounded(value: float) -> float:
    """Return the value to four decimals, as the card prints it."""
    return round(value, 4)
