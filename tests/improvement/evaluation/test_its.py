"""Interrupted time series: published series, known effects, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.improvement import datafile
from harmfree.improvement.datafile import DataError, FitError, TooFewError
from harmfree.improvement.evaluation import estimators, segmented
from harmfree.improvement.evaluation.its import Choices, evaluate, evaluate_controlled
from harmfree.improvement.evaluation.segmented import Series, Shape


def autoregressive(generator, n, rho, sd=1.0):
    errors = np.empty(n)
    errors[0] = generator.normal(0, sd)
    for i in range(1, n):
        errors[i] = rho * errors[i - 1] + generator.normal(0, sd * np.sqrt(1 - rho**2))
    return errors


def series(n=36, level=-4.0, slope=-0.2, seed=1, rho=0.0, sd=1.0):
    time = np.arange(n, dtype=float)
    after = time >= n // 2
    y = 50 + 0.1 * time + after * (level + slope * (time - n // 2))
    return Series(y + autoregressive(np.random.default_rng(seed), n, rho, sd), time)


@pytest.mark.shared_data
def test_sicily(shared_data: Path):
    table = datafile.read(shared_data / "its" / "sicily.csv")
    want = json.loads((shared_data / "its" / "expected_results.json").read_text())["sicily"]
    one = Series(table.numbers("aces"), table.numbers("time"), table.numbers("stdpop"))
    step = evaluate(one, Shape(37, slope=False), Choices("poisson"))
    plain = step.as_dict()["fits"]["plain"]["coefficients"]
    for ours, theirs in (("const", "const"), ("level_change", "smokban"), ("time", "time")):
        value, se = want["m1_poisson_step"][theirs]
        assert plain[ours]["estimate"] == pytest.approx(value, rel=1e-6)
        assert plain[ours]["se"] == pytest.approx(se, rel=1e-5)
    ratio = step.estimates["level_change_rate_ratio"]
    found = [ratio.value, ratio.lower, ratio.upper]
    assert found == pytest.approx(want["m1_poisson_step"]["RR_smokban"], abs=5e-5)
    quasi = evaluate(one, Shape(37, slope=False), Choices("quasipoisson"))
    ratio = quasi.estimates["level_change_rate_ratio"]
    found = [ratio.value, ratio.lower, ratio.upper]
    assert found == pytest.approx(want["m2_quasipoisson_step"]["RR_smokban"], abs=5e-5)
    fit = quasi.as_dict()["fits"]["quasi"]
    assert fit["dispersion"] == pytest.approx(want["m2_quasipoisson_step"]["dispersion"], rel=1e-5)


@pytest.mark.shared_data
def test_sicily_with_season_and_slope(shared_data: Path):
    table = datafile.read(shared_data / "its" / "sicily.csv")
    want = json.loads((shared_data / "its" / "expected_results.json").read_text())["sicily"]
    one = Series(table.numbers("aces"), table.numbers("time"), table.numbers("stdpop"))
    season = evaluate(one, Shape(37, slope=False, harmonics=2), Choices("quasipoisson"))
    expected = want["m3_quasipoisson_step_harmonic2x12"]
    found = season.as_dict()["fits"]["quasi"]
    level = found["coefficients"]["level_change"]
    assert [level["estimate"], level["se"]] == pytest.approx(expected["smokban"], rel=1e-5)
    assert found["dispersion"] == pytest.approx(expected["dispersion"], rel=1e-5)
    for name in ("sin1", "cos1", "sin2", "cos2"):
        assert found["coefficients"][name]["estimate"] == pytest.approx(expected[name], rel=1e-5)
    trend = season.estimates["trend_before"].value
    assert np.exp(12 * trend) == pytest.approx(expected["annual_trend_RR"], rel=1e-6)
    sloped = evaluate(one, Shape(37, slope_zero=36, harmonics=2), Choices("quasipoisson"))
    test = sloped.details["tests"]["slope_change"]
    key = next(k for k in want if k.startswith("m4"))
    assert test["F"] == pytest.approx(want[key]["F_test_vs_m3"]["F"], abs=2e-4)
    assert test["df"] == want[key]["F_test_vs_m3"]["df"]
    assert test["p"] == pytest.approx(want[key]["F_test_vs_m3"]["p"], abs=1e-4)


@pytest.mark.shared_data
def test_california(shared_data: Path):
    table = datafile.read(shared_data / "its" / "california_prop99.csv")
    table = table.where(["State=California"])
    expected = json.loads((shared_data / "its" / "expected_results.json").read_text())
    want = expected["california_prop99"]
    one = Series(table.numbers("PacksPerCapita"), table.numbers("Year") - 1970)
    fits = evaluate(one, Shape(19.0), Choices(lag=1)).as_dict()
    names = ("const", "time", "level_change", "slope_change")
    ols, hac = (fits["fits"][k]["coefficients"] for k in ("ols", "newey-west"))
    values = [ols[n]["estimate"] for n in names]
    assert values == pytest.approx([want[k] for k in ("const", "t", "post", "post_t")], abs=1e-6)
    assert [ols[n]["se"] for n in names] == pytest.approx(want["ols_se"], abs=1e-6)
    errors = [hac[n]["se"] for n in names]
    assert errors == pytest.approx(want["newey_west_lag1_se_small_sample"], abs=1e-6)
    assert fits["autocorrelation"]["durbin_watson"] == pytest.approx(0.5352, abs=5e-5)
    chosen = evaluate(one, Shape(19.0), Choices(lag=1, estimator="newey-west"))
    assert chosen.estimates["trend_after"].value == pytest.approx(want["post_trend"], abs=1e-6)
    assert any("random walk" in w for w in chosen.warnings)


def test_known_effect_is_found_by_every_estimator():
    one = series(n=48, sd=0.5)
    for name in ("ols", "newey-west", "prais-winsten", "reml"):
        result = evaluate(one, Shape(24), Choices(estimator=name))
        level = result.estimates["level_change"]
        assert level.lower < -4 < level.upper, name
        effect = result.estimates["difference_after_12"]
        assert effect.lower < -4 - 0.2 * 12 < effect.upper
        assert result.details["autocorrelation"]["lag_one"] == pytest.approx(0, abs=0.3)
    assert "below what the trend before would have given" in result.sentence


def test_two_standard_errors_and_autocorrelation_are_always_there():
    counts = Series(np.random.default_rng(1).poisson(50, 24).astype(float), np.arange(24.0))
    for one, family in ((series(24), "gaussian"), (counts, "poisson"), (counts, "quasipoisson")):
        result = evaluate(one, Shape(12), Choices(family)).as_dict()
        assert len(result["fits"]) >= 3
        assert {"lag_one", "durbin_watson", "ljung_box_p"} <= set(result["autocorrelation"])
        assert result["placebo"]["dates_tried"] >= 1


def test_coverage_under_autocorrelation():
    """Nominal 95%: REML stays near it where errors are alike, plain least squares does not."""
    generator = np.random.default_rng(7)
    hits = {"ols": 0, "reml": 0}
    time = np.arange(48.0)
    for _ in range(60):
        y = 20 + autoregressive(generator, 48, 0.6)
        model = segmented.single(Series(y, time), Shape(24.0), "gaussian")
        for name in hits:
            level = estimators.one(model, name).term("level_change")
            hits[name] += level.lower <= 0 <= level.upper
    assert hits["reml"] >= 48
    assert hits["ols"] < hits["reml"]


@pytest.mark.parametrize(("before", "after"), [(2, 10), (10, 2), (0, 10)])
def test_fewer_than_three_points_a_segment_are_refused(before, after):
    n = before + after
    one = Series(np.random.default_rng(1).normal(size=n), np.arange(float(n)))
    with pytest.raises(TooFewError, match="each side needs 3"):
        evaluate(one, Shape(float(before)))


def test_three_points_each_side_pass_without_slope():
    one = Series(np.array([5.0, 6, 5, 1, 2, 1]), np.arange(6.0))
    result = evaluate(one, Shape(3.0, slope=False))
    assert any("treat this as a hint" in w for w in result.warnings)
    with pytest.raises(TooFewError, match="cannot carry"):
        evaluate(one, Shape(3.0, harmonics=2))


def test_phase_in_is_left_out_and_can_make_a_segment_too_short():
    one = series(24)
    result = evaluate(one, Shape(12, phase_in=(12.0, 14.0)))
    assert result.n == 21 and result.details["points"]["after"] == 9
    assert list(result.plotted["left_out"]["time"]) == [12, 13, 14]
    with pytest.raises(TooFewError):
        evaluate(one, Shape(12, phase_in=(12.0, 21.0)))
    with pytest.raises(DataError, match="before it begins"):
        evaluate(one, Shape(12, phase_in=(14.0, 12.0)))


def test_effects_beyond_the_series_are_not_stated():
    result = evaluate(series(24), Shape(12), Choices(after=(6, 12)))
    assert "difference_after_6" in result.estimates
    assert "difference_after_12" not in result.estimates
    assert any("No point lies 12" in w for w in result.warnings)


def test_constant_series_and_unknown_names_are_refused():
    with pytest.raises(FitError, match="Every value is 5"):
        evaluate(Series(np.full(20, 5.0), np.arange(20.0)), Shape(10))
    with pytest.raises(DataError, match="no estimator 'quasi'"):
        evaluate(series(), Shape(18), Choices(estimator="quasi"))
    with pytest.raises(DataError, match="no model"):
        evaluate(series(), Shape(18), Choices("gamma"))


def test_control_takes_out_what_both_show():
    generator = np.random.default_rng(9)
    time = np.arange(40.0)
    shared = 3 * (time >= 20)
    own = Series(50 + shared - 4 * (time >= 20) + generator.normal(0, 0.5, 40), time)
    control = Series(30 + shared + generator.normal(0, 0.5, 40), time)
    alone = evaluate(own, Shape(20), Choices(estimator="ols")).estimates["level_change"]
    both = evaluate_controlled(own, control, Shape(20), Choices(estimator="ols"))
    effect = both.estimates["level_change"]
    assert alone.value == pytest.approx(-1, abs=1)
    assert effect.lower < -4 < effect.upper
    with pytest.raises(DataError, match="same times"):
        evaluate_controlled(own, replace(control, time=time + 1), Shape(20))


def test_placebo_flags_a_series_that_jumps_by_itself():
    time = np.arange(48.0)
    generator = np.random.default_rng(4)
    jumpy = 20 + 5 * (time >= 12) - 5 * (time >= 20) + generator.normal(0, 0.5, 48)
    found = evaluate(Series(jumpy, time), Shape(32), Choices(estimator="ols"))
    assert any("Placebo check" in w for w in found.warnings)
    calm = evaluate(series(48), Shape(24), Choices(estimator="reml"))
    placebo = calm.details["placebo"]
    assert placebo["dates_with_a_false_change"] <= 0.2 * placebo["dates_tried"]


def test_binomial_effect_is_an_odds_ratio_with_its_proportion():
    generator = np.random.default_rng(3)
    time, size = np.arange(40.0), np.full(40, 400.0)
    chance = 1 / (1 + np.exp(-(-1.5 - 0.5 * (time >= 20))))
    one = Series(generator.binomial(400, chance).astype(float), time, size)
    result = evaluate(one, Shape(20, slope=False), Choices("quasibinomial"))
    odds = result.estimates["odds_ratio_after_12"]
    assert odds.lower < np.exp(-0.5) < odds.upper
    gap = result.estimates["difference_after_12"]
    assert gap.value == pytest.approx(chance[-1] - chance[0], abs=0.02)


@settings(max_examples=15, deadline=None)
@given(scale=st.floats(0.01, 1000), shift=st.floats(-100, 100))
def test_scaling_and_shifting_the_outcome_scales_the_effect(scale, shift):
    one = series()
    choices = Choices(estimator="prais-winsten")
    first = evaluate(one, Shape(18), choices).estimates["level_change"]
    moved = replace(one, outcome=scale * one.outcome + shift)
    second = evaluate(moved, Shape(18), choices).estimates["level_change"]
    assert second.value == pytest.approx(scale * first.value, rel=1e-4)
    assert second.se == pytest.approx(scale * first.se, rel=1e-3)


def test_total_is_the_sum_of_differences():
    result = evaluate(series(36, sd=0.3), Shape(18), Choices(estimator="ols"))
    drawn = result.plotted["series"]
    after = drawn["time"] >= 18
    expected = (drawn["fitted"] - drawn["counterfactual"])[after].sum()
    assert result.estimates["total"].value == pytest.approx(expected)
