from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from records.conftest import Home
from records.make import concept, patient, resource

Extract = Callable[..., Path]


def quantity(value: object, unit: str = "mmol/L", **more: object) -> dict[str, Any]:
    return {"value": value, "unit": unit, **more}


def test_a_condition_is_an_event(home: Home, extract: Extract) -> None:
    home.load(extract(resource("Condition")))
    ((person, day, system, code, value, sign, unit, until),) = home.events()
    assert person == home.people()[0]["person"]
    assert (day, system, code) == ("2020-01-01", "snomed", "38341003")
    assert (value, sign, unit, until) == (None, "", "", None)
    assert home.store.codes["term"].to_pylist() == ["A thing"]
    assert home.store.codes["events"].to_pylist() == [1]


def test_a_person_is_known_by_dates_and_sex(home: Home, extract: Extract) -> None:
    dead = patient("p2", gender="male", birthDate="1940", deceasedDateTime="2021-05-04T10:00:00Z")
    home.load(extract(dead, people=True))
    facts = {(p["sex"], str(p["birth_date"]), str(p["death_date"])) for p in home.people()}
    assert facts == {(1, "1950-06-15", "None"), (2, "1940-01-01", "2021-05-04")}
    assert home.rules() == {"partial_date": 1}


def test_each_coding_is_an_event_and_the_text_only_when_there_is_none(
    home: Home, extract: Extract
) -> None:
    coded = {
        "coding": [
            {"system": "http://snomed.info/sct", "code": "1", "display": "One"},
            {"system": "http://read.info/readv2", "code": "G20..", "display": "One"},
            {"system": "https://example.org/local-codes", "code": "X1"},
            {"system": "http://hl7.org/fhir/v3/NullFlavor", "code": "UNK"},
        ],
        "text": "not used",
    }
    home.load(
        extract(
            resource("Condition", "a", code=coded),
            resource("Condition", "b", code={"text": "only text"}),
            resource("Condition", "c", code={}),
        )
    )
    codes = {(event[2], event[3]) for event in home.events()}
    assert codes == {
        ("snomed", "1"),
        ("readv2", "G20.."),
        ("local", "local-codes|X1"),
        ("local", "text|only text"),
    }
    assert home.rules() == {"null_flavour": 1, "no_code": 1}


def test_components_and_concept_values_are_events(home: Home, extract: Extract) -> None:
    pressure = resource(
        "Observation",
        "bp",
        code=concept("75367002"),
        component=[
            {"code": concept("271649006"), "valueQuantity": quantity(140, "mmHg")},
            {"code": concept("271650006"), "valueQuantity": quantity(85, "mmHg")},
        ],
    )
    smoking = resource("Observation", "s", valueCodeableConcept=concept("77176002"))
    home.load(extract(pressure, smoking))
    found = {event[3]: event[4:7] for event in home.events()}
    assert found["271649006"] == (140.0, "", "mm[Hg]")
    assert found["271650006"] == (85.0, "", "mm[Hg]")
    assert found["75367002"] == (None, "", "")
    assert set(found) == {"75367002", "271649006", "271650006", "1", "77176002"}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"valueQuantity": quantity(5.4)}, (5.4, "", "mmol/L")),
        ({"valueQuantity": quantity("5.4")}, (5.4, "", "mmol/L")),
        ({"valueQuantity": quantity(90, "mL/min", comparator=">")}, (90.0, ">", "mL/min")),
        ({"valueQuantity": quantity("<5")}, (5.0, "<", "mmol/L")),
        ({"valueQuantity": quantity("<= 5")}, (5.0, "<=", "mmol/L")),
        ({"valueQuantity": quantity("-1.5")}, (-1.5, "", "mmol/L")),
        ({"valueString": "7.25"}, (7.25, "", "")),
        ({"valueString": ">100 units"}, (100.0, ">", "")),
        ({"valueString": "see letter of 3 May"}, (None, "", "")),
        ({"valueInteger": 3}, (3.0, "", "")),
        ({}, (None, "", "")),
    ],
)
def test_values(
    home: Home, extract: Extract, result: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    home.load(extract(resource("Observation", **result)))
    ((*_, value, sign, unit, _until),) = home.events()
    assert (value if value is None else pytest.approx(value), sign, unit) == expected
    assert home.rules() == {}


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (quantity("high"), "value_unreadable"),
        (quantity("NaN"), "value_unreadable"),
        (quantity("1e300"), "value_unreadable"),
        (quantity(5, comparator="about"), "comparator_unknown"),
    ],
)
def test_an_unreadable_value_leaves_the_event(
    home: Home, extract: Extract, value: dict[str, Any], rule: str
) -> None:
    home.load(extract(resource("Observation", valueQuantity=value)))
    assert home.facts() == [("2020-02-01", "1", None)]
    assert home.rules() == {rule: 1}


@pytest.mark.parametrize(
    ("day", "stored", "rule"),
    [
        ("2019-05-03", "2019-05-03", None),
        ("2019-05-03T23:30:00-05:00", "2019-05-03", None),
        ("2019-05", "2019-05-01", "partial_date"),
        ("2019", "2019-01-01", "partial_date"),
        ("1850-01-01", None, "before_birth"),
        ("0001-01-01", None, "date_too_early"),
        ("1849-12-31", None, "date_too_early"),
        ("2999-01-01", None, "date_in_future"),
        ("2025-01-01", "2025-01-01", None),
        ("2025-01-02", None, "date_in_future"),
        ("1950-06-14", "1950-06-14", None),
        ("1950-06-13", None, "before_birth"),
        ("2019-13-01", None, "date_unreadable"),
        ("yesterday", None, "date_unreadable"),
        ("", None, "no_date"),
        (None, None, "no_date"),
    ],
)
def test_dates(
    home: Home, extract: Extract, day: str | None, stored: str | None, rule: str | None
) -> None:
    home.load(extract(resource("Condition", onsetDateTime=day)))
    assert [event[1] for event in home.events()] == ([stored] if stored else [])
    assert home.rules() == ({rule: 1} if rule else {})


@pytest.mark.parametrize(
    ("day", "kept"), [("2022-05-04", True), ("2022-05-05", False), ("2021-05-04", True)]
)
def test_what_arrives_within_a_year_of_death_counts(
    home: Home, extract: Extract, day: str, kept: bool
) -> None:
    dead = patient("p2", deceasedDateTime="2021-05-04")
    home.load(extract(dead, resource("Condition", person="p2", onsetDateTime=day)))
    assert len(home.events()) == kept
    assert home.rules() == ({} if kept else {"after_death": 1})


@pytest.mark.parametrize(
    "withdrawn",
    [
        resource("Condition", verificationStatus=concept("entered-in-error")),
        resource("Condition", verificationStatus="refuted"),
        resource("Observation", status="cancelled"),
        resource("MedicationRequest", status="entered-in-error"),
        resource("Encounter", status="planned"),
        {**resource("Condition"), "resourceType": "Procedure", "status": "not-done"},
        {**resource("Condition"), "resourceType": "Procedure", "notDone": True},
    ],
)
def test_what_did_not_happen_is_left_out(
    home: Home, extract: Extract, withdrawn: dict[str, Any]
) -> None:
    withdrawn["performedDateTime"] = "2020-01-01"
    home.load(extract(withdrawn))
    assert home.events() == []
    assert home.rules() == {"withdrawn": 1}


def test_a_medicine_has_quantity_and_end_of_supply(home: Home, extract: Extract) -> None:
    dispense = {
        "quantity": quantity(28, "tablet"),
        "expectedSupplyDuration": {"value": 4, "unit": "weeks", "code": "wk"},
    }
    period = {"validityPeriod": {"start": "2020-03-01", "end": "2020-03-15"}}
    home.load(
        extract(
            resource("MedicationRequest", "a", dispenseRequest=dispense),
            resource("MedicationRequest", "b", authoredOn="2021-01-01", dispenseRequest=period),
        )
    )
    assert {event[4:] for event in home.events()} == {
        (28.0, "", "tablet", "2020-03-29"),
        (None, "", "", None),
    }
    assert home.rules() == {"until_unreadable": 1}


def test_medicines_are_found_where_they_are_referred_to(home: Home, extract: Extract) -> None:
    def request(id: str, **more: Any) -> dict[str, Any]:  # noqa: A002
        return resource("MedicationRequest", id, medicationCodeableConcept=None, **more)

    other = {"resourceType": "Medication", "id": "m1", "code": concept("11")}
    inside = [{"resourceType": "Medication", "id": "m2", "code": concept("12")}]
    home.load(
        extract(
            other,
            request("a", medicationReference={"reference": "Medication/m1"}),
            request("b", medicationReference={"reference": "#m2"}, contained=inside),
            request("c", medicationReference={"reference": "Medication/m9", "display": "Named"}),
            request("d", medicationReference={"reference": "Medication/m9"}),
        )
    )
    assert {event[3] for event in home.events()} == {"11", "12", "text|Named"}
    assert home.rules() == {"medicine_unknown": 1}


def test_a_plan_and_its_issues_count_once(home: Home, extract: Extract) -> None:
    based = [{"reference": "MedicationRequest/plan"}]
    statement = resource("MedicationRequest", "ms", basedOn=based, effectiveDateTime="2020-03-01")
    home.load(
        extract(
            resource("MedicationRequest", "plan", intent="plan"),
            resource("MedicationRequest", "i1", basedOn=based, authoredOn="2020-03-02"),
            resource("MedicationRequest", "i2", basedOn=based, authoredOn="2020-03-30"),
            resource("MedicationRequest", "lone", intent="plan", authoredOn="2020-06-01"),
            resource("MedicationRequest", "idea", intent="proposal", authoredOn="2020-07-01"),
            {**statement, "resourceType": "MedicationStatement", "id": "ms"},
        )
    )
    assert [event[1] for event in home.events()] == ["2020-03-02", "2020-03-30", "2020-06-01"]
    assert home.rules() == {"carried_out": 1, "restated": 1, "not_an_issue": 1}


def test_references_in_every_form(home: Home, extract: Extract) -> None:
    forms = ["Patient/p1", "https://x.org/fhir/Patient/p1", "Patient/p1/_history/3", "urn:uuid:p1"]
    conditions = [
        resource("Condition", str(n), subject={"reference": form}, onsetDateTime=f"2020-01-0{n}")
        for n, form in enumerate(forms, 1)
    ]
    home.load(extract(*conditions, resource("Condition", "x", person="nobody")))
    assert len(home.events()) == 4
    assert home.rules() == {"unknown_person": 1}


def test_registration_by_episode_and_by_organisation(home: Home, extract: Extract) -> None:
    site = {"reference": "Organization/o1"}
    organisation = {
        "resourceType": "Organization",
        "id": "o1",
        "name": "A Practice",
        "identifier": [
            {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "P81999"}
        ],
        "partOf": {"reference": "Organization/o2"},
    }
    network = {"resourceType": "Organization", "id": "o2", "name": "A Network"}
    episode = {
        "resourceType": "EpisodeOfCare",
        "id": "e1",
        "status": "finished",
        "patient": {"reference": "Patient/p1"},
        "managingOrganization": site,
        "period": {"start": "2010-01-01", "end": "2015-12-31"},
    }
    home.load(
        extract(
            organisation,
            network,
            episode,
            patient("p2", managingOrganization=site),
            resource("Condition", person="p2"),
        )
    )
    spans = [row[1:] for row in home.registrations()]
    # The last day belongs to it (the end is exclusive); care counts two years on.
    assert sorted(spans) == [
        ("P81999", "2010-01-01", "2016-01-01"),
        ("P81999", "2020-01-01", "2021-12-31"),
    ]
    sites = {row["id"]: (row["name"], row["parent"]) for row in home.store.sites.to_pylist()}
    assert sites == {"P81999": ("A Practice", "o2"), "o2": ("A Network", None)}


def test_without_any_organisation_the_source_is_the_site(home: Home, extract: Extract) -> None:
    home.load(extract(resource("Condition")), label="practice-a")
    assert [row[1] for row in home.registrations()] == ["practice-a"]


def test_the_site_that_saw_a_person_most(home: Home, extract: Extract) -> None:
    def visit(id: str, site: str, day: str) -> dict[str, Any]:  # noqa: A002
        provider = {"reference": f"Organization/{site}"}
        return resource("Encounter", id, serviceProvider=provider, period={"start": day})

    home.load(
        extract(
            visit("a", "gp", "2020-01-01"),
            visit("b", "gp", "2020-02-01"),
            visit("c", "hospital", "2020-03-01"),
        )
    )
    assert [row[1] for row in home.registrations()] == ["gp"]


def test_in_two_sites_at_once_the_latest_start_counts(home: Home, extract: Extract) -> None:
    def episode(id: str, site: str, start: str, end: str | None) -> dict[str, Any]:  # noqa: A002
        return {
            "resourceType": "EpisodeOfCare",
            "id": id,
            "status": "active",
            "patient": {"reference": "Patient/p1"},
            "managingOrganization": {"reference": f"Organization/{site}"},
            "period": {"start": start, "end": end},
        }

    home.load(
        extract(
            episode("a", "A", "2010-01-01", None),
            episode("b", "B", "2015-01-01", "2018-06-30"),
            episode("c", "C", "2018-07-01", None),
            episode("d", "D", "2019-01-01", "2018-01-01"),
            episode("e", "E", "not a date", None),
        )
    )
    assert [row[1:] for row in home.registrations()] == [
        ("A", "2010-01-01", "2015-01-01"),
        ("B", "2015-01-01", "2018-07-01"),
        ("C", "2018-07-01", None),
    ]
    assert home.rules() == {
        "registration_overlaps": 1,
        "registration_backwards": 1,
        "registration_unreadable": 1,
    }


def test_death_ends_a_registration(home: Home, extract: Extract) -> None:
    dead = patient("p1", deceasedDateTime="2020-06-01")
    home.load(extract(dead, resource("Condition"), people=False))
    assert [row[2:] for row in home.registrations()] == [("2020-01-01", "2020-06-01")]


def test_the_same_nhs_number_is_the_same_person(home: Home, extract: Extract) -> None:
    def known(id: str, number: str) -> dict[str, Any]:  # noqa: A002
        system = "https://fhir.nhs.uk/Id/nhs-number"
        return patient(id, identifier=[{"system": system, "value": number}])

    first = extract(known("a", "943 476 5919"), resource("Condition", person="a"), people=False)
    home.load(first, label="one")
    later = extract(
        known("b", "9434765919"),
        known("c", "1234567890"),
        resource("Condition", "r2", person="b", onsetDateTime="2021-01-01"),
        people=False,
    )
    home.load(later, label="two")
    assert len(home.people()) == 2
    owners = {event[0] for event in home.events()}
    assert len(owners) == 1 and len(home.events()) == 2
    assert home.rules() == {"nhs_number_invalid": 1}
    delta = extract(
        resource("Condition", "r3", person="a", onsetDateTime="2022-01-01"), people=False
    )
    home.load(delta, label="one")
    assert {event[0] for event in home.events()} == owners


def bundle(*resources: dict[str, Any], urls: bool = False) -> dict[str, Any]:
    entries = [
        {"fullUrl": f"urn:uuid:{r['id']}", "resource": r} if urls else {"resource": r}
        for r in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def test_a_bundle_says_what_ndjson_says(home: Home, extract: Extract, tmp_path: Path) -> None:
    resources = [
        resource("Condition"),
        resource("Observation", "r2", valueQuantity=quantity(4)),
        resource("MedicationRequest", "r3"),
    ]
    home.load(extract(*resources))
    other = Home(tmp_path / "other")
    other.folder.mkdir()
    (other.folder / "key").write_bytes((home.folder / "key").read_bytes())
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(bundle(patient(), *resources), indent=1))
    other.load(file)
    assert other.events() == home.events()
    assert other.registrations() == home.registrations()


def test_people_of_the_same_short_id_in_two_bundles_stay_apart(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "bundles"
    folder.mkdir()
    system = "https://fhir.nhs.uk/Id/nhs-number"
    for number in ("9434765919", "9434765870"):
        who = patient("2", identifier=[{"system": system, "value": number}])
        content = bundle(who, resource("Condition", person="2"))
        (folder / f"{number}.json").write_text(json.dumps(content))
    home.load(folder)
    assert len(home.people()) == 2
    assert len(home.events()) == 2


def test_gzip_a_mixed_file_and_an_unused_type(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    rows = [patient(), resource("Condition"), {"resourceType": "Claim", "id": "c"}]
    with gzip.open(folder / "all.ndjson.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    (folder / "Claim.ndjson").write_text('{"resourceType":"Claim","id":"x"}\n' * 3)
    home.load(folder)
    assert len(home.events()) == 1
    assert home.rules() == {"type_not_used": 4}


def test_the_extract_date_is_the_last_event_unless_it_is_given(
    home: Home, extract: Extract
) -> None:
    loaded = home.load(extract(resource("Condition")), extract_date=None)
    assert loaded.manifest.extract_date == date(2020, 1, 1)
    loaded = home.load(extract(resource("Condition", "z")), extract_date=date(2022, 2, 2))
    assert loaded.manifest.extract_date == date(2022, 2, 2)
