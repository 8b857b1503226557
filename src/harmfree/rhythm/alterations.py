"""What can happen to a strip between the patient and the file, for the robustness table."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from scipy import signal as dsp

from harmfree.rhythm.compiled import FloatArray

Altered = tuple[FloatArray, float]
Alteration = Callable[[FloatArray, float], Altered]


def noisy(decibels: float) -> Alteration:
    """Add white noise at a ratio of signal to noise."""

    def alter(raw: FloatArray, rate: float) -> Altered:
        chance = np.random.default_rng(raw.size)
        height = raw.std() / 10 ** (decibels / 20)
        return raw + height * chance.standard_normal(raw.size), rate

    return alter


def mains(hertz: float, share: float) -> Alteration:
    """Add hum whose height is a share of the signal's range (between its 1st and 99th centile)."""

    def alter(raw: FloatArray, rate: float) -> Altered:
        high, low = np.percentile(raw, [99, 1])
        hum = np.sin(2 * np.pi * hertz * np.arange(raw.size) / rate)
        return raw + share * (high - low) / 2 * hum, rate

    return alter


def resampled(to: int) -> Alteration:
    """Give the strip another sampling rate."""

    def alter(raw: FloatArray, rate: float) -> Altered:
        ratio = Fraction(to, round(rate))
        up, down = ratio.numerator, ratio.denominator
        return dsp.resample_poly(raw, up, down, padtype="line"), float(to)

    return alter


def scaled(factor: float) -> Alteration:
    """Multiply the signal; -1 swaps the hands."""
    return lambda raw, rate: (factor * raw, rate)


def first_seconds(seconds: float) -> Alteration:
    """Keep only the beginning."""
    return lambda raw, rate: (raw[: round(seconds * rate)], rate)


def flattened(seconds: float) -> Alteration:
    """Lose contact for some seconds in the middle: the last value is held."""

    def alter(raw: FloatArray, rate: float) -> Altered:
        start = raw.size // 2
        out = raw.copy()
        out[start : start + round(seconds * rate)] = out[start]
        return out, rate

    return alter


ALTERATIONS: dict[str, Alteration] = {
    "as recorded": scaled(1.0),
    "white noise, 20 dB": noisy(20),
    "white noise, 10 dB": noisy(10),
    "white noise, 5 dB": noisy(5),
    "50 Hz mains, 20% of the range": mains(50, 0.2),
    "50 Hz mains, 100% of the range": mains(50, 1.0),
    "resampled to 125 Hz": resampled(125),
    "resampled to 250 Hz": resampled(250),
    "resampled to 500 Hz": resampled(500),
    "inverted": scaled(-1.0),
    "gain 0.2": scaled(0.2),
    "gain 5": scaled(5.0),
    "first 9 seconds": first_seconds(9),
    "3 seconds flat": flattened(3),
    "8 seconds flat": flattened(8),
}
