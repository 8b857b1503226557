"""Rounding a daily dose to tablets that a UK pharmacy can dispense."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from harmfree.clinical.warfarin.tables import table

# Doses are counted in units of this many milligrams, the smallest tablet.
UNIT_MG = 0.5


def dispensable(mg: float, strengths: Sequence[float] | None = None) -> dict[str, Any]:
    """Return the nearest daily dose that tablets can make, and with how few of them.

    A dose half-way between two goes to the lower, because over-anticoagulation is the worse
    error in the first days. The unrounded dose and the error are kept beside it.

    Args:
        mg: the calculated dose in mg a day.
        strengths: tablets in stock, in mg; by default the four UK strengths. Multiples of 0.5.
    """
    stock = tuple(strengths or table("limits")["tablets_mg"]["value"])
    step = min(stock)
    rounded = max(math.ceil(round(mg / step, 9) - 0.5), 1) * step
    counts = _fewest(round(rounded / UNIT_MG), stock)
    return {
        "mg": rounded,
        "tablets": {f"{strength:g} mg": counts.count(strength) for strength in sorted(set(counts))},
        "calculated_mg": mg,
        "error_mg": rounded - mg,
        "error_pct": 100 * (rounded - mg) / mg,
    }


@lru_cache(maxsize=1024)
def _fewest(units: int, stock: tuple[float, ...]) -> tuple[float, ...]:
    """Return the fewest tablets that make `units` of 0.5 mg."""
    best: list[tuple[float, ...] | None] = [()] + [None] * units
    for total in range(1, units + 1):
        for strength in stock:
            before = total - round(strength / UNIT_MG)
            held = best[before] if before >= 0 else None
            if held is not None and (best[total] is None or len(held) + 1 < len(best[total] or ())):
                best[total] = (*held, strength)
    return best[units] or ()
