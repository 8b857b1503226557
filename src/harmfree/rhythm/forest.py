"""Boosted trees as plain arrays, and the sum over them.

A node is four numbers: the feature it asks about (`LEAF` when it ends), the threshold (or, in a
leaf, the value), and the nodes to the left and right. The top bit of the left number says that a
missing value goes left. Features are 32-bit; thresholds are rounded down to 32 bits, which for
32-bit features decides exactly as scikit-learn's 64-bit ones do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harmfree.rhythm.compiled import FloatArray, compiled

LEAF = 65_535
MISSING_LEFT = 32_768

Float32Array = npt.NDArray[np.float32]
SmallArray = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Forest:
    """Gradient-boosted trees for several classes.

    Attributes:
        feature: feature number of each node, or `LEAF`.
        value: threshold of each node, or a leaf's value.
        left: node to go to when the feature is at most the threshold, counted from the tree's
            first node, plus `MISSING_LEFT` when missing values go there too.
        right: node to go to otherwise.
        roots: first node of each tree; tree k votes for class k modulo the number of classes.
        baseline: starting score of each class.
        divisor: how many boosted models the trees make up; scores are averaged over them.
    """

    feature: SmallArray
    value: Float32Array
    left: SmallArray
    right: SmallArray
    roots: npt.NDArray[np.uint32]
    baseline: FloatArray
    divisor: int

    def scores(self, features: Float32Array) -> FloatArray:
        """Return the raw score of each class for each row of features."""
        sums = _sum_of_trees(
            np.ascontiguousarray(features, dtype=np.float32),
            self.feature,
            self.value,
            self.left,
            self.right,
            self.roots,
            self.baseline.size,
        )
        return sums / self.divisor + self.baseline


@compiled
def _sum_of_trees(
    rows: Float32Array,
    feature: SmallArray,
    value: Float32Array,
    left: SmallArray,
    right: SmallArray,
    roots: npt.NDArray[np.uint32],
    classes: int,
) -> FloatArray:
    out = np.zeros((rows.shape[0], classes))
    for i in range(rows.shape[0]):
        for t in range(roots.size):
            root = np.int64(roots[t])
            node = root
            while feature[node] != LEAF:
                x = rows[i, feature[node]]
                go_left = x <= value[node]
                if np.isnan(x):
                    go_left = left[node] >= MISSING_LEFT
                if go_left:
                    node = root + np.int64(left[node] % MISSING_LEFT)
                else:
                    node = root + np.int64(right[node])
            out[i, t % classes] += value[node]
    return out


def from_scikit_learn(models: list[Any]) -> Forest:
    """Return the trees of fitted HistGradientBoostingClassifier models as one forest.

    Args:
        models: fitted on the same classes; their raw scores are averaged.
    """
    nodes = [tree.nodes for model in models for step in model._predictors for tree in step]
    every = np.concatenate(nodes)
    leaf = every["is_leaf"].astype(bool)
    sizes = np.array([part.size for part in nodes])
    left = every["left"].astype(np.uint16)
    left[every["missing_go_to_left"].astype(bool)] += MISSING_LEFT
    return Forest(
        feature=np.where(leaf, LEAF, every["feature_idx"]).astype(np.uint16),
        value=np.where(leaf, every["value"].astype(np.float32), _floor(every["num_threshold"])),
        left=left,
        right=every["right"].astype(np.uint16),
        roots=np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.uint32),
        baseline=np.mean([model._baseline_prediction.ravel() for model in models], axis=0),
        divisor=len(models),
    )


def _floor(threshold: FloatArray) -> Float32Array:
    """The greatest 32-bit number that is not above each threshold."""
    rounded = threshold.astype(np.float32)
    above = rounded.astype(np.float64) > threshold
    return np.where(above, np.nextafter(rounded, np.float32(-np.inf)), rounded).astype(np.float32)
