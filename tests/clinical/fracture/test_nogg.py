"""NOGG bands: every threshold of the data file from both sides, and the reference's cases."""

from __future__ import annotations

import csv

import pytest

from harmfree.clinical import find
from harmfree.clinical.errors import RefusedError
from harmfree.clinical.fracture.nogg import BANDS, levels, thresholds

TOOL = find("nogg")


@pytest.mark.parametrize(
    ("row", "band"),
    [
        ({"age": 67, "mof_pct": 17.0, "hip_pct": 2.0, "with_bmd": "no"}, "intermediate"),
        ({"age": 67, "mof_pct": 17.0, "hip_pct": 2.0, "with_bmd": "yes"}, "high"),
        ({"age": 72, "mof_pct": 33, "hip_pct": 3, "with_bmd": "no"}, "very high"),
        ({"age": 52, "mof_pct": 8.8, "hip_pct": 0.1, "with_bmd": "no"}, "high"),
        ({"age": 67, "mof_pct": 17.0, "hip_pct": 2.0, "dxa_impractical": "yes"}, "high"),
    ],
)
def test_cases_of_the_reference(row, band):
    assert TOOL.run(row).value == band


def boundaries():
    """One case on each side of each threshold, from the table itself."""
    step = 0.001
    for age_from, age_to, *_ in thresholds()["bands"]:
        for age in (age_from, age_to):
            for column, held in zip(("mof_pct", "hip_pct"), levels(age), strict=True):
                plain = [
                    (held.lower, "low", "intermediate"),
                    (held.upper, "intermediate", "high"),
                    (held.very_high, "high", "very high"),
                ]
                with_bmd = [
                    (held.intervention, "low", "high"),
                    (held.very_high, "high", "very high"),
                ]
                for bmd, cases in ((False, plain), (True, with_bmd)):
                    for at, under, over in cases:
                        yield age, column, bmd, at - step, under
                        yield age, column, bmd, at, over


@pytest.mark.parametrize(("age", "column", "bmd", "probability", "band"), list(boundaries()))
def test_every_threshold_from_both_sides(age, column, bmd, probability, band):
    row = {"age": age, "mof_pct": 0, "hip_pct": 0, "with_bmd": bmd} | {column: probability}
    assert TOOL.run(row).value == band


HIP_AT_70 = {"low": 1, "intermediate": 3, "high": 7, "very high": 9}
MAJOR_AT_70 = {"low": 5, "intermediate": 15, "high": 25, "very high": 33}


@pytest.mark.parametrize("hip", BANDS)
@pytest.mark.parametrize("major", BANDS)
def test_the_higher_of_both_outcomes_counts(hip, major):
    row = {"age": 70, "mof_pct": MAJOR_AT_70[major], "hip_pct": HIP_AT_70[hip], "with_bmd": "no"}
    assert TOOL.run(row).value == max(hip, major, key=BANDS.index)


@pytest.mark.parametrize(
    ("change", "very_high"),
    [
        ({"recent_vertebral_fracture": "yes"}, True),
        ({"vertebral_fractures": 1}, False),
        ({"vertebral_fractures": 2}, True),
        ({"t_score": -3.4}, False),
        ({"t_score": -3.5}, True),
        ({"glucocorticoid_mg": 7.5, "glucocorticoid_months": 2.9}, False),
        ({"glucocorticoid_mg": 7.4, "glucocorticoid_months": 3}, False),
        ({"glucocorticoid_mg": 7.5, "glucocorticoid_months": 3}, True),
    ],
)
def test_criteria_of_very_high_risk_on_their_own(change, very_high):
    row = {"age": 60, "mof_pct": 1, "hip_pct": 0.1, "with_bmd": "no"}
    assert (TOOL.run(row | change).value == "very high") is very_high
    assert (TOOL.run({"age": 60} | change).value == "very high") is very_high


def test_missing_named_and_the_young_refused():
    assert TOOL.run({"age": 60}).missing == ("mof_pct", "hip_pct", "with_bmd")
    with pytest.raises(RefusedError, match="age: 49 is outside"):
        TOOL.run({"age": 49})


def test_the_table_is_marked_unverified():
    row = {"age": 60, "mof_pct": 5, "hip_pct": 0.1, "with_bmd": "no"}
    assert any("Not verified: all thresholds" in said for said in TOOL.run(row).warnings)


@pytest.mark.shared_data
def test_the_table_equals_the_shared_transcription(shared_data):
    with (shared_data / "fracture" / "nogg_thresholds.csv").open() as file:
        rows = [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]
    assert rows == thresholds()["bands"]
