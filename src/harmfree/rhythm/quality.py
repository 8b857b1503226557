"""Whether a lead can be read: flat, saturated, noisy, drifting, mains, too short, missing.

Unreadable is an outcome with reasons, never an exception.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.fft import next_fast_len, rfft

from harmfree.rhythm.beats import Beats
from harmfree.rhythm.compiled import BoolArray, FloatArray, compiled
from harmfree.rhythm.conditioning import WORKING_RATE

# Design thresholds of this project; what each does to real strips: docs/rhythm/quality.md.
SHORTEST = 5.0  # s; under this no rhythm can be named
FLAT_RANGE = 0.02  # mV in a second; below this nothing is connected
FLAT_WARN, FLAT_REFUSE = 0.10, 0.50  # share of seconds
MISSING_WARN, MISSING_REFUSE = 0.02, 0.50
SATURATED_WARN, SATURATED_REFUSE = 0.02, 0.30
WANDER_WARN = 30.0  # power under 0.6 Hz over power from 2 to 30 Hz
MAINS_WARN = 0.5  # share of power from 2 to 70 Hz that lies at 50 or 60 Hz
NOISE_WARN = 0.35  # mean slope between beats over slope at beats
FEWEST_BEATS = 4


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a lead.

    Attributes:
        name: flat, missing, saturated, wander, mains, noise, short or beats.
        text: the same for the person holding the device.
        measure: how much of it there is, in the unit of its threshold.
        refuses: true when the lead cannot be read because of it.
    """

    name: str
    text: str
    measure: float
    refuses: bool


@dataclass(frozen=True)
class Quality:
    """What is wrong with a lead, worst first; `readable` when nothing forbids a verdict."""

    problems: tuple[Problem, ...]

    @property
    def readable(self) -> bool:
        """True when no problem refuses a verdict."""
        return not any(problem.refuses for problem in self.problems)


def assess(lead: FloatArray, missing: BoolArray, raw: FloatArray, beats: Beats) -> Quality:
    """Judge one lead.

    Args:
        lead: conditioned, mV at the working rate.
        missing: where it was missing, same length.
        raw: samples as recorded, any rate: saturation shows only there.
        beats: its beats.
    """
    seconds = lead.size / WORKING_RATE
    checks = [
        _problem("short", "the recording is shorter than 5 seconds", SHORTEST - seconds, 0, 0),
        _problem(
            "missing",
            "part of the recording is missing",
            float(missing.mean()) if missing.size else 1.0,
            MISSING_WARN,
            MISSING_REFUSE,
        ),
        _problem(
            "flat", "part of it is a flat line: check the contacts", flat_share(lead),
            FLAT_WARN, FLAT_REFUSE,
        ),
        _problem(
            "saturated", "the signal hits the device's limit", _stuck_at_limits(raw),
            SATURATED_WARN, SATURATED_REFUSE,
        ),
        _problem(
            "beats", "too few heartbeats can be made out",
            float(FEWEST_BEATS - beats.times.size), 0, 0,
        ),
        *_spectral(lead),
        _problem(
            "noise", "there is a lot of noise between the beats: hold still",
            _noise(beats), NOISE_WARN, float("inf"),
        ),
    ]  # fmt: skip
    found = [check for check in checks if check is not None]
    return Quality(tuple(sorted(found, key=lambda problem: not problem.refuses)))


def _problem(name: str, text: str, measure: float, warn: float, refuse: float) -> Problem | None:
    """A problem when its measure exceeds `warn`; it forbids a verdict when it exceeds `refuse`."""
    if not measure > warn:
        return None
    return Problem(name, text, round(measure, 4), measure > refuse)


@compiled
def flat_share(lead: FloatArray) -> float:
    """Return the share of whole seconds in which the lead hardly moves."""
    width = int(WORKING_RATE)
    count = lead.size // width
    if count == 0:
        return 1.0
    flat = 0
    for k in range(count):
        if np.ptp(lead[k * width : (k + 1) * width]) < FLAT_RANGE:
            flat += 1
    return flat / count


@compiled
def _stuck_at_limits(raw: FloatArray) -> float:
    """Share of samples in runs of three or more at the very highest or lowest value."""
    finite = raw[np.isfinite(raw)]
    if finite.size < 3:
        return 0.0
    high, low = finite.max(), finite.min()
    if high == low:
        return 0.0
    stuck, run, value = 0, 0, 0.0
    for x in finite:
        if x in (high, low) and (run == 0 or x == value):
            run, value = run + 1, x
            stuck += 3 if run == 3 else (1 if run > 3 else 0)
        else:
            run = 1 if x in (high, low) else 0
            value = x
    return stuck / finite.size


def _spectral(lead: FloatArray) -> list[Problem | None]:
    if lead.size < 2 * WORKING_RATE:
        return []
    length = next_fast_len(lead.size, real=True)
    power = np.abs(rfft(lead * np.hanning(lead.size), length)) ** 2
    hz = np.arange(power.size) * (WORKING_RATE / length)

    def within(low: float, high: float) -> float:
        return float(power[(hz >= low) & (hz < high)].sum())

    wander = within(0.05, 0.6) / max(within(2, 30), 1e-12)
    mains = (within(49, 51) + within(59, 61)) / max(within(2, 70), 1e-12)
    return [
        _problem("wander", "the baseline drifts: relax the arms", wander, WANDER_WARN, np.inf),
        _problem("mains", "mains hum: move away from cables", mains, MAINS_WARN, np.inf),
    ]


def _noise(beats: Beats) -> float:
    if beats.samples.size < 2:
        return 0.0
    energy = beats.energy
    quiet = np.ones(energy.size, dtype=np.bool_)
    reach = round(0.12 * WORKING_RATE)
    for peak in beats.samples:
        quiet[max(0, peak - reach) : peak + reach + 1] = False
    at_beats = float(np.median(energy[beats.samples]))
    return float(energy[quiet].mean()) / max(at_beats, 1e-9) if quiet.any() else 0.0
