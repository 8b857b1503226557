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

from harmfree.rhythm.compiled import BoolArray, FloatArray, compiled
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
    low_pass = _low_pass(max(up, down))
    return dsp.resample_poly(raw, up, down, window=low_pass, padtype="line")  # type: ignore[call-overload, no-any-return]  # the stubs forbid a ready filter


@cache
def _low_pass(factor: int) -> FloatArray:
    """The filter that `resample_poly` designs by default, designed once."""
    return cast("FloatArray", dsp.firwin(20 * factor + 1, 1 / factor, window=("kaiser", 5.0)))


@cache
def _filter(low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Second-order Butterworth sections for a band in Hz (`high` 0: high-pass), and their rest.

    The rest is the state of each section after a long run of ones, to start without a jump.
    """
    if high:
        sections = dsp.butter(2, [low, high], "band", fs=WORKING_RATE, output="sos")
    else:
        sections = dsp.butter(2, low, "highpass", fs=WORKING_RATE, output="sos")
    return sections, dsp.sosfilt_zi(sections)


def band(lead: FloatArray, low: float, high: float = 0.0) -> FloatArray:
    """Return the lead filtered forwards and backwards, so without delay.

    Args:
        lead: signal at `WORKING_RATE`.
        low: lower edge, Hz.
        high: upper edge, Hz; 0 keeps everything above `low`.
    """
    padding = min(round(2 * WORKING_RATE), lead.size - 1)
    if padding < 1:
        return np.zeros_like(lead)
    return _both_ways(lead, *_filter(low, high), padding)


@compiled
def _both_ways(
    lead: FloatArray, sections: FloatArray, rest: FloatArray, padding: int
) -> FloatArray:
    """Filter forwards and backwards with each end extended by its mirror image through a point."""
    n = lead.size
    x = np.empty(n + 2 * padding)
    x[padding : padding + n] = lead
    for i in range(padding):
        x[i] = 2 * lead[0] - lead[padding - i]
        x[padding + n + i] = 2 * lead[n - 1] - lead[n - 2 - i]
    for _ in range(2):
        start = x[0]
        for k in range(sections.shape[0]):
            b0, b1, b2, _a0, a1, a2 = sections[k]
            z0, z1 = rest[k, 0] * start, rest[k, 1] * start
            for i in range(x.size):
                value = x[i]
                out = b0 * value + z0
                z0 = b1 * value - a1 * out + z1
                z1 = b2 * value - a2 * out
                x[i] = out
        x = x[::-1].copy()
    return x[padding : padding + n]
