"""Funnels, CUSUM, EWMA and Pareto."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harmfree.improvement.spc.errors import ChartError
from harmfree.improvement.spc.funnel import funnel
from harmfree.improvement.spc.pareto import pareto
from harmfree.improvement.spc.run_length import (
    cusum_design,
    cusum_one_sided,
    cusum_two_sided,
    ewma_design,
    ewma_two_sided,
)
from harmfree.improvement.spc.series import Series
from harmfree.improvement.spc.small_shifts import cusum, ewma, in_control
from harmfree.improvement.spc.transforms import (
    LEVEL95,
    METHODS,
    binomial_limits,
    log_limits,
    poisson_limits,
    poisson_prediction,
    root_limits,
)

SIZES = np.array([50.0, 200, 1000, 5000])


def made(events, sizes, **more):
    names = tuple(f"unit {i}" for i in range(len(events)))
    return funnel(names, np.array(events, float), np.array(sizes, float), **more)


def test_poisson_limits_are_those_the_funnel_package_prints():
    low, high = poisson_limits(1.0, np.array([15.0, 20, 30]), LEVEL95)
    assert low == pytest.approx([0.5596924, 0.6108260, 0.6746958], rel=1e-6)
    assert high == pytest.approx([1.649348, 1.544419, 1.427562], rel=1e-6)


def test_binomial_limits_bracket_the_exact_tails():
    low, high = binomial_limits(0.1, SIZES, LEVEL95)
    for n, bottom, top in zip(SIZES, low, high, strict=True):
        assert stats.binom.cdf(np.ceil(bottom * n) - 1, n, 0.1) <= 0.025 + 1e-9
        assert stats.binom.sf(np.ceil(top * n), n, 0.1) <= 0.025 + 1e-9


def test_prediction_limits_hold_their_chance_better_than_intervals():
    """Seaton and Manktelow (2012): above the upper 95% limit, 0.020 against 0.012 on average."""
    expected = np.arange(5.0, 50.0)
    chances = {}
    for name, method in (("interval", poisson_limits), ("prediction", poisson_prediction)):
        top = method(1.0, expected, LEVEL95)[1]
        chances[name] = np.median(stats.poisson.sf(np.floor(top * expected + 1e-9), expected))
    assert chances["interval"] < 0.016
    assert abs(chances["prediction"] - 0.025) < abs(chances["interval"] - 0.025)


def test_units_that_vary_by_chance_are_not_adjusted_and_others_are():
    rng = np.random.default_rng(4)
    sizes = rng.integers(200, 3000, 60).astype(float)
    calm = made(rng.binomial(sizes.astype(int), 0.1), sizes)
    assert calm.phi < 1.5
    spread = np.clip(rng.normal(0.1, 0.03, 60), 0.01, 0.5)
    wild = made(rng.binomial(sizes.astype(int), spread), sizes)
    assert wild.phi > 1 and wild.tau2 > 0 and wild.adjusted_used
    plain, wide = wild.limits(SIZES, False), wild.limits(SIZES, True)
    assert (wide.upper998 > plain.upper998).all()
    assert "over-dispersion" in wild.messages[0]


def test_winsorising_pulls_in_and_truncating_leaves_out():
    events, sizes = [*range(90, 109), 300], [1000.0] * 20
    kept = made(events, sizes, trim="winsorise")
    left = made(events, sizes, trim="truncate")
    assert kept.used == 20 and np.isfinite(kept.trimmed_z).all()
    assert left.used < 20 and np.isnan(left.trimmed_z[-1])


def test_the_square_root_limits_are_squared_back_where_funnelplotr_does_not():
    ours = root_limits(1.0, SIZES, LEVEL95)[1]
    theirs = METHODS["cqc"].spread(1.0, SIZES, LEVEL95, 0.0)[1]
    exact = poisson_limits(1.0, SIZES, LEVEL95)[1]
    assert np.abs(ours - exact).max() < np.abs(theirs - exact).max()
    assert METHODS["cqc"].warnings and METHODS["rc"].warnings


def test_log_and_poisson_limits_agree_for_large_units():
    for ours, exact in zip(
        log_limits(1.0, SIZES[-2:], LEVEL95), poisson_limits(1.0, SIZES[-2:], LEVEL95), strict=True
    ):
        assert ours == pytest.approx(exact, abs=0.01)


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(8)))
def test_a_unit_gets_the_same_verdict_in_whatever_order(order):
    events, sizes = [3, 10, 12, 60, 9, 30, 22, 41], [50, 90, 100, 300, 100, 310, 200, 420]
    plain, mixed = made(events, sizes), made([events[i] for i in order], [sizes[i] for i in order])
    verdicts = plain.verdicts()
    assert mixed.verdicts() == [verdicts[i] for i in order]


@pytest.mark.parametrize(
    ("events", "sizes", "words"),
    [
        ([1, 2], [9, 9], "only 2"),
        ([1, 2, 11], [9, 9, 9], "n is smaller"),
        ([1, -2, 1], [9, 9, 9], "below zero"),
        ([1, 0, 1], [9, 0, 9], "1 or more"),
        ([1, np.nan, 1], [9, 9, 9], "missing"),
        ([0, 0, 0], [9, 9, 9], "cannot be the target"),
    ],
)
def test_a_unit_that_does_not_fit_is_named(events, sizes, words):
    with pytest.raises(ChartError, match=words):
        made(events, sizes)


# CUSUM and EWMA


def test_known_run_lengths():
    # Standard tables: k = 0.5 with h = 4 and 5 (Montgomery, table 9.3, to its rounding).
    assert cusum_two_sided(0.5, 4) == pytest.approx(168, abs=0.5)
    assert cusum_two_sided(0.5, 5) == pytest.approx(465, abs=0.5)
    assert cusum_one_sided(0.5, 5, 1.0) == pytest.approx(10.4, abs=0.05)


def test_an_ewma_of_weight_one_is_a_shewhart_chart():
    assert ewma_two_sided(1.0, 3.0) == pytest.approx(1 / (2 * stats.norm.sf(3)), rel=1e-6)


@pytest.mark.parametrize("wanted", [100.0, 370.0, 1000.0])
def test_a_design_has_the_wanted_run_length(wanted):
    k, h = cusum_design(wanted, 1.5)
    assert (k, cusum_two_sided(k, h)) == (0.75, pytest.approx(wanted, rel=1e-6))
    assert ewma_two_sided(0.1, ewma_design(wanted, 0.1)) == pytest.approx(wanted, rel=1e-6)


def test_a_simulated_cusum_runs_as_long_as_computed():
    rng = np.random.default_rng(5)
    lengths = []
    for _ in range(400):
        high, steps = 0.0, 0
        while high <= 3:
            high, steps = max(0.0, high + rng.normal() - 0.5), steps + 1
        lengths.append(steps)
    error = np.std(lengths) / np.sqrt(len(lengths))
    assert abs(np.mean(lengths) - cusum_one_sided(0.5, 3)) < 4 * error


def test_both_find_a_shift_of_one_sd_that_has_lasted():
    values = np.array([0.1, -0.2, 0.3, -0.1, 0.0] * 3 + [1.5, 1.1, 1.4, 1.3, 1.2] * 3)
    series = Series(values)
    control = in_control(series, 0.0, 1.0, None)
    for chart in (cusum(series, control), ewma(series, control)):
        assert not chart.signal[:15].any() and chart.signal[-1] == 1
        assert chart.run_length == pytest.approx(370, rel=1e-3)


def test_the_process_in_control_is_given_or_estimated_and_says_which():
    series = Series(np.array([1.0, 3, 2, 4, 30]))
    found = in_control(series, None, None, 4)
    assert found.mean == 2.5 and found.sd == pytest.approx(5 / 3 / 1.128)
    assert "first 4 values" in cusum(series, found).messages[0]
    with pytest.raises(ChartError, match="zero"):
        in_control(Series(np.array([2.0, 2, 2])), None, None, None)


# Pareto


def test_causes_are_added_up_ordered_and_the_remainder_is_last():
    found = pareto(["b", "a", "Other", "b", "c"], [5, 30, 40, 20, 5])
    assert found.causes == ("a", "b", "c", "Other")
    assert found.cumulative.tolist() == pytest.approx([0.3, 0.55, 0.6, 1.0])


def test_the_vital_few_reach_four_fifths():
    assert pareto(["a", "b", "c"], [80, 10, 10]).vital == 1
    assert pareto(["a", "b", "c"], [79, 11, 10]).vital == 2


def test_a_negative_count_and_no_events_are_refused():
    with pytest.raises(ChartError, match="row 2"):
        pareto(["a", "b"], [1, -1])
    with pytest.raises(ChartError, match="no events"):
        pareto(["a"], [0])
