"""Features of the atria: is there a P wave before each beat, and what is left between beats."""

from __future__ import annotations

import numpy as np
from scipy import fft

from harmfree.rhythm.compiled import FloatArray, IntArray, compiled
from harmfree.rhythm.conditioning import WORKING_RATE, band
from harmfree.rhythm.features.morphology import BEFORE, Shapes
from harmfree.rhythm.features.summary import SPREAD, column_medians, correlation, spread

P_WINDOW = slice(BEFORE - 42, BEFORE - 8)  # 280 to 53 ms before R
T_WINDOW = slice(BEFORE + 18, BEFORE + 60)  # 120 to 400 ms after R
LONG_BEFORE = 105  # 700 ms: room for a second atrial wave before a late beat
SPECTRUM = 512  # samples, 3.4 s
TAPER = np.hanning(SPECTRUM)
BANDS = ((0.6, 3.0), (3.0, 4.5), (4.5, 6.0), (6.0, 7.5), (7.5, 9.5), (9.5, 13.0), (13.0, 25.0))

NAMES: tuple[str, ...] = (
    "p_height",
    "p_depth",
    "p_time",
    "p_area",
    "p_slope_before",
    "p_clarity",
    "t_clarity",
    "p_over_t_clarity",
    *(f"p_match_{name}" for name in SPREAD),
    *(f"p_height_each_{name}" for name in SPREAD),
    *(f"p_shift_{name}" for name in SPREAD),
    "p_match_early",
    "p_match_late",
    "p_match_high_share",
    "p_halves_match",
    "p_odd_even_match",
    "p_noise",
    "before_peaks",
    "before_second_height",
    "before_flatness",
    *(f"rest_band_{low:g}_{high:g}" for low, high in BANDS),
    *(f"rest_share_{low:g}_{high:g}" for low, high in BANDS),
    "rest_peak_hz",
    "rest_peak_share",
    "rest_entropy",
    "rest_autocorrelation",
    "rest_period",
    *(f"quiet_f_{name}" for name in SPREAD),
    *(f"quiet_crossings_{name}" for name in SPREAD),
)


def atrial_features(upright: FloatArray, peaks: IntArray, shapes: Shapes | None) -> FloatArray:
    """Describe the atrial activity; NaN when the beats could not be lined up.

    Args:
        upright: the lead with its dominant QRS deflection upwards, without wander, mV.
        peaks: sample number of every R peak.
        shapes: the beats as `cut_beats` gives them.
    """
    if shapes is None:
        return np.full(len(NAMES), np.nan)
    main = np.ascontiguousarray(shapes.beats[shapes.family == 0])
    p = straighten(np.ascontiguousarray(shapes.beats[:, P_WINDOW]))
    of_main = shapes.family == 0
    rest = _without_beats(upright / shapes.scale, peaks, shapes.template)
    fibrillation = band(upright, 4.0, 10.0) / shapes.scale
    return np.concatenate(
        [
            _p_template(p[of_main]),
            _clarity(main),
            _p_each(p, p[of_main].mean(axis=0), of_main.astype(np.float64)),
            _p_steadiness(p[of_main]),
            _before(upright / shapes.scale, peaks),
            _rest_spectrum(rest),
            _quiet(fibrillation, peaks),
        ]
    )


@compiled
def straighten(rows: FloatArray) -> FloatArray:
    """Subtract from each row the line through the means of its first and last three samples."""
    out = np.empty_like(rows)
    n, width = rows.shape
    for i in range(n):
        first, last = rows[i, :3].mean(), rows[i, width - 3 :].mean()
        for j in range(width):
            out[i, j] = rows[i, j] - first - (last - first) * (j - 1.0) / (width - 3.0)
    return out


@compiled
def _column_mean(rows: FloatArray) -> FloatArray:
    out = np.zeros(rows.shape[1])
    for i in range(rows.shape[0]):
        out += rows[i] / rows.shape[0]
    return out


@compiled
def _p_template(p: FloatArray) -> FloatArray:
    mean = _column_mean(p)
    out = np.empty(5)
    out[0], out[1] = mean.max(), mean.min()
    out[2] = (mean.size - np.argmax(mean)) * 1000.0 / WORKING_RATE
    out[3] = mean.mean()
    out[4] = mean[mean.size // 2 :].mean() - mean[: mean.size // 2].mean()
    return out


@compiled
def _signal_to_noise(rows: FloatArray) -> float:
    """Log of the variance along the mean row over the mean variance about it."""
    mean = _column_mean(rows)
    noise = 0.0
    for i in range(rows.shape[0]):
        noise += ((rows[i] - mean) ** 2).mean()
    return float(np.log((mean.var() + 1e-9) / (noise / rows.shape[0] + 1e-9)))


@compiled
def _clarity(main: FloatArray) -> FloatArray:
    out = np.empty(3)
    out[0] = _signal_to_noise(straighten(np.ascontiguousarray(main[:, BEFORE - 42 : BEFORE - 8])))
    out[1] = _signal_to_noise(np.ascontiguousarray(main[:, BEFORE + 18 : BEFORE + 60]))
    out[2] = out[0] - out[1]
    return out


@compiled
def _p_each(p: FloatArray, mean: FloatArray, of_main: FloatArray) -> FloatArray:
    """How each beat's P window agrees with the mean P, with shifts of up to 40 ms."""
    n, width = p.shape
    reach = 6
    match, height, shift = np.empty(n), np.empty(n), np.empty(n)
    core = mean[reach : width - reach]
    for i in range(n):
        best, at = -2.0, 0
        for s in range(-reach, reach + 1):
            c = correlation(p[i, reach + s : width - reach + s], core)
            if c > best:
                best, at = c, s
        match[i] = correlation(p[i], mean)
        height[i] = p[i].max()
        shift[i] = abs(at)
    out = np.empty(24)
    out[:7], out[7:14], out[14:21] = spread(match), spread(height), spread(shift)
    out[21] = match[of_main == 0.0].mean() if (of_main == 0.0).any() else np.nan
    half = n // 2
    out[22] = match[half:].mean() - match[:half].mean()
    out[23] = (match > 0.7).mean()
    return out


@compiled
def _p_steadiness(p: FloatArray) -> FloatArray:
    """Agreement of the mean P of the two halves, and of odd and even beats; noise about it."""
    out = np.full(3, np.nan)
    n = p.shape[0]
    if n < 4:
        return out
    out[0] = correlation(_column_mean(p[: n // 2]), _column_mean(p[n // 2 :]))
    out[1] = correlation(_column_mean(p[::2]), _column_mean(p[1::2]))
    spare = np.abs(p - _column_mean(p))
    out[2] = np.median(spare.ravel())
    return out


def _before(upright: FloatArray, peaks: IntArray) -> FloatArray:
    """Waves in the averaged 700 ms before R of beats that follow a long enough interval."""
    gaps = np.diff(peaks, prepend=peaks[0])
    long = peaks[(gaps > LONG_BEFORE + 12) & (peaks >= LONG_BEFORE)]
    if long.size < 3:
        return np.full(3, np.nan)
    rows = upright[long[:, None] + np.arange(-LONG_BEFORE, -8)]
    return _count_waves(column_medians(rows))


@compiled
def _count_waves(mean: FloatArray) -> FloatArray:
    smooth = mean.copy()
    for i in range(2, mean.size - 2):
        smooth[i] = mean[i - 2 : i + 3].mean()
    floor = np.median(smooth)
    top = max(smooth[-34:].max() - floor, 1e-6)
    peaks = 0
    second = 0.0
    for i in range(6, smooth.size - 6):
        if smooth[i] == smooth[i - 6 : i + 7].max() and smooth[i] - floor > 0.3 * top:
            peaks += 1
            if i < smooth.size - 34:
                second = max(second, (smooth[i] - floor) / top)
    out = np.empty(3)
    out[0], out[1], out[2] = peaks, second, np.log(smooth.std() + 1e-6)
    return out


@compiled
def _without_beats(signal: FloatArray, peaks: IntArray, template: FloatArray) -> FloatArray:
    """Subtract the averaged beat, scaled to each beat, and bridge each QRS with a line."""
    rest = signal.copy()
    n = signal.size
    energy = (template * template).sum()
    for p in peaks:
        start, stop = p - BEFORE, p - BEFORE + template.size
        if start < 0 or stop > n:
            continue
        gain = (signal[start:stop] * template).sum() / max(energy, 1e-9)
        gain = min(max(gain, 0.3), 1.7)
        for j in range(template.size):
            edge = min(1.0, min(j, template.size - 1 - j) / 8.0)
            rest[start + j] -= edge * gain * template[j]
    for p in peaks:
        a, b = max(0, p - 8), min(n - 1, p + 10)
        for j in range(a, b):
            rest[j] = rest[a] + (rest[b] - rest[a]) * (j - a) / max(b - a, 1)
    return rest


def _power(rest: FloatArray) -> FloatArray:
    """Mean power spectrum over half-overlapping tapered stretches of `SPECTRUM` samples."""
    if rest.size < SPECTRUM:
        rest = np.pad(rest, (0, SPECTRUM - rest.size))
    starts = np.arange(0, rest.size - SPECTRUM + 1, SPECTRUM // 2)
    pieces = rest[starts[:, None] + np.arange(SPECTRUM)]
    pieces = (pieces - pieces.mean(axis=1)[:, None]) * TAPER
    transformed = fft.rfft(pieces, axis=1)
    return column_medians(transformed.real**2 + transformed.imag**2)


def _rest_spectrum(rest: FloatArray) -> FloatArray:
    power = _power(rest)
    hz = np.arange(power.size) * (WORKING_RATE / SPECTRUM)
    sums = np.array([power[(hz >= low) & (hz < high)].sum() for low, high in BANDS])
    middle = (hz >= 3.0) & (hz <= 12.0)
    inside = power[middle] / max(float(power[middle].sum()), 1e-12)
    top = int(inside.argmax())
    lagged = fft.irfft(power * middle)
    lags = lagged[12:50] / max(float(lagged[0]), 1e-12)
    return np.concatenate(
        [
            np.log(sums + 1e-9),
            sums / max(float(sums.sum()), 1e-12),
            [
                hz[middle][top],
                inside[max(0, top - 2) : top + 3].sum(),
                -(inside * np.log(inside + 1e-12)).sum(),
                lags.max(),
                (12 + lags.argmax()) / WORKING_RATE,
            ],
        ]
    )


@compiled
def _quiet(fibrillation: FloatArray, peaks: IntArray) -> FloatArray:
    """The 4 to 10 Hz activity between the end of T and the next P, beat by beat."""
    n = peaks.size - 1
    size, crossings = np.empty(max(n, 0)), np.empty(max(n, 0))
    used = 0
    for i in range(n):
        interval = peaks[i + 1] - peaks[i]
        start = peaks[i] + int(min(0.42 * WORKING_RATE, 0.55 * interval))
        stop = peaks[i + 1] - int(min(0.12 * WORKING_RATE, 0.2 * interval))
        if stop - start < 12:
            continue
        piece = fibrillation[start:stop]
        size[used] = np.log(piece.std() + 1e-6)
        count = 0
        for j in range(1, piece.size):
            if piece[j] * piece[j - 1] < 0:
                count += 1
        crossings[used] = count * WORKING_RATE / piece.size
        used += 1
    out = np.empty(14)
    out[:7], out[7:] = spread(size[:used]), spread(crossings[:used])
    return out
