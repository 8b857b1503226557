"""Bland-Altman limits and the agreement result."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from harmfree.improvement import datafile
from harmfree.improvement.datafile import FitError, TooFewError
from harmfree.improvement.method_evaluation import bland_altman
from harmfree.improvement.method_evaluation.agreement import Methods, evaluate

# Peak flow, first readings, Wright and mini Wright: Bland and Altman, Lancet 1986, table 1.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


@pytest.fixture
def peak_flow():
    return np.array(WRIGHT, dtype=float), np.array(MINI, dtype=float)


def test_peak_flow_of_1986(peak_flow):
    found = bland_altman.limits_of_agreement(peak_flow[0] - peak_flow[1], multiple=2)
    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert [found.lower.value, found.upper.value] == pytest.approx([-79.7, 75.5], abs=0.1)
    assert found.bias.se == pytest.approx(9.4, abs=0.05)
    assert [found.bias.lower, found.bias.upper] == pytest.approx([-22.0, 17.8], abs=0.1)
    assert found.lower.se == pytest.approx(16.3, abs=0.05)
    assert [found.lower.lower, found.lower.upper] == pytest.approx([-114.3, -45.1], abs=0.2)
    assert [found.upper.lower, found.upper.upper] == pytest.approx([40.9, 110.1], abs=0.2)


def test_two_points_are_refused_and_three_are_not():
    with pytest.raises(TooFewError):
        bland_altman.limits_of_agreement(np.array([1.0, 2.0]))
    assert bland_altman.limits_of_agreement(np.array([1.0, 2.0, 4.0])).bias.value > 0


def test_result_says_what_matters(peak_flow):
    result = evaluate(Methods(*peak_flow, ("Wright", "mini Wright")), levels=[300])
    assert "Wright reads 2.12 lower than mini Wright" in result.sentence
    assert any("17 pairs" in w for w in result.warnings)
    assert result.details["pearson_r"] == pytest.approx(0.9432794469)
    assert result.estimates["deming_slope"].value == pytest.approx(0.9708808198)
    assert result.estimates["deming_intercept"].value == pytest.approx(15.2315555223)
    assert result.estimates["passing_bablok_slope"].value == pytest.approx(1.0648148148)
    assert "deming_bias_at_300" in result.estimates
    assert json.loads(json.dumps(result.as_dict()))["n"] == 17


def test_proportional_bias_is_found():
    generator = np.random.default_rng(5)
    true = generator.uniform(10, 100, 60)
    first, second = true * 1.2 + generator.normal(0, 1, 60), true + generator.normal(0, 1, 60)
    result = evaluate(Methods(first, second))
    assert result.details["proportional_bias"]["p"] < 0.001
    assert any("changes with the size" in w for w in result.warnings)
    limits = result.details["proportional_bias"]["limits"]
    assert limits["b1"] == pytest.approx(0.18, abs=0.02)


def test_results_not_above_zero_leave_the_weighted_fits_out():
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    result = evaluate(Methods(x, x + [0.1, -0.1, 0.2, 0.0, -0.2]))
    assert "weighted_deming_slope" not in result.estimates
    assert any("not above zero" in w for w in result.warnings)
    assert result.details["percent"] is None or result.details["percent"]["sd"] > 0


def test_constant_method_is_refused():
    with pytest.raises(FitError, match="Every result of 'device' is 3"):
        evaluate(Methods(np.arange(5.0), np.full(5, 3.0), ("lab", "device")))


def test_repeated_measures_widen_with_the_spread_between_people():
    """Coverage of the 95% limits: the true limit lies in its interval about 95 times in 100."""
    generator = np.random.default_rng(11)
    between, within, people, each = 3.0, 2.0, 25, 3
    truth = 1.96 * np.hypot(between, within)
    hits = 0
    for _ in range(200):
        shift = np.repeat(generator.normal(0, between, people), each)
        d = shift + generator.normal(0, within, people * each)
        subjects = [str(i) for i in np.repeat(np.arange(people), each)]
        found = bland_altman.repeated_measures(subjects, d)
        hits += found.upper.lower <= truth <= found.upper.upper
    assert 180 <= hits <= 198


def test_repeated_measures_need_repeats():
    with pytest.raises(TooFewError, match="cannot give"):
        bland_altman.repeated_measures(["a", "b", "c"], np.array([1.0, 2.0, 3.0]))


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("bland_altman_1986_pefr", "WrightFirst", "MiniWrightFirst"),
        ("giavarina_2015", "Method A", "Method B"),
    ],
)
def test_shared_golden_sets(shared_data: Path, name: str, first: str, second: str):
    folder = shared_data / "method_comparison"
    table = datafile.read(folder / f"{name}.csv")
    want = json.loads((folder / "expected_results.json").read_text())[name]
    result = evaluate(Methods(table.numbers(first), table.numbers(second), (first, second)))
    assert result.n == want["n"]
    assert result.estimates["bias"].value == pytest.approx(want["bias"])
    assert result.details["sd"] == pytest.approx(want["sd"])
    assert result.details["limits_of_agreement"] == pytest.approx(want["loa_1.96"])
    for key, estimate in (("intercept", "intercept"), ("slope", "slope")):
        found = result.estimates[f"passing_bablok_{estimate}"]
        limits = [found.value, found.lower, found.upper]
        assert limits == pytest.approx(want["passing_bablok_mcr"][key], abs=1e-6)
        line = result.estimates[f"deming_{estimate}"]
        assert line.value == pytest.approx(want["deming_lambda1"][key])
    if "percent_bias" in want:
        percent = result.as_dict()["percent"]
        assert percent["bias"]["estimate"] == pytest.approx(want["percent_bias"])
        assert percent["sd"] == pytest.approx(want["percent_sd"])
        paper = want["paper"]
        lower, upper = result.estimates["lower_limit"], result.estimates["upper_limit"]
        assert [lower.lower, lower.upper] == pytest.approx(paper["lower_loa_ci"], abs=0.01)
        assert upper.lower == pytest.approx(paper["upper_loa_ci"][0], abs=0.01)
        # The paper prints 65.36; its own standard error of 11.01 gives 63.56 (digits swapped).
        assert upper.upper == pytest.approx(63.56, abs=0.01)
