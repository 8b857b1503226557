from __future__ import annotations

import numpy as np
import pytest

from harmfree.rhythm.beats import detect_beats
from harmfree.rhythm.conditioning import condition
from harmfree.rhythm.quality import Quality, assess, flat_share
from harmfree.rhythm.synthetic import Noise, strip


def quality_of(signal: np.ndarray, rate: float = 300.0) -> Quality:
    lead, missing = condition(signal, rate)
    return assess(lead, missing, signal, detect_beats(lead))


def names(quality: Quality) -> set[str]:
    return {problem.name for problem in quality.problems}


def made(**noise: float) -> np.ndarray:
    return strip("sinus", seed=1, noise=Noise(**noise)).recording.signals[:, 0].copy()


def test_a_clean_strip_has_no_problem() -> None:
    assert quality_of(made()).problems == ()


@pytest.mark.parametrize(
    ("noise", "problem"),
    [({"mains": 0.5}, "mains"), ({"mains": 0.5, "mains_hz": 60.0}, "mains"),
     ({"wander": 4.0}, "wander"), ({"white": 0.6}, "noise")],
)  # fmt: skip
def test_each_kind_of_noise_is_named_and_does_not_forbid(noise: dict, problem: str) -> None:
    quality = quality_of(made(**noise))
    assert problem in names(quality)
    assert quality.readable


@pytest.mark.parametrize(
    ("share", "named", "readable"), [(0.05, False, True), (0.3, True, True), (0.6, True, False)]
)
def test_flat_stretches(share: float, named: bool, readable: bool) -> None:
    signal = made()
    signal[: int(share * signal.size)] = 0.0
    quality = quality_of(signal)
    assert ("flat" in names(quality)) is named
    assert quality.readable is readable


def test_missing_samples() -> None:
    signal = made()
    signal[: signal.size // 4] = np.nan
    assert "missing" in names(quality_of(signal))
    signal[: int(0.6 * signal.size)] = np.nan
    assert not quality_of(signal).readable


def test_saturation_is_seen_in_the_samples_as_recorded() -> None:
    assert "saturated" in names(quality_of(np.clip(made(), -0.05, 0.05)))


@pytest.mark.parametrize(("seconds", "readable"), [(4.9, False), (5.0, True)])
def test_under_five_seconds_cannot_be_read(seconds: float, readable: bool) -> None:
    signal = strip("sinus", seconds=seconds, heart_rate=80).recording.signals[:, 0]
    assert quality_of(signal).readable is readable


@pytest.mark.parametrize(("millivolts", "share"), [(0.019, 1.0), (0.021, 0.0)])
def test_a_second_is_flat_under_twenty_microvolts(millivolts: float, share: float) -> None:
    lead = np.tile([0.0, millivolts], 750)
    assert flat_share(lead) == share
