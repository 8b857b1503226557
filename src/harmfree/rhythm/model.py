"""The strip classifier: two models, one set of calibrated probabilities, one stated decision rule.

A forest of boosted trees (`forest`) and a linear model read the same features; a small linear
model joins their log probabilities into calibrated ones. Everything is numbers in one .npz file,
read with pickles refused. Trained by ``python -m harmfree.rhythm.train``; what it was trained
on, how well it does and what it is not for stand in its model card beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.errors import ModelError
from harmfree.rhythm.features.strip import NAMES
from harmfree.rhythm.forest import Float32Array, Forest
from harmfree.rhythm.scoring import CLASSES

STORED = Path(__file__).parent / "stored" / "af_strip.npz"
NOISE = CLASSES.index("~")
ATRIAL_FIBRILLATION = CLASSES.index("A")
SMALLEST = 1e-5  # added to probabilities before their logarithm


@dataclass(frozen=True)
class Linear:
    """Multinomial logistic regression on bounded, filled and scaled features.

    Attributes:
        low: least value let through of each feature.
        high: greatest value let through of each feature.
        fill: what stands for a missing value of each feature.
        centre: subtracted from each feature.
        weights: classes by features.
        intercept: of each class.
    """

    low: FloatArray
    high: FloatArray
    fill: FloatArray
    centre: FloatArray
    weights: FloatArray
    intercept: FloatArray

    def prepare(self, features: npt.NDArray[np.floating]) -> FloatArray:
        """Return the features bounded, filled and centred (their scale is in the weights)."""
        bounded = np.clip(features.astype(np.float64), self.low, self.high)
        return cast("FloatArray", np.where(np.isnan(bounded), self.fill, bounded) - self.centre)

    def probabilities(self, features: npt.NDArray[np.floating]) -> FloatArray:
        """Return the probability of each class, rows by classes."""
        return softmax(self.prepare(features) @ self.weights.T + self.intercept)


@dataclass(frozen=True)
class Decision:
    """From probabilities to a class.

    The class with the greatest expected gain in the Challenge's mean F1 is called, and `~`
    when no class promises a gain. A strip that is called N raises the score by
    (2 p - F1) / n, where n is how many strips are N or are called N: with the F1 and n of the
    cross-validation this is a rule without a tuned weight.

    Attributes:
        f1: cross-validated F1 of N, A and O.
        totals: share of strips that are, plus share that are called, N, A and O.
        screen: probability of AF from which a strip is "possible AF".
        rule_in: probability of AF from which AF is likely enough to act on first.
    """

    f1: FloatArray
    totals: FloatArray
    screen: float
    rule_in: float

    def label(self, probabilities: FloatArray) -> npt.NDArray[np.str_]:
        """Return the class called for each row of probabilities."""
        gain = (2 * probabilities[:, :NOISE] - self.f1) / self.totals
        best = gain.argmax(axis=1)
        chosen = np.where(gain.max(axis=1) > 0, best, NOISE)
        return np.array(CLASSES)[chosen]


@dataclass(frozen=True)
class StripModel:
    """The whole classifier.

    Attributes:
        forest: boosted trees.
        linear: the second model.
        stack: 4 classes by 8 log probabilities (forest's, then linear's).
        stack_intercept: of each class.
        decision: the rule.
        typical: median of each feature over normal strips; what contributions compare with.
    """

    forest: Forest
    linear: Linear
    stack: FloatArray
    stack_intercept: FloatArray
    decision: Decision
    typical: FloatArray

    def probabilities(self, features: npt.NDArray[np.floating]) -> FloatArray:
        """Return calibrated probabilities, rows by `CLASSES`.

        Args:
            features: strips by features, in the order of `features.strip.NAMES`.
        """
        rows = np.atleast_2d(features).astype(np.float32)
        first = softmax(self.forest.scores(cast("Float32Array", rows)))
        joined = join(first, self.linear.probabilities(rows))
        return softmax(joined @ self.stack.T + self.stack_intercept)


def softmax(scores: FloatArray) -> FloatArray:
    """Return probabilities from scores, row by row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return cast("FloatArray", raised / raised.sum(axis=1, keepdims=True))


def join(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return the log probabilities of the two models side by side."""
    return np.log(np.concatenate([first, second], axis=1) + SMALLEST)


def save(model: StripModel, path: Path) -> None:
    """Write the model as arrays in a .npz file."""
    arrays: dict[str, npt.NDArray[np.generic]] = {"names": np.array(NAMES)}
    for part in (model.forest, model.linear, model.decision):
        for one in fields(part):
            key = f"{type(part).__name__.lower()}_{one.name}"
            arrays[key] = np.asarray(getattr(part, one.name))
    arrays |= {
        "stack": model.stack,
        "stack_intercept": model.stack_intercept,
        "typical": model.typical,
    }
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def load(path: Path = STORED) -> StripModel:
    """Read a model.

    Raises:
        ModelError: the file is missing, damaged, or made for other features.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if tuple(arrays["names"]) != NAMES:
            raise ModelError(
                "The stored classifier was trained on other features than this version computes.",
                where=str(path),
                do="train it again: python -m harmfree.rhythm.train PATH",
            )
        return StripModel(
            Forest(**_part(arrays, "forest", divisor=int(arrays["forest_divisor"]))),
            Linear(**_part(arrays, "linear")),
            arrays["stack"],
            arrays["stack_intercept"],
            Decision(
                arrays["decision_f1"],
                arrays["decision_totals"],
                float(arrays["decision_screen"]),
                float(arrays["decision_rule_in"]),
            ),
            arrays["typical"],
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ModelError(
            f"The stored classifier cannot be read: {problem}.",
            where=str(path),
            do="install the package again or train it again",
        ) from problem


def _part(arrays: dict[str, npt.NDArray[np.generic]], part: str, **given: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        name.removeprefix(f"{part}_"): value
        for name, value in arrays.items()
        if name.startswith(f"{part}_")
    }
    return found | given


@cache
def stored_model() -> StripModel:
    """The classifier that comes with the package."""
    return load()
