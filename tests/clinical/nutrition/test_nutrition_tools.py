"""MUST, serum osmolarity and the hydration target."""

from __future__ import annotations

import pytest

from harmfree.clinical import find
from harmfree.clinical.errors import RefusedError

MUST, OSMOLARITY, TARGET = find("must"), find("serum_osmolarity"), find("hydration_target")
WELL = {"bmi": 25, "weight_loss_pct": 0, "acutely_ill_no_intake": "no"}


@pytest.mark.parametrize(
    ("change", "score", "band"),
    [
        ({}, 0, "low"),
        ({"bmi": 20.1}, 0, "low"), ({"bmi": 20.0}, 1, "medium"),
        ({"bmi": 18.5}, 1, "medium"), ({"bmi": 18.4}, 2, "high"),
        ({"weight_loss_pct": 4.9}, 0, "low"), ({"weight_loss_pct": 5}, 1, "medium"),
        ({"weight_loss_pct": 10}, 1, "medium"), ({"weight_loss_pct": 10.1}, 2, "high"),
        ({"acutely_ill_no_intake": "yes"}, 2, "high"),
        ({"bmi": 19, "weight_loss_pct": 7}, 2, "high"),
        ({"bmi": 17, "weight_loss_pct": 12, "acutely_ill_no_intake": "yes"}, 6, "high"),
    ],
)  # fmt: skip
def test_must(change, score, band):
    result = MUST.run(WELL | change)
    assert (result.value, result.band) == (score, band)
    assert sum(part.points for part in result.components) == score


def test_must_from_weights():
    row = {"height": 160, "weight": 47.5, "previous_weight": 50, "acutely_ill_no_intake": "no"}
    result = MUST.run(row)  # BMI 18.55 and a loss of exactly 5%
    assert [part.points for part in result.components] == [1, 1, 0]
    gained = MUST.run(row | {"previous_weight": 40})
    assert gained.components[1].points == 0


@pytest.mark.parametrize("name", list(WELL))
def test_must_with_a_missing_step_gives_a_span(name):
    result = MUST.run({key: value for key, value in WELL.items() if key != name})
    assert (result.value, result.missing) == (None, (name,))
    assert (result.detail["minimum"], result.detail["maximum"]) == (0, 2)


def test_must_refuses_wrong_units():
    with pytest.raises(RefusedError, match="it looks like m: 1.6 would be 160 cm"):
        MUST.run({"height": 1.6})
    with pytest.raises(RefusedError, match="height and weight give"):
        MUST.run({"height": 160, "weight": 60, "bmi": 30})


def blood(na, k, glucose, urea, **more):
    return {"sodium": na, "potassium": k, "glucose": glucose, "urea": urea} | more


@pytest.mark.parametrize(
    ("row", "value", "band"),
    [
        (blood(140, 4, 5, 6), 293.59, "not dehydrated"),
        (blood(150, 4.5, 6, 12), 320.27, "dehydrated"),
        (blood(140, 4, 5, 7.41), 295.0, "not dehydrated"),
        (blood(140, 4, 5, 7.42), 295.01, "dehydrated"),
    ],
)
def test_osmolarity(row, value, band):
    result = OSMOLARITY.run(row)
    assert result.value == pytest.approx(value, abs=1e-9)
    assert result.band == band
    assert sum(part.points for part in result.components) == pytest.approx(value)


@pytest.mark.parametrize(("measured", "band"), [(300, "not dehydrated"), (300.1, "dehydrated")])
def test_a_measured_osmolality_goes_first(measured, band):
    assert OSMOLARITY.run({"measured_osmolality": measured}).band == band
    result = OSMOLARITY.run(blood(140, 4, 5, 6, measured_osmolality=measured))
    assert result.band == band
    assert "measured" in result.warnings[0]


@pytest.mark.parametrize("name", ["sodium", "potassium", "glucose", "urea"])
def test_osmolarity_names_what_is_missing(name):
    row = {key: value for key, value in blood(140, 4, 5, 6).items() if key != name}
    assert OSMOLARITY.run(row).missing == (name,)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"glucose": 90}, "mg/dL: 90 would be 4.9"), ({"urea": 100}, "urea nitrogen"),
     ({"sodium": 320}, "outside the plausible range")],
)  # fmt: skip
def test_osmolarity_refuses_wrong_units(change, said):
    with pytest.raises(RefusedError, match=said):
        OSMOLARITY.run(blood(140, 4, 5, 6) | change)


@pytest.mark.parametrize(
    ("row", "target", "reason"),
    [
        ({"sex": "female"}, 1600, "guideline"),
        ({"sex": "male"}, 2000, "guideline"),
        ({"sex": "male", "personal_target": 1500}, 1500, "personal"),
        ({"sex": "male", "fluid_limit": 1200}, 1200, "fluid limit"),
        ({"sex": "female", "fluid_limit": 1800}, 1600, "guideline"),
        ({"fluid_limit": 1200}, 1200, "fluid limit"),
    ],
)
def test_target(row, target, reason):
    result = TARGET.run(row)
    assert result.value == target
    assert reason in result.detail["reason"]
    assert any("Not verified: 1.6 litres" in said for said in result.warnings)


DAY = {"sex": "female", "hours_awake": 8, "waking_hours": 16}


@pytest.mark.parametrize(
    ("change", "band"),
    [
        ({"drunk": 799}, "below course"),
        ({"drunk": 800}, "on course"),
        ({"drunk": 1599}, "on course"),
        ({"drunk": 1600}, "reached"),
        ({"drunk": 800, "hours_awake": None}, "below so far"),
        ({"drunk": 100, "hours_awake": 1}, "on course"),
        ({"drunk": 100, "hours_awake": 0.99}, "below so far"),
        ({"drunk": 100, "hours_awake": 5e-324}, "below so far"),
        ({"drunk": 0, "hours_awake": 0}, "below so far"),
        ({"drunk": 900, "personal_target": 1600, "fluid_limit": 1700}, "heading above the limit"),
        ({"drunk": 1700, "fluid_limit": 1700}, "reached"),
        ({"drunk": 1701, "fluid_limit": 1700}, "above the limit"),
        ({}, ""),
    ],
)
def test_how_the_day_is_going(change, band):
    assert TARGET.run(DAY | change).band == band


@pytest.mark.parametrize(
    ("drinks", "drunk"),
    [
        ("mug; cup", 430),
        ("2 x cup; 200 ml", 500),
        ([280, 150.5], 430.5),
        ("none", 0),
        ("Mugs", 280),
    ],
)
def test_drinks_add_up(drinks, drunk):
    assert TARGET.run(DAY | {"drinks": drinks}).detail["drunk"] == drunk


def test_drinks_and_their_sum_must_agree_and_be_plausible():
    with pytest.raises(RefusedError, match="the drinks add up to 430 ml"):
        TARGET.run(DAY | {"drinks": "mug; cup", "drunk": 400})
    with pytest.raises(RefusedError, match="write mug, cup or millilitres"):
        TARGET.run(DAY | {"drinks": "a bucket"})
    with pytest.raises(RefusedError, match="more than 10000 ml"):
        TARGET.run(DAY | {"drinks": "99 x 200 ml"})


@pytest.mark.parametrize(("days", "below"), [([1600, 1600], 0), ([1599, 1600], 1), ([], 0)])
def test_days_below_the_target(days, below):
    detail = TARGET.run(DAY | {"drunk": 800, "last_days": days}).detail
    assert (detail["days_below_target"], detail["days_recorded"]) == (below, len(days))


@pytest.mark.parametrize(
    ("helped", "encouraged", "level"),
    [(0, 0, "green"), (0, 1, "amber"), (1, 0, "amber"), (2, 0, "red"), (1, 2, "red")],
)
def test_level_of_help_is_the_higher_answer(helped, encouraged, level):
    row = {"sex": "male", "help_to_drink": helped, "encouragement": encouraged}
    assert TARGET.run(row).detail["help_level"] == level


def test_what_contradicts_is_refused():
    with pytest.raises(RefusedError, match="above the fluid limit"):
        TARGET.run({"personal_target": 2000, "fluid_limit": 1500})
    with pytest.raises(RefusedError, match="above the waking hours"):
        TARGET.run(DAY | {"hours_awake": 17})
    assert TARGET.run({"help_to_drink": 1}).missing == ("sex",)
