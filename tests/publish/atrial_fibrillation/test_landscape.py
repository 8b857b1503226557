"""The detection gap, strokes and targets: the arithmetic, and that places add up."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from harmfree.clinical.errors import RefusedError
from harmfree.errors import InputError, NotFoundError
from harmfree.programmes.atrial_fibrillation.tables import prevalence, targets
from harmfree.publish.af_expected import OLDEST, detection_gap, expected, list_counts
from harmfree.publish.af_landscape import (
    Assumptions,
    _short_of,
    landscape,
    latest_counts,
    strokes,
)
from harmfree.publish.reading import LiveRun
from harmfree.publish.run import RunRequest, run

FEMALE, MALE = 0, 1


def one_band(sex: int, age: int, people: int = 1000) -> float:
    counts = np.zeros((1, 3, OLDEST + 1), np.int64)
    counts[0, sex, age] = people
    return float(expected(counts, prevalence())[0])


@pytest.mark.parametrize(
    ("sex", "age", "people"),
    [
        (MALE, 19, 0), (MALE, 20, 2), (MALE, 54, 2), (MALE, 55, 9), (MALE, 59, 9), (MALE, 60, 17),
        (MALE, 65, 30), (MALE, 70, 50), (MALE, 74, 50), (MALE, 75, 73), (MALE, 79, 73),
        (MALE, 80, 103), (MALE, 84, 103), (MALE, 85, 111), (MALE, 105, 111),
        (FEMALE, 19, 0), (FEMALE, 20, 1), (FEMALE, 55, 4), (FEMALE, 60, 10), (FEMALE, 65, 17),
        (FEMALE, 70, 34), (FEMALE, 75, 50), (FEMALE, 80, 72), (FEMALE, 85, 91), (FEMALE, 130, 91),
        (2, 80, 0),
    ],
)  # fmt: skip
def test_expected_in_a_thousand_people_of_each_band(sex: int, age: int, people: float):
    assert one_band(sex, age) == pytest.approx(people)


def test_the_gap_of_a_thousand_men_of_75_to_79():
    whole = one_band(MALE, 77)
    assert whole == pytest.approx(73)
    gap, ratio = detection_gap(whole, 60)
    assert (gap, ratio) == (pytest.approx(13), pytest.approx(0.82, abs=0.005))
    gap, ratio = detection_gap(whole, 80)
    assert (gap, ratio) == (0, pytest.approx(1.10, abs=0.005))
    assert detection_gap(0.0, 3) == (0.0, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "not rates"),
        ("", "not rates"),
        ("rates,sex,from_age,below_age,percent,source,tag\n", "no rate"),
        ("rates,sex,from_age,below_age,percent,source,tag\nx,male,a,,1,s,V\n", "no rate"),
        ("rates,sex,from_age,below_age,percent,source,tag\nx,male,1,,101,s,V\n", "0 to 100"),
        ("rates,sex,from_age,below_age,percent,source,tag\nx,man,1,,1,s,V\n", "female or male"),
        ("rates,sex,from_age,below_age,percent,source,tag\nx,male,1,,1,,V\n", "source and a tag"),
        ("rates,sex,from_age,below_age,percent,source,tag\nx,male,1,,1,s,Q\n", "source and a tag"),
    ],
)
def test_a_file_that_is_no_table_of_rates(tmp_path: Path, text: str, says: str):
    path = tmp_path / "rates.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        prevalence(path)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read"):
        prevalence(tmp_path / "none.csv")


def test_what_is_not_verified_says_so():
    assert all(rate.unverified for rate in prevalence())
    assert all(target.unverified for target in targets())
    assert {(t.measure, t.percent) for t in targets()} == {
        ("detection", 85), ("protection", 84), ("protection", 90), ("protection", 95),
    }  # fmt: skip


def test_strokes_by_score_and_by_the_simple_formula():
    found = strokes(16, {4: 10, 6: 5}, 3, Assumptions())
    assert found.expected == pytest.approx(0.965)
    assert found.avoidable == pytest.approx(0.627, abs=0.0005)
    assert found.without_score == 1
    assert found.avoidable_simple == pytest.approx(16 / 25)
    assert found.to_target_simple == pytest.approx(3 / 25)
    assert found.lives == pytest.approx(0.25 * found.avoidable)
    assert found.saving_pounds == pytest.approx(22_192 * found.avoidable)


def test_nobody_untreated_has_no_stroke_to_avoid():
    found = strokes(0, dict.fromkeys(range(2, 10), 0), 0, Assumptions())
    assert set(asdict(found).values()) == {0}


@pytest.mark.parametrize(
    ("percent", "whole", "reached", "missing"),
    [(85, 100, 85, 0), (85, 100, 84, 1), (85, 101, 85, 1), (90, 10, 9, 0), (84, 25, 20, 1),
     (95, 20, 19, 0), (95, 0, 0, 0), (85, 60.2, 70, 0)],
)  # fmt: skip
def test_people_missing_to_a_target(percent: float, whole: float, reached: int, missing: int):
    assert _short_of(percent, whole, reached) == missing


def test_assumptions_are_changed_by_name():
    changed = Assumptions().changed({"number_needed": "30", "rates": "own"})
    assert (changed.number_needed, changed.rates) == (30, "own")
    assert changed.relative_reduction == Assumptions().relative_reduction


@pytest.mark.parametrize(
    "values",
    [{"nothing": "1"}, {"number_needed": "many"}, {"protection_target": "101"},
     {"rates_factor": "-1"}, {"fatal_share": "nan"}],
)  # fmt: skip
def test_an_assumption_that_is_none(values: dict[str, str]):
    with pytest.raises(InputError):
        Assumptions().changed(values)


def test_an_impossible_assumption_is_refused(live: LiveRun):
    with pytest.raises(RefusedError, match="number_needed"):
        landscape(live, "region", Assumptions(number_needed=1))
    with pytest.raises(InputError, match="no table of rates"):
        landscape(live, "region", Assumptions(rates="none"))


def test_the_list_by_age_and_sex_is_the_engines_denominator(live: LiveRun):
    counts = latest_counts(live)
    listed = list_counts(live, counts.on).sum(axis=(1, 2))
    assert listed.max() > 8000
    for place in live.places.every:
        assert listed[place.number] == counts.denominator("af001", place.number), place.id


def test_places_add_up_and_reasons_make_up_the_untreated(live: LiveRun):
    practices, region = landscape(live, "practice").rows, landscape(live, "region").rows[0]
    for name in (
        "people", "register", "expected", "not_assessed", "eligible", "anticoagulated",
        "untreated", "on_warfarin", "on_doac", "wrong_dose", "cannot_assess", "without_rate",
    ):  # fmt: skip
        whole = sum(getattr(row, name) for row in practices)
        assert whole == pytest.approx(getattr(region, name)), name
    assert region.strokes.expected == pytest.approx(sum(r.strokes.expected for r in practices))
    for row in practices:
        reasons = row.contraindicated + row.declined + row.antiplatelet + row.nothing
        assert reasons == row.untreated == row.eligible - row.anticoagulated
    assert 0 < region.untreated < region.eligible < region.register
    assert region.strokes.without_score <= region.untreated


def test_a_factor_on_the_rates_multiplies_the_expected(live: LiveRun):
    plain = landscape(live, "region").rows[0]
    double = landscape(live, "region", Assumptions(rates_factor=4)).rows[0]
    assert double.expected == pytest.approx(4 * plain.expected)
    assert double.detection_gap == pytest.approx(double.expected - double.register)
    assert double.to_detection_target == np.ceil(0.85 * double.expected) - double.register


def test_own_rates_replace_the_shipped_ones(live: LiveRun, tmp_path: Path):
    path = tmp_path / "rates.csv"
    head = "rates,sex,from_age,below_age,percent,source,tag\n"
    path.write_text(head + "own,male,0,,10,Ours,V\nown,female,0,,10,Ours,V\n")
    found = landscape(live, "region", Assumptions(rates="own"), path)
    row = found.rows[0]
    assert row.expected == pytest.approx(0.1 * (row.people - row.without_rate))
    assert not any("NCVIN" in note for note in found.notes)


def test_the_reader_is_told_that_it_is_no_national_estimate(live: LiveRun):
    notes = " ".join(landscape(live, "region").notes)
    assert "not the national (NCVIN) estimate" in notes
    assert "from memory, not verified" in notes


def test_levels_that_are_not_there(live: LiveRun):
    with pytest.raises(NotFoundError, match="no ward"):
        landscape(live, "ward")


def test_a_run_without_the_programme(af_region: Path, tmp_path: Path):
    import shutil

    home = tmp_path / "home"
    shutil.copytree(af_region, home)
    run(home, RunRequest(("medicines_optimisation",), months=1), lambda *progress: None)
    with pytest.raises(NotFoundError, match="did not compute"):
        landscape(LiveRun.open(home), "region")
