from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from harmfree.rhythm.batch import classify_all
from harmfree.rhythm.classify import GROUPS, INTENDED_USE, OUTCOMES, classify
from harmfree.rhythm.errors import ModelError, UnitsError
from harmfree.rhythm.features.strip import NAMES, measure
from harmfree.rhythm.model import STORED, load, save, stored_model
from harmfree.rhythm.recording import from_array
from harmfree.rhythm.scoring import CLASSES
from harmfree.rhythm.synthetic import Noise, strip


@pytest.mark.parametrize("seed", range(3))
def test_fibrillation_is_possible_af(seed: int) -> None:
    result = classify(strip("fibrillation", heart_rate=90, seed=seed).recording)
    assert result.outcome == "possible AF"
    assert "12-lead" in result.next_step
    assert result.contributions[0].log_odds > 0


@pytest.mark.parametrize("seed", range(3))
def test_sinus_rhythm_is_not_af(seed: int) -> None:
    result = classify(strip("sinus", seed=seed).recording)
    assert result.outcome != "possible AF"
    assert result.probabilities["A"] < 0.05
    assert result.rate == pytest.approx(72, abs=3)


@pytest.mark.parametrize("change", [-1.0, 0.1, 10.0])
def test_polarity_and_gain_do_not_change_the_outcome(change: float) -> None:
    made = strip("fibrillation", seed=1).recording
    plain = classify(made)
    changed = classify(from_array(change * made.signals, made.rate))
    assert changed.probabilities["A"] == pytest.approx(plain.probabilities["A"], abs=1e-4)
    assert changed.label == plain.label


@pytest.mark.parametrize("rate", [125, 250, 500])
def test_sampling_rate_hardly_matters(rate: int) -> None:
    for rhythm, af in (("sinus", False), ("fibrillation", True)):
        result = classify(strip(rhythm, rate=rate, heart_rate=85, seed=2).recording)
        assert (result.outcome == "possible AF") is af


@pytest.mark.parametrize(
    ("samples", "problem"),
    [
        (np.zeros(9000), "flat"),
        (np.full(9000, np.nan), "missing"),
        (np.zeros(0), None),
        (np.zeros(140), None),
        (strip("sinus", seconds=4.9).recording.signals[:, 0], "short"),
    ],
)
def test_what_cannot_be_read_is_an_outcome(samples: np.ndarray, problem: str | None) -> None:
    result = classify(from_array(samples, 300.0))
    assert (result.label, result.outcome) == ("~", "cannot tell")
    assert not result.rule_in
    assert result.reasons
    if problem:
        assert problem in result.plain()["quality"]["problems"]


def test_five_seconds_are_enough_to_try() -> None:
    made = strip("sinus", seconds=5.0).recording
    assert "short" not in classify(made).plain()["quality"]["problems"]


@given(
    arrays(
        np.float64,
        st.integers(0, 4000),
        elements=st.floats(allow_nan=True, allow_infinity=True),
        fill=st.sampled_from([0.0, 1.0, float("nan")]),
    )
)
@settings(max_examples=40, deadline=None)
def test_any_array_has_an_outcome(samples: np.ndarray) -> None:
    result = classify(from_array(samples, 300.0))
    assert result.label in CLASSES
    assert result.outcome in OUTCOMES.values()
    assert sum(result.probabilities.values()) == pytest.approx(1.0)


@given(st.integers(0, 10_000), st.floats(0, 3), st.floats(0, 3), st.floats(0, 3))
@settings(max_examples=15, deadline=None)
def test_any_noise_has_an_outcome(seed: int, white: float, wander: float, mains: float) -> None:
    noise = Noise(white=white, wander=wander, mains=mains, bursts=white)
    result = classify(strip("atrial ectopy", seed=seed, noise=noise).recording)
    assert result.outcome in OUTCOMES.values()


def test_the_outcome_follows_the_screening_threshold() -> None:
    model = stored_model()
    for rhythm in ("sinus", "fibrillation", "ventricular ectopy"):
        for seed in range(4):
            result = classify(strip(rhythm, seed=seed).recording)
            positive = result.probabilities["A"] >= model.decision.screen
            assert (result.outcome == "possible AF") is positive
            assert result.rule_in is (result.probabilities["A"] >= model.decision.rule_in)


def test_a_long_recording_is_judged_in_windows() -> None:
    sinus, af = strip("sinus", seconds=60, seed=1), strip("fibrillation", seconds=60, seed=1)
    joined = np.concatenate([sinus.recording.signals, af.recording.signals])
    result = classify(from_array(joined, 300.0))
    assert result.outcome == "possible AF"
    assert result.seconds == pytest.approx(30)
    assert "ecg burden" in result.reasons[-1]


def test_every_result_states_the_intended_use() -> None:
    assert "not a diagnosis" in INTENDED_USE
    assert classify(strip("sinus").recording).plain()["intended_use"] == INTENDED_USE


def test_groups_cover_every_feature_once() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(NAMES)
    assert len(set(NAMES)) == len(NAMES)


def test_features_match_their_names_whatever_the_strip() -> None:
    for lead in (np.zeros(4500), np.zeros(10), np.random.default_rng(0).standard_normal(4500)):
        assert measure(lead).features.size == len(NAMES)


def test_an_unknown_lead_is_named() -> None:
    with pytest.raises(UnitsError, match="no lead called V9"):
        classify(strip("sinus").recording, lead="V9")


def test_the_stored_model_is_small_numbers_without_pickles() -> None:
    assert STORED.stat().st_size < 1_000_000
    with np.load(STORED, allow_pickle=False) as arrays_in_file:
        assert all(arrays_in_file[name].dtype != object for name in arrays_in_file.files)


def test_a_model_saved_and_loaded_gives_the_same(tmp_path) -> None:
    model = stored_model()
    save(model, tmp_path / "copy.npz")
    rows = np.random.default_rng(0).standard_normal((20, len(NAMES)))
    rows[rows > 1.5] = np.nan
    again = load(tmp_path / "copy.npz").probabilities(rows)
    assert np.array_equal(again, model.probabilities(rows))
    assert np.allclose(again.sum(axis=1), 1.0)


def test_a_damaged_model_says_so(tmp_path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"nothing")
    for path in (tmp_path / "bad.npz", tmp_path / "absent.npz"):
        with pytest.raises(ModelError, match="cannot be read"):
            load(path)
    np.savez(tmp_path / "other.npz", names=np.array(["other"]))
    with pytest.raises(ModelError, match="other features"):
        load(tmp_path / "other.npz")


def test_many_over_processes_equal_one_by_one() -> None:
    strips = [strip("fibrillation", seconds=10, seed=k).recording for k in range(100)]
    together = [result.plain() for result in classify_all(strips, workers=2)]
    assert together == [classify(one).plain() for one in strips]
