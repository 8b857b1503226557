"""XmR charts of thousands of series at once, without pictures: limits, signals and verdicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.improvement.spc.arrays import (
    Floats,
    Ints,
    Limits,
    Signals,
    making_data_count,
    xmr_limits,
)
from harmfree.improvement.spc.errors import ChartError

Names = npt.NDArray[np.str_]
_IMPROVE = {"up": 1, "down": -1, "neutral": 0}


@dataclass(frozen=True)
class XmrBatch:
    """Computed charts; one row per series.

    Attributes:
        limits, signals: as for one chart, with the shape (series, points).
        variation: verdict on each series' latest value, in the words of `icons`.
        assurance: verdict on each series' target, or "" without one.
    """

    limits: Limits
    signals: Signals
    variation: Names
    assurance: Names


def xmr_batch(
    values: Floats,
    *,
    improve: str = "neutral",
    target: Floats | None = None,
    segment: Ints | None = None,
    screen: bool = False,
) -> XmrBatch:
    """Compute XmR charts with the Making Data Count rules for every row.

    Args:
        values: (series, points) in time order, NaN where missing; rows of different length are
            padded with NaN at the end.
        improve: "up", "down" or "neutral", for all series.
        target: one per series, NaN for none.
        segment: number of the segment of each point; one segment when None.
        screen: whether large moving ranges are left out once.

    Raises:
        ChartError: the array has not two dimensions, or a series has no value at all.
    """
    if values.ndim != 2 or not values.size:
        raise ChartError("A batch needs an array of (series, points)", do="give one row a series")
    empty = np.flatnonzero(~np.isfinite(values).any(axis=1))
    if len(empty):
        raise ChartError("Every value of a series is missing", where=f"series {empty[0] + 1}",
                         do="leave the series out")  # fmt: skip
    limits = xmr_limits(values, segment, screen=screen)
    signals = making_data_count(values, limits, segment)
    last = values.shape[1] - 1 - np.isfinite(values)[:, ::-1].argmax(axis=1)
    rows = np.arange(len(values))
    side = signals.direction[rows, last]
    ends = limits.lower[rows, last], limits.upper[rows, last]
    return XmrBatch(limits, signals, _variation(side, improve), _assurance(*ends, improve, target))


def _variation(side: npt.NDArray[np.int8], improve: str) -> Names:
    if improve == "neutral":
        words = ("common_cause", "special_cause_neutral_high", "special_cause_neutral_low")
        return np.select([side > 0, side < 0], words[1:], words[0])
    better = side == _IMPROVE[improve]
    special = np.where(better, "special_cause_improvement", "special_cause_concern")
    return np.where(side == 0, "common_cause", special)


def _assurance(lower: Floats, upper: Floats, improve: str, target: Floats | None) -> Names:
    if target is None or improve == "neutral":
        return np.full(len(lower), "")
    known = np.isfinite(target) & np.isfinite(lower)
    with np.errstate(invalid="ignore"):
        below, above = target < lower, target > upper
    passes, fails = (below, above) if improve == "up" else (above, below)
    verdict = np.select([passes, fails], ["consistent_pass", "consistent_fail"], "inconsistent")
    return np.where(known, verdict, "")
