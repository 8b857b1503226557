"""Regressions between two methods, against published and independently computed values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.improvement import datafile
from harmfree.improvement.datafile import FitError, TooFewError
from harmfree.improvement.method_evaluation import deming, least_squares, passing_bablok

# methcomp test suite (MIT), values computed by its author with R mcr.
TWENTY_X = np.arange(1.0, 21.0)
TWENTY_Y = np.array(
    [1.03, 2.05, 2.79, 3.67, 5.00, 5.82, 7.16, 7.69, 8.53, 10.38]
    + [11.11, 12.17, 13.47, 13.83, 15.15, 16.12, 16.94, 18.09, 19.13, 19.54]
)


def triple(estimate):
    return [estimate.value, estimate.lower, estimate.upper]


def test_twenty_points_passing_bablok():
    line = passing_bablok.passing_bablok(TWENTY_X, TWENTY_Y)
    assert triple(line.slope) == pytest.approx([1.0050, 0.9848077, 1.0265805], abs=5e-5)
    assert triple(line.intercept) == pytest.approx([0.0125, -0.2975146, 0.1393271], abs=5e-5)
    assert line.agrees


def test_twenty_points_least_squares_and_deming():
    line = least_squares.ordinary(TWENTY_X, TWENTY_Y)
    assert triple(line.slope) == pytest.approx([1.00570677, 0.9845263, 1.0268873], abs=1e-6)
    assert triple(line.intercept) == pytest.approx([-0.07642105, -0.3301455, 0.1773034], abs=1e-6)
    found = deming.deming(TWENTY_X, TWENTY_Y)
    assert found.slope.value == pytest.approx(1.00662190, abs=1e-7)
    assert found.intercept.value == pytest.approx(-0.08602996, abs=1e-7)


def test_negative_association_uses_the_sign_rule():
    line = passing_bablok.passing_bablok(TWENTY_X, -TWENTY_Y)
    mirrored = passing_bablok.passing_bablok(TWENTY_X, TWENTY_Y)
    assert line.slope.value == pytest.approx(-mirrored.slope.value)
    assert line.intercept.value == pytest.approx(-mirrored.intercept.value)


def test_passing_bablok_with_too_few_points_for_limits_says_so():
    line = passing_bablok.passing_bablok(np.array([1.0, 2.0, 3.0]), np.array([1.1, 1.9, 3.2]))
    assert np.isinf(line.slope.lower) or np.isinf(line.slope.upper)
    assert np.isfinite(line.slope.value)


def test_refusals():
    same = np.ones(5)
    with pytest.raises(FitError, match="same"):
        passing_bablok.passing_bablok(same, same)
    with pytest.raises(FitError, match="vary"):
        deming.deming(np.array([1.0, 2.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0, 2.0]))
    long = np.arange(passing_bablok.MOST_PAIRS_OF_RESULTS + 1.0)
    with pytest.raises(TooFewError, match="at most"):
        passing_bablok.pairwise_angles(long, long)


def test_linearity_finds_a_bend_and_passes_a_line():
    generator = np.random.default_rng(3)
    x = np.sort(generator.uniform(1, 50, 80))
    bent = passing_bablok.passing_bablok(x, 0.02 * x**2 + generator.normal(0, 0.5, 80))
    straight = passing_bablok.passing_bablok(x, x + generator.normal(0, 2, 80))
    assert bent.checks["linearity"]["p"] < 0.05
    assert straight.checks["linearity"]["p"] >= 0.05


def test_bias_at_a_level_follows_the_line():
    levels = (5.0, 15.0)
    fits = [
        passing_bablok.passing_bablok(TWENTY_X, TWENTY_Y, levels),
        deming.deming(TWENTY_X, TWENTY_Y, 1.0, levels),
        deming.weighted_deming(TWENTY_X, TWENTY_Y, 1.0, levels),
        least_squares.ordinary(TWENTY_X, TWENTY_Y, levels),
    ]
    for line in fits:
        for level, bias in line.bias.items():
            expected = line.intercept.value + (line.slope.value - 1) * level
            assert bias.value == pytest.approx(expected)
            assert bias.lower <= bias.value <= bias.upper


@settings(max_examples=20, deadline=None)
@given(
    scale=st.floats(0.1, 50),
    shift=st.floats(-20, 20),
    noise=st.lists(st.floats(-0.4, 0.4), min_size=12, max_size=12),
)
def test_deming_follows_scaling_and_shifting_of_both_methods(scale, shift, noise):
    x = np.arange(1.0, 13.0)
    y = 1.1 * x + np.array(noise)
    intercept, slope = deming.coefficients(x, y)
    moved = deming.coefficients(scale * x + shift, scale * y + shift)
    assert moved[1] == pytest.approx(slope)
    assert moved[0] == pytest.approx(scale * intercept + shift - slope * shift, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(12)))
def test_order_of_pairs_does_not_matter(order):
    x, y = TWENTY_X[:12], TWENTY_Y[:12]
    pick = list(order)
    line = passing_bablok.passing_bablok(x, y)
    shuffled = passing_bablok.passing_bablok(x[pick], y[pick])
    assert triple(shuffled.slope) == pytest.approx(triple(line.slope))


@settings(max_examples=20, deadline=None)
@given(values=st.lists(st.integers(1, 40), min_size=8, max_size=20, unique=True))
def test_passing_bablok_is_symmetric_in_the_two_methods(values):
    x = np.array(values, dtype=float)
    y = 1.2 * x + np.sin(x)
    forth = passing_bablok.passing_bablok(x, y).slope.value
    back = passing_bablok.passing_bablok(y, x).slope.value
    assert forth * back == pytest.approx(1.0, rel=0.05)


def _fit(algorithm, x, y):
    settings_ = algorithm["params"]
    ratio, levels = float(settings_.get("ErrorRatio", 1)), (1.0, 10.0, 100.0)
    fits = {
        "LinReg": lambda: least_squares.ordinary(x, y, levels),
        "WLinReg": lambda: least_squares.weighted(x, y, levels),
        "Deming": lambda: deming.deming(x, y, ratio, levels),
        "WDeming": lambda: deming.weighted_deming(x, y, ratio, levels),
        "PaBa": lambda: passing_bablok.passing_bablok(x, y),
        "PaBaLarge": lambda: passing_bablok.passing_bablok(x, y),
    }
    method = settings_["RegMethod"]
    return fits[method]() if method in fits else None


@pytest.mark.shared_data
def test_reference_cases_of_mcr(shared_data: Path):
    cases = json.loads((shared_data / "method_comparison" / "mcr_testcases.json").read_text())
    checked = 0
    for case in cases:
        x, y = np.array(case["x"]), np.array(case["y"])
        for algorithm in case["algorithms"]:
            line = _fit(algorithm, x, y)
            if line is None:
                continue
            reference = algorithm["ref"]
            for estimate, name in ((line.intercept, "Intercept"), (line.slope, "Slope")):
                expected = [float(reference[f"{name}{end}"]) for end in ("", "L", "U")]
                assert triple(estimate) == pytest.approx(expected, rel=1e-4), case["name"]
            if "Bias" in reference:
                for i, bias in enumerate(line.bias.values()):
                    ends = ("Bias", "BiasL", "BiasU")
                    expected = [float(reference[e].strip(",").split(",")[i]) for e in ends]
                    assert triple(bias) == pytest.approx(expected, rel=1e-4)
            checked += 1
    assert checked >= 26


@pytest.mark.shared_data
def test_creatinine(shared_data: Path):
    folder = shared_data / "method_comparison"
    table = datafile.read(folder / "mcr_creatinine.csv")
    x, y = (table.numbers(c, missing=True) for c in ("serum.crea", "plasma.crea"))
    whole = np.isfinite(x) & np.isfinite(y)
    x, y = x[whole], y[whole]
    want = json.loads((folder / "expected_results.json").read_text())
    want = want["mcr_creatinine_complete_cases"]
    assert len(x) == want["n"]
    fits = {
        "LinReg": least_squares.ordinary(x, y),
        "Deming_lambda1_jackknife": deming.deming(x, y),
        "PassingBablok_analytical": passing_bablok.passing_bablok(x, y),
        "WDeming_jackknife": deming.weighted_deming(x, y),
    }
    for name, line in fits.items():
        assert triple(line.intercept) == pytest.approx(want[name]["intercept"], abs=1e-6), name
        assert triple(line.slope) == pytest.approx(want[name]["slope"], abs=1e-6), name
