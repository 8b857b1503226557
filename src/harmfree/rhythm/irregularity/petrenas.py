"""Low-complexity detection by interval irregularity, with ectopic beats suppressed.

Source: Petrenas, Marozas, Sornmo, Comput Biol Med 2015;65:184. Constants [V]; per-beat
sensitivity 96.9% and specificity 98.3% recomputed on AFDB [R]. Built for long recordings: the
averages reach over some 50 beats, so that a 30-second strip is too short for it.
"""

from __future__ import annotations

import numpy as np

from harmfree.rhythm.compiled import BoolArray, FloatArray, compiled

SOURCE = "Petrenas 2015, Comput Biol Med 65:184 [V]; recomputed on AFDB [R]"
ALPHA = 0.02  # weight of the newest value in the exponential averages
PAIRS_WINDOW = 8  # intervals compared with one another
DIFFERENT = 0.03  # s; two intervals differ when at least this far apart
SUPPRESSED = 2e-4  # below this the ectopy measure replaces the irregularity
THRESHOLD = 0.725


def judge(intervals: FloatArray) -> BoolArray:
    """Say of each interval (seconds) whether it lies in atrial fibrillation."""
    if intervals.size < PAIRS_WINDOW:
        return np.zeros(intervals.size, dtype=np.bool_)
    return np.asarray(measure(intervals) > THRESHOLD, dtype=np.bool_)


def measure(intervals: FloatArray) -> FloatArray:
    """Return the decision function O, compared with `THRESHOLD`."""
    smooth = median_of_three(intervals)
    trend = both_ways(intervals)
    irregularity = both_ways(_share_of_different_pairs(smooth)) / trend
    ectopy = both_ways(_ectopy(intervals, smooth))
    return np.where(ectopy < SUPPRESSED, ectopy, irregularity)


@compiled
def median_of_three(r: FloatArray) -> FloatArray:
    """Return the running median of three, ends kept."""
    out = r.copy()
    for i in range(1, r.size - 1):
        a, b, c = r[i - 1], r[i], r[i + 1]
        out[i] = max(min(a, b), min(max(a, b), c))
    return out


@compiled
def both_ways(values: FloatArray) -> FloatArray:
    """Return the exponential average run forwards and then backwards, so without delay."""
    out = values.copy()
    for i in range(1, out.size):
        out[i] = out[i - 1] + ALPHA * (out[i] - out[i - 1])
    for i in range(out.size - 2, -1, -1):
        out[i] = out[i + 1] + ALPHA * (out[i] - out[i + 1])
    return out


@compiled
def _share_of_different_pairs(smooth: FloatArray) -> FloatArray:
    """M: the share of pairs among the last eight that differ; 0 before there are eight."""
    out = np.zeros(smooth.size)
    pairs = PAIRS_WINDOW * (PAIRS_WINDOW - 1) / 2
    for n in range(PAIRS_WINDOW - 1, smooth.size):
        different = 0
        for i in range(n - PAIRS_WINDOW + 1, n + 1):
            for j in range(i + 1, n + 1):
                if abs(smooth[i] - smooth[j]) >= DIFFERENT:
                    different += 1
        out[n] = different / pairs
    return out


@compiled
def _ectopy(r: FloatArray, smooth: FloatArray) -> FloatArray:
    """B: how far the median filter changes the sum of the last eight; large in ectopy."""
    out = np.zeros(r.size)
    for n in range(PAIRS_WINDOW - 1, r.size):
        start = n - PAIRS_WINDOW + 1
        out[n] = (smooth[start : n + 1].sum() / r[start : n + 1].sum() - 1.0) ** 2
    return out
