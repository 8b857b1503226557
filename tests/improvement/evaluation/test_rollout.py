"""Staggered roll-out and stepped wedge: known effects, coverage, refusals."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from harmfree.improvement.datafile import DataError, TooFewError
from harmfree.improvement.evaluation import exposure_time, imputation, staggered, stepped_wedge
from harmfree.improvement.evaluation.panel import Panel


def test_known_effect_and_coverage(roll_out, monkeypatch):
    """Over 8 simulated roll-outs the 95% intervals hold the truth nearly always."""
    monkeypatch.setattr(imputation, "DRAWS", 49)
    truth, hits, values = math.exp(-0.3), 0, []
    for seed in range(8):
        result = staggered.evaluate(roll_out(seed, sites=20, months=26))
        for since in ("6", "12"):
            ratio = result.estimates[f"ratio_after_{since}"]
            hits += ratio.lower <= truth <= ratio.upper
            values.append(math.log(ratio.value))
    assert hits >= 13
    assert np.mean(values) == pytest.approx(-0.3, abs=0.07)


def test_no_effect_is_not_found_and_words_say_so(roll_out, monkeypatch):
    monkeypatch.setattr(imputation, "DRAWS", 49)
    result = staggered.evaluate(roll_out(4, full=0.0))
    ratio = result.estimates["ratio_after_12"]
    assert ratio.lower < 1 < ratio.upper
    assert "no clear difference" in result.sentence


def test_result_holds_checks_and_the_warning(roll_out, monkeypatch):
    monkeypatch.setattr(imputation, "DRAWS", 49)
    result = staggered.evaluate(roll_out(1)).as_dict()
    assert any("two-way fixed-effects" in w for w in result["warnings"])
    assert "GEE" in result["estimator"]
    live = result["fits"]["gee"]["coefficients"]["live"]
    assert set(live["se_by"]) == {"Mancl-DeRouen", "sandwich", "model-based"}
    assert {"exchangeable", "lag_one"} <= set(result["autocorrelation"])
    assert result["placebo"]["p"] > 0.01
    assert result["imputation"]["ratio_after_6"]["estimate"] == pytest.approx(0.74, abs=0.12)
    assert result["rows_left_out"] == 27
    assert len(result["plotted"]["calendar"]["period"]) == 30


def test_imputation_fits_what_a_poisson_regression_fits(roll_out):
    panel = roll_out(2, sites=8, months=12, never=4)
    site, period = panel.codes, np.unique(panel.period, return_inverse=True)[1]
    keep = ~panel.live
    found = imputation.two_way(panel.events, panel.size, (site, period), keep.astype(float))
    dummies = np.column_stack(
        [site == s for s in range(8)] + [period == p for p in range(1, 12)]
    ).astype(float)
    fitted = sm.GLM(
        panel.events[keep],
        dummies[keep],
        family=sm.families.Poisson(),
        offset=np.log(panel.size[keep]),
    ).fit(tol=1e-12)
    expected = fitted.predict(dummies, offset=np.log(panel.size))
    assert found == pytest.approx(expected, rel=1e-4)


def test_effect_basis_is_continuous_after_the_jump():
    knots = (0.0, 3.0, 6.0)
    names = tuple(exposure_time.basis(np.array([0.0]), np.array([True]), knots))
    weights = np.array([-0.1, -0.02, -0.03, 0.01])
    at = [exposure_time.contrast(t, names, knots) @ weights for t in (0, 3, 6, 10)]
    assert at == pytest.approx([-0.1, -0.16, -0.25, -0.21])
    before = exposure_time.basis(np.array([-2.0, np.nan]), np.array([False, False]), knots)
    assert all(not column.any() for column in before.values())


def test_refusals(roll_out):
    panel = roll_out(1, sites=6, months=26, never=0)
    three = panel.only(np.isin(panel.sites, ["s00", "s01", "s02"]))
    with pytest.raises(TooFewError, match="3 sites are too few"):
        staggered.evaluate(three)
    twice = replace(panel, sites=["s00"] * len(panel.sites))
    with pytest.raises((DataError, TooFewError)):
        staggered.evaluate(twice)
    together = replace(panel, since=panel.period - 12)
    with pytest.raises(DataError, match="went live together"):
        staggered.evaluate(together)
    late = replace(panel, since=panel.period - 24 - panel.codes % 2)
    with pytest.raises(TooFewError, match="needs 3"):
        staggered.evaluate(late)
    pair = replace(panel, since=np.where(panel.codes < 2, panel.since, np.nan))
    with pytest.raises(TooFewError, match="2 sites went live"):
        staggered.evaluate(pair)
    doubled = replace(panel, period=np.where(panel.period == 5, 4, panel.period))
    with pytest.raises(DataError, match="two rows for 4"):
        staggered.evaluate(doubled)


def test_months_without_anyone_are_left_out(roll_out, monkeypatch):
    monkeypatch.setattr(imputation, "DRAWS", 49)
    panel = roll_out(3)
    empty = np.zeros(len(panel.sites), bool)
    empty[[2, 40]] = True
    emptied = replace(
        panel, size=np.where(empty, 0, panel.size), events=np.where(empty, 0, panel.events)
    )
    assert staggered.evaluate(emptied).details["rows_left_out"] == 29


def wedge(seed: int, effect: float) -> Panel:
    """Values of 16 clusters crossing in four steps over ten periods."""
    generator = np.random.default_rng(seed)
    sites, periods = 16, 10
    period = np.tile(np.arange(periods), sites).astype(float)
    site = np.repeat(np.arange(sites), periods)
    crossing = 3.0 + site % 4
    since = period - crossing
    values = 20 + generator.normal(0, 2, sites)[site] + 0.3 * period + effect * (since >= 0)
    values += generator.normal(0, 1, len(site))
    return Panel([f"w{s:02}" for s in site], period, values, None, since)


def test_stepped_wedge_values_by_both_models():
    hits = 0
    for seed in range(10):
        result = stepped_wedge.evaluate(wedge(seed, -1.5))
        mixed, gee = result.estimates["difference_mixed_model"], result.estimates["difference"]
        assert mixed.value == pytest.approx(gee.value, abs=0.2)
        hits += mixed.lower <= -1.5 <= mixed.upper
    assert hits >= 8
    assert result.estimates["intraclass_correlation"].value == pytest.approx(0.8, abs=0.2)
    assert "lower with the intervention" in result.sentence


def test_stepped_wedge_counts_warn_of_a_growing_effect(roll_out):
    result = stepped_wedge.evaluate(roll_out(5, sites=40, full=-0.6))
    assert result.estimates["ratio"].upper < 1
    assert any("changes with time since crossing" in w for w in result.warnings)
    assert result.details["effect_by_time_live"]["p"] < 0.05
