"""Savings against the price per unit of the best tenth of sites."""

from __future__ import annotations

import numpy as np
import pytest

from harmfree.improvement.datafile import TooFewError
from harmfree.improvement.evaluation import price_per_unit

QUANTITY = np.array([1000.0, 2000, 1500, 500, 800, 1200, 900, 700, 600, 1100])
COST = np.array([50.0, 110, 70, 30, 60, 55, 50, 49, 36, 44])
SITES = [f"s{i}" for i in range(10)]


def test_ten_practices():
    """Computed from the published method with two implementations."""
    result = price_per_unit.evaluate(SITES, QUANTITY, COST)
    expected = [4.75, 19.5, 2.125, 7.375, 23.8, 0.7, 9.275, 17.325, 8.85, 0]
    assert result.estimates["target_price"].value == pytest.approx(0.04525)
    assert list(result.plotted["sites"]["saving"]) == pytest.approx(expected)
    assert result.estimates["total_saving"].value == pytest.approx(93.70)
    assert "9 of 10 sites" in result.sentence
    assert result.details["savings"][0] == {"site": "s4", "saving": pytest.approx(23.8)}


@pytest.mark.parametrize(("smallest", "count"), [(9.275, 4), (9.28, 3), (0, 9)])
def test_small_savings_do_not_count(smallest, count):
    result = price_per_unit.evaluate(SITES, QUANTITY, COST, smallest=smallest)
    assert len(result.details["savings"]) == count


def test_sites_without_quantity_are_left_out_of_the_target():
    empty = np.append(QUANTITY, 0.0)
    result = price_per_unit.evaluate([*SITES, "none"], empty, np.append(COST, 0.0))
    assert result.estimates["target_price"].value == pytest.approx(0.04525)
    with pytest.raises(TooFewError):
        price_per_unit.target_price(np.array([1.0, 0.0]), np.array([1.0, 0.0]))
