"""The four Making Data Count rules, the boundary of each, and the verdicts."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.improvement.spc import icons
from harmfree.improvement.spc.arrays import Limits, making_data_count
from harmfree.improvement.spc.batch import xmr_batch
from harmfree.improvement.spc.chart import control_chart
from harmfree.improvement.spc.errors import ChartError
from harmfree.improvement.spc.rebasing import suggestion
from harmfree.improvement.spc.series import Rebase, Series, Settings

RULES = ("outside", "trend", "two_of_three", "shift")


def months(count, year=2023):
    return tuple(date(year + k // 12, k % 12 + 1, 1) for k in range(count))


def chart(values, kind="xmr", dates=None, **more):
    series = Series(np.array(values, float), dates=dates or months(len(values)))
    return control_chart(kind, series, Settings(**more))


def signals(values, mean=0.0, upper=3.0, **more):
    """Rules on values about fixed limits: near lines at two thirds."""
    row = np.array([values], float)
    lines = [np.full(row.shape, x) for x in (mean, mean - upper, mean + upper)]
    near = [np.full(row.shape, mean + s * upper * 2 / 3) for s in (-1, 1)]
    return making_data_count(row, Limits(*lines, *near), **more)


def test_limits_by_hand():
    made = chart([10, 12, 11, 13])  # moving ranges 2, 1, 2
    reach = 2.66 * 5 / 3
    assert made.limits.mean[0] == 11.5
    assert made.limits.lower[0] == pytest.approx(11.5 - reach)
    assert made.limits.upper[0] == pytest.approx(11.5 + reach)
    assert made.limits.near_upper[0] == pytest.approx(11.5 + reach * 2 / 3)


def test_a_point_on_the_limit_is_inside_and_one_beyond_is_outside():
    assert signals([3.0, 3.0001, -3.0, -3.0001]).outside.tolist() == [[0, 1, 0, -1]]


def test_seven_on_one_side_is_a_shift_and_six_is_none():
    assert signals([1] * 6).shift.any() == np.False_
    assert signals([-1, *[1] * 7, -1]).shift.tolist() == [[0, *[1] * 7, 0]]
    assert signals([1] * 6, shift_points=6).shift.tolist() == [[1] * 6]


def test_a_point_on_the_mean_breaks_a_shift():
    assert not signals([1, 1, 1, 0, 1, 1, 1, 1]).shift.any()


def test_six_strict_steps_are_a_trend_and_an_equal_step_breaks_it():
    rising = [-0.6, -0.5, -0.1, 0.1, 0.2, 0.5, 0.6]
    assert signals(rising).trend.tolist() == [[1] * 7]
    assert not signals(rising[:6]).trend.any()
    assert signals(rising[:6], trend_points=6).trend.tolist() == [[1] * 6]
    assert not signals([-0.6, -0.5, -0.1, -0.1, 0.2, 0.5, 0.6]).trend.any()
    assert signals(rising[::-1]).trend.tolist() == [[-1] * 7]


def test_where_a_rise_meets_a_fall_the_later_one_names_the_point():
    up = [0.1 * k for k in range(7)]
    found = signals([*up, *up[-2::-1]]).trend[0].tolist()
    assert found == [1] * 6 + [-1] * 7


def test_two_of_three_needs_one_side_and_marks_only_the_near_points():
    assert signals([2.5, 0.5, 2.5]).two_of_three.tolist() == [[1, 0, 1]]
    assert not signals([2.5, -0.5, 2.5]).two_of_three.any()
    assert not signals([2.5, 0.0, 2.5]).two_of_three.any()
    # Beyond the near line is strict, and a point outside the limit is not near.
    assert not signals([2.0, 0.5, 2.5]).two_of_three.any()
    assert not signals([3.5, 0.5, 2.5]).two_of_three.any()


def test_runs_pass_over_missing_points():
    assert signals([1, 1, 1, np.nan, 1, 1, 1, 1]).shift.tolist() == [[1, 1, 1, 0, 1, 1, 1, 1]]


def test_rules_and_moving_ranges_stop_at_a_rebase():
    values = [*[1.0, 2.0] * 6, *[11.0, 12.0] * 6]
    made = chart(values, rebases=(Rebase(date(2024, 1, 1), "new pathway"),))
    assert made.limits.mean.tolist() == [1.5] * 12 + [11.5] * 12
    assert made.limits.upper[0] == pytest.approx(1.5 + 2.66)
    assert not made.signals.direction.any()


def test_a_series_that_never_varies_has_limits_at_its_mean_and_no_signal():
    made = chart([5] * 20, screen=True)
    assert made.limits.lower.tolist() == made.limits.upper.tolist() == [5.0] * 20
    assert not made.signals.direction.any()
    assert "are the same" in " ".join(made.messages)


def test_twelve_points_lock_limits_and_eleven_are_trial():
    assert not chart([1, 2] * 6).trial.any()
    assert chart([1, 2] * 5 + [1]).trial.all()


def test_one_point_has_no_limits_and_says_so():
    made = chart([4])
    assert np.isnan(made.limits.upper[0]) and "only one value" in made.messages[0]


def test_screening_is_off_unless_asked_for():
    values = [20, 21, 19, 20, 22, 18, 20, 21, 19, 20, 35, 20, 21, 19, 20, 22, 18, 20]
    assert chart(values).limits.upper[0] > chart(values, screen=True).limits.upper[0]
    assert "Nelson" in " ".join(chart(values, screen=True).messages)


@pytest.mark.parametrize(
    ("improve", "target", "verdict"),
    [
        ("up", 100.0, "consistent_fail"),
        ("up", -100.0, "consistent_pass"),
        ("down", 100.0, "consistent_pass"),
        ("down", -100.0, "consistent_fail"),
        ("up", 1.5, "inconsistent"),
        ("neutral", 100.0, None),
        ("up", None, None),
    ],
)
def test_assurance(improve, target, verdict):
    assert icons.assurance(chart([1, 2] * 8, improve=improve, target=target)) == verdict


def test_a_target_on_the_limit_is_hit_or_miss():
    made = chart([1, 2] * 8)
    limit = float(made.limits.upper[0])
    assert icons.assurance(chart([1, 2] * 8, improve="up", target=limit)) == "inconsistent"


def test_a_rising_trend_below_the_mean_is_high():
    values = [10, 12, 9, 11, 13, 12, 14, 12, 1, 2, 3, 4, 5, 6, 7]
    made = chart(values, improve="up")
    assert icons.variation(made) == "special_cause_improvement"
    assert icons.cause_names(made)[-1] == "7 Point Trend (Increasing)"


def test_a_rebase_is_suggested_and_never_applied():
    values = [20.0, 21, 19, 20, 22, 18] * 3 + [12.0, 13, 11, 12, 14, 10] * 2
    made = chart(values)
    found = suggestion(made)
    assert found is not None and found.point == 18 and made.segment.max() == 0
    assert suggestion(chart(values[:29])) is None  # 11 points since the change


def test_a_rebase_without_a_reason_or_outside_the_series_is_named():
    late = chart([1, 2] * 8, rebases=(Rebase(date(2040, 1, 1)),))
    text = " ".join(late.messages)
    assert "no reason recorded" in text and "outside the series" in text


def test_a_short_baseline_is_refused():
    with pytest.raises(ChartError, match="too short"):
        chart([1, 2] * 8, fix_after=11)


series_of_tenths = st.lists(st.integers(-50, 50), min_size=2, max_size=30)


@settings(max_examples=80, deadline=None)
@given(series_of_tenths, st.integers(-1000, 1000), st.sampled_from([0.5, 2.0, 8.0]), st.booleans())
def test_shifting_and_scaling_move_the_limits_and_keep_the_flags(values, by, factor, screen):
    plain, moved = (
        chart(values, screen=screen),
        chart([v * factor + by for v in values], screen=screen),
    )
    for name in ("mean", "lower", "upper"):
        expected = getattr(plain.limits, name) * factor + by
        assert getattr(moved.limits, name) == pytest.approx(expected, rel=1e-9, abs=1e-7)
    assert icons.flags(plain) == icons.flags(moved)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=13, max_size=30), st.integers(-10000, 10000))
def test_a_far_future_point_changes_nothing_before_it_when_the_baseline_is_fixed(values, new):
    dates = (*months(len(values)), date(2099, 1, 1))
    before = chart(values, fix_after=12)
    after = chart([*values, new], dates=dates, fix_after=12)
    assert after.limits.upper[:-1].tolist() == before.limits.upper.tolist()
    # Rules look at neighbours: only a run that ends in the new point may add flags.
    for rule in ("outside",):
        assert getattr(after.signals, rule)[:-1].tolist() == getattr(before.signals, rule).tolist()
    for old, both in zip(icons.flags(before), icons.flags(after), strict=False):
        assert set(old) <= set(both)


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(14)))
def test_the_order_of_rows_does_not_matter(order):
    values, dates = np.array([3.0, 5, 4, 6, 2, 9, 4, 4, 5, 6, 7, 8, 9, 10]), months(14)
    made = control_chart("xmr", Series(values, dates))
    mixed = control_chart("xmr", Series(values[list(order)], tuple(dates[i] for i in order)))
    assert mixed.values.tolist() == made.values.tolist()
    assert icons.flags(mixed) == icons.flags(made)


def plainly(values, mean, lower, upper):
    """The rules written out one point at a time, as the oracle of the arrays."""
    near = (upper - mean) * 2 / 3
    side = [(v > mean) - (v < mean) for v in values]
    outside = [(v > upper) - (v < lower) for v in values]
    close = [
        0 if o else (v > mean + near) - (v < mean - near)
        for v, o in zip(values, outside, strict=True)
    ]
    shift, trend, two = ([0] * len(values) for _ in range(3))
    for i in range(len(values) - 6):
        if abs(sum(side[i : i + 7])) == 7:
            shift[i : i + 7] = [side[i]] * 7
        steps = [b - a for a, b in zip(values[i : i + 6], values[i + 1 : i + 7], strict=True)]
        if all(s > 0 for s in steps) or all(s < 0 for s in steps):
            trend[i : i + 7] = [1 if steps[0] > 0 else -1] * 7
    for i in range(len(values) - 2):
        if abs(sum(side[i : i + 3])) == 3 and sum(c == side[i] for c in close[i : i + 3]) >= 2:
            for k in range(i, i + 3):
                two[k] = close[k] if close[k] else two[k]
    return {"outside": outside, "trend": trend, "two_of_three": two, "shift": shift}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-6, 6), min_size=1, max_size=25))
def test_the_arrays_agree_with_the_rules_written_out(values):
    found = signals(values, mean=0.5, upper=4.25)
    expected = plainly(values, 0.5, -3.75, 4.75)
    for rule in RULES:
        assert getattr(found, rule)[0].tolist() == expected[rule], rule


@settings(max_examples=40, deadline=None)
@given(st.lists(series_of_tenths, min_size=1, max_size=6), st.booleans())
def test_a_batch_agrees_with_one_chart_at_a_time(rows, screen):
    table = np.full((len(rows), max(map(len, rows))), np.nan)
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    found = xmr_batch(table, improve="up", target=np.full(len(rows), 3.0), screen=screen)
    for i, row in enumerate(rows):
        one = chart(row, improve="up", target=3.0, screen=screen)
        n = len(row)
        assert found.limits.upper[i, :n] == pytest.approx(one.limits.upper, rel=1e-9, abs=1e-9)
        for rule in RULES:
            assert (
                getattr(found.signals, rule)[i, :n].tolist() == getattr(one.signals, rule).tolist()
            )
        assert found.variation[i] == icons.variation(one)
        assert (found.assurance[i] or None) == icons.assurance(one)


def test_a_batch_with_an_empty_series_is_refused():
    with pytest.raises(ChartError, match="missing") as caught:
        xmr_batch(np.array([[1.0, 2.0], [np.nan, np.nan]]))
    assert caught.value.where == "series 2"
