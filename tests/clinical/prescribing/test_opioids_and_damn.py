"""Opioid equivalents and DAMN medicines."""

from __future__ import annotations

import csv

import pytest

from harmfree.clinical import find
from harmfree.clinical.errors import RefusedError
from harmfree.clinical.prescribing.opioids import DailyOpioid, OpioidInputs, factors

OPIOIDS, DAMN = find("opioid_equivalent"), find("damn_medicines")


@pytest.mark.parametrize(("drug", "route"), list(factors()))
def test_every_factor(drug, route):
    result = OPIOIDS.run({"opioids": [{"drug": drug, "route": route, "mg_per_day": 2}]})
    assert result.value == pytest.approx(2 * factors()[drug, route][0])
    assert factors()[drug, route][1] in result.components[0].why


@pytest.mark.parametrize(
    ("written", "value", "band"),
    [
        ("morphine oral 119.9 mg", 119.9, "below 120 mg"),
        ("morphine oral 120 mg", 120, "high"),
        ("morphine sulfate oral 60mg; codeine phosphate oral 240 mg", 84, "below 120 mg"),
        ("fentanyl patch 50 mcg/h", 120, "high"),
        ("Fentanyl transdermal 12 micrograms/hour", 28.8, "below 120 mg"),
        ("buprenorphine patch 5 mcg/h", 12, "below 120 mg"),
        ("oxycodone injection 40 mg", 120, "high"),
        ("tramadol oral 400 mg", 40, "below 120 mg"),
        ("morphine oral 30 mg; morphine oral 30 mg", 60, "below 120 mg"),
        ("none", 0, "below 120 mg"),
    ],
)
def test_cases(written, value, band):
    result = OPIOIDS.run({"opioids": written})
    assert result.value == pytest.approx(value)
    assert result.band == band
    assert "Not for switching from one opioid to another." in result.warnings


@pytest.mark.parametrize("drug", ["methadone", "buprenorphine"])
def test_uncertain_factors_are_said(drug):
    row = {"opioids": [{"drug": drug, "route": "injection", "mg_per_day": 5}]}
    assert any(drug in said.lower() for said in OPIOIDS.run(row).warnings)


def test_as_a_typed_function():
    given = OpioidInputs(opioids=(DailyOpioid("morphine", "oral", 40.0),))
    assert OPIOIDS(given).value == 40


def test_without_a_list_there_is_no_total():
    assert OPIOIDS.run({}).missing == ("opioids",)


def test_an_unknown_factor_gives_no_total():
    result = OPIOIDS.run({"opioids": "morphine oral 20 mg; tapentadol injection 50 mg"})
    assert result.value is None
    assert result.detail["at_least"] == 20
    assert "tapentadol injection" in result.warnings[0]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("morphine oral 60", "state the unit"),
        ("morphine oral 60 tablets", "state the unit"),
        ("morphine 60 mg", "write drug, route and amount"),
        ("morphine knee 60 mg", "route 'knee' is not one of"),
        ("morphine oral 60000 mg", "outside the plausible range"),
        ("fentanyl patch 25 mg", "is it micrograms an hour"),
        ([{"drug": "morphine", "route": "oral"}], "give drug, route and mg_per_day"),
        ([{"drug": "morphine", "route": "oral", "mg_per_day": "60"}], "not a number"),
    ],
)
def test_what_cannot_be_meant_is_refused(written, said):
    with pytest.raises(RefusedError, match=said):
        OPIOIDS.run({"opioids": written})


@pytest.mark.shared_data
def test_the_factors_equal_the_shared_table(shared_data):
    with (shared_data / "prescribing" / "opioid_ing_form_ome.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        drug = row["nm"].lower().split()[0]
        assert factors()[drug, row["form"]][0] == float(row["ome"]), row["nm"]


@pytest.mark.parametrize(
    ("medicines", "value", "flags"),
    [
        ("none", 0, ()),
        ("naproxen", 1, ()),
        ("aspirin; paracetamol", 0, ()),
        ("ramipril; bendroflumethiazide", 2, ("two_or_more",)),
        ("naproxen; metformin", 2, ("two_or_more", "nsaid_with_another")),
        ("ibuprofen; naproxen", 2, ("two_or_more", "nsaid_with_another")),
        ("ramipril; furosemide; naproxen", 3,
         ("two_or_more", "nsaid_with_another", "triple_whammy")),
        ("losartan 50mg; spironolactone; etoricoxib; metformin", 4,
         ("two_or_more", "nsaid_with_another", "triple_whammy")),
        ("C09AA05; C03CA01", 2, ("two_or_more",)),
        ("glucosamine; metformin", 1, ()),
        ("ramipril 5mg; ramipril 2.5mg", 1, ()),
    ],
)  # fmt: skip
def test_damn(medicines, value, flags):
    row = {"medicines": medicines, "egfr": 60, "previous_aki": "no"}
    result = DAMN.run(row)
    assert result.value == value
    assert tuple(name for name, on in result.detail["flags"].items() if on) == flags


def test_a_combined_product_is_one_medicine_in_two_groups():
    result = DAMN.run({"medicines": "C09BA05", "egfr": 90, "previous_aki": "no"})
    assert result.value == 1
    assert result.components[0].why == "Diuretic and ACE inhibitor, ARB or renin inhibitor"


@pytest.mark.parametrize(
    ("change", "risk"),
    [
        ({"egfr": 59.9}, True),
        ({"egfr": 60, "previous_aki": "no"}, False),
        ({"egfr": 60, "previous_aki": "yes"}, True),
        ({"egfr": 60}, None),
        ({}, None),
        ({"previous_aki": "yes"}, True),
    ],
)
def test_the_kidney(change, risk):
    row = {"medicines": "ramipril; furosemide"} | change
    assert DAMN.run(row).detail["flags"]["kidney_at_risk"] is risk
    alone = {"medicines": "ramipril"} | change
    assert DAMN.run(alone).detail["flags"]["kidney_at_risk"] is False


def test_what_is_not_recognised_is_named():
    result = DAMN.run({"medicines": "unobtainium; ramipril"})
    assert result.warnings == ("Not recognised, not counted: unobtainium.",)
    assert DAMN.run({}).missing == ("medicines",)
