"""Features of the shape of the beats: families of QRS, width, early wide beats, ST and T."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmfree.rhythm.compiled import FloatArray, IntArray, compiled
from harmfree.rhythm.conditioning import WORKING_RATE
from harmfree.rhythm.features.summary import (
    SPREAD,
    column_medians,
    correlation,
    row_medians,
    spread,
)

BEFORE, AFTER = 48, 78  # samples around the R peak: 320 ms and 520 ms
QRS = slice(BEFORE - 15, BEFORE + 18)  # 100 ms before R to 120 ms after
SAME_FAMILY = 0.90  # correlation of two QRS of one family
FAMILIES = 8

NAMES: tuple[str, ...] = (
    "families",
    "main_family_share",
    "second_family_share",
    "single_beats_share",
    *(f"qrs_match_{name}" for name in SPREAD),
    *(f"beat_match_{name}" for name in SPREAD),
    *(f"height_{name}" for name in SPREAD),
    *(f"width_{name}" for name in SPREAD),
    "template_width",
    "template_width_quarter",
    "template_s_depth",
    "template_q_depth",
    "template_late_swing",
    "template_t_height",
    "template_t_low",
    "template_t_time",
    "template_qt",
    "template_qtc",
    "template_st",
    "template_t_area",
    "early_other_family",
    "early_same_family",
    "on_time_other_family",
    "early_wide",
    "other_family_width",
    "other_family_height",
    "other_family_early",
    "other_family_pause",
    "other_family_mirrored",
)


@dataclass(frozen=True)
class Shapes:
    """The beats cut out and lined up, and what they have in common.

    Attributes:
        beats: one row per whole beat, `BEFORE` + `AFTER` samples, upright, in units of the
            median QRS height.
        rows: which detected beat each row is.
        family: family number of each row, 0 the largest.
        template: median of the rows of family 0.
        scale: median QRS height in mV.
    """

    beats: FloatArray
    rows: IntArray
    family: IntArray
    template: FloatArray
    scale: float


def cut_beats(upright: FloatArray, peaks: IntArray) -> Shapes | None:
    """Line the beats up on their R peaks, or return None when there are fewer than three."""
    rows = np.nonzero((peaks >= BEFORE) & (peaks + AFTER <= upright.size))[0]
    if rows.size < 3:
        return None
    beats = upright[peaks[rows][:, None] + np.arange(-BEFORE, AFTER)]
    beats = beats - row_medians(beats)[:, None]
    qrs = beats[:, QRS]
    scale = float(np.median(qrs.max(axis=1) - qrs.min(axis=1)))
    if scale < 1e-9:
        return None
    beats = beats / scale
    family = _families(np.ascontiguousarray(beats[:, QRS]), SAME_FAMILY, FAMILIES)
    template = column_medians(beats[family == 0])
    return Shapes(beats, rows.astype(np.int64), family, template, scale)


@compiled
def _families(qrs: FloatArray, threshold: float, most: int) -> IntArray:
    """Group the beats by shape, each with the running mean of its family, shifts allowed."""
    n, width = qrs.shape
    means = np.zeros((most, width))
    sizes = np.zeros(most, np.int64)
    family = np.empty(n, np.int64)
    used = 0
    for i in range(n):
        best, best_match = -1, threshold
        for k in range(used):
            for shift in range(-2, 3):
                match = correlation(qrs[i, 2 + shift : width - 2 + shift], means[k, 2 : width - 2])
                if match > best_match:
                    best, best_match = k, match
        if best < 0:
            best = min(used, most - 1)
            used = min(used + 1, most)
        means[best] = (means[best] * sizes[best] + qrs[i]) / (sizes[best] + 1)
        sizes[best] += 1
        family[i] = best
    order = np.argsort(-sizes)
    rank = np.empty(most, np.int64)
    for k in range(most):
        rank[order[k]] = k
    return rank[family]


def morphology_features(shapes: Shapes | None, intervals: FloatArray) -> FloatArray:
    """Describe the beats' shapes; NaN throughout when they could not be lined up.

    Args:
        shapes: the beats as `cut_beats` gives them.
        intervals: seconds between successive detected beats.
    """
    if shapes is None:
        return np.full(len(NAMES), np.nan)
    widths = qrs_widths(np.ascontiguousarray(shapes.beats[:, QRS]))
    qrs = shapes.beats[:, QRS]
    heights = qrs.max(axis=1) - qrs.min(axis=1)
    rate = float(np.median(intervals)) if intervals.size else 1.0
    return np.concatenate(
        [
            _family_shares(shapes.family, shapes.beats.shape[0]),
            _matches(shapes.beats, shapes.template, QRS.start, QRS.stop),
            spread(heights),
            spread(widths),
            _template(shapes.template, rate),
            _early_beats(shapes.family, shapes.rows, widths, heights, intervals, _mirrored(shapes)),
        ]
    )


def _mirrored(shapes: Shapes) -> FloatArray:
    """How far each beat's lowest point outdoes its highest (PVC are often inverted)."""
    qrs = shapes.beats[:, QRS]
    return np.asarray(-qrs.min(axis=1) - qrs.max(axis=1), dtype=np.float64)


@compiled
def _family_shares(family: IntArray, count: int) -> FloatArray:
    sizes = np.zeros(FAMILIES)
    for k in family:
        sizes[k] += 1
    out = np.empty(4)
    out[0] = (sizes > 0).sum()
    out[1], out[2] = sizes[0] / count, sizes[1] / count
    out[3] = (sizes == 1).sum() / count
    return out


@compiled
def _matches(beats: FloatArray, template: FloatArray, start: int, stop: int) -> FloatArray:
    n = beats.shape[0]
    qrs, whole = np.empty(n), np.empty(n)
    for i in range(n):
        qrs[i] = correlation(beats[i, start:stop], template[start:stop])
        whole[i] = correlation(beats[i], template)
    out = np.empty(14)
    out[:7], out[7:] = spread(qrs), spread(whole)
    return out


@compiled
def qrs_widths(qrs: FloatArray) -> FloatArray:
    """Return the milliseconds over which each QRS is steep: over 15% of its steepest slope."""
    n, width = qrs.shape
    out = np.empty(n)
    for i in range(n):
        slope = np.abs(np.diff(qrs[i]))
        bar = 0.15 * slope.max()
        first, last = width, 0
        for j in range(width - 1):
            if slope[j] > bar:
                first, last = min(first, j), max(last, j)
        out[i] = (last - first + 1) * 1000.0 / WORKING_RATE
    return out


@compiled
def _template(template: FloatArray, interval: float) -> FloatArray:
    """Width, Q, S, ST and T of the averaged beat."""
    r = BEFORE
    out = np.full(12, np.nan)
    slope = np.abs(np.diff(template[r - 15 : r + 18]))
    steep = np.nonzero(slope > 0.15 * slope.max())[0]
    out[0] = steep[-1] - steep[0] + 1
    tall = np.nonzero(template[r - 15 : r + 18] > 0.25 * template[r])[0]
    out[1] = tall.size
    out[2] = template[r : r + 15].min()
    out[3] = template[r - 9 : r].min()
    base = np.median(template[r - 12 : r - 7])
    out[4] = np.ptp(template[r + 5 : r + 15])
    stop = min(AFTER, max(24, int(0.7 * interval * WORKING_RATE)))
    t = template[r + 18 : r + stop] - base
    if t.size > 4:
        top = int(np.argmax(np.abs(t)))
        out[5], out[6] = t.max(), t.min()
        out[7] = top + 18.0
        after = np.nonzero(np.abs(t[top:]) < 0.3 * abs(t[top]))[0]
        end = top + (after[0] if after.size > 0 else t.size - top)
        out[8] = end + 18.0
        out[9] = out[8] / np.sqrt(max(interval, 0.2))
        out[11] = t.mean()
    out[10] = template[r + 12 : r + 18].mean() - base
    return out


@compiled
def _early_beats(
    family: IntArray,
    rows: IntArray,
    widths: FloatArray,
    heights: FloatArray,
    intervals: FloatArray,
    mirrored: FloatArray,
) -> FloatArray:
    """Early beats by family: ventricular ectopy is early, wide and of another shape."""
    n = rows.size
    out = np.zeros(9)
    usual = np.median(widths)
    others, pauses, timed = 0, 0.0, 0
    for i in range(n):
        b = rows[i]
        early = 1.0
        if 0 < b <= intervals.size:
            early = intervals[b - 1] / np.median(intervals[max(0, b - 6) : b + 5])
        if early < 0.88:
            out[0] += family[i] != 0
            out[1] += family[i] == 0
            out[3] += widths[i] > 1.25 * usual
        else:
            out[2] += family[i] != 0
        if family[i] != 0:
            others += 1
            out[4] += widths[i] / usual
            out[5] += heights[i]
            out[6] += early
            out[8] += mirrored[i]
            if b < intervals.size:
                pauses += intervals[b] / np.median(intervals[max(0, b - 5) : b + 6])
                timed += 1
    out[:4] /= n
    if others > 0:
        out[4:7] /= others
        out[8] /= others
    else:
        out[4:9] = np.nan
    out[7] = pauses / timed if timed > 0 else np.nan
    return out
