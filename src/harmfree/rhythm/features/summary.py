"""Small statistics that several groups of features share."""

from __future__ import annotations

import numpy as np

from harmfree.rhythm.compiled import FloatArray, compiled

SPREAD = ("mean", "sd", "min", "p10", "median", "p90", "max")


@compiled
def spread(values: FloatArray) -> FloatArray:
    """Return mean, standard deviation, least, tenth centile, median, ninetieth and greatest.

    Seven NaN when there is no value: the classifier reads NaN as "could not be measured".
    """
    out = np.full(7, np.nan)
    n = values.size
    if n == 0:
        return out
    ranked = np.sort(values)
    out[0] = values.mean()
    out[1] = values.std()
    out[2] = ranked[0]
    out[3] = ranked[int(0.1 * (n - 1) + 0.5)]
    out[4] = 0.5 * (ranked[(n - 1) // 2] + ranked[n // 2])
    out[5] = ranked[int(0.9 * (n - 1) + 0.5)]
    out[6] = ranked[n - 1]
    return out


@compiled
def correlation(a: FloatArray, b: FloatArray) -> float:
    """Return Pearson's correlation, 0 when either is constant."""
    da = a - a.mean()
    db = b - b.mean()
    scale = np.sqrt((da * da).sum() * (db * db).sum())
    if scale <= 1e-12:
        return 0.0
    return float((da * db).sum() / scale)


@compiled
def share(flags: FloatArray) -> float:
    """Return the mean of 0/1 flags, NaN when there are none."""
    if flags.size == 0:
        return np.nan
    return float(flags.mean())


@compiled
def row_medians(rows: FloatArray) -> FloatArray:
    """Return the median of each row."""
    out = np.empty(rows.shape[0])
    for i in range(rows.shape[0]):
        out[i] = np.median(rows[i])
    return out


@compiled
def column_medians(rows: FloatArray) -> FloatArray:
    """Return the median of each column."""
    out = np.empty(rows.shape[1])
    for j in range(rows.shape[1]):
        out[j] = np.median(rows[:, j].copy())
    return out
