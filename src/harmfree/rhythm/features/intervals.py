"""Features of the beat-to-beat intervals: rate, irregularity, and the patterns of ectopy."""

from __future__ import annotations

import numpy as np

from harmfree.rhythm.compiled import FloatArray, compiled
from harmfree.rhythm.features.summary import SPREAD, correlation, spread

NAMES: tuple[str, ...] = (
    "beats",
    *(f"interval_{name}" for name in SPREAD),
    "rate",
    "interval_cv",
    "interval_skew",
    "interval_mad_share",
    "interval_range_share",
    *(f"change_{name}" for name in SPREAD),
    "rmssd_share",
    "prr_3_25_percent",
    "prr_31_ms",
    "pnn20",
    "pnn50",
    "change_10_percent",
    "change_20_percent",
    "sd1_share",
    "sd2_share",
    "sd1_sd2",
    "lag1",
    "lag2",
    "lag3",
    "change_lag1",
    "change_lag2",
    "turning_points",
    "rdr_cells_share",
    "cosen",
    "cosen_matches",
    "symbol_entropy",
    "interval_entropy",
    "change_entropy",
    "petrenas_fast",
    "petrenas_fast_max",
    "bigeminy",
    "premature_80",
    "premature_88",
    "premature_pause",
    "premature_no_pause",
    "compensatory",
    "pause_share",
    "long_interval",
    "fast_share",
    "slow_share",
    "longest_regular_run",
    "regular_share",
    "irregular_run",
    *(f"window_cv_{name}" for name in SPREAD),
    *(f"window_change_{name}" for name in SPREAD),
    "lorenz_origin",
    "lorenz_ectopy",
    "lorenz_scatter",
    "lorenz_cells",
    "filtered_cv",
    "filtered_change_median",
    "filtered_rmssd_share",
    "interval_trend",
    "interval_wave",
    "modes_gap",
)


def interval_features(intervals: FloatArray) -> FloatArray:
    """Describe a series of intervals; NaN where there are too few beats.

    Args:
        intervals: seconds between successive beats, positive.

    Returns:
        One value for each of `NAMES`.
    """
    if intervals.size < 3:
        out = np.full(len(NAMES), np.nan)
        out[0] = intervals.size + 1
        return out
    median = float(np.median(intervals))
    local = local_median(intervals, 5)
    return np.concatenate(
        [
            _level(intervals, median),
            _changes(intervals, median),
            _poincare(intervals, median),
            _entropies(intervals, median),
            _ectopy(intervals, local),
            _windows(intervals),
            _lorenz(intervals, median),
            _filtered(intervals, local, median),
        ]
    )


@compiled
def local_median(r: FloatArray, reach: int) -> FloatArray:
    """Return the median of the intervals up to `reach` before and after each one."""
    out = np.empty(r.size)
    for i in range(r.size):
        out[i] = np.median(r[max(0, i - reach) : i + reach + 1])
    return out


@compiled
def _level(r: FloatArray, median: float) -> FloatArray:
    stats = spread(r)
    spare = r - stats[0]
    sd = max(stats[1], 1e-6)
    out = np.empty(13)
    out[0] = r.size + 1
    out[1:8] = stats
    out[8] = 60.0 / median
    out[9] = stats[1] / stats[0]
    out[10] = (spare**3).mean() / sd**3
    out[11] = np.median(np.abs(r - median)) / median
    out[12] = (stats[6] - stats[2]) / median
    return out


@compiled
def _changes(r: FloatArray, median: float) -> FloatArray:
    d = np.abs(np.diff(r))
    relative = d / r[1:]
    out = np.empty(14)
    out[:7] = spread(d / median)
    out[7] = np.sqrt((d * d).mean()) / r.mean()
    out[8] = (relative >= 0.0325).mean()
    out[9] = (d >= 0.03125).mean()
    out[10] = (d > 0.02).mean()
    out[11] = (d > 0.05).mean()
    out[12] = (relative > 0.1).mean()
    out[13] = (relative > 0.2).mean()
    return out


@compiled
def _poincare(r: FloatArray, median: float) -> FloatArray:
    d = np.diff(r)
    s = r[1:] + r[:-1]
    sd1, sd2 = d.std() / np.sqrt(2.0), s.std() / np.sqrt(2.0)
    out = np.full(9, np.nan)
    out[0], out[1] = sd1 / median, sd2 / median
    out[2] = sd1 / max(sd2, 1e-6)
    for lag in range(1, 4):
        if r.size > lag + 2:
            out[2 + lag] = correlation(r[lag:], r[:-lag])
    for lag in range(1, 3):
        if d.size > lag + 2:
            out[5 + lag] = correlation(d[lag:], d[:-lag])
    turns = 0
    for i in range(1, r.size - 1):
        if (r[i] - r[i - 1]) * (r[i] - r[i + 1]) > 0:
            turns += 1
    out[8] = turns / (r.size - 2)
    return out


@compiled
def _cells(r: FloatArray) -> float:
    """Share of beats that fall in a cell of their own on the RdR map, 25 ms a side."""
    d = np.diff(r)
    seen = np.empty(d.size)
    for i in range(d.size):
        seen[i] = np.floor(r[i + 1] / 0.025) * 1000.0 + np.floor(d[i] / 0.025)
    return np.unique(seen).size / d.size


@compiled
def _cosen(r: FloatArray) -> tuple[float, float]:
    """Coefficient of sample entropy with the window widened until matches suffice."""
    n = r.size
    wanted = max(5.0, n / 6.0)
    width = 0.03
    for _ in range(200):
        pairs, matches = 0, 0
        for i in range(n - 1):
            for j in range(i + 1, n - 1):
                if abs(r[i] - r[j]) < width:
                    pairs += 1
                    if abs(r[i + 1] - r[j + 1]) < width:
                        matches += 1
        if matches >= wanted:
            return np.log(pairs / matches) + np.log(2 * width) - np.log(r.mean()), matches / n
        width += 0.005
    return 2.0, 0.0


@compiled
def _entropy(values: FloatArray, low: float, high: float, bins: int) -> float:
    counts = np.zeros(bins)
    for v in values:
        k = int((v - low) / (high - low) * bins)
        counts[min(max(k, 0), bins - 1)] += 1
    p = counts[counts > 0] / values.size
    return -float((p * np.log(p)).sum())


@compiled
def _symbol_entropy(r: FloatArray) -> float:
    """Entropy of three-letter words of rate (Zhou's coding), weighted by how many occur."""
    rate = np.minimum(63.0, np.floor(60.0 / r / 5.0))
    words = rate[2:] + 64.0 * rate[1:-1] + 4096.0 * rate[:-2]
    ranked = np.sort(words)
    entropy, kinds, run = 0.0, 0, 1
    for i in range(1, ranked.size + 1):
        if i < ranked.size and ranked[i] == ranked[i - 1]:
            run += 1
        else:
            entropy -= run / ranked.size * np.log(run / ranked.size)
            kinds, run = kinds + 1, 1
    if ranked.size < 2:
        return 0.0
    return float(entropy * kinds / (ranked.size * np.log(ranked.size)))


@compiled
def _petrenas_fast(r: FloatArray) -> tuple[float, float]:
    """Petrenas irregularity with a short memory (a strip has some 35 beats, not thousands)."""
    m = r.copy()
    for i in range(1, r.size - 1):
        m[i] = np.median(r[i - 1 : i + 2])
    width = min(8, m.size)
    values = np.empty(m.size - width + 1)
    for k in range(values.size):
        over = 0.0
        for i in range(k, k + width):
            for j in range(i + 1, k + width):
                if abs(m[i] - m[j]) >= 0.03:
                    over += 1
        values[k] = over / (width * (width - 1) / 2) / m[k : k + width].mean()
    return np.median(values), values.max()


@compiled
def _entropies(r: FloatArray, median: float) -> FloatArray:
    out = np.empty(8)
    out[0] = _cells(r)
    out[1], out[2] = _cosen(r)
    out[3] = _symbol_entropy(r)
    out[4] = _entropy(r / median, 0.4, 1.6, 24)
    out[5] = _entropy(np.diff(r) / median, -0.6, 0.6, 24)
    out[6], out[7] = _petrenas_fast(r)
    return out


@compiled
def _ectopy(r: FloatArray, local: FloatArray) -> FloatArray:
    """Early beats with and without a pause, pauses, pairs, and runs of steady rhythm."""
    n = r.size
    out = np.zeros(13)
    steady, longest, jumpy, longest_jumpy = 0, 0, 0, 0
    for i in range(n):
        p = r[i] / local[i]
        if p < 0.80:
            out[1] += 1
        if p < 0.88:
            out[2] += 1
            if i + 1 < n:
                after = r[i + 1] / local[i]
                if after > 1.08:
                    out[3] += 1
                else:
                    out[4] += 1
                if abs(p + after - 2.0) < 0.12:
                    out[5] += 1
        if p > 1.3:
            out[6] += 1
        out[8] += r[i] < 0.6
        out[9] += r[i] > 1.2
        if i > 0 and abs(r[i] - r[i - 1]) < 0.06 * local[i]:
            steady, jumpy = steady + 1, 0
            out[11] += 1
        else:
            steady, jumpy = 0, jumpy + 1
        longest, longest_jumpy = max(longest, steady), max(longest_jumpy, jumpy)
        if i > 1 and r[i] > 1.1 * r[i - 1] and r[i - 2] > 1.1 * r[i - 1]:
            out[0] += 1
    out[7] = (r / local).max() * n
    out[10], out[12] = longest, longest_jumpy
    return out / n


@compiled
def _windows(r: FloatArray) -> FloatArray:
    """Irregularity in every stretch of eight intervals: is it everywhere or in places?"""
    width = min(8, r.size)
    count = r.size - width + 1
    cv, change = np.empty(count), np.empty(count)
    for k in range(count):
        w = r[k : k + width]
        cv[k] = w.std() / w.mean()
        change[k] = np.median(np.abs(np.diff(w))) / w.mean()
    out = np.empty(14)
    out[:7], out[7:] = spread(cv), spread(change)
    return out


@compiled
def _lorenz(r: FloatArray, median: float) -> FloatArray:
    """Successive differences against each other: at the origin, in ectopic corners, scattered."""
    d = np.diff(r) / median
    n = d.size - 1
    out = np.zeros(4)
    cells = np.empty(n)
    for i in range(n):
        a, b = d[i], d[i + 1]
        if abs(a) < 0.05 and abs(b) < 0.05:
            out[0] += 1
        elif (a < -0.1 and b > 0.1) or (a > 0.1 and b < -0.1):
            out[1] += 1
        else:
            out[2] += 1
        cells[i] = np.floor(a / 0.04) * 1000.0 + np.floor(b / 0.04)
    out[3] = np.unique(cells).size
    return out / n


@compiled
def _filtered(r: FloatArray, local: FloatArray, median: float) -> FloatArray:
    """Irregularity left once early beats and their pauses are set aside, and slow change."""
    keep = np.ones(r.size, np.bool_)
    for i in range(r.size):
        if r[i] < 0.85 * local[i]:
            keep[i] = False
            if i + 1 < r.size:
                keep[i + 1] = False
    rest = r[keep]
    out = np.full(6, np.nan)
    if rest.size > 3:
        d = np.abs(np.diff(rest))
        out[0] = rest.std() / rest.mean()
        out[1] = np.median(d) / median
        out[2] = np.sqrt((d * d).mean()) / rest.mean()
        out[3] = correlation(rest, np.arange(rest.size).astype(np.float64))
        out[4] = local.std() / local.mean()
    ranked = np.sort(r)
    out[5] = np.diff(ranked[1:-1]).max() / median if r.size > 4 else np.nan
    return out
