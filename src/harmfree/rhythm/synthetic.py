"""A single-lead ECG made from a rhythm: for tests, examples and teaching, not for training.

Each beat is a sum of bell curves for P, Q, R, S and T (the shape of McSharry's model, IEEE Trans
Biomed Eng 2003;50:289, drawn beat by beat rather than by its differential equations). Rhythms:

- *sinus*: intervals about a mean with breathing (0.25 Hz) and slow (0.1 Hz) variation;
- *fibrillation*: independent intervals, log-normal about the mean with a spread of 20%, no P
  wave, and fibrillatory waves of 5 to 7 Hz whose height and frequency drift;
- *ectopy*: sinus with early beats, ventricular (wide, inverted, no P, full pause) or atrial
  (narrow, early P, shorter pause);
- noise: white, wander, mains and bursts, added to any of them.

Everything follows from the seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.recording import Recording

# name: (centre s from R, width s, height mV); ordinary adult values.
SINUS_BEAT = {
    "P": (-0.160, 0.022, 0.12),
    "Q": (-0.026, 0.008, -0.10),
    "R": (0.0, 0.011, 1.00),
    "S": (0.028, 0.009, -0.20),
    "T": (0.260, 0.045, 0.25),
}
VENTRICULAR_BEAT = {
    "R": (0.0, 0.045, -1.30),
    "S": (0.090, 0.030, 0.40),
    "T": (0.300, 0.060, 0.50),
}


@dataclass(frozen=True)
class Synthetic:
    """A made recording and the truth about it.

    Attributes:
        recording: 1 lead, mV.
        times: seconds of each R peak.
        kinds: "N" sinus or conducted beat, "V" ventricular, "A" atrial early beat.
    """

    recording: Recording
    times: FloatArray
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Noise:
    """Noise to add: standard deviation or height in mV of each kind."""

    white: float = 0.01
    wander: float = 0.05
    mains: float = 0.0
    mains_hz: float = 50.0
    bursts: float = 0.0


def strip(
    rhythm: str = "sinus",
    *,
    seconds: float = 30.0,
    rate: float = 300.0,
    heart_rate: float = 72.0,
    noise: Noise | None = None,
    t_height: float = 1.0,
    seed: int = 0,
) -> Synthetic:
    """Make one strip.

    Args:
        rhythm: "sinus", "fibrillation", "ventricular ectopy" or "atrial ectopy".
        seconds: length.
        rate: samples a second.
        heart_rate: mean beats a minute.
        noise: by default a little white noise and wander.
        t_height: factor on the T wave, to make it tall.
        seed: everything follows from it.
    """
    chance = np.random.default_rng(seed)
    times, kinds = _beats(rhythm, seconds, 60.0 / heart_rate, chance)
    clock = np.arange(round(seconds * rate)) / rate
    signal = np.zeros(clock.size)
    for time, kind in zip(times, kinds, strict=True):
        shape = dict(VENTRICULAR_BEAT if kind == "V" else SINUS_BEAT)
        if rhythm == "fibrillation":
            del shape["P"]
        centre, width, height = shape["T"]
        shape["T"] = (centre, width, height * t_height)
        _draw(signal, clock, time, shape, rate)
    if rhythm == "fibrillation":
        signal += _fibrillatory_waves(clock, chance)
    signal += _noise(clock, noise or Noise(), chance)
    name = f"synthetic {rhythm} {seed}"
    return Synthetic(Recording(name, signal[:, None], rate, ("I",)), times, kinds)


def _beats(
    rhythm: str, seconds: float, mean: float, chance: np.random.Generator
) -> tuple[FloatArray, tuple[str, ...]]:
    times, kinds = [], []
    now, since = 0.4, 0
    while now < seconds - 0.4:
        times.append(now)
        early = rhythm.endswith("ectopy") and since >= 4 and chance.random() < 0.25
        if early and now + 2 * mean < seconds - 0.4:
            kinds.append("N")
            ventricular = rhythm.startswith("ventricular")
            now += mean * (0.62 if ventricular else 0.68)
            times.append(now)
            kinds.append("V" if ventricular else "A")
            now += mean * (1.38 if ventricular else 1.15)
            since = 0
            continue
        kinds.append("N")
        since += 1
        if rhythm == "fibrillation":
            now += max(0.33, mean * float(chance.lognormal(0.0, 0.2)))
        else:
            breathing = 0.03 * np.sin(2 * np.pi * 0.25 * now) + 0.02 * np.sin(0.2 * np.pi * now)
            now += mean * (1.0 + breathing + 0.005 * float(chance.standard_normal()))
    return np.array(times), tuple(kinds)


def _draw(
    signal: FloatArray,
    clock: FloatArray,
    time: float,
    shape: dict[str, tuple[float, float, float]],
    rate: float,
) -> None:
    start, stop = max(0, int((time - 0.4) * rate)), int((time + 0.6) * rate)
    near = clock[start:stop] - time
    for centre, width, height in shape.values():
        signal[start:stop] += height * np.exp(-0.5 * ((near - centre) / width) ** 2)


def _fibrillatory_waves(clock: FloatArray, chance: np.random.Generator) -> FloatArray:
    step = clock[1] - clock[0]
    knots = np.arange(0.0, clock[-1] + 2.0)
    slow = np.interp(clock, knots, chance.uniform(5.0, 7.0, knots.size))
    phase = 2 * np.pi * np.cumsum(slow) * step
    height = 0.06 * (1 + 0.4 * np.sin(2 * np.pi * 0.3 * clock + chance.uniform(0, 6)))
    return np.asarray(height * (np.sin(phase) + 0.4 * np.sin(2 * phase)), dtype=np.float64)


def _noise(clock: FloatArray, noise: Noise, chance: np.random.Generator) -> FloatArray:
    out = noise.white * chance.standard_normal(clock.size)
    out += noise.wander * np.sin(2 * np.pi * 0.2 * clock + chance.uniform(0, 6))
    out += noise.mains * np.sin(2 * np.pi * noise.mains_hz * clock)
    if noise.bursts:
        loud = np.sin(2 * np.pi * 0.1 * clock + chance.uniform(0, 6)) > 0.7
        out += loud * noise.bursts * chance.standard_normal(clock.size)
    return out
