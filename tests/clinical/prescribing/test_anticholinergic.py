"""Anticholinergic burden: names, scale, conflicts, thresholds, and the NumPy twin."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical import find
from harmfree.clinical.errors import RefusedError
from harmfree.clinical.prescribing.anticholinergic import population, scale
from harmfree.clinical.prescribing.names import atc_codes, distinct, recognise, synonyms, table

TOOL = find("anticholinergic_burden")


def burden(medicines, **more):
    return TOOL.run({"medicines": medicines} | more)


@pytest.mark.parametrize(
    ("medicines", "value"),
    [
        ("amitriptyline; oxybutynin; furosemide", 7),
        ("warfarin; digoxin; metformin", 3),
        ("none", 0),
        ("amitriptyline 10mg tablets; Amitriptyline 25 mg", 3),
        ("Hyoscine hydrobromide 300microgram tablets, scopolamine patch", 3),
        ("hyoscine butylbromide 10mg tablets", 0),
        (["Chlorpheniramine 4mg", "FRUSEMIDE 40 mg", "dothiepin"], 4),
    ],
)
def test_cases(medicines, value):
    result = burden(medicines)
    assert result.value == value
    assert sum(part.points for part in result.components) == value
    assert result.detail["scale"] == "ACBcalc"


def test_one_drug_under_two_names_takes_the_higher_score_and_says_so():
    for name in ("levomepromazine 25mg tablets", "methotrimeprazine"):
        result = burden(name)
        assert result.value == 3
        assert result.warnings == (
            "The scale lists one drug as levomepromazine 3 and methotrimeprazine 2: the higher was "
            "used.",
        )
    assert burden("levomepromazine; methotrimeprazine").value == 3


def test_a_drug_off_the_scale_counts_nothing_and_is_named():
    result = burden("oxybutynin; unobtainium 5mg")
    assert result.value == 3
    assert result.detail["not_on_the_scale"] == ["unobtainium 5mg"]
    assert "Not on the scale, counted 0: unobtainium 5mg." in result.warnings


@pytest.mark.parametrize(
    ("medicines", "band"),
    [
        ("tramadol", "below 3"),
        ("oxybutynin", "relevant"),
        ("oxybutynin; tramadol", "relevant"),
        ("oxybutynin; amitriptyline", "6 or more"),
    ],
)
def test_bands(medicines, band):
    result = burden(medicines)
    assert result.band == band
    assert bool(result.advice) is (band != "below 3")


def test_the_scale_is_named_and_changes_the_answer():
    acb, aec = burden("solifenacin"), burden("solifenacin", scale="aec")
    assert (acb.value, acb.detail["scale"]) == (3, "ACBcalc")
    assert (aec.value, aec.detail["scale"]) == (1, "AEC (Bishara 2020)")


def test_the_order_changes_nothing():
    names = ["oxybutynin", "warfarin", "codeine 15mg", "digoxin"]
    assert {burden(names[n:] + names[:n]).value for n in range(4)} == {6}


def test_missing_and_refused():
    assert burden(None).missing == ("medicines",)
    with pytest.raises(RefusedError, match="not a list"):
        burden(5)
    with pytest.raises(RefusedError, match="every item must be text"):
        burden([1, 2])
    with pytest.raises(RefusedError, match="at most 200"):
        burden(["a"] * 201)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Sodium valproate 200mg gastro-resistant tablets", "valproic acid"),
        ("Co-codamol 30mg/500mg tablets", "co-codamol"),
        ("Isosorbide mononitrate 20mg", "isosorbide mononitrate"),
        ("Lithium carbonate 400mg m/r tablets", "lithium"),
        ("N06AA09", "amitriptyline"),
        ("Apomorphine 10mg/ml", "apomorphine"),
        ("?!", "?!"),
    ],
)
def test_names_as_prescribed(written, name):
    assert recognise(written).name == name


def test_a_name_inside_another_word_is_not_it():
    assert not recognise("apomorphine").known
    assert not recognise("nordigoxin").known


def test_tables_are_consistent():
    known = set(atc_codes()) | {row["name"] for name in ("acbcalc", "aec") for row in table(name)}
    assert not set(synonyms()) & set(atc_codes())
    assert not set(synonyms()) & set(synonyms().values())
    assert len(set(atc_codes().values())) == len(atc_codes())
    assert all(name == name.lower().strip() for name in known)


def scale_of(name):
    return {drug: score.points for drug, score in scale(name).items()}


@pytest.mark.shared_data
def test_every_shared_acbcalc_score(shared_data):
    with (shared_data / "prescribing" / "acbcalc.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 170
    for row in rows:
        result = burden(row["Name"])
        expected = 3 if row["Name"] == "Methotrimeprazine" else int(row["Score"])
        assert result.value == expected, row["Name"]
    assert set(scale_of("acbcalc").values()) == {1, 2, 3}


WRITTEN = st.sampled_from(
    ["amitriptyline 10mg", "Amitriptyline 25 mg", "oxybutynin", "frusemide", "furosemide 40mg",
     "methotrimeprazine", "levomepromazine", "unobtainium", "warfarin 1mg", "aspirin"]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(WRITTEN, max_size=6), min_size=1, max_size=8))
def test_the_numpy_twin_equals_the_tool(people):
    person = np.array([n for n, names in enumerate(people) for _ in names], dtype=np.int64)
    medicine = [name for names in people for name in names]
    for name in ("acbcalc", "aec"):
        found = population(person, medicine, len(people), name)
        assert found.tolist() == [burden(tuple(names), scale=name).value for names in people]


def test_the_twin_checks_its_columns():
    with pytest.raises(ValueError, match="one length"):
        population(np.array([0]), [], 1)
    with pytest.raises(ValueError, match="0 to 0"):
        population(np.array([1]), ["aspirin"], 1)
    assert population(np.array([], dtype=np.int64), [], 3).tolist() == [0, 0, 0]


def test_distinct_keeps_the_first_spelling():
    assert [one.given for one in distinct(("frusemide", "furosemide 40mg"))] == ["frusemide"]
