"""NICE CG146: every age and every risk factor from both sides."""

from __future__ import annotations

import pytest

from harmfree.clinical import find

TOOL = find("cg146_assess")
NONE = {
    "fragility_fracture": "no", "glucocorticoids": "no", "premature_menopause": "no",
    "falls": "no", "family_hip_fracture": "no", "secondary_cause": "no", "bmi": 25,
    "smoker": "no", "alcohol_units": 0,
}  # fmt: skip
YES, NO = "consider assessment", "not routinely"


@pytest.mark.parametrize(
    ("sex", "age", "value"),
    [("female", 64, NO), ("female", 65, YES), ("male", 74, NO), ("male", 75, YES)],
)
def test_age_alone(sex, age, value):
    assert TOOL.run(NONE | {"sex": sex, "age": age}).value == value


FACTORS = [
    *((name, "yes") for name in NONE if NONE[name] == "no" and name != "premature_menopause"),
    ("bmi", 18.4),
    ("alcohol_units", 30),
]


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize(("name", "raw"), FACTORS)
def test_any_factor_from_50(name, raw, sex):
    assert TOOL.run(NONE | {"sex": sex, "age": 50, name: raw}).value == YES


@pytest.mark.parametrize(("name", "raw"), [*FACTORS, ("premature_menopause", "yes")])
def test_only_major_factors_below_50(name, raw):
    major = name in ("fragility_fracture", "glucocorticoids", "premature_menopause")
    result = TOOL.run(NONE | {"sex": "female", "age": 49, name: raw})
    assert result.value == (YES if major else NO)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"bmi": 18.5}, NO), ({"bmi": 18.49}, YES),
        ({"alcohol_units": 14}, NO), ({"alcohol_units": 14.1}, YES),
        ({"sex": "male", "alcohol_units": 21}, NO), ({"sex": "male", "alcohol_units": 21.1}, YES),
        ({"sex": "male", "alcohol_units": 15}, NO),
        ({"sex": "male", "premature_menopause": "yes"}, NO),
    ],
)  # fmt: skip
def test_thresholds(change, value):
    assert TOOL.run(NONE | {"sex": "female", "age": 60} | change).value == value


@pytest.mark.parametrize(
    ("age", "said"),
    [(39, "measure bone density"), (40, "FRAX or QFracture"), (84, "FRAX or QFracture"),
     (85, "Use FRAX"), (90, "Use FRAX"), (91, "count as at high risk")],
)  # fmt: skip
def test_what_to_do_by_age(age, said):
    row = NONE | {"sex": "female", "age": age, "fragility_fracture": "yes"}
    assert said in TOOL.run(row).advice[0]


def test_what_is_not_recorded_is_neither_yes_nor_no():
    row = {name: raw for name, raw in NONE.items() if name != "falls"}
    result = TOOL.run(row | {"sex": "female", "age": 60})
    assert (result.value, result.missing) == (None, ("falls",))
    assert TOOL.run({"sex": "female", "age": 60, "smoker": "yes"}).value == YES
    assert TOOL.run({"sex": "female", "age": 70}).value == YES
    assert TOOL.run({"age": 70}).missing == ("sex",)
