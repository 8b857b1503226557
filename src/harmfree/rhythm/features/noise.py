"""Features of the recording itself: noise, wander, mains, flat stretches, and how they vary."""

from __future__ import annotations

import numpy as np

from harmfree.rhythm.beats import Beats
from harmfree.rhythm.compiled import FloatArray, IntArray, compiled
from harmfree.rhythm.conditioning import WORKING_RATE
from harmfree.rhythm.features.atrial import _power
from harmfree.rhythm.features.summary import SPREAD, spread

BANDS = (
    (0.0, 0.6),
    (0.6, 2.0),
    (2.0, 4.0),
    (4.0, 8.0),
    (8.0, 14.0),
    (14.0, 22.0),
    (22.0, 32.0),
    (32.0, 45.0),
    (45.0, 75.0),
)

NAMES: tuple[str, ...] = (
    "seconds",
    *(f"power_{low:g}_{high:g}" for low, high in BANDS),
    "spectral_entropy",
    "spectral_peak_hz",
    "skew",
    "kurtosis",
    "flat_share",
    "extreme_share",
    "crest",
    *(f"second_range_{name}" for name in SPREAD),
    *(f"strength_{name}" for name in SPREAD),
    "between_median",
    "between_p90",
    "between_max",
    "between_over_beats",
    *(f"section_noise_{name}" for name in SPREAD),
    *(f"section_rate_{name}" for name in SPREAD),
    "uncovered_start",
    "uncovered_end",
)


def noise_features(lead: FloatArray, upright: FloatArray, beats: Beats) -> FloatArray:
    """Describe how clean the strip is.

    Args:
        lead: the lead as conditioned, wander included, mV.
        upright: the same without wander and with the dominant deflection upwards.
        beats: its beats.
    """
    energy = beats.energy
    seconds = lead.size / WORKING_RATE
    first = beats.times[0] if beats.times.size else seconds
    last = beats.times[-1] if beats.times.size else 0.0
    return np.concatenate(
        [
            [seconds],
            _bands(lead),
            _moments(upright),
            _seconds(upright),
            spread(beats.strength),
            _between(energy, beats.samples),
            _sections(energy, beats.samples),
            [first, seconds - last],
        ]
    )


def _bands(lead: FloatArray) -> FloatArray:
    power = _power(lead)
    hz = np.arange(power.size) * (WORKING_RATE / 512)
    sums = np.array([power[(hz >= low) & (hz < high)].sum() for low, high in BANDS]) + 1e-12
    part = power[1:] / max(float(power[1:].sum()), 1e-12)
    return np.concatenate(
        [
            np.log(sums / sums[1:7].sum()),
            [-(part * np.log(part + 1e-12)).sum(), hz[1 + int(part.argmax())]],
        ]
    )


@compiled
def _moments(x: FloatArray) -> FloatArray:
    out = np.full(5, np.nan)
    if x.size < 2:
        return out
    spare = x - x.mean()
    sd = max(np.sqrt((spare * spare).mean()), 1e-9)
    out[0] = (spare**3).mean() / sd**3
    out[1] = (spare**4).mean() / sd**4
    top = np.abs(spare).max()
    out[2] = (np.abs(np.diff(x)) < 0.002 * sd).mean()
    out[3] = (np.abs(spare) > 0.95 * top).mean()
    out[4] = top / sd
    return out


@compiled
def _seconds(x: FloatArray) -> FloatArray:
    """Range of each second as a share of the median second's."""
    width = int(WORKING_RATE)
    count = x.size // width
    ranges = np.empty(count)
    for k in range(count):
        ranges[k] = np.ptp(x[k * width : (k + 1) * width])
    if count > 0:
        ranges /= max(np.median(ranges), 1e-9)
    return spread(ranges)


@compiled
def _quiet_energy(energy: FloatArray, peaks: IntArray) -> FloatArray:
    """The energy more than 120 ms from every beat."""
    quiet = np.ones(energy.size, np.bool_)
    reach = int(0.12 * WORKING_RATE)
    for p in peaks:
        quiet[max(0, p - reach) : p + reach + 1] = False
    return energy[quiet]


@compiled
def _between(energy: FloatArray, peaks: IntArray) -> FloatArray:
    out = np.full(4, np.nan)
    if peaks.size < 2:
        return out
    at_beats = np.median(energy[peaks]) + 1e-9
    quiet = np.sort(_quiet_energy(energy, peaks)) / at_beats
    if quiet.size > 10:
        out[0] = quiet[quiet.size // 2]
        out[1] = quiet[int(0.9 * quiet.size)]
        out[2] = quiet[-1]
        out[3] = quiet.mean()
    return out


@compiled
def _sections(energy: FloatArray, peaks: IntArray) -> FloatArray:
    """Noise between beats and rate in each five-second section: is part of the strip bad?"""
    width = int(5 * WORKING_RATE)
    count = max(1, energy.size // width)
    noise, rate = np.full(count, np.nan), np.zeros(count)
    at_beats = np.median(energy[peaks]) + 1e-9 if peaks.size > 0 else 1.0
    for k in range(count):
        inside = peaks[(peaks >= k * width) & (peaks < (k + 1) * width)]
        rate[k] = inside.size * 12.0
        quiet = _quiet_energy(energy[k * width : (k + 1) * width], inside - k * width)
        if quiet.size > 10:
            noise[k] = quiet.mean() / at_beats
    out = np.empty(14)
    out[:7], out[7:] = spread(noise[~np.isnan(noise)]), spread(rate)
    return out
