"""Sepsis risk, qSOFA, SIRS and the wellness questions."""

from __future__ import annotations

from datetime import datetime

import pytest

from harmfree.clinical.deterioration.organ import qsofa, sirs
from harmfree.clinical.deterioration.sepsis import CRITERIA, sepsis_risk_adult
from harmfree.clinical.deterioration.wellness import CHANGE, FEELING, wellness
from harmfree.clinical.errors import RefusedError

WARD = {"setting": "acute hospital"}
# Every criterion of the community table recorded and absent.
WELL = {
    "setting": "community", "respiration": 16, "pulse": 70, "systolic": 120, "temperature": 37,
    "altered_mental_state": 0, "oxygen_40": 0, "systolic_fall": 0, "hours_without_urine": 2,
    "mottled_or_ashen": 0, "cyanosis": 0, "rash": 0, "altered_by_report": 0,
    "functional_decline": 0, "immunosuppressed": 0, "recent_procedure": 0, "wound_infection": 0,
    "new_arrhythmia": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("total", "risk"),
    [(0, "very low"), (1, "low"), (4, "low"), (5, "moderate"), (6, "moderate"), (7, "high")]
    + [(20, "high")],
)
def test_the_risk_by_news2(total, risk):
    result = sepsis_risk_adult.run(WARD | {"news2": total})
    assert (result.value, result.band) == (risk, risk)
    assert result.detail["guideline"] == "NG253-2025.1"


@pytest.mark.parametrize(
    ("change", "risk"),
    [
        ({"news2": 0, "rash": "yes"}, "low"),
        ({"news2": 4, "cyanosis": "yes"}, "moderate"),
        ({"news2": 5, "mottled_or_ashen": "yes"}, "high"),
        ({"news2": 5, "worse": "yes"}, "high"),
        ({"news2": 4, "worse": "yes"}, "low"),
        ({"news2": 8, "rash": "yes"}, "high"),
        ({"news2": 5, "lactate": 2.0}, "moderate"),
        ({"news2": 5, "lactate": 2.1}, "high"),
        ({"news2": 5, "acute_kidney_injury": "yes"}, "high"),
        ({"news2": 4, "lactate": 3}, "low"),
        ({"news2": 4, "rash": "yes", "lactate": 3}, "high"),
    ],
)
def test_what_raises_the_risk(change, risk):
    assert sepsis_risk_adult.run(WARD | change).value == risk


def test_a_single_three_asks_for_review_without_changing_the_band():
    vitals = {
        "respiration": 25, "spo2": 97, "oxygen": 0, "systolic": 120, "pulse": 70,
        "consciousness": "A", "temperature": 37,
    }  # fmt: skip
    for row in (vitals, {"news2": 3, "single_three": "yes"}):
        result = sepsis_risk_adult.run(WARD | row)
        assert result.value == "low"
        assert any("high-priority review" in warning for warning in result.warnings)


def test_no_review_is_asked_for_without_a_single_three():
    mild = {
        "respiration": 21, "spo2": 97, "oxygen": 0, "systolic": 120, "pulse": 91,
        "consciousness": "A", "temperature": 37,
    }  # fmt: skip
    result = sepsis_risk_adult.run(WARD | mild)
    assert (result.value, result.detail["single_three"]) == ("low", False)
    assert not any("high-priority review" in warning for warning in result.warnings)


def test_the_advice_fits_the_risk():
    advice = {
        total: " ".join(sepsis_risk_adult.run(WARD | {"news2": total}).advice)
        for total in (0, 1, 5, 7)
    }
    assert "antibiotic" not in advice[0]
    assert "within 6 h" in advice[1]
    assert "every hour" in advice[5]
    assert "every 30 minutes" in advice[7]


@pytest.mark.parametrize(("total", "hours"), [(7, 1), (5, 3), (1, 6)])
def test_the_antibiotic_is_due_from_time_zero(total, hours):
    result = sepsis_risk_adult.run(WARD | {"news2": total, "assessed_at": "2026-11-23T23:30"})
    assert result.detail["antibiotic_within_hours"] == hours
    assert result.detail["antibiotic_due"] == datetime(2026, 11, 24, hours - 1, 30)
    assert "antibiotic_due" not in sepsis_risk_adult.run(WARD | {"news2": 0}).detail


def test_an_incomplete_news2_gives_a_span():
    result = sepsis_risk_adult.run(WARD | {"respiration": 25, "spo2": 91})
    assert result.value is None
    assert "pulse" in result.missing
    assert (result.detail["minimum"], result.detail["maximum"]) == (6, 20)


def test_the_setting_is_needed():
    assert sepsis_risk_adult.run({"news2": 9}).missing == ("setting",)


@pytest.mark.parametrize(
    ("change", "risk"),
    [
        ({}, "low"),
        ({"respiration": 20}, "low"),
        ({"respiration": 21}, "moderate"),
        ({"respiration": 24}, "moderate"),
        ({"respiration": 25}, "high"),
        ({"oxygen_40": 1}, "high"),
        ({"pulse": 90}, "low"),
        ({"pulse": 91}, "moderate"),
        ({"pulse": 129}, "moderate"),
        ({"pulse": 130}, "high"),
        ({"systolic": 101}, "low"),
        ({"systolic": 100}, "moderate"),
        ({"systolic": 91}, "moderate"),
        ({"systolic": 90}, "high"),
        ({"systolic_fall": 40}, "low"),
        ({"systolic_fall": 41}, "high"),
        ({"hours_without_urine": 11.9}, "low"),
        ({"hours_without_urine": 12}, "moderate"),
        ({"hours_without_urine": 18}, "high"),
        ({"temperature": 36}, "low"),
        ({"temperature": 35.9}, "moderate"),
        ({"new_arrhythmia": 1}, "moderate"),
    ],
)
def test_the_criteria_of_the_community_from_both_sides(change, risk):
    assert sepsis_risk_adult.run(WELL | change).value == risk


FLAGS = sorted({row.name for row in CRITERIA if WELL[row.name] == 0})


@pytest.mark.parametrize("name", FLAGS)
def test_each_yes_or_no_criterion_of_the_community(name):
    risk = next(row.risk for row in CRITERIA if row.name == name)
    assert sepsis_risk_adult.run(WELL | {name: "yes"}).value == risk
    assert sepsis_risk_adult.run(WELL | {name: None}).value is None


def test_one_high_criterion_decides_in_the_community_and_nothing_else_is_needed():
    result = sepsis_risk_adult.run({"setting": "care home", "rash": "yes"})
    assert (result.value, result.missing) == ("high", ())
    assert "999" in result.advice[0]


@pytest.mark.parametrize(("row", "guide"), [({"age": 15}, "NG254"), ({"pregnant": 1}, "NG255")])
def test_others_are_sent_to_their_guideline(row, guide):
    with pytest.raises(RefusedError, match=guide):
        sepsis_risk_adult.run(WARD | row | {"news2": 3})


@pytest.mark.parametrize(
    ("row", "score"),
    [
        ({"respiration": 21, "systolic": 101, "gcs": 15}, 0),
        ({"respiration": 22, "systolic": 101, "gcs": 15}, 1),
        ({"respiration": 21, "systolic": 100, "gcs": 15}, 1),
        ({"respiration": 21, "systolic": 101, "gcs": 14}, 1),
        ({"respiration": 22, "systolic": 100, "gcs": 14}, 3),
    ],
)
def test_qsofa(row, score):
    result = qsofa.run(row)
    assert (result.value, result.band) == (score, "positive" if score >= 2 else "negative")
    assert qsofa.run(row | {"gcs": None}).missing == ("gcs",)


SIRS_NORMAL = {"temperature": 37, "pulse": 70, "respiration": 16, "white_cells": 7}


@pytest.mark.parametrize(
    ("change", "score"),
    [
        ({}, 0),
        ({"temperature": 38.0}, 0),
        ({"temperature": 38.1}, 1),
        ({"temperature": 36.0}, 0),
        ({"temperature": 35.9}, 1),
        ({"pulse": 90}, 0),
        ({"pulse": 91}, 1),
        ({"respiration": 20}, 0),
        ({"respiration": 21}, 1),
        ({"paco2": 4.3}, 0),
        ({"paco2": 4.2}, 1),
        ({"white_cells": 12}, 0),
        ({"white_cells": 12.1}, 1),
        ({"white_cells": 4}, 0),
        ({"white_cells": 3.9}, 1),
        ({"bands_above_10": "yes"}, 1),
    ],
)
def test_sirs(change, score):
    assert sirs.run(SIRS_NORMAL | change).value == score


def test_sirs_refuses_other_units_and_names_what_is_missing():
    with pytest.raises(RefusedError, match="it looks like mmHg"):
        sirs.run({"paco2": 40})
    with pytest.raises(RefusedError, match="it looks like cells per microlitre"):
        sirs.run({"white_cells": 12000})
    assert sirs.run({"pulse": 100}).missing == ("temperature", "respiration", "white_cells")


@pytest.mark.parametrize("feeling", FEELING)
@pytest.mark.parametrize("change", CHANGE)
def test_every_pair_of_answers(feeling, change):
    act = feeling == "very poor" or "worse" in change
    expected = "act" if act else "no action"
    assert wellness.run({"feeling": feeling, "change": change}).value == expected


def test_one_bad_answer_is_enough_and_one_good_one_is_not():
    assert wellness.run({"change": "5"}).value == "act"
    assert wellness.run({"change": "better"}).value is None
    assert wellness.run({"change": "better"}).missing == ("feeling",)
