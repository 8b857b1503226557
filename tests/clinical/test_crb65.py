"""CRB65: every threshold from both sides, missing inputs, the vectors of the publication."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical.errors import RefusedError
from harmfree.clinical.infection.crb65 import CRB65Inputs, crb65

NORMAL = {"confusion": False, "respiration": 16, "systolic": 120, "diastolic": 80, "age": 40}


@pytest.mark.parametrize(
    ("change", "score"),
    [
        ({}, 0),
        ({"respiration": 29}, 0),
        ({"respiration": 30}, 1),
        ({"systolic": 90}, 0),
        ({"systolic": 89}, 1),
        ({"diastolic": 61}, 0),
        ({"diastolic": 60}, 1),
        ({"systolic": 89, "diastolic": 60}, 1),
        ({"age": 16}, 0),
        ({"age": 64}, 0),
        ({"age": 65}, 1),
        ({"confusion": True}, 1),
        ({"age": 65, "respiration": 29, "systolic": 95, "diastolic": 60}, 2),
        ({"age": 64, "respiration": 30, "systolic": 89, "diastolic": 70, "confusion": True}, 3),
    ],
)
def test_each_threshold_from_both_sides(change, score):
    assert crb65.run(NORMAL | change).value == score


@pytest.mark.parametrize("score", range(5))
def test_the_band_of_every_score(score):
    raised = {"confusion": True, "respiration": 40, "systolic": 80, "age": 80}
    row = NORMAL | dict(itertools.islice(raised.items(), score))
    result = crb65.run(row)
    assert (result.value, result.band) == (
        score,
        ["low", "intermediate", "intermediate", "high", "high"][score],
    )


def test_a_missing_input_is_named_and_gives_limits_not_a_total():
    result = crb65.run({"confusion": "yes", "age": 70})
    assert result.value is None
    assert result.missing == ("respiration", "systolic", "diastolic")
    assert (result.detail["minimum"], result.detail["maximum"]) == (2, 4)
    said = "Incomplete: the score is between 2 and 4 (intermediate to high)."
    assert result.warnings == (said,)
    assert crb65.run({"confusion": 1, "age": 70, "rr": 30}).warnings[0].endswith("(high).")


def test_one_low_pressure_is_enough_without_the_other():
    result = crb65.run({"confusion": False, "respiration": 16, "age": 40, "diastolic": 55})
    assert (result.value, result.missing) == (1, ())


def test_a_diastolic_pressure_above_the_systolic_is_refused():
    with pytest.raises(RefusedError, match="diastolic: is above the systolic"):
        crb65.run(NORMAL | {"systolic": 70})


@given(st.fixed_dictionaries({}, optional={name: st.just(NORMAL[name]) for name in NORMAL}))
@settings(max_examples=40)
def test_the_limits_hold_the_score_of_any_completion(known):
    partial = crb65(CRB65Inputs(**known))
    complete = crb65.run(NORMAL | known)
    assert partial.detail["minimum"] <= complete.value <= partial.detail["maximum"]
