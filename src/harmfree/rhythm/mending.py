"""Two faults that are mended before a strip is judged: mains hum and stretches without signal.

The classifier was trained on strips without either. A flat stretch would read as a long pause.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import signal as dsp
from scipy.fft import next_fast_len, rfft

from harmfree.rhythm.compiled import BoolArray, FloatArray, compiled
from harmfree.rhythm.conditioning import WORKING_RATE

MAINS = (50.0, 60.0)  # Hz, Europe and America
HUM_SHARE = 0.02  # of the power from 2 to 70 Hz within 1 Hz of the mains: hum to take out
NOTCH_WIDTH = 4.0  # Hz
SILENT = 1.5  # s; a shorter flat piece may be a true pause between P and P
SILENT_RANGE = 0.01  # share of the strip's range (1st to 99th centile)


def mains_share(lead: FloatArray) -> dict[float, float]:
    """Return the share of power between 2 and 70 Hz that lies within 1 Hz of each mains rate."""
    length = next_fast_len(max(lead.size, 1), real=True)
    power = np.abs(rfft(lead * np.hanning(lead.size), length)) ** 2
    hz = np.arange(power.size) * (WORKING_RATE / length)
    whole = max(float(power[(hz >= 2) & (hz < 70)].sum()), 1e-12)
    return {at: float(power[np.abs(hz - at) <= 1].sum()) / whole for at in MAINS}


def without_hum(lead: FloatArray) -> FloatArray:
    """Return the lead with a notch at the mains rate when there is hum, else as it is."""
    if lead.size < 2 * WORKING_RATE:
        return lead
    for at, share in mains_share(lead).items():
        if share > HUM_SHARE:
            b, a = _notch(at)
            lead = dsp.filtfilt(b, a, lead)
    return lead


@cache
def _notch(at: float) -> tuple[FloatArray, FloatArray]:
    b, a = dsp.iirnotch(at, at / NOTCH_WIDTH, fs=WORKING_RATE)
    return np.asarray(b, dtype=np.float64), np.asarray(a, dtype=np.float64)


def longest_with_signal(lead: FloatArray, missing: BoolArray) -> slice:
    """Return the longest part without `SILENT` seconds of flat line or missing samples."""
    if lead.size == 0:
        return slice(0, 0)
    high, low = np.percentile(lead, [99, 1])
    start, stop = _longest(lead, missing, round(SILENT * WORKING_RATE), SILENT_RANGE * (high - low))
    return slice(start, stop)


@compiled
def _longest(lead: FloatArray, missing: BoolArray, width: int, height: float) -> tuple[int, int]:
    """Grow each silent run as far as it stays flat (or missing); keep the longest gap between."""
    best_start, best_stop, start, i = 0, 0, 0, 0
    while i < lead.size:
        low, high, j, absent = lead[i], lead[i], i, missing[i]
        while j < lead.size and missing[j] == absent:
            low, high = min(low, lead[j]), max(high, lead[j])
            if not absent and high - low > height:
                break
            j += 1
        if j - i >= width:
            if i - start > best_stop - best_start:
                best_start, best_stop = start, i
            start, i = j, j
        else:
            i = max(i + 1, j) if absent else i + 1
    if lead.size - start > best_stop - best_start:
        best_start, best_stop = start, lead.size
    return best_start, best_stop
