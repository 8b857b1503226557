"""Before and after, time to action, power, formulas."""

from __future__ import annotations

import numpy as np
import pytest

from harmfree.improvement.datafile import DataError, FitError, TooFewError
from harmfree.improvement.evaluation import before_after, formula, power, time_to_action
from harmfree.improvement.evaluation.before_after import Arms
from harmfree.improvement.evaluation.time_to_action import Waits


# Crude odds ratios of the counts in Avery et al., Lancet 2012;379:1310-19 (six months) and of
# antibiotics in four weeks in Butler et al., NEJM 2019;381:111-120.
@pytest.mark.parametrize(
    ("control", "intervention", "odds"),
    [
        ((86, 2014), (51, 1852), 0.635),
        ((658, 22224), (499, 20312), 0.825),
        ((436, 5329), (255, 4851), 0.623),
        ((212, 274), (150, 263), 0.388),
    ],
)
def test_crude_odds_ratios_of_trials(control, intervention, odds):
    events, size = np.array([control[0], intervention[0]]), np.array([control[1], intervention[1]])
    arms = Arms(events.astype(float), size.astype(float), np.array([False, True]))
    result = before_after.evaluate(arms)
    assert result.estimates["odds_ratio"].value == pytest.approx(odds, abs=5e-4)
    assert "crude" in result.estimator and "crude" in result.sentence
    assert any("Crude" in w for w in result.warnings)


def test_rates_per_person_time_by_hand():
    arms = Arms(np.array([30.0, 15.0]), np.array([1000.0, 1000.0]), np.array([False, True]), True)
    ratio = before_after.evaluate(arms).estimates["rate_ratio"]
    assert ratio.value == pytest.approx(0.5)
    # Exact limits through the binomial: 15 of 45 gives 0.200 to 0.490 by Clopper-Pearson.
    assert [ratio.lower, ratio.upper] == pytest.approx([0.250, 0.959], abs=0.002)


def test_rows_that_vary_widen_the_interval_and_sites_are_allowed_for():
    generator = np.random.default_rng(1)
    events = generator.negative_binomial(3, 0.1, 24).astype(float)
    second = np.repeat([False, True], 12)
    size = np.full(24, 100.0)
    exact = before_after.evaluate(Arms(events, size, second, True)).estimates
    assert exact["ratio_over_rows"].upper > exact["rate_ratio"].upper
    sites = tuple(str(i % 6) for i in range(24))
    found = before_after.evaluate(Arms(events, size, second, True, ("a", "b"), sites))
    assert "sites" in found.estimates["ratio_over_rows"].note
    assert any("Fewer than 10 sites" in w for w in found.warnings)


def test_empty_cells_and_arms():
    none = Arms(np.array([0.0, 3.0]), np.array([10.0, 10.0]), np.array([False, True]))
    assert np.isnan(before_after.evaluate(none).estimates["odds_ratio"].value)
    with pytest.raises(TooFewError):
        before_after.evaluate(Arms(np.ones(2), np.ones(2), np.array([True, True])))
    with pytest.raises(DataError, match="more events than people"):
        before_after.evaluate(Arms(np.array([5.0, 1]), np.array([2.0, 2]), np.array([False, True])))


def waits(n=400, ratio=2.0, seed=5):
    generator = np.random.default_rng(seed)
    after = np.arange(n) >= n // 2
    days = generator.exponential(30 / np.where(after, ratio, 1.0))
    group = tuple("after" if a else "before" for a in after)
    return Waits(np.minimum(days, 60), days < 60, group)


def test_hazard_ratio_and_medians_are_recovered():
    result = time_to_action.evaluate(waits())
    ratio = result.estimates["hazard_ratio"]
    assert ratio.lower < 2 < ratio.upper
    median = result.estimates["before_median_days"]
    assert median.lower < 30 * np.log(2) < median.upper
    acted = result.estimates["after_acted_by_30"]
    assert acted.lower < 1 - np.exp(-2) < acted.upper
    assert result.details["proportional_hazards_p"] > 0.01
    assert "faster in 'after'" in result.sentence


def test_waits_without_groups_and_refusals():
    one = waits()
    alone = time_to_action.evaluate(Waits(one.days, one.acted))
    assert "all_median_days" in alone.estimates and "hazard_ratio" not in alone.estimates
    with pytest.raises(TooFewError):
        time_to_action.evaluate(Waits(np.ones(5), np.zeros(5, bool)))
    with pytest.raises(DataError, match="before the opening"):
        time_to_action.evaluate(Waits(np.array([1.0, 2, -1]), np.ones(3, bool)))
    with pytest.raises(DataError, match="3 groups"):
        time_to_action.evaluate(Waits(np.arange(3.0), np.ones(3, bool), ("a", "b", "c")))
    never = Waits(np.arange(1.0, 21.0), np.arange(20) < 10, ("x",) * 10 + ("y",) * 10)
    with pytest.raises(FitError):
        time_to_action.evaluate(never)


def test_stepped_wedge_power_of_hussey_and_hughes():
    p = 0.05
    design = power.Wedge(power.wedge_schedule([6] * 4), p * (1 - p) / 100, (0.3 * p) ** 2)
    result = power.stepped_wedge(design, 0.02)
    assert [result.details[k] for k in "UWV"] == [60, 1080, 180]
    assert result.estimates["variance"].value == pytest.approx(4.4057971e-5, rel=1e-7)
    assert result.estimates["se"].value == pytest.approx(0.0066376179, rel=1e-7)
    assert result.estimates["power"].value == pytest.approx(0.85387, abs=5e-6)


def test_power_of_a_roll_out_equals_that_of_the_same_wedge():
    wedge = power.stepped_wedge(power.Wedge(power.wedge_schedule([2, 2, 2]), 0.01, 0.02), 0.1)
    same = power.roll_out([1, 1, 2, 2, 3, 3], 4, 0.01, 0.02, 0.1)
    assert same.estimates["power"].value == pytest.approx(wedge.estimates["power"].value)
    with pytest.raises(DataError, match="cannot be told"):
        power.roll_out([2, 2, 2], 4, 0.01, 0.02, 0.1)
    with pytest.raises(DataError):
        power.wedge_schedule([])


def test_series_power_agrees_with_simulation_and_falls_with_autocorrelation():
    import statsmodels.api as sm

    design = power.SeriesDesign(20, 20, 1.0, slope=False)
    stated = power.series(design, 2.0).estimates["power"].value
    generator = np.random.default_rng(1)
    time = np.arange(40.0)
    x = np.column_stack([np.ones(40), time, time >= 20])
    found = np.mean(
        [
            sm.OLS(2 * x[:, 2] + generator.normal(size=40), x).fit().pvalues[2] < 0.05
            for _ in range(400)
        ]
    )
    assert stated == pytest.approx(found, abs=0.06)
    worse = power.series(power.SeriesDesign(20, 20, 1.0, 0.5, slope=False), 2.0)
    controlled = power.series(power.SeriesDesign(20, 20, 1.0, control=True, slope=False), 2.0)
    assert worse.estimates["power"].value < stated
    assert controlled.estimates["power"].value < stated
    with pytest.raises(TooFewError):
        power.series(power.SeriesDesign(2, 20, 1.0), 1.0)


def test_before_after_power_at_no_effect_is_the_error_rate():
    nothing = power.before_after((0.1, 0.1), 500)
    assert nothing.estimates["power"].value == pytest.approx(0.05, abs=1e-6)
    clustered = power.before_after((0.1, 0.07), 2000, 50, 0.02)
    assert (
        clustered.estimates["power"].value
        < power.before_after((0.1, 0.07), 2000).estimates["power"].value
    )
    with pytest.raises(DataError):
        power.before_after((0.0, 0.1), 500)


COLUMNS = {"y": np.arange(1.0, 7.0), "pop": np.full(6, 10.0), "ban": np.array([0.0] * 3 + [1] * 3)}


def test_formula_with_offset():
    parsed = formula.parse("y ~ offset(log(pop)) + ban", COLUMNS)
    assert parsed.names == ("const", "ban") and parsed.exposure == "pop"
    for text in ("y ~ ban + offset(log(pop))", "y~offset(log(pop))+ban"):
        assert formula.parse(text, COLUMNS).names == ("const", "ban")
    assert formula.words("y ~ offset(log(pop)) + ban:y") == ["y", "pop", "ban"]


@pytest.mark.parametrize(
    "text",
    ["y ~ __import__('os')", "y + ban", "y ~ ban; y", "y ~ ban['x']", "y ~ zebra", "y ~ log(ban)"],
)
def test_formula_refuses_what_it_must(text):
    with pytest.raises(DataError):
        formula.parse(text, COLUMNS)
