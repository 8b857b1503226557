"""Diagnostic accuracy, its intervals, ROC, decision curve, reclassification, STARD flow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from harmfree.improvement.datafile import DataError, TooFewError
from harmfree.improvement.method_evaluation import (
    accuracy,
    decision_curve,
    proportions,
    reclassification,
    roc,
    stard_flow,
)
from harmfree.improvement.method_evaluation.accuracy import Counts


# Newcombe, Stat Med 1998;17:857-872, tables I and II.
@pytest.mark.parametrize(
    ("events", "total", "wilson", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
        (29, 29, (0.8830, 1.0), (0.8806, 1.0)),
    ],
)
def test_newcombe(events, total, wilson, exact):
    found = proportions.both(events, total)
    assert found["wilson"] == pytest.approx(wilson, abs=5e-5)
    assert found["clopper_pearson"] == pytest.approx(exact, abs=5e-5)


def test_nobody_in_the_denominator_is_not_estimable():
    assert np.isnan(proportions.wilson(0, 0).value)
    with pytest.raises(DataError):
        proportions.wilson(3, 2)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_intervals_hold_their_estimate_and_mirror(pair):
    events, total = pair
    for interval in (proportions.wilson, proportions.clopper_pearson):
        one, other = interval(events, total), interval(total - events, total)
        assert 0 <= one.lower <= one.value <= one.upper <= 1
        assert one.lower == pytest.approx(1 - other.upper, abs=1e-9)


def test_worked_example():
    result = accuracy.evaluate(Counts(81, 17, 19, 183))
    found = result.estimates
    assert found["sensitivity"].value == pytest.approx(0.81)
    assert found["specificity"].value == pytest.approx(0.915)
    intervals = result.details["intervals"]
    assert intervals["sensitivity"]["wilson"] == pytest.approx([0.722212, 0.874852], abs=1e-6)
    exact = intervals["sensitivity"]["clopper_pearson"]
    assert exact == pytest.approx([0.719302, 0.881557], abs=1e-6)
    assert intervals["specificity"]["wilson"] == pytest.approx([0.868104, 0.946254], abs=1e-6)
    exact = intervals["specificity"]["clopper_pearson"]
    assert exact == pytest.approx([0.867395, 0.949704], abs=1e-6)
    assert found["ppv"].value == pytest.approx(0.826531, abs=1e-6)
    assert found["npv"].value == pytest.approx(0.905941, abs=1e-6)
    assert found["youden"].value == pytest.approx(0.725)
    for name, expected in {
        "likelihood_ratio_positive": (9.5294, 5.9887, 15.1636),
        "likelihood_ratio_negative": (0.20765, 0.13824, 0.31192),
        "diagnostic_odds_ratio": (45.892, 22.683, 92.847),
    }.items():
        estimate = found[name]
        assert (estimate.value, estimate.lower, estimate.upper) == pytest.approx(expected, rel=5e-5)


def test_predictive_values_at_the_sample_prevalence_equal_those_of_the_sample():
    counts = Counts(81, 17, 19, 183)
    found = accuracy.predictive_values(counts, 1 / 3)
    assert found["ppv_at_prevalence_0.333333"].value == pytest.approx(81 / 98)
    assert found["npv_at_prevalence_0.333333"].value == pytest.approx(183 / 202)
    for wrong in (0.0, 1.0, -0.1):
        with pytest.raises(DataError, match="not between 0 and 1"):
            accuracy.predictive_values(counts, wrong)


def test_a_zero_cell_is_not_estimable_unless_corrected():
    counts = Counts(10, 0, 2, 30)
    plain = accuracy.evaluate(counts)
    assert np.isnan(plain.estimates["likelihood_ratio_positive"].value)
    assert "not estimable" in plain.estimates["likelihood_ratio_positive"].note
    corrected = accuracy.evaluate(counts, correct=True)
    assert corrected.estimates["likelihood_ratio_positive"].value > 1
    assert "0.5" in corrected.estimates["likelihood_ratio_positive"].note
    assert any("zero" in w for w in plain.warnings)


def test_indeterminate_results_stand_apart_with_the_worst_case():
    result = accuracy.evaluate(Counts(80, 10, 20, 90, 5, 3))
    table = result.details["indeterminate"]
    assert table["table"]["indeterminate"] == [5, 3]
    assert table["sensitivity_worst_case"]["estimate"] == pytest.approx(80 / 105)
    assert result.estimates["sensitivity"].value == pytest.approx(0.8)
    assert "no valid result in 8" in result.sentence


def test_refusals():
    with pytest.raises(TooFewError):
        accuracy.evaluate(Counts(0, 5, 0, 5))
    with pytest.raises(DataError, match="'fp' is -1"):
        Counts(1, -1, 2, 3)


@pytest.fixture
def scores():
    generator = np.random.default_rng(1)
    truth = (generator.random(300) < 0.3).astype(float)
    return np.round(truth + generator.normal(size=300), 1), truth


def test_area_agrees_with_another_implementation(scores):
    values, truth = scores
    assert roc.area(values, truth).value == pytest.approx(roc_auc_score(truth, values))
    for limit in (0.1, 0.2, 0.5):
        expected = roc_auc_score(truth, values, max_fpr=limit)
        assert roc.partial_area(values, truth, limit) == pytest.approx(expected)
    assert roc.partial_area(values, truth, 1.0) == pytest.approx(roc_auc_score(truth, values))


def test_roc_result_warns_of_the_chosen_threshold(scores):
    result = roc.evaluate(*scores, most_fpr=0.2)
    assert any("chosen on these same data" in w for w in result.warnings)
    estimate = result.estimates["partial_auc"]
    assert estimate.lower < estimate.value < estimate.upper
    backwards = roc.evaluate(-scores[0], scores[1])
    assert any("below 0.5" in w for w in backwards.warnings)


def test_perfect_scores_have_no_interval():
    whole = roc.area(np.array([1.0, 2, 3, 4]), np.array([0.0, 0, 1, 1]))
    assert whole.value == 1 and "no interval" in whole.note


def test_difference_of_areas_of_one_marker_with_itself_is_nil(scores):
    change, p = roc.area_difference(scores[0], scores[0], scores[1])
    assert change.value == 0 and p == 1


def test_net_benefit_by_hand():
    risk, truth = np.array([0.9, 0.6, 0.4, 0.1]), np.array([1.0, 0.0, 1.0, 0.0])
    assert decision_curve.net_benefit(risk, truth, 0.5) == pytest.approx(0.25 - 0.25)
    assert decision_curve.net_benefit(risk, truth, 0.2) == pytest.approx(0.5 - 0.25 * 0.25)
    everyone = decision_curve.evaluate({"m": risk}, truth).plotted["decision_curve"]
    at = list(everyone["threshold"]).index(0.2)
    assert everyone["treat all"][at] == pytest.approx(0.5 - 0.5 * 0.25)
    with pytest.raises(DataError, match="not a probability"):
        decision_curve.evaluate({"m": risk * 2}, truth)


def test_reclassification_by_hand():
    old = np.array([0.1, 0.1, 0.3, 0.3, 0.1, 0.3])
    new = np.array([0.3, 0.1, 0.3, 0.1, 0.1, 0.1])
    truth = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    result = reclassification.evaluate(old, new, truth, [0.2])
    assert result.estimates["nri_with_outcome"].value == pytest.approx(1 / 3)
    assert result.estimates["nri_without_outcome"].value == pytest.approx(2 / 3)
    assert result.estimates["nri"].value == pytest.approx(1.0)
    assert result.estimates["idi"].value == pytest.approx(0.2 / 3 + 0.4 / 3)
    assert result.details["tables"]["with_outcome"] == [[1, 1], [0, 1]]


def test_flow_counts_everyone_once():
    tests = ["positive", "positive", "negative", "indeterminate", "missing", "negative"]
    truth = ["positive", "missing", "negative", "positive", "positive", "indeterminate"]
    flow = stard_flow.flow(tests, truth)
    arms = flow["index_test"].values()
    assert flow["eligible"] == flow["no_index_test"] + sum(a["n"] for a in arms)
    assert flow["index_test"]["positive"]["reference_missing"] == 1
    assert flow["index_test"]["negative"]["reference_indeterminate"] == 1


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("Pos", "positive"), ("1.0", "positive"), ("absent", "negative"), ("", "missing"),
     ("Invalid", "indeterminate")],
)  # fmt: skip
def test_words_for_results(word, meaning):
    assert stard_flow.reading(word, where="x") == meaning
    with pytest.raises(DataError, match="'maybe'"):
        stard_flow.reading("maybe", where="row 2")
