"""Where the heartbeats are: a QRS detector that looks both ways in time.

The slope energy of the 6 to 22 Hz band is compared with its own level nearby (the median of the
highest values of 1.5-second stretches, from 9 seconds before to 9 seconds after), so that a flat
stretch, a burst of noise or a change of gain does not move the threshold elsewhere. Waves that
follow a beat within 360 ms and are much gentler are T waves; waves that precede a much steeper
one by under 280 ms are P waves; a gap of more than 1.5 usual intervals is searched again.
The constants were set on 20 records of the MIT-BIH arrhythmia database and are listed with the
sensitivity to each of them in docs/rhythm/beats.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from harmfree.rhythm.compiled import BoolArray, FloatArray, IntArray, compiled
from harmfree.rhythm.conditioning import WORKING_RATE, band

LOW_HZ, HIGH_HZ = 6.0, 22.0
INTEGRATION = 0.10  # s, about the width of a QRS complex
SPACING = 0.15  # s, nearest two separate waves
LEVEL_BLOCK = 1.5  # s; at 40 beats a minute each block holds a beat
LEVEL_REACH = 6  # blocks to each side
ACCEPT, SEARCH_BACK = 0.38, 0.22  # shares of the local level
REFRACTORY = 0.20  # s, EC57: two beats cannot be closer
T_WAVE, T_SHARE = 0.36, 0.60
P_WAVE, P_SHARE = 0.28, 0.65
SILENCE = 1e-4  # mV/s rms; below this a block is flat and has no say in the level


@dataclass(frozen=True)
class Beats:
    """The beats of one lead.

    Attributes:
        times: seconds of each R (or dominant) peak, refined between samples; ascending.
        samples: the same as sample numbers at `WORKING_RATE`.
        strength: slope energy of each beat as a share of the local level (1 = typical).
        polarity: 1 when the dominant deflection of the QRS is upwards, -1 when downwards.
        energy: slope energy of the whole lead, mV/s at `WORKING_RATE`: how noisy it is between.
    """

    times: FloatArray
    samples: IntArray
    strength: FloatArray
    polarity: int
    energy: FloatArray

    @property
    def intervals(self) -> FloatArray:
        """Seconds between successive beats."""
        return np.diff(self.times)


def detect_beats(lead: FloatArray) -> Beats:
    """Find the heartbeats of one lead.

    Args:
        lead: mV at `WORKING_RATE`, finite (see `conditioning.condition`). Any length; run time
            grows in proportion to length, whatever the content.

    Returns:
        The beats; none when the lead is flat or shorter than half a second.
    """
    if lead.size < WORKING_RATE / 2:
        return _no_beats(np.zeros(lead.size))
    filtered = band(lead, LOW_HZ, HIGH_HZ)
    energy = slope_energy(filtered)
    waves = _waves(energy, round(SPACING * WORKING_RATE))
    share = _share_of_level(energy, waves, round(LEVEL_BLOCK * WORKING_RATE), LEVEL_REACH)
    kept = _accept(waves, share)
    for _ in range(2):
        _search_back(waves, share, kept)
    if not kept.any():
        return _no_beats(energy)
    peaks, times, polarity = _peaks(filtered, waves[kept])
    return Beats(times / WORKING_RATE, peaks, share[kept], polarity, energy)


def slope_energy(filtered: FloatArray) -> FloatArray:
    """Return the root mean square slope over `INTEGRATION` seconds, mV/s."""
    slope = _gradient(filtered) * WORKING_RATE
    smoothed = uniform_filter1d(slope * slope, round(INTEGRATION * WORKING_RATE))
    return np.sqrt(np.maximum(smoothed, 0.0))


def _no_beats(energy: FloatArray) -> Beats:
    return Beats(np.empty(0), np.empty(0, dtype=np.int64), np.empty(0), 1, energy)


@compiled
def _gradient(values: FloatArray) -> FloatArray:
    """Half the difference of the neighbours; at the ends the difference to the one there is."""
    out = np.empty(values.size)
    out[1:-1] = (values[2:] - values[:-2]) / 2
    out[0], out[-1] = values[1] - values[0], values[-1] - values[-2]
    return out


@compiled
def _waves(energy: FloatArray, spacing: int) -> IntArray:
    """Sample numbers of the local maxima, the larger one kept of two within `spacing`."""
    found = np.empty(energy.size // 2 + 1, np.int64)
    count = 0
    for i in range(1, energy.size - 1):
        if energy[i] > energy[i - 1] and energy[i] >= energy[i + 1]:
            if count > 0 and i - found[count - 1] < spacing:
                if energy[i] > energy[found[count - 1]]:
                    found[count - 1] = i
            else:
                found[count] = i
                count += 1
    return found[:count]


@compiled
def _share_of_level(energy: FloatArray, waves: IntArray, block: int, reach: int) -> FloatArray:
    """Height of each wave as a share of the median block maximum around it."""
    blocks = max(1, energy.size // block)
    highest = np.zeros(blocks)
    for b in range(blocks):
        stop = energy.size if b == blocks - 1 else (b + 1) * block
        highest[b] = energy[b * block : stop].max()
    share = np.zeros(waves.size)
    for k in range(waves.size):
        b = min(waves[k] // block, blocks - 1)
        nearby = highest[max(0, b - reach) : min(blocks, b + reach + 1)]
        nearby = nearby[nearby > SILENCE]
        if nearby.size > 0:
            share[k] = energy[waves[k]] / np.median(nearby)
    return share


@compiled
def _accept(waves: IntArray, share: FloatArray) -> BoolArray:
    """Which waves are beats, judged by height and by the wave before."""
    kept = np.zeros(waves.size, np.bool_)
    last = -1
    for k in range(waves.size):
        if share[k] < ACCEPT:
            continue
        if last >= 0:
            gap = (waves[k] - waves[last]) / WORKING_RATE
            if gap < REFRACTORY and share[k] <= share[last]:
                continue
            if REFRACTORY <= gap < T_WAVE and share[k] < T_SHARE * share[last]:
                continue
            if gap < REFRACTORY or (gap < P_WAVE and share[last] < P_SHARE * share[k]):
                kept[last] = False
        kept[k] = True
        last = k
    return kept


@compiled
def _search_back(waves: IntArray, share: FloatArray, kept: BoolArray) -> None:
    """Accept the best lower wave in each gap of more than 1.5 usual intervals or 1.6 s."""
    beats = np.nonzero(kept)[0]
    if beats.size < 3:
        return
    gaps = np.diff(waves[beats]) / WORKING_RATE
    for i in range(gaps.size):
        usual = np.median(gaps[max(0, i - 5) : i + 6])
        if gaps[i] <= 1.5 * usual and gaps[i] <= 1.6:
            continue
        before, after = beats[i], beats[i + 1]
        best = -1
        for k in range(before + 1, after):
            since = (waves[k] - waves[before]) / WORKING_RATE
            until = (waves[after] - waves[k]) / WORKING_RATE
            if since < 0.30 or until < 0.25:
                continue
            if since < 0.45 and share[k] < 0.5 * share[before]:
                continue
            if share[k] > SEARCH_BACK and (best < 0 or share[k] > share[best]):
                best = k
        if best >= 0:
            kept[best] = True


@compiled
def _peaks(filtered: FloatArray, waves: IntArray) -> tuple[IntArray, FloatArray, int]:
    """Move each beat to the dominant deflection within 80 ms; refine it by a parabola."""
    reach = int(0.08 * WORKING_RATE)
    highest = np.empty(waves.size)
    lowest = np.empty(waves.size)
    for k in range(waves.size):
        near = filtered[max(0, waves[k] - reach) : waves[k] + reach + 1]
        highest[k], lowest[k] = near.max(), -near.min()
    polarity = 1 if np.median(highest) >= np.median(lowest) else -1
    peaks = np.empty(waves.size, np.int64)
    times = np.empty(waves.size)
    for k in range(waves.size):
        start = max(0, waves[k] - reach)
        near = polarity * filtered[start : waves[k] + reach + 1]
        top = start + np.argmax(near)
        peaks[k], times[k] = top, float(top)
        if 0 < top < filtered.size - 1:
            a, b, c = filtered[top - 1], filtered[top], filtered[top + 1]
            bend = a - 2 * b + c
            if bend != 0.0:
                times[k] = top + max(-0.5, min(0.5, 0.5 * (a - c) / bend))
    return peaks, times, polarity
