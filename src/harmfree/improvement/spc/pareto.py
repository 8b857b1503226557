"""Pareto: which few causes make up most of the events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harmfree.improvement.spc.arrays import Floats
from harmfree.improvement.spc.errors import ChartError

#: The share that "the vital few" are asked to make up (Juran).
VITAL_SHARE = 0.8


@dataclass(frozen=True)
class Pareto:
    """Causes from most to least, with their cumulative share; the remainder is always last."""

    causes: tuple[str, ...]
    counts: Floats
    cumulative: Floats

    @property
    def vital(self) -> int:
        """How many causes it takes to reach four fifths of all events."""
        return int(np.searchsorted(self.cumulative, VITAL_SHARE - 1e-12)) + 1


def pareto(causes: Sequence[str], counts: Sequence[float], *, other: str = "Other") -> Pareto:
    """Order causes by count, adding up repeated names; ties keep the order of the names.

    Args:
        causes: name of the cause of each row.
        counts: how many events; zero or more.
        other: name of the remainder, kept last whatever its size.

    Raises:
        ChartError: a count is missing or negative, or there are no events at all.
    """
    totals: dict[str, float] = {}
    for row, (cause, count) in enumerate(zip(causes, counts, strict=True), 1):
        if not np.isfinite(count) or count < 0:
            raise ChartError(
                f"A count must be zero or more, not {count:g}",
                where=f"row {row}, cause {cause}", do="correct the row",
            )  # fmt: skip
        totals[cause] = totals.get(cause, 0.0) + count
    if not sum(totals.values()):
        raise ChartError("There are no events to count", do="check the column of counts")
    order = sorted(totals, key=lambda c: (c.casefold() == other.casefold(), -totals[c], c))
    ranked = np.array([totals[c] for c in order])
    return Pareto(tuple(order), ranked, np.cumsum(ranked) / ranked.sum())
