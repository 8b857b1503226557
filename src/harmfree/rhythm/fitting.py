"""Fitting the strip classifier and judging it by cross-validation."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from harmfree.rhythm.compiled import FloatArray, IntArray
from harmfree.rhythm.forest import Float32Array, from_scikit_learn
from harmfree.rhythm.model import (
    ATRIAL_FIBRILLATION,
    NOISE,
    Decision,
    Linear,
    StripModel,
    join,
    softmax,
)
from harmfree.rhythm.scoring import CLASSES

TREES = {
    "learning_rate": 0.06,
    "max_iter": 350,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 20,
    "l2_regularization": 5.0,
    "max_features": 0.1,
    "early_stopping": False,
}
MODELS = 2  # boosted models of different seeds, averaged
LINEAR_C = 0.01  # inverse strength of the linear model's penalty
OUTLIERS = 0.5  # per cent at each end that the linear model does not see
SCREEN_SENSITIVITY = 0.967  # aimed at in cross-validation, so that 95% holds on new strips
RULE_IN_PREDICTIVE_VALUE = 0.90
FOLDS = 5

Labels = IntArray


def fit_trees(
    rows: Float32Array, labels: Labels, seed: int
) -> list[HistGradientBoostingClassifier]:
    """Return the boosted models fitted on the rows, one for each of `MODELS` seeds.

    One thread: the sums are then made in the same order on every machine, and the figures can be
    had again to the last digit.
    """
    with threadpool_limits(1):
        return [
            HistGradientBoostingClassifier(random_state=seed + k, **TREES).fit(rows, labels)
            for k in range(MODELS)
        ]


def fit_linear(rows: Float32Array, labels: Labels) -> Linear:
    """Return the linear model fitted on the rows."""
    wide = rows.astype(np.float64)
    low, high = np.nanpercentile(wide, [OUTLIERS, 100 - OUTLIERS], axis=0)
    bounded = np.clip(wide, low, high)
    fill = np.nanmedian(bounded, axis=0)
    filled = np.where(np.isnan(bounded), fill, bounded)
    centre, scale = filled.mean(axis=0), filled.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=LINEAR_C, max_iter=1000).fit((filled - centre) / scale, labels)
    return Linear(low, high, fill, centre, fitted.coef_ / scale, fitted.intercept_)


@dataclass(frozen=True)
class CrossValidated:
    """What cross-validation gives for every strip.

    Attributes:
        joined: log probabilities of both models, from models that never saw the strip.
        probabilities: calibrated by a joining model fitted on the other folds.
        labels: called by a rule set on the other folds.
        fold: the fold of each strip.
    """

    joined: FloatArray
    probabilities: FloatArray
    labels: npt.NDArray[np.str_]
    fold: IntArray


def cross_validate(rows: Float32Array, labels: Labels, seed: int) -> CrossValidated:
    """Return predictions for every strip from models that were fitted without its fold."""
    fold = np.empty(labels.size, dtype=np.int64)
    joined = np.empty((labels.size, 2 * len(CLASSES)))
    splits = list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, labels))
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        unseen = [
            pool.submit(_unseen, rows[fit], labels[fit], rows[test], seed) for fit, test in splits
        ]
    for k, (_, test) in enumerate(splits):
        fold[test] = k
        joined[test] = unseen[k].result()
    probabilities = np.empty((labels.size, len(CLASSES)))
    called = np.empty(labels.size, dtype="<U1")
    for k in range(FOLDS):
        fit, test = fold != k, fold == k
        stack, intercept = fit_stack(joined[fit], labels[fit])
        probabilities[test] = softmax(joined[test] @ stack.T + intercept)
        decision = choose_rule(softmax(joined[fit] @ stack.T + intercept), labels[fit])
        called[test] = decision.label(probabilities[test])
    return CrossValidated(joined, probabilities, called, fold)


def _unseen(rows: Float32Array, labels: Labels, new: Float32Array, seed: int) -> FloatArray:
    """Log probabilities of new strips from both models, fitted on the rows."""
    forest = from_scikit_learn(fit_trees(rows, labels, seed))
    linear = fit_linear(rows, labels)
    return join(softmax(forest.scores(new)), linear.probabilities(new))


def fit_stack(joined: FloatArray, labels: Labels) -> tuple[FloatArray, FloatArray]:
    """Return weights and intercepts that join two models' log probabilities into calibrated."""
    fitted = LogisticRegression(C=1.0, max_iter=2000).fit(joined, labels)
    return fitted.coef_, fitted.intercept_


def choose_rule(probabilities: FloatArray, labels: Labels) -> Decision:
    """Return the decision rule: the best step of the gain rule, and the two thresholds.

    The rule needs the F1 that it will itself give: start from the likeliest class, measure F1,
    apply the rule, and repeat. The step with the greatest mean F1 is kept.
    """
    screen, rule_in = thresholds(probabilities, labels)
    called = probabilities.argmax(axis=1)
    best, best_score = Decision(np.zeros(NOISE), np.ones(NOISE), screen, rule_in), -1.0
    for _ in range(20):
        rule = Decision(*_f1_and_totals(labels, called), screen, rule_in)
        called = np.array([CLASSES.index(name) for name in rule.label(probabilities)])
        score = float(_f1_and_totals(labels, called)[0].mean())
        if score > best_score:
            best, best_score = rule, score
    return best


def _f1_and_totals(labels: Labels, called: Labels) -> tuple[FloatArray, FloatArray]:
    """F1 of N, A and O, and the shares of strips that are plus that are called each."""
    classes = np.arange(NOISE)[:, None]
    totals = (labels == classes).sum(axis=1) + (called == classes).sum(axis=1)
    both = ((labels == classes) & (called == classes)).sum(axis=1)
    return 2 * both / np.maximum(totals, 1), totals / labels.size


def thresholds(probabilities: FloatArray, labels: Labels) -> tuple[float, float]:
    """Return the probabilities of AF for screening and for rule-in.

    Screening: the highest that keeps `SCREEN_SENSITIVITY`. Rule-in: the lowest from which the
    share with AF is at least `RULE_IN_PREDICTIVE_VALUE`.
    """
    p = probabilities[:, ATRIAL_FIBRILLATION]
    of_af = np.sort(p[labels == ATRIAL_FIBRILLATION])
    screen = float(of_af[int((1 - SCREEN_SENSITIVITY) * of_af.size)])
    order = np.argsort(-p)
    true = np.cumsum(labels[order] == ATRIAL_FIBRILLATION)
    enough = np.nonzero(true / np.arange(1, p.size + 1) >= RULE_IN_PREDICTIVE_VALUE)[0]
    rule_in = float(p[order][enough[-1]]) if enough.size else 1.0
    return screen, max(rule_in, screen)


def fit_all(
    rows: Float32Array, labels: Labels, seed: int, judged: CrossValidated
) -> tuple[StripModel, list[HistGradientBoostingClassifier]]:
    """Return the model fitted on every strip, and its scikit-learn trees for comparison."""
    trees = fit_trees(rows, labels, seed)
    stack, intercept = fit_stack(judged.joined, labels)
    probabilities = softmax(judged.joined @ stack.T + intercept)
    model = StripModel(
        from_scikit_learn(trees),
        fit_linear(rows, labels),
        stack,
        intercept,
        choose_rule(probabilities, labels),
        np.nanmedian(rows[labels == 0].astype(np.float64), axis=0),
    )
    return model, trees
