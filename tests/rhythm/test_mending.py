from __future__ import annotations

import numpy as np
import pytest

from harmfree.rhythm.classify import classify
from harmfree.rhythm.conditioning import condition
from harmfree.rhythm.mending import longest_with_signal, mains_share, without_hum
from harmfree.rhythm.recording import from_array
from harmfree.rhythm.synthetic import Noise, strip


def lead_of(**noise: float) -> np.ndarray:
    made = strip("sinus", seed=1, noise=Noise(**noise)).recording
    return condition(made.signals[:, 0], made.rate)[0]


def test_a_clean_lead_is_left_alone() -> None:
    lead = lead_of()
    assert without_hum(lead) is lead
    assert longest_with_signal(lead, np.zeros(lead.size, bool)) == slice(0, lead.size)


@pytest.mark.parametrize("hertz", [50.0, 60.0])
def test_hum_is_taken_out_and_the_beats_are_kept(hertz: float) -> None:
    hummed = without_hum(lead_of(mains=0.5, mains_hz=hertz))
    assert mains_share(hummed)[hertz] < 0.02
    assert np.corrcoef(hummed, lead_of())[0, 1] > 0.98


@pytest.mark.parametrize(("samples", "cut"), [(215, False), (300, True)])
def test_a_flat_piece_from_a_second_and_a_half_is_cut_out(samples: int, cut: bool) -> None:
    chance = np.random.default_rng(0)
    lead = chance.standard_normal(3000)
    lead[1000 : 1000 + samples] = lead[1000]
    found = longest_with_signal(lead, np.zeros(3000, bool))
    assert found == (slice(1000 + samples, 3000) if cut else slice(0, 3000))


def test_missing_samples_are_cut_out_too() -> None:
    lead = np.random.default_rng(0).standard_normal(3000)
    missing = np.zeros(3000, bool)
    missing[2000:2300] = True
    assert longest_with_signal(lead, missing) == slice(0, 2000)


def test_a_lost_contact_is_not_a_pause() -> None:
    made = strip("sinus", seed=3).recording
    signal = made.signals[:, 0].copy()
    signal[4500:5600] = signal[4500]
    result = classify(from_array(signal, made.rate))
    assert result.outcome == classify(made).outcome
    assert result.seconds < 16
    assert "left out" in result.reasons[-1]
