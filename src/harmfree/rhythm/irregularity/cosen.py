"""Coefficient of sample entropy: how far one interval foretells the next, rate allowed for.

Source: Lake and Moorman, Am J Physiol Heart Circ Physiol 2011;300:H319: idea [V], constants [M],
consistent with the published accuracy when recomputed on AFDB [R].
"""

from __future__ import annotations

import numpy as np

from harmfree.rhythm.compiled import BoolArray, FloatArray, compiled
from harmfree.rhythm.irregularity.windows import centred

SOURCE = "Lake and Moorman 2011, AJP Heart 300:H319; constants unverified [M], AFDB agrees [R]"
FIRST_TOLERANCE, STEP = 0.030, 0.005  # s
MATCHES = 5  # the tolerance widens until there are so many
WIDEST = 400  # steps; beyond 2 s of tolerance everything matches
THRESHOLD = -1.4


def judge(intervals: FloatArray, window: int = 30) -> BoolArray:
    """Say of each interval (seconds) whether the window centred on it is AF.

    Args:
        intervals: seconds.
        window: 12 or 30 intervals.
    """
    if intervals.size < window:
        return np.zeros(intervals.size, dtype=np.bool_)
    return centred(measure(intervals, window), intervals.size, window) >= THRESHOLD


@compiled
def measure(intervals: FloatArray, window: int) -> FloatArray:
    """Return COSEn of each window; -inf where no tolerance gives enough matches."""
    out = np.full(max(0, intervals.size - window + 1), -np.inf)
    for k in range(out.size):
        r = intervals[k : k + window]
        for step in range(WIDEST):
            tolerance = FIRST_TOLERANCE + STEP * step
            pairs, matches = _count(r, tolerance)
            if matches >= MATCHES:
                out[k] = np.log(pairs / matches) + np.log(2 * tolerance) - np.log(r.mean())
                break
    return out


@compiled
def _count(r: FloatArray, tolerance: float) -> tuple[int, int]:
    """Pairs of intervals within the tolerance, and those whose successors are too."""
    pairs, matches = 0, 0
    for i in range(r.size - 1):
        for j in range(i + 1, r.size - 1):
            if abs(r[i] - r[j]) < tolerance:
                pairs += 1
                if abs(r[i + 1] - r[j + 1]) < tolerance:
                    matches += 1
    return pairs, matches
