from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from harmfree.rhythm.forest import LEAF, Forest, from_scikit_learn


@pytest.fixture(scope="module")
def fitted() -> tuple[np.ndarray, list[HistGradientBoostingClassifier]]:
    chance = np.random.default_rng(0)
    rows = chance.standard_normal((400, 6)).astype(np.float32)
    rows[:, 2] = np.round(rows[:, 2])  # ties at the thresholds
    rows[chance.random(rows.shape) < 0.1] = np.nan
    labels = (np.nan_to_num(rows[:, 0]) + np.nan_to_num(rows[:, 2]) > 0) + 2 * (
        np.nan_to_num(rows[:, 1]) > 0.5
    )
    models = [
        HistGradientBoostingClassifier(max_iter=20, random_state=k, max_features=0.5).fit(
            rows, labels
        )
        for k in range(2)
    ]
    return rows, models


def test_scores_equal_those_of_scikit_learn(fitted) -> None:
    rows, models = fitted
    chance = np.random.default_rng(1)
    new = chance.standard_normal((500, 6)).astype(np.float32)
    new[chance.random(new.shape) < 0.2] = np.nan
    forest = from_scikit_learn(models)
    for these in (rows, new):
        theirs = np.mean([model._raw_predict(these) for model in models], axis=0)
        assert np.allclose(forest.scores(these), theirs, rtol=0, atol=1e-6)


def test_values_exactly_at_thresholds_go_the_same_way(fitted) -> None:
    rows, models = fitted
    forest = from_scikit_learn(models)
    inner = forest.feature != LEAF
    edge = np.tile(rows[:1], (int(inner.sum()), 1))
    edge[np.arange(inner.sum()), forest.feature[inner]] = forest.value[inner]
    theirs = np.mean([model._raw_predict(edge) for model in models], axis=0)
    assert np.allclose(forest.scores(edge), theirs, rtol=0, atol=1e-6)


def test_a_tree_written_by_hand() -> None:
    forest = Forest(
        feature=np.array([0, LEAF, LEAF], np.uint16),
        value=np.array([0.5, -1.0, 2.0], np.float32),
        left=np.array([1, 0, 0], np.uint16),
        right=np.array([2, 0, 0], np.uint16),
        roots=np.array([0], np.uint32),
        baseline=np.array([10.0]),
        divisor=1,
    )
    rows = np.array([[0.5], [0.51], [np.nan]], np.float32)
    assert forest.scores(rows).ravel().tolist() == [9.0, 12.0, 12.0]
