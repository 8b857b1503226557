from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from harmfree.rhythm.conditioning import WORKING_RATE, band, condition
from harmfree.rhythm.errors import UnitsError

ANY_FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=64)


@pytest.mark.parametrize("rate", [50, 125, 128, 250, 300, 360, 500, 1000, 20_000])
def test_length_in_seconds_is_kept_at_every_rate(rate: int) -> None:
    lead, missing = condition(np.sin(np.arange(3 * rate) / rate), rate)
    assert lead.size == pytest.approx(3 * WORKING_RATE, abs=1)
    assert missing.size == lead.size
    assert not missing.any()


@pytest.mark.parametrize("rate", [49.9, 20_001, 0, -300, float("nan"), float("inf")])
def test_a_rate_that_cannot_hold_an_ecg_is_refused(rate: float) -> None:
    with pytest.raises(UnitsError, match="cannot hold an ECG"):
        condition(np.zeros(100), rate)


def test_a_gap_is_bridged_by_a_line_and_marked() -> None:
    raw = np.linspace(0.0, 3.0, 450)
    raw[100:200] = np.nan
    lead, missing = condition(raw, 150.0)
    assert np.allclose(np.diff(lead), np.diff(lead)[0])
    assert missing[100:200].all()
    assert missing.sum() == 100


def test_all_missing_gives_a_flat_lead_that_is_missing_throughout() -> None:
    lead, missing = condition(np.full(300, np.inf), 300.0)
    assert lead.size == 150
    assert not lead.any()
    assert missing.all()


@given(
    arrays(np.float64, st.integers(0, 400), elements=ANY_FLOATS), st.sampled_from([125, 150, 300])
)
@settings(max_examples=60, deadline=None)
def test_conditioning_always_gives_finite_numbers(raw: np.ndarray, rate: int) -> None:
    lead, _ = condition(raw, rate)
    assert np.isfinite(lead).all()
    assert np.isfinite(band(lead, 6.0, 22.0)).all()


def test_the_band_keeps_what_is_inside_and_removes_what_is_outside() -> None:
    clock = np.arange(3000) / WORKING_RATE
    inside, outside = np.sin(2 * np.pi * 12 * clock), np.sin(2 * np.pi * 0.2 * clock)
    assert band(inside, 6.0, 22.0)[300:-300].std() > 0.9 * inside.std()
    assert band(outside, 6.0, 22.0).std() < 0.01 * outside.std()
