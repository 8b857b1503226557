"""Westgard rules, external quality assessment, precision, sigma."""

from __future__ import annotations

import numpy as np
import pytest

from harmfree.improvement.datafile import DataError, TooFewError
from harmfree.improvement.method_evaluation import precision, quality_assessment, westgard
from harmfree.improvement.method_evaluation.westgard import Controls


def fired(z, runs=(), materials=(), rules=westgard.RULES):
    found = westgard.violations(Controls(np.array(z, dtype=float), runs, materials), rules)
    return {v.rule for v in found if v.rule != "1-2s"}


@pytest.mark.parametrize(
    ("z", "rules"),
    [
        ([2.1, 2.3], {"2-2s"}),
        ([2.1, -2.2], set()),
        ([2.0, 2.3], set()),
        ([1.1, 1.2, 1.3, 1.4], {"4-1s"}),
        ([1.1, 1.2, 0.9, 1.3], set()),
        ([1.1, 1.2, 1.0, 1.3], set()),
        ([0.1] * 10, {"10x"}),
        ([0.1] * 9, set()),
        ([0.1] * 5 + [0.0] + [0.1] * 5, set()),
        ([3.0], set()),
        ([3.01], {"1-3s"}),
        ([-3.01], {"1-3s"}),
    ],
)
def test_each_rule_at_its_boundary(z, rules):
    assert fired(z) == rules


def test_opposite_sides_count_within_a_run_only():
    assert fired([2.1, -2.2], runs=["a", "a"]) == {"R-4s"}
    assert fired([2.1, -2.2], runs=["a", "b"]) == set()


def test_stretches_run_within_a_material_across_runs():
    z = [2.1, 0.0, 2.2, 0.0]
    assert fired(z, ["1", "1", "2", "2"], ["low", "high", "low", "high"]) == {"2-2s"}
    assert fired(z) == set()


def test_rules_for_three_materials():
    runs, materials = ["1"] * 3, ["low", "mid", "high"]
    result = westgard.evaluate(Controls(np.array([2.1, 0.0, 2.2]), runs, materials))
    assert {v["rule"] for v in result.details["violations"]} >= {"2of3-2s"}
    assert fired([1.1, 1.2, 1.3], runs, materials, westgard.CHOICES) == {"3-1s"}
    assert fired([0.1] * 6, rules=["6x"]) == {"6x"}
    assert fired([0.1] * 8, rules=["8x"]) == {"8x"}


def test_verdict_and_refusals():
    fine = westgard.evaluate(Controls(np.array([0.5, -0.5, 2.5, 0.1])))
    assert fine.details["in_control"] and "no reason to reject" in fine.sentence
    bad = westgard.evaluate(Controls(np.array([0.5, 3.5])))
    assert "1-3s" in bad.sentence and bad.plotted["levey_jennings"]["rules"][1] == "1-2s 1-3s"
    with pytest.raises(DataError, match="no Westgard rule"):
        westgard.violations(Controls(np.array([1.0])), ["5-5s"])
    with pytest.raises(TooFewError):
        westgard.evaluate(Controls(np.array([])))
    with pytest.raises(TooFewError):
        westgard.baseline(np.ones(30), 20)


@pytest.mark.parametrize(
    ("score", "kind", "verdict"),
    [
        (2.0, "z", "acceptable"),
        (2.01, "z", "warning"),
        (2.99, "z", "warning"),
        (-3.0, "z", "action"),
        (1.0, "en", "acceptable"),
        (1.01, "en", "action"),
        (float("nan"), "z", "unknown"),
    ],
)
def test_verdicts_at_their_boundaries(score, kind, verdict):
    assert quality_assessment.verdict(score, kind) == verdict


def rounds(results, sd=1.0, u=np.nan):
    n = len(results)
    full = [np.full(n, v) for v in (10.0, sd, u, u)]
    return quality_assessment.Round(np.array(results), *full)


def test_two_warnings_on_one_side_call_for_action():
    result = quality_assessment.evaluate(rounds([12.5, 12.4, 10.0, 7.5, 12.5]))
    assert result.details["final"] == ["warning", "action", "acceptable", "warning", "warning"]
    assert any("not yet checked" in w for w in result.warnings)


def test_scores_by_hand():
    scores = rounds([13.0], sd=1.0, u=0.5).scores()
    assert scores["z"][0] == pytest.approx(3.0)
    assert scores["z_prime"][0] == pytest.approx(3 / np.sqrt(1.25))
    assert scores["zeta"][0] == pytest.approx(3 / np.sqrt(0.5))
    assert scores["en"][0] == pytest.approx(1.5 / np.sqrt(0.5))
    with pytest.raises(DataError, match="'sd'"):
        quality_assessment.evaluate(rounds([13.0], sd=0.0))
    with pytest.raises(DataError, match="No score"):
        quality_assessment.evaluate(rounds([13.0], sd=np.nan))


def test_sigma_metric():
    assert quality_assessment.sigma_metric(15, 3, 3).value == pytest.approx(4.0)
    assert quality_assessment.sigma_metric(15, -3, 3).value == pytest.approx(4.0)
    with pytest.raises(DataError):
        quality_assessment.sigma_metric(15, 3, 0)


def test_precision_by_hand_and_refusals():
    # Two days of two results: within-day variance 2 and 2, so mean square 2; days 10 and 14.
    values = np.array([9.0, 11.0, 13.0, 15.0])
    result = precision.evaluate(values, ["a", "a", "b", "b"])
    assert result.estimates["repeatability_sd"].value == pytest.approx(np.sqrt(2))
    assert result.details["variance_components"]["day"] == pytest.approx((16 - 2) / 2)
    with pytest.raises(TooFewError):
        precision.evaluate(values, ["a"] * 4)
    with pytest.raises(DataError, match="balanced"):
        precision.evaluate(values, ["a", "a", "a", "b"])


def test_precision_recovers_known_components():
    generator = np.random.default_rng(2)
    day, run = np.repeat(np.arange(60), 4), np.tile([0, 0, 1, 1], 60)
    values = 100 + generator.normal(0, 4, 60)[day] + generator.normal(0, 2, 120)[day * 2 + run]
    values += generator.normal(0, 1, 240)
    found = precision.evaluate(values, [str(d) for d in day], [str(r) for r in run])
    parts = found.details["variance_components"]
    assert parts["replicate"] == pytest.approx(1, rel=0.3)
    assert parts["run"] == pytest.approx(4, rel=0.5)
    assert parts["day"] == pytest.approx(16, rel=0.5)
