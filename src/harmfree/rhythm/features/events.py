"""Features of the few most unusual beats: the earliest, the latest, the oddest in shape.

One ectopic beat in thirty seconds makes a strip "other"; averages hide it.
"""

from __future__ import annotations

import numpy as np

from harmfree.rhythm.compiled import FloatArray, IntArray, compiled
from harmfree.rhythm.features.atrial import P_WINDOW, straighten
from harmfree.rhythm.features.intervals import local_median
from harmfree.rhythm.features.morphology import QRS, Shapes, qrs_widths
from harmfree.rhythm.features.summary import correlation

EARLIEST, LATEST, ODDEST = 3, 2, 2
OF_EARLY = ("interval", "next", "before", "qrs_match", "p_match", "width", "p_height", "strength")
OF_LATE = ("interval", "before", "next", "p_match")
OF_ODD = ("qrs_match", "interval", "width", "next")

NAMES: tuple[str, ...] = (
    *(f"early{k + 1}_{name}" for k in range(EARLIEST) for name in OF_EARLY),
    *(f"late{k + 1}_{name}" for k in range(LATEST) for name in OF_LATE),
    *(f"odd{k + 1}_{name}" for k in range(ODDEST) for name in OF_ODD),
)


def event_features(
    shapes: Shapes | None, intervals: FloatArray, strength: FloatArray
) -> FloatArray:
    """Describe the most unusual beats; intervals are shares of the local median.

    Args:
        shapes: the beats lined up, or None.
        intervals: seconds between detected beats.
        strength: slope energy of each detected beat (see `Beats`).
    """
    if shapes is None or intervals.size < 4:
        return np.full(len(NAMES), np.nan)
    p = straighten(np.ascontiguousarray(shapes.beats[:, P_WINDOW]))
    widths = qrs_widths(np.ascontiguousarray(shapes.beats[:, QRS]))
    per_beat = np.full((strength.size, 4), np.nan)
    per_beat[shapes.rows, 0] = _match_each(
        np.ascontiguousarray(shapes.beats[:, QRS]), shapes.template[QRS]
    )
    per_beat[shapes.rows, 1] = _match_each(p, p[shapes.family == 0].mean(axis=0))
    per_beat[shapes.rows, 2] = widths / np.median(widths)
    per_beat[shapes.rows, 3] = p.max(axis=1)
    return _events(intervals / local_median(intervals, 5), per_beat, strength, shapes.rows)


@compiled
def _match_each(rows: FloatArray, mean: FloatArray) -> FloatArray:
    out = np.empty(rows.shape[0])
    for i in range(rows.shape[0]):
        out[i] = correlation(rows[i], mean)
    return out


@compiled
def _at(values: FloatArray, place: int) -> float:
    """The value at a place, NaN beyond the ends."""
    return values[place] if 0 <= place < values.size else np.nan


@compiled
def _events(
    ratio: FloatArray, per_beat: FloatArray, strength: FloatArray, rows: IntArray
) -> FloatArray:
    """Interval j ends at beat j + 1."""
    early, late, odd = 8 * EARLIEST, 4 * LATEST, 4 * ODDEST
    out = np.full(early + late + odd, np.nan)
    order = np.argsort(ratio)
    for k in range(min(EARLIEST, ratio.size)):
        j = order[k]
        out[8 * k : 8 * k + 3] = ratio[j], _at(ratio, j + 1), _at(ratio, j - 1)
        out[8 * k + 3 : 8 * k + 7] = per_beat[j + 1]
        out[8 * k + 7] = strength[j + 1]
    for k in range(min(LATEST, ratio.size)):
        j = order[ratio.size - 1 - k]
        at = early + 4 * k
        out[at : at + 3] = ratio[j], _at(ratio, j - 1), _at(ratio, j + 1)
        out[at + 3] = per_beat[j + 1, 1]
    by_shape = rows[np.argsort(per_beat[rows, 0])]
    for k in range(min(ODDEST, by_shape.size)):
        b, at = by_shape[k], early + late + 4 * k
        out[at] = per_beat[b, 0]
        out[at + 1], out[at + 3] = _at(ratio, b - 1), _at(ratio, b)
        out[at + 2] = per_beat[b, 2]
    return out
