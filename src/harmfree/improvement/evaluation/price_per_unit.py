"""Savings if every site paid the price per unit that the best tenth of sites pay.

The method of OpenPrescribing's price-per-unit pages: the target is the 10th percentile of the
sites' net cost per unit (linear interpolation, sites without a quantity left out), and a site's
saving is what it paid above the target, never below nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harmfree.improvement.datafile import Floats, TooFewError
from harmfree.improvement.result import Estimate, Result, say

TARGET_PERCENTILE = 10.0
"""OpenPrescribing: the price at or below which a tenth of practices buy."""
SMALLEST_MONTHLY = {"practice": 10.0, "ccg": 200.0, "england": 50_000.0}
"""OpenPrescribing: smallest saving in pounds a month worth showing at each level."""


def target_price(quantity: Floats, cost: Floats) -> float:
    """The 10th percentile of price per unit over sites that bought any.

    Raises:
        TooFewError: fewer than two sites bought any.
    """
    bought = quantity > 0
    if bought.sum() < 2:
        raise TooFewError("A target price needs two or more sites with a quantity above zero.")
    return float(np.percentile(cost[bought] / quantity[bought], TARGET_PERCENTILE))


def evaluate(
    sites: Sequence[str], quantity: Floats, cost: Floats, *, smallest: float = 0.0
) -> Result:
    """Savings of each site and in all.

    Args:
        sites: names.
        quantity: units supplied, over presentations that may replace one another.
        cost: net cost in pounds, after discount.
        smallest: savings below this count as none.

    Raises:
        TooFewError: as `target_price`.
    """
    target = target_price(quantity, cost)
    possible = np.maximum(0.0, cost - quantity * target)
    # A millionth of a pound, so that a saving of exactly the least is not lost to rounding.
    saving = np.where(possible >= smallest - 1e-6, possible, 0.0)
    order = np.argsort(-saving, kind="stable")
    total = float(saving.sum())
    gain = int(np.sum(saving > 0))
    return Result(
        method="savings",
        estimator=f"price per unit against the {TARGET_PERCENTILE:g}th percentile of sites",
        n=len(sites),
        estimates={"target_price": Estimate(target), "total_saving": Estimate(total)},
        sentence=(
            f"If every site paid {say(target)} pounds a unit or less, {gain} of {len(sites)} sites "
            f"would save {say(total)} pounds together."
        ),
        details={
            "savings": [
                {"site": sites[int(i)], "saving": float(saving[i])} for i in order if saving[i] > 0
            ]
        },
        warnings=("A site may have good reasons for a dearer product: ask before switching.",),
        plotted={
            "sites": {
                "site": list(sites),
                "quantity": quantity,
                "cost": cost,
                "price": np.divide(
                    cost, quantity, out=np.full_like(cost, np.nan), where=quantity > 0
                ),
                "saving": saving,
            }
        },
    )
