from __future__ import annotations

import numpy as np
import pytest

from harmfree.rhythm.metrics import auc, calibration
from harmfree.rhythm.scoring import (
    challenge_score,
    class_f1,
    compare,
    confusion,
    exact_interval,
    match_beats,
)


@pytest.mark.parametrize(("off", "matched"), [(0.149, 1), (0.150, 1), (0.151, 0), (-0.15, 1)])
def test_a_match_is_within_150_milliseconds(off: float, matched: int) -> None:
    counts = match_beats(np.array([1.0]), np.array([1.0 + off]))
    assert counts.true_positive == matched
    assert counts.false_positive == counts.false_negative == 1 - matched


def test_one_detection_matches_one_beat_and_the_nearer_wins() -> None:
    counts = match_beats(np.array([1.0, 2.0]), np.array([0.9, 1.02, 2.0]))
    assert (counts.true_positive, counts.false_positive, counts.false_negative) == (2, 1, 0)


def test_flutter_is_not_scored() -> None:
    reference, found = np.array([1.0, 5.0, 9.0]), np.array([1.0, 4.0, 5.5, 9.0])
    counts = match_beats(reference, found, unscored=((3.0, 6.0),))
    assert (counts.true_positive, counts.false_positive, counts.false_negative) == (2, 0, 0)


def test_challenge_score_by_hand() -> None:
    truth = np.array(list("NNNNAAOO~"))
    called = np.array(list("NNNOAOOO~"))
    f1 = class_f1(truth, called)
    assert f1["N"] == pytest.approx(2 * 3 / (4 + 3))
    assert f1["A"] == pytest.approx(2 * 1 / (2 + 1))
    assert f1["O"] == pytest.approx(2 * 2 / (2 + 4))
    assert challenge_score(truth, called) == pytest.approx((6 / 7 + 2 / 3 + 2 / 3) / 3)
    assert confusion(truth, called)[0] == [3, 0, 1, 0]


def test_noise_called_right_or_wrong_does_not_enter_the_mean_by_itself() -> None:
    truth = np.array(list("NAO~"))
    assert challenge_score(truth, truth) == 1.0
    assert class_f1(truth, np.array(list("NAON")))["~"] == 0.0


def test_exact_interval_is_that_of_clopper_and_pearson() -> None:
    assert exact_interval(0, 10) == (0.0, pytest.approx(0.3085, abs=1e-4))
    assert exact_interval(10, 10) == (pytest.approx(0.6915, abs=1e-4), 1.0)
    assert exact_interval(5, 10) == (
        pytest.approx(0.1871, abs=1e-4),
        pytest.approx(0.8129, abs=1e-4),
    )
    assert np.isnan(exact_interval(0, 0)).all()


def test_compare_counts_all_four_corners() -> None:
    counts = compare(np.array([1, 1, 0, 0], bool), np.array([1, 0, 1, 0], bool))
    assert (counts.sensitivity, counts.specificity, counts.positive_predictive_value) == (0.5,) * 3


def test_area_under_the_curve_counts_ties_half() -> None:
    truth = np.array([True, True, False, False])
    assert auc(truth, np.array([0.9, 0.8, 0.2, 0.1])) == 1.0
    assert auc(truth, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5


def test_calibration_of_perfect_probabilities_is_zero() -> None:
    truth = np.array([True] * 5 + [False] * 5)
    found = calibration(truth, truth.astype(float))
    assert found["brier"] == 0
    assert found["expected_calibration_error"] == 0
    assert sum(b["strips"] for b in found["bins"]) == 10
