"""Limits of each kind of chart, by hand and by property."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.improvement.spc.chart import control_chart
from harmfree.improvement.spc.errors import ChartError
from harmfree.improvement.spc.rare_events import days_between, time_between
from harmfree.improvement.spc.runs import anhoej, anhoej_limits, perla, run_count_limits
from harmfree.improvement.spc.series import Series, Settings
from harmfree.improvement.spc.subgroups import subgroup_series
from harmfree.improvement.spc.uncertain import Disclosure, read_cell


def chart(kind, values, n=None, **more):
    ghost = more.pop("ghosted", None)
    sizes = None if n is None else np.array(n, float)
    series = Series(np.array(values, float), sizes=sizes, ghosted=ghost)
    return control_chart(kind, series, Settings(**more))


def test_p_limits_follow_each_denominator_and_stay_within_0_and_1():
    made = chart("p", [5, 10, 0], [50, 50, 4])
    share = 15 / 104
    sd = math.sqrt(share * (1 - share) / 50)
    assert made.limits.mean == pytest.approx(share)
    assert made.limits.upper[0] == pytest.approx(share + 3 * sd)
    assert made.limits.lower.tolist() == [0.0, 0.0, 0.0]


def test_u_and_c_limits():
    made = chart("u", [4, 6], [100, 200], multiply=1000)
    assert made.limits.mean == pytest.approx(1000 * 10 / 300)
    assert made.limits.upper[1] == pytest.approx(1000 * (10 / 300 + 3 * math.sqrt(10 / 300 / 200)))
    assert chart("c", [4, 9, 2]).limits.upper[0] == pytest.approx(5 + 3 * math.sqrt(5))


def test_laney_limits_are_those_of_p_times_the_spread_of_z():
    x, n = [300, 420, 310, 500], [3000, 4000, 2500, 4100]
    plain, prime = chart("p", x, n), chart("pp", x, n)
    share = sum(x) / sum(n)
    z = [(a / b - share) / math.sqrt(share * (1 - share) / b) for a, b in zip(x, n, strict=True)]
    sigma = np.mean(np.abs(np.diff(z))) / 1.128
    reach = (plain.limits.upper - share) * sigma
    assert prime.limits.upper == pytest.approx(share + reach)


def test_many_false_signals_of_p_with_large_denominators_lead_to_p_prime():
    rng = np.random.default_rng(1)
    n = np.full(24, 50000.0)
    x = np.round(n * rng.normal(0.12, 0.01, 24))
    assert "pprime" in " ".join(chart("p", x, n).messages)
    assert (chart("pp", x, n).signals.outside != 0).sum() < 2


def test_i_prime_with_equal_denominators_is_near_the_individuals_chart():
    values, n = [10.0, 12, 11, 13, 9], [4.0] * 5
    prime = chart("ip", [v * 4 for v in values], n)
    spread = np.mean(math.sqrt(math.pi / 2) * np.abs(np.diff(values)) / math.sqrt(0.5))
    assert prime.limits.upper[0] == pytest.approx(11 + 3 * spread / 2)
    assert prime.values.tolist() == values


def test_moving_ranges_and_their_limit():
    made = chart("mr", [1, 4, 2, 2])
    assert np.isnan(made.values[0]) and made.values[1:].tolist() == [3, 2, 0]
    assert made.limits.upper[0] == pytest.approx(3.267 * 5 / 3)
    assert made.limits.near_upper[0] == pytest.approx(2.178 * 5 / 3)
    assert made.limits.lower[0] == 0


def test_xbar_and_s_by_the_published_constants():
    # Montgomery, table VI: for n = 5, A3 = 1.427, B3 = 0, B4 = 2.089.
    rng = np.random.default_rng(2)
    groups = [str(g) for g in range(8) for _ in range(5)]
    series = subgroup_series(groups, rng.normal(10, 2, 40))
    assert series.spreads is not None
    xbar, s = control_chart("xbar", series), control_chart("s", series)
    mean_s = float(series.spreads.mean())
    assert xbar.limits.upper[0] - xbar.limits.mean[0] == pytest.approx(1.427 * mean_s, rel=1e-3)
    assert s.limits.upper[0] == pytest.approx(2.089 * mean_s, rel=1e-3)
    assert s.limits.lower[0] == 0


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(12)))
def test_order_within_equal_dates_does_not_matter(order):
    groups = np.array([f"2024-0{1 + i // 3}-01" for i in range(12)])
    values = np.array([3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
    plain = subgroup_series(groups.tolist(), values)
    index = list(order)
    mixed = subgroup_series(groups[index].tolist(), values[index])
    assert sorted(plain.values) == pytest.approx(sorted(mixed.values))
    assert sorted(plain.spreads) == pytest.approx(sorted(mixed.spreads))


def test_g_centre_is_the_median_and_several_events_on_one_day_stay_apart():
    days = [date(2024, 1, 1), date(2024, 1, 11), date(2024, 1, 11), date(2024, 1, 14)]
    series = days_between(days)
    assert series.values.tolist() == [10, 0, 3]
    made = control_chart("g", series)
    mean = 13 / 3
    assert made.limits.mean[0] == 3
    assert made.limits.upper[0] == pytest.approx(mean + 3 * math.sqrt(mean * (mean + 1)))
    assert len(made.values) == 3


def test_t_spreads_events_of_one_day_and_keeps_known_times():
    days = [date(2024, 1, 1), date(2024, 1, 1), date(2024, 1, 2)]
    assert time_between(days).values.tolist() == pytest.approx([0.5, 0.75])
    timed = [datetime(2024, 1, 1, 6), datetime(2024, 1, 1, 18)]
    assert time_between(timed).values.tolist() == pytest.approx([0.5])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=15), st.randoms())
def test_gaps_do_not_depend_on_the_order_of_events(offsets, random):
    days = [date.fromordinal(738000 + o) for o in offsets]
    mixed = days[:]
    random.shuffle(mixed)
    for between in (days_between, time_between):
        assert between(days).values.tolist() == between(mixed).values.tolist()
        assert len(between(days)) == len(days) - 1
    assert (time_between(days).values > 0).all()


def test_a_gap_of_zero_has_no_place_on_a_t_chart():
    with pytest.raises(ChartError, match="greater than zero") as caught:
        chart("t", [3, 0, 4])
    assert caught.value.where == "point 2"


def test_a_frozen_baseline_and_a_ghosted_point():
    made = chart("i", [1, 2, 1, 2, 9], fix_after=4)
    assert made.limits.mean[0] == 1.5
    ghosted = chart("i", [1, 2, 9, 1, 2], ghosted=np.array([0, 0, 1, 0, 0], bool))
    assert ghosted.limits.mean[0] == 1.5 and ghosted.signals.outside[2] == 0


@pytest.mark.parametrize(
    ("kind", "values", "n", "words", "where"),
    [
        ("p", [5, 12], [10, 10], "n is smaller", "point 2"),
        ("p", [5, 1], [10, -1], "below zero", "point 2"),
        ("p", [5, 1], [10, 0], "n is 0", "point 2"),
        ("u", [5, 1], None, "denominators", ""),
        ("c", [1, -1], None, "below zero", "point 2"),
        ("xmr", [np.nan, np.nan], None, "missing", "from point 1 on"),
        ("xmr", [], None, "no values", ""),
        ("xmr", [1, np.inf], None, "finite", "point 2"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(kind, values, n, words, where):
    with pytest.raises(ChartError, match=words) as caught:
        chart(kind, values, n)
    assert caught.value.where == where


def test_an_xmr_chart_of_events_and_denominators_is_one_of_their_rate():
    made = chart("xmr", [4, 6], [100, 200], multiply=1000)
    assert made.values.tolist() == [40, 30] and made.limits.mean[0] == 35


def test_a_month_without_patients_is_a_missing_point():
    made = chart("p", [1, 0, 2], [10, 0, 10])
    assert np.isnan(made.values[1]) and made.limits.mean[0] == pytest.approx(0.15)


# Runs


def test_anhoej_signals_beyond_its_limits_only():
    assert anhoej_limits(24) == (8, 8)
    values = np.array([1.0] * 8 + [-1, 1] * 8)
    assert not anhoej(values, np.zeros(24)).long_run
    longer = np.array([1.0] * 9 + [-1, 1] * 7 + [-1])
    assert anhoej(longer, np.zeros(24)).long_run
    few = np.array([1.0] * 4 + [-1.0] * 4)
    assert anhoej(np.tile(few, 3), np.zeros(24)).few_crossings


def test_points_on_the_centre_are_not_useful():
    found = anhoej(np.array([1.0, 0, -1, 0, 1]), np.zeros(5))
    assert (found.observations, found.useful, found.crossings) == (5, 3, 2)
    assert anhoej(np.zeros(5), np.zeros(5)).longest is None


def test_run_counts_expected_by_chance_are_exact():
    # Ten on each side: 6 runs or fewer have a chance below 2.5%, 7 do not (Swed and Eisenhart).
    assert run_count_limits(10, 10) == (7, 15)
    assert run_count_limits(5, 0) == (None, None)


def test_perla_rules():
    values = np.array([1.0] * 6 + [-1.0] * 6)
    found = perla(values, np.zeros(12))
    assert found.shift and found.too_few and not found.too_many
    assert perla(np.arange(5.0), np.full(5, 2.0)).trend
    assert not perla(np.arange(4.0), np.full(4, 1.5)).trend


# Suppressed and rounded counts


@pytest.mark.parametrize(
    ("cell", "least", "most"),
    [("<5", 0, 4), ("≤5", 0, 5), ("1-4", 1, 4), ("*", 1, 7), ("12", 12, 12), ("1,234", 1234, 1234)],
)
def test_cells_and_what_they_may_be(cell, least, most):
    found = read_cell(cell, "row 1", Disclosure(hidden=(1, 7)))
    assert (found.least, found.most) == (least, most)


def test_a_hidden_cell_without_a_rule_and_text_are_refused():
    with pytest.raises(ChartError, match="suppressed") as caught:
        read_cell("*", "row 3, column n", Disclosure())
    assert caught.value.where == "row 3, column n"
    with pytest.raises(ChartError, match="'abc' is not a number"):
        read_cell("abc", "row 3", Disclosure())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 15), min_size=5, max_size=20), st.data())
@pytest.mark.parametrize("kind", ["xmr", "c", "p", "pp", "u", "up"])
def test_limits_of_suppressed_counts_hold_those_of_any_true_counts(kind, counts, data):
    """Whatever the hidden numbers are, the widened limits contain the true ones."""
    true = np.array(counts, float)
    hidden = true < 5
    if not (true > 0).any():
        return
    least, most = np.where(hidden, 0.0, true), np.where(hidden, 4.0, true)
    sizes = np.full(len(true), 40.0) if kind in ("p", "pp", "u", "up") else None
    drawn = Series(np.where(hidden, 2.0, true), sizes=sizes, least=least, most=most)
    wide, exact = control_chart(kind, drawn), control_chart(kind, Series(true, sizes=sizes))
    assert (wide.limits.upper >= exact.limits.upper - 1e-9).all()
    assert (wide.limits.lower <= exact.limits.lower + 1e-9).all()
    sure = wide.signals.outside != 0
    assert (exact.signals.outside[sure] == wide.signals.outside[sure]).all()


def test_a_chart_of_suppressed_counts_says_so():
    series = Series(np.array([2.0, 9, 8, 12]), least=np.array([0.0, 9, 8, 12]),
                    most=np.array([4.0, 9, 8, 12]))  # fmt: skip
    assert "widened" in " ".join(control_chart("c", series).messages)
    with pytest.raises(ChartError, match="suppressed or rounded"):
        control_chart("g", series)
