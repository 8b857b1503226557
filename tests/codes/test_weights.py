"""Weights: anticholinergic scores and morphine equivalents of one tablet, millilitre or patch."""

from __future__ import annotations

import pytest

from codes.dictionaries import dictionary
from harmfree.programmes import code_folders
from harmfree.records.codes import resolve_all


def weights(name: str, *terms: str) -> list[float]:
    table = dictionary([("dmd", str(i), term) for i, term in enumerate(terms)])
    found = resolve_all([name], table, code_folders())[name]
    by_row = dict(zip(found.code_ids.tolist(), found.weights.tolist(), strict=True))
    return [by_row.get(i, 0.0) for i in range(len(terms))]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("Amitriptyline 10mg tablets", 3),
        ("Oxybutynin 5mg tablets", 3),
        ("Furosemide 40mg tablets", 1),
        ("Warfarin 1mg tablets", 1),
        ("Digoxin 125microgram tablets", 1),
        ("Metformin 500mg tablets", 1),
        ("Tramadol 50mg capsules", 2),
        ("Amlodipine 5mg tablets", 0),
        # One drug under two names with two scores: the higher.
        ("Levomepromazine 25mg tablets", 3),
        ("Methotrimeprazine 25mg tablets", 3),
    ],
)
def test_anticholinergic_score(term: str, expected: float):
    assert weights("anticholinergic", term) == [expected]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("Morphine 60mg modified-release tablets", 60),
        ("Morphine 10mg/5ml oral solution", 2),
        ("Oxycodone 40mg modified-release tablets", 60),
        ("Tramadol 50mg capsules", 5),
        ("Co-codamol 30mg/500mg tablets", 3),
        ("Paracetamol 325mg / Tramadol 37.5mg tablets", 3.75),
        # 12 micrograms an hour is 28.8 mg of oral morphine a day, worn three days.
        ("Fentanyl 12micrograms/hour transdermal patches", 86.4),
        ("Durogesic 50micrograms transdermal patches", 360),
        ("Buprenorphine 10micrograms/hour transdermal patches", 168),
        ("Buprenorphine 35micrograms/hour transdermal patches", 336),
        ("Buprenorphine 200microgram sublingual tablets", 12),
    ],
)
def test_morphine_equivalent_of_one_unit(term: str, expected: float):
    assert weights("opioid_equivalent", term) == [pytest.approx(expected)]


def test_a_brand_has_the_weight_of_its_substance():
    table = dictionary(
        [
            ("bnf", "0407020Q0AAAAAA", "Morphine 30mg modified-release tablets"),
            ("bnf", "0407020Q0BBAAAA", "Newbrand 30mg modified-release tablets"),
        ]
    )
    found = resolve_all(["opioid_equivalent"], table, code_folders())["opioid_equivalent"]
    assert found.weights.tolist() == [30, 30]


def test_a_list_without_weights_has_none():
    assert weights("nsaid_oral", "Ibuprofen 400mg tablets") == [0]
