from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from harmfree.rhythm.beats import Beats, detect_beats
from harmfree.rhythm.conditioning import condition
from harmfree.rhythm.scoring import Agreement, match_beats
from harmfree.rhythm.synthetic import Noise, Synthetic, strip

RHYTHMS = ["sinus", "fibrillation", "ventricular ectopy", "atrial ectopy"]


def found_in(made: Synthetic, *, change: float = 1.0) -> Beats:
    lead, _ = condition(change * made.recording.signals[:, 0], made.recording.rate)
    return detect_beats(lead)


def scored(made: Synthetic, *, change: float = 1.0) -> Agreement:
    return match_beats(made.times, found_in(made, change=change).times)


@pytest.mark.parametrize("rhythm", RHYTHMS)
@pytest.mark.parametrize("rate", [100, 250, 300, 500, 1000])
def test_every_beat_is_found_at_every_rate(rhythm: str, rate: int) -> None:
    counts = scored(strip(rhythm, rate=rate, seconds=60, seed=rate))
    assert counts.false_negative == 0
    assert counts.false_positive == 0


@pytest.mark.parametrize("rhythm", RHYTHMS)
@pytest.mark.parametrize("change", [-1.0, 0.05, 20.0])
def test_polarity_and_gain_do_not_matter(rhythm: str, change: float) -> None:
    made = strip(rhythm, seed=4)
    plain, changed = found_in(made), found_in(made, change=change)
    assert np.allclose(plain.times, changed.times, atol=1e-9)
    assert changed.polarity == plain.polarity * np.sign(change)


@pytest.mark.parametrize("t_height", [2.0, 3.0, 4.0])
def test_tall_t_waves_are_not_beats(t_height: float) -> None:
    counts = scored(strip("sinus", t_height=t_height, seconds=60, seed=1))
    assert (counts.false_positive, counts.false_negative) == (0, 0)


@pytest.mark.parametrize("flat", [(0, 10), (20, 40), (50, 60)])
def test_beats_around_a_flat_stretch_are_found(flat: tuple[int, int]) -> None:
    made = strip("sinus", seconds=60, seed=2)
    signal = made.recording.signals[:, 0].copy()
    signal[flat[0] * 300 : flat[1] * 300] = 0.0
    lead, _ = condition(signal, 300.0)
    left = made.times[(made.times < flat[0] - 0.2) | (made.times > flat[1] + 0.2)]
    counts = match_beats(left, detect_beats(lead).times)
    assert counts.false_negative <= 1
    assert counts.false_positive <= 1


def test_times_are_exact_to_a_few_milliseconds() -> None:
    made = strip("sinus", seed=3, noise=Noise(white=0, wander=0))
    beats = found_in(made)
    assert np.abs(beats.times - made.times).max() < 0.004


@pytest.mark.parametrize("heart_rate", [30, 40, 120, 180, 200])
def test_slow_and_fast_rhythms(heart_rate: float) -> None:
    counts = scored(strip("sinus", heart_rate=heart_rate, seconds=60, seed=5))
    assert counts.sensitivity > 0.99
    assert counts.positive_predictive_value > 0.99


@pytest.mark.parametrize("length", [0, 1, 2, 74, 75, 76])
def test_flat_or_short_leads_have_no_beats(length: int) -> None:
    assert detect_beats(np.zeros(length)).times.size == 0


@given(
    arrays(
        np.float64,
        st.integers(0, 2000),
        elements=st.floats(allow_nan=True, allow_infinity=True),
    )
)
@settings(max_examples=60, deadline=None)
def test_any_array_gives_ascending_times_within_it(raw: np.ndarray) -> None:
    lead, _ = condition(raw, 300.0)
    beats = detect_beats(lead)
    assert (np.diff(beats.times) > 0).all()
    assert ((beats.times >= -1) & (beats.times <= lead.size / 150.0 + 1)).all()


def test_an_hour_of_noise_does_not_hang() -> None:
    noise = np.random.default_rng(0).standard_normal(3600 * 150)
    detect_beats(noise[:3000])
    started = time.perf_counter()
    detect_beats(noise)
    assert time.perf_counter() - started < 5.0


@pytest.mark.shared_data
def test_mit_bih_records_reach_the_stated_figures(shared_data) -> None:
    from harmfree.rhythm.evaluate import score_beats

    scores = score_beats(shared_data / "ecg" / "mitdb", lambda what, done, total: None)
    total = sum((one.agreement for one in scores), Agreement(0, 0, 0))
    assert total.sensitivity >= 0.997
    assert total.positive_predictive_value >= 0.997
