from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.rhythm.irregularity import METHODS
from harmfree.rhythm.irregularity.cosen import measure as cosen
from harmfree.rhythm.irregularity.cuff import judge_reading, possible_af
from harmfree.rhythm.irregularity.petrenas import both_ways, median_of_three
from harmfree.rhythm.irregularity.rdr import occupied_cells
from harmfree.rhythm.irregularity.symbolic import measure as symbolic
from harmfree.rhythm.irregularity.windows import by_window, centred

CHANCE = np.random.default_rng(1)
STEADY = 0.85 + 0.01 * np.sin(np.arange(600) / 5)
IRREGULAR = np.maximum(0.33, 0.7 * CHANCE.lognormal(0, 0.22, 600))


@pytest.mark.parametrize("name", METHODS)
def test_a_steady_rhythm_is_not_af_and_an_irregular_one_is(name: str) -> None:
    judge = METHODS[name].judge
    assert not judge(STEADY).any()
    assert judge(IRREGULAR)[150:450].all()


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("size", [0, 1, 2, 7, 8, 31, 130])
def test_one_answer_for_each_interval_however_few(name: str, size: int) -> None:
    found = METHODS[name].judge(IRREGULAR[:size])
    assert found.size == size
    assert found.dtype == np.bool_


@pytest.mark.parametrize("name", ["petrenas", "symbolic"])
def test_bigeminy_is_not_af(name: str) -> None:
    assert not METHODS[name].judge(np.tile([0.55, 1.05], 300))[150:450].any()


@given(st.lists(st.floats(0.2, 4.0), min_size=3, max_size=30))
def test_running_median_is_the_middle_of_three(values: list[float]) -> None:
    r = np.array(values)
    middle = [np.median(r[i - 1 : i + 2]) for i in range(1, r.size - 1)]
    assert np.array_equal(median_of_three(r)[1:-1], middle)


def test_average_both_ways_leaves_a_constant_alone() -> None:
    assert np.allclose(both_ways(np.full(50, 0.8)), 0.8)


def test_rdr_counts_distinct_cells() -> None:
    # Intervals 0.80 and 0.90 in turn: after the first, only two cells are ever visited.
    cells = occupied_cells(np.tile([0.81, 0.91], 40), 32)
    assert set(cells) == {2.0}


def test_cosen_of_a_constant_series_follows_the_formula() -> None:
    # Every pair matches at the first tolerance, so only the width and the rate are left.
    assert cosen(np.full(12, 1.0), 12)[0] == pytest.approx(np.log(0.06))


def test_symbolic_entropy_lies_between_none_and_all_different() -> None:
    assert symbolic(np.full(200, 0.8)).max() == 0.0
    assert 0.0 < symbolic(IRREGULAR).min() <= symbolic(IRREGULAR).max() <= 1.0


def test_windows_are_centred_and_their_majority_decides() -> None:
    assert centred(np.array([1.0, 2.0, 3.0]), 5, 3).tolist() == [1, 1, 2, 3, 3]
    assert by_window(np.array([1, 1, 0, 0, 0, 1, 1], bool), 3).tolist() == [True, False]


def wiesel_series(index: float) -> np.ndarray:
    """Ten intervals whose sample standard deviation over mean is exactly `index`."""
    shape = np.array([1.0, -1.0] * 5)
    return 0.8 * (1 + index * shape / shape.std(ddof=1))


@pytest.mark.parametrize(("index", "irregular"), [(0.0599, False), (0.0601, True)])
def test_wiesel_index_from_six_per_cent(index: float, irregular: bool) -> None:
    reading = judge_reading(wiesel_series(index))
    assert reading.index == pytest.approx(index)
    assert reading.wiesel is irregular


@pytest.mark.parametrize(("irregular_beats", "called"), [(1, False), (2, True), (3, True)])
def test_omron_type_from_a_fifth_of_the_beats(irregular_beats: int, called: bool) -> None:
    r = np.full(10, 1.0)
    r[:irregular_beats] = [1.5, 0.6, 1.6][:irregular_beats]
    assert judge_reading(r).omron is called


def test_two_of_the_last_three_readings_decide() -> None:
    irregular, steady = judge_reading(wiesel_series(0.1)), judge_reading(wiesel_series(0.01))
    assert possible_af([irregular, irregular, steady]) is True
    assert possible_af([irregular, irregular, steady, steady]) is False
    assert possible_af([irregular, irregular]) is None
    assert judge_reading(np.full(9, 0.8)).wiesel is False


@given(st.lists(st.floats(1e-3, 1e3), max_size=150))
@settings(max_examples=30, deadline=None)
def test_no_method_fails_on_any_intervals(values: list[float]) -> None:
    for method in METHODS.values():
        assert method.judge(np.array(values)).size == len(values)


@pytest.mark.shared_data
def test_petrenas_on_afdb(shared_data) -> None:
    from harmfree.rhythm.evaluate import reference_series
    from harmfree.rhythm.scoring import Agreement, compare

    total = Agreement(0, 0, 0)
    for _, times, af in reference_series(shared_data / "ecg" / "afdb"):
        total += compare(af, METHODS["petrenas"].judge(np.diff(times)))
    # All 25 records: 96.9 / 98.3; the records here are part of them.
    assert total.sensitivity >= 0.969
    assert total.specificity >= 0.983
