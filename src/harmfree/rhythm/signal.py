"""One lead made fit for measurement: finite, at the working rate, free of baseline wander.

Everything downstream works at 150 samples a second. A hand-held ECG holds nothing above 40 Hz
that a rhythm needs, beat times are refined between samples (`beats.detect_beats`), and one rate
makes a strip from a 125 Hz and from a 500 Hz device mean the same to the classifier.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt
from scipy import signal as dsp

from harmfree.rhythm.compiled import BoolArray, FloatArray
from harmfree.rhythm.errors import UnitsError

WORKING_RATE = 150.0
LOWEST_RATE, HIGHEST_RATE = 50.0, 20_000.0
LIMIT = 1e6  # mV; far beyond any amplifier, small enough that squares never overflow


def condition(samples: npt.ArrayLike, rate: float) -> tuple[FloatArray, BoolArray]:
    """Return one lead at `WORKING_RATE`, and where it was missing.

    Args:
        samples: one lead in mV, any length, NaN and infinities allowed (they count as missing).
        rate: samples a second, 50 to 20,000.

    Returns:
        The signal with gaps bridged by straight lines and its median at zero, and a mask of
        equal length that is true where the recording held no finite value.

    Raises:
        UnitsError: the rate is outside the range in which an ECG can be read.
    """
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise UnitsError(
            f"A sampling rate of {rate:g} a second cannot hold an ECG.",
            do=f"give the true rate, {LOWEST_RATE:g} to {HIGHEST_RATE:g} samples a second",
        )
    raw = np.asarray(samples, dtype=np.float64).ravel()
    missing = ~np.isfinite(raw)
    if raw.size == 0 or missing.all():
        length = round(raw.size * WORKING_RATE / rate)
        return np.zeros(length), np.ones(length, dtype=np.bool_)
    filled = np.clip(bridge(raw, missing), -LIMIT, LIMIT)
    filled -= np.median(filled)
    resampled = resample(filled, rate)
    if not missing.any():
        return resampled, np.zeros(resampled.size, dtype=np.bool_)
    nearest = np.arange(resampled.size) * (rate / WORKING_RATE)
    return resampled, missing[np.minimum(nearest.round().astype(np.int64), raw.size - 1)]


def bridge(raw: FloatArray, missing: BoolArray) -> FloatArray:
    """Return a copy in which straight lines join the ends of every gap."""
    if not missing.any():
        return raw.copy()
    where = np.arange(raw.size, dtype=np.float64)
    return np.interp(where, where[~missing], np.clip(raw[~missing], -LIMIT, LIMIT))


def resample(raw: FloatArray, rate: float) -> FloatArray:
    """Return the signal at `WORKING_RATE` by a polyphase filter; ends are held, not rung."""
    if rate == WORKING_RATE or raw.size < 2:
        return raw
    ratio = Fraction(WORKING_RATE / rate).limit_denominator(1000)
    up, down = ratio.numerator, ratio.denominator
    return cast("FloatArray", dsp.resample_poly(raw, up, down, padtype="line"))


@cache
def _filter(low: float, high: float) -> FloatArray:
    """Return second-order Butterworth sections for a band in Hz; `high` 0 means high-pass."""
    if high == 0.0:
        return cast("FloatArray", dsp.butter(2, low, "highpass", fs=WORKING_RATE, output="sos"))
    return cast("FloatArray", dsp.butter(2, [low, high], "band", fs=WORKING_RATE, output="sos"))


def band(lead: FloatArray, low: float, high: float = 0.0) -> FloatArray:
    """Return the lead filtered forwards and backwards, so without delay.

    Args:
        lead: signal at `WORKING_RATE`.
        low: lower edge, Hz.
        high: upper edge, Hz; 0 keeps everything above `low`.
    """
    sections = _filter(low, high)
    padding = min(round(2 * WORKING_RATE), lead.size - 1)
    if padding < 1:
        return np.zeros_like(lead)
    return dsp.sosfiltfilt(sections, lead, padlen=padding)
