"""Irregular pulse in a series of blood-pressure-cuff readings.

Two published rules. *Wiesel* (Am J Cardiol 2004, Microlife devices) [M]: the standard deviation
of the last ten pulse intervals over their mean, once intervals more than 25% off the mean are
left out, is at least 0.06. *Omron type* (Kabutoya 2017, Watanabe 2019) [V]: at least a fifth of
the intervals differ from the mean by 15% or more. Either way two of three readings decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harmfree.rhythm.compiled import FloatArray

WIESEL_INTERVALS = 10
WIESEL_OUTLIER = 0.25
WIESEL_INDEX = 0.06
BEAT_IRREGULAR = 0.15
READING_IRREGULAR = 0.20
READINGS, NEEDED = 3, 2


@dataclass(frozen=True)
class CuffReading:
    """What one reading shows.

    Attributes:
        index: irregularity index of Wiesel (standard deviation over mean); NaN when too few.
        wiesel: index of at least 0.06.
        irregular_share: share of intervals 15% or more off the mean.
        omron: that share is at least 20%.
        intervals: how many intervals the reading had.
    """

    index: float
    wiesel: bool
    irregular_share: float
    omron: bool
    intervals: int


def judge_reading(intervals: FloatArray) -> CuffReading:
    """Judge one reading's pulse intervals (seconds); fewer than ten are never irregular."""
    r = intervals[np.isfinite(intervals) & (intervals > 0)]
    if r.size < WIESEL_INTERVALS:
        return CuffReading(float("nan"), False, float("nan"), False, int(r.size))
    last = r[-WIESEL_INTERVALS:]
    near = last[np.abs(last / last.mean() - 1.0) <= WIESEL_OUTLIER]
    index = float(near.std(ddof=1) / near.mean()) if near.size > 2 else float("nan")
    off = float((np.abs(r / r.mean() - 1.0) >= BEAT_IRREGULAR).mean())
    return CuffReading(index, index >= WIESEL_INDEX, off, off >= READING_IRREGULAR, int(r.size))


def possible_af(readings: Sequence[CuffReading], rule: str = "wiesel") -> bool | None:
    """Say whether at least two of the last three readings are irregular.

    Args:
        readings: in the order taken.
        rule: "wiesel" or "omron".

    Returns:
        None when there are fewer than three readings of enough intervals.
    """
    usable = [reading for reading in readings if reading.intervals >= WIESEL_INTERVALS]
    if len(usable) < READINGS:
        return None
    return sum(bool(getattr(reading, rule)) for reading in usable[-READINGS:]) >= NEEDED
