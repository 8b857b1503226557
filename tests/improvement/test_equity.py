"""Slope and relative index of inequality: by hand, by regression and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from harmfree.errors import InputError
from harmfree.improvement.equity import inequality, ridits


def test_by_hand_with_equal_groups():
    """Five groups of 100 at 0.1, 0.3, 0.5, 0.7, 0.9: shares 10, 12, 14, 16, 18%.

    They lie on a line: each step of 0.2 adds 2 points, so 0 to 1 adds 10: from 9% to 19%.
    """
    found = inequality([10, 12, 14, 16, 18], [100] * 5)
    assert ridits(np.full(5, 100.0)) == pytest.approx([0.1, 0.3, 0.5, 0.7, 0.9])
    assert found.slope.value == pytest.approx(0.10)
    assert found.best_off == pytest.approx(0.09)
    assert found.worst_off == pytest.approx(0.19)
    assert found.relative.value == pytest.approx(0.19 / 0.09)


def test_the_interval_by_hand():
    """Three groups of 100 with 10, 20, 30: at 1/6, 1/2, 5/6 the slope is (p3 - p1) x 3 / 2."""
    found = inequality([10, 20, 30], [100] * 3)
    assert found.slope.value == pytest.approx(0.3)
    low, high = 10.5 / 101, 30.5 / 101
    variance = 1.5**2 * (low * (1 - low) + high * (1 - high)) / 100
    assert found.slope.high - found.slope.value == pytest.approx(1.959964 * variance**0.5)


def test_as_a_weighted_regression_gives():
    draw = np.random.default_rng(1)
    people = draw.integers(50, 4000, 5)
    events = draw.binomial(people, [0.05, 0.06, 0.08, 0.07, 0.12])
    fit = sm.WLS(events / people, sm.add_constant(ridits(people.astype(float))), people).fit()
    found = inequality(events, people)
    assert found.best_off == pytest.approx(fit.params[0])
    assert found.slope.value == pytest.approx(fit.params[1])
    assert found.relative.value == pytest.approx(fit.params.sum() / fit.params[0])


def test_the_intervals_hold_the_truth_as_often_as_they_say():
    draw = np.random.default_rng(2)
    people = np.array([900, 1100, 1000, 800, 1200])
    x = ridits(people.astype(float))
    truth = 0.08 + 0.06 * x
    hits = np.zeros(2)
    rounds = 2000
    for _ in range(rounds):
        found = inequality(draw.binomial(people, truth), people)
        hits += (
            found.slope.low <= 0.06 <= found.slope.high,
            found.relative.low <= 0.14 / 0.08 <= found.relative.high,
        )
    assert (np.abs(hits / rounds - 0.95) < 0.015).all()


def test_no_difference_has_an_interval_around_none():
    found = inequality([50] * 5, [500] * 5)
    assert found.slope.value == pytest.approx(0)
    assert found.relative.value == pytest.approx(1)
    assert not found.differs


def test_a_clear_difference_is_called_one():
    assert inequality([10, 40, 80, 120, 200], [1000] * 5).differs


def test_a_line_below_zero_has_no_ratio():
    found = inequality([0, 0, 0, 0, 50], [100] * 5)
    assert found.best_off < 0
    assert found.relative is None


def test_nobody_with_it_is_no_certainty():
    found = inequality([0] * 5, [20] * 5)
    assert found.slope.value == 0
    assert found.slope.high > 0


@pytest.mark.parametrize(
    ("events", "people"),
    [([1, 2], [9, 9]), ([1, 2, 3], [9, 9]), ([1, 0, 3], [9, 0, 9]), ([1, 10, 3], [9, 9, 9])],
)
def test_what_cannot_be_is_refused(events, people):
    with pytest.raises(InputError):
        inequality(events, people)
