"""CHADS2, CHA2DS2-VASc, CHA2DS2-VA, ORBIT, HAS-BLED and strokes avoided."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical.anticoagulation.bleeding_risk import hasbled, orbit
from harmfree.clinical.anticoagulation.stroke_risk import (
    cha2ds2va,
    cha2ds2vasc,
    cha2ds2vasc_array,
    chads2,
)
from harmfree.clinical.anticoagulation.strokes import YEARLY_STROKE_PERCENT, strokes_avoided
from harmfree.clinical.errors import RefusedError

NONE = {
    "heart_failure": 0, "hypertension": 0, "diabetes": 0, "stroke": 0, "vascular_disease": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("person", "vasc", "va"),
    [
        ({"age": 64, "sex": "male"}, 0, 0),
        ({"age": 64, "sex": "female"}, 1, 0),
        ({"age": 65, "sex": "female", "hypertension": 1}, 3, 2),
        ({"age": 65, "sex": "male"}, 1, 1),
        ({"age": 74, "sex": "male"}, 1, 1),
        ({"age": 75, "sex": "male"}, 2, 2),
        ({"age": 74, "sex": "male", "diabetes": 1}, 2, 2),
        ({"age": 70, "sex": "male", "stroke": 1}, 3, 3),
        ({"age": 40, "sex": "m", "vascular_disease": 1}, 1, 1),
        ({"age": 80, "sex": "female"} | dict.fromkeys(NONE, 1), 9, 8),
    ],
)
def test_the_published_vectors(person, vasc, va):
    row = NONE | person
    assert cha2ds2vasc.run(row).value == vasc
    assert cha2ds2va.run(row).value == va


@pytest.mark.parametrize(("age", "points"), [(74, 0), (75, 1)])
def test_chads2(age, points):
    assert chads2.run(NONE | {"age": age}).value == points
    assert chads2.run(NONE | {"age": age, "stroke": 1}).value == points + 2
    assert chads2.run(dict.fromkeys(NONE, 1) | {"age": 80}).value == 6


@pytest.mark.parametrize(
    ("person", "advice"),
    [
        ({"age": 64, "sex": "male"}, "Do not offer"),
        ({"age": 64, "sex": "female"}, "Do not offer"),
        ({"age": 64, "sex": "male", "diabetes": 1}, "Consider"),
        ({"age": 64, "sex": "female", "diabetes": 1}, "Offer"),
        ({"age": 75, "sex": "male"}, "Offer"),
    ],
)
def test_what_nice_advises(person, advice):
    assert cha2ds2vasc.run(NONE | person).advice[0].startswith(advice)


def test_a_missing_item_leaves_limits_and_is_named():
    result = cha2ds2vasc.run({"sex": "female"})
    assert (result.value, result.detail) == (None, {"minimum": 1, "maximum": 9})
    assert result.missing == (
        "heart_failure", "hypertension", "age", "diabetes", "stroke", "vascular_disease",
    )  # fmt: skip
    assert cha2ds2va.run({}).detail == {"minimum": 0, "maximum": 8}
    assert cha2ds2va.run(NONE).detail == {"minimum": 0, "maximum": 2}
    assert chads2.run({}).detail == {"minimum": 0, "maximum": 6}
    assert cha2ds2vasc.run({"age": 80}).detail == {"minimum": 2, "maximum": 9}


people = st.fixed_dictionaries(
    {"age": st.one_of(st.integers(18, 110), st.floats(60, 80)), "sex": st.sampled_from(["m", "f"])}
    | dict.fromkeys(NONE, st.booleans())
)


@given(st.lists(people, min_size=1, max_size=20))
@settings(max_examples=50)
def test_the_arrays_equal_the_function(rows):
    columns = {name: np.array([row[name] for row in rows]) for name in NONE}
    ages = np.array([row["age"] for row in rows], dtype=float)
    female = np.array([row["sex"] == "f" for row in rows])
    scored = cha2ds2vasc_array(ages, female, **columns)
    assert list(scored) == [cha2ds2vasc.run(row).value for row in rows]


def test_the_ages_on_arrays():
    ages = np.array([64, 65, 74, 74.9, 75], dtype=float)
    none = np.zeros(5, dtype=bool)
    assert list(cha2ds2vasc_array(ages, none, **dict.fromkeys(NONE, none))) == [0, 1, 1, 1, 2]


@given(people)
@settings(max_examples=50)
def test_older_people_and_more_conditions_never_score_less(person):
    score = cha2ds2vasc.run(person).value
    older = cha2ds2vasc.run(person | {"age": min(120, person["age"] + 10)}).value
    sicker = cha2ds2vasc.run(person | {"diabetes": True}).value
    assert older >= score
    assert sicker >= score


@given(people, st.sets(st.sampled_from([*NONE, "age", "sex"])))
@settings(max_examples=60)
def test_the_limits_hold_the_score_of_the_full_record(person, lost):
    partial = cha2ds2vasc.run({name: raw for name, raw in person.items() if name not in lost})
    full = cha2ds2vasc.run(person).value
    assert partial.detail["minimum"] <= full <= partial.detail["maximum"]
    assert (partial.value is None) == bool(lost)


ORBIT = {
    "age": 70, "sex": "male", "egfr": 80, "bleeding_history": 0, "antiplatelet": 0,
    "haemoglobin": 140,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "score", "band"),
    [
        ({}, 0, "low"),
        ({"age": 74}, 0, "low"),
        ({"age": 75}, 1, "low"),
        ({"egfr": 60}, 0, "low"),
        ({"egfr": 59}, 1, "low"),
        ({"haemoglobin": 130}, 0, "low"),
        ({"haemoglobin": 129}, 2, "low"),
        ({"sex": "female", "haemoglobin": 120}, 0, "low"),
        ({"sex": "female", "haemoglobin": 119}, 2, "low"),
        ({"haematocrit": 40}, 0, "low"),
        ({"haematocrit": 39}, 2, "low"),
        ({"sex": "female", "haematocrit": 36}, 0, "low"),
        ({"sex": "female", "haematocrit": 35}, 2, "low"),
        ({"anaemia": 1}, 2, "low"),
        ({"bleeding_history": 1}, 2, "low"),
        ({"age": 76, "egfr": 59, "haemoglobin": 129, "antiplatelet": 1}, 5, "high"),
        ({"age": 76, "egfr": 59, "haemoglobin": 130, "antiplatelet": 1}, 3, "medium"),
        ({"bleeding_history": 1, "haemoglobin": 100}, 4, "high"),
    ],
)
def test_orbit(change, score, band):
    result = orbit.run(ORBIT | change)
    assert (result.value, result.band) == (score, band)


def test_orbit_without_sex_is_settled_when_both_sexes_agree():
    assert orbit.run(ORBIT | {"sex": None}).value == 0
    assert orbit.run(ORBIT | {"sex": None, "haemoglobin": 110}).value == 2
    unsettled = orbit.run(ORBIT | {"sex": None, "haemoglobin": 125})
    assert (unsettled.value, unsettled.missing) == (None, ("sex",))


def test_orbit_names_a_missing_blood_count():
    assert orbit.run(ORBIT | {"haemoglobin": None}).missing == ("haemoglobin",)
    assert orbit.run(ORBIT | {"haemoglobin": None, "haematocrit": 45}).value == 0


def test_haemoglobin_in_other_units_is_refused():
    with pytest.raises(RefusedError, match="it looks like g/dL: 12.9 would be 129 g/L"):
        orbit.run(ORBIT | {"haemoglobin": 12.9})


HASBLED = {
    "systolic": 130, "dialysis_or_transplant": 0, "creatinine": 90, "liver_disease": 0,
    "stroke": 0, "bleeding": 0, "on_warfarin": 1, "ttr": 70, "age": 60,
    "antiplatelet_or_nsaid": 0, "alcohol": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "score"),
    [
        ({}, 0),
        ({"systolic": 160}, 0),
        ({"systolic": 161}, 1),
        ({"creatinine": 199}, 0),
        ({"creatinine": 200}, 1),
        ({"dialysis_or_transplant": 1, "creatinine": None}, 1),
        ({"dialysis_or_transplant": 1, "creatinine": 300}, 1),
        ({"ttr": 60}, 0),
        ({"ttr": 59.9}, 1),
        ({"ttr": None, "on_warfarin": 0}, 0),
        ({"age": 65}, 0),
        ({"age": 66}, 1),
        ({"alcohol": 7.9}, 0),
        ({"alcohol": 8}, 1),
        ({"liver_disease": 1, "stroke": 1, "bleeding": 1}, 3),
    ],
)
def test_hasbled(change, score):
    result = hasbled.run(HASBLED | change)
    assert (result.value, result.band) == (score, "high" if score >= 3 else "not high")


def test_hasbled_names_what_is_missing_and_refuses_a_fraction():
    assert hasbled.run(HASBLED | {"creatinine": None}).missing == ("creatinine",)
    assert hasbled.run(HASBLED | {"ttr": None, "on_warfarin": None}).missing == ("ttr",)
    assert hasbled.run(HASBLED | {"ttr": 0}).value == 1
    with pytest.raises(RefusedError, match="looks like a fraction; give 100"):
        hasbled.run(HASBLED | {"ttr": 1})
    with pytest.raises(RefusedError, match="looks like a fraction; give 55"):
        hasbled.run(HASBLED | {"ttr": 0.55})


@pytest.mark.parametrize(
    ("people_treated", "strokes", "lives"),
    [(11_468, 459, 115), (79_125, 3_165, 791), (91_250, 3_650, 912)],
)
def test_the_collaboratives_published_figures(people_treated, strokes, lives):
    result = strokes_avoided.run({"extra_treated": people_treated})
    assert round(result.value) == strokes
    assert int(result.detail["lives_saved"] + 0.5) == pytest.approx(lives, abs=1)


def test_the_risk_weighted_estimate():
    result = strokes_avoided.run({"untreated_by_score": {"4": 10, "6": 5}})
    assert result.value == pytest.approx(0.62725)
    assert result.detail["expected_without_treatment"] == pytest.approx(0.965)
    assert sum(part.points for part in result.components) == pytest.approx(result.value)


@pytest.mark.parametrize(("score", "nnt"), [(2, 70), (3, 48), (4, 32), (5, 21), (6, 16)])
def test_the_number_needed_to_treat_of_each_score(score, nnt):
    avoided = strokes_avoided.run({"untreated_by_score": {str(score): 1}}).value
    assert round(1 / avoided) == nnt


def test_assumptions_are_inputs_and_a_wrong_score_is_refused():
    assert strokes_avoided.run({"extra_treated": 100, "number_needed": 50}).value == 2
    assert strokes_avoided.run({}).missing == ("extra_treated", "untreated_by_score")
    with pytest.raises(RefusedError, match="'10' is not a score"):
        strokes_avoided.run({"untreated_by_score": "10=5"})
    assert len(YEARLY_STROKE_PERCENT) == 10


def test_every_combination_of_conditions_sums_its_points():
    weights = {**dict.fromkeys(NONE, 1), "stroke": 2}
    for present in itertools.product([0, 1], repeat=len(NONE)):
        row = dict(zip(NONE, present, strict=True)) | {"age": 50, "sex": "male"}
        expected = sum(weights[name] for name in NONE if row[name])
        assert cha2ds2vasc.run(row).value == expected
