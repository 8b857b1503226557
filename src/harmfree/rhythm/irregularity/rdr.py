"""The RdR map: intervals against their changes, and how many cells of the map are visited.

Source: Lian, Wang, Muessig, Am J Cardiol 2011;107:1494: idea and published accuracy [V];
thresholds [M], confirmed on AFDB where they give the published figures [R].
"""

from __future__ import annotations

import numpy as np

from harmfree.rhythm.compiled import BoolArray, FloatArray, compiled
from harmfree.rhythm.irregularity.windows import centred

SOURCE = "Lian 2011, Am J Cardiol 107:1494; thresholds unverified [M], confirmed on AFDB [R]"
CELL = 0.025  # s, side of a cell
THRESHOLDS = {32: 23, 64: 40, 128: 65}  # intervals in the window: cells from which it is AF


def judge(intervals: FloatArray, window: int = 64) -> BoolArray:
    """Say of each interval (seconds) whether the window centred on it is AF.

    Args:
        intervals: seconds.
        window: 32, 64 or 128 intervals, those that the paper gives thresholds for.
    """
    cells = occupied_cells(intervals, window)
    return centred(cells, intervals.size, window) >= THRESHOLDS[window]


@compiled
def occupied_cells(intervals: FloatArray, window: int) -> FloatArray:
    """Return the number of distinct cells that each window of intervals visits."""
    count = intervals.size - window
    if count < 1:
        return np.zeros(0)
    out = np.empty(count)
    cells = np.floor(intervals[1:] / CELL) * 1_000_000.0 + np.floor(np.diff(intervals) / CELL)
    for k in range(count):
        out[k] = np.unique(cells[k : k + window]).size
    return out
