"""Records that nobody here wrote: two routes into the store must agree, and published counts."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from harmfree.records.vocabulary import store_code
from records.conftest import Home

pytestmark = pytest.mark.shared_data


def twin(home: Home, tmp_path: Path) -> Home:
    """A second store with the same key, so that pseudonyms can be compared."""
    other = Home(tmp_path / "twin")
    other.folder.mkdir()
    shutil.copy(home.folder / "key", other.folder / "key")
    return other


def test_bundles_give_what_their_ndjson_gives(
    shared_data: Path, home: Home, tmp_path: Path
) -> None:
    folder = shared_data / "records" / "synthea_r4_smart615"
    home.load(folder / "ndjson", extract_date=None)
    other = twin(home, tmp_path)
    other.load(folder / "raw_bundles_sample_60.tar.gz", extract_date=None)
    people = {person["person"] for person in other.people()}
    assert len(people) == 58  # two of the 60 bundles are of people who are there twice
    expected = [event for event in home.events() if event[0] in people]
    assert [e for e in other.events() if e[0] in {x[0] for x in expected}] == expected


def test_a_genuine_export_gives_what_the_converted_bundles_give(
    shared_data: Path, home: Home, tmp_path: Path
) -> None:
    folder = shared_data / "records" / "synthea_r4_bulkserver100"
    common = [p.name for p in (folder / "export_ndjson").iterdir()]
    for name, into in (("ndjson", home), ("export_ndjson", None)):
        chosen = tmp_path / name
        chosen.mkdir()
        for file in common:
            if (folder / "ndjson" / file).exists():
                shutil.copy(folder / name / file, chosen / file)
        (into or twin(home, tmp_path)).load(chosen, extract_date=None)
    other = Home(tmp_path / "twin")
    assert len(home.people()) == 100
    assert other.events() == home.events()


def test_fhir_and_csv_of_the_same_people_agree(
    shared_data: Path, home: Home, tmp_path: Path
) -> None:
    folder = shared_data / "records" / "synthea_ri117_fhir_csv"
    home.load(folder / "ndjson", extract_date=None)
    other = twin(home, tmp_path)
    other.load(folder / "csv", kind="auto", mapping=Path("synthea"), extract_date=None)
    people = {p["person"]: (p["birth_date"], p["sex"], p["death_date"]) for p in home.people()}
    twins = {p["person"]: (p["birth_date"], p["sex"], p["death_date"]) for p in other.people()}
    assert len(people) == 112
    assert people.items() <= twins.items()
    mine = {(e[0], e[2], e[3]) for e in home.events()}
    theirs = {(e[0], e[2], e[3]) for e in other.events() if e[0] in people}
    assert theirs - mine == set()
    # What only the FHIR form has: observations (no CSV of them here) and reports.
    assert {system for _, system, _ in mine - theirs} <= {"loinc", "snomed", "local"}
    for system in ("rxnorm", "cvx"):
        assert {x for x in mine if x[1] == system} == {x for x in theirs if x[1] == system}


def test_omop_counts_equal_achilles(shared_data: Path, home: Home) -> None:
    folder = shared_data / "records" / "omop_broadsea_demo"
    home.load(folder, extract_date=None)
    people: dict[tuple[str, str], set[int]] = {}
    for person, _, system, code, *_ in home.events():
        people.setdefault((system, code), set()).add(person)
    concepts = {
        row[0]: store_code(row[1], row[2])
        for row in duckdb.sql(
            "SELECT concept_id, vocabulary_id, concept_code FROM "
            f"read_csv('{folder}/concept.csv.gz', all_varchar=true)"
        ).fetchall()
    }
    published = duckdb.sql(
        "SELECT analysis_id, stratum_1, count_value::INT FROM "
        f"read_csv('{folder}/achilles_results.csv.gz', all_varchar=true) "
        "WHERE analysis_id IN ('400', '700', '1800')"
    ).fetchall()
    equal = Counter(
        analysis
        for analysis, concept, count in published
        if len(people.get(concepts.get(concept, ("omop", concept)), ())) == count
    )
    assert Counter(row[0] for row in published) == {"400": 80, "700": 113, "1800": 55}
    assert equal == {"400": 80, "700": 113, "1800": 55}
    assert Counter(p["sex"] for p in home.people()) == {1: 1373, 2: 1321}


def test_gp_connect_records_load(shared_data: Path, home: Home) -> None:
    folder = shared_data / "records" / "uk_gpconnect_stu3"
    home.load(folder, extract_date=None)
    bundles = [json.loads(path.read_text()) for path in folder.rglob("*.json")]
    assert len(bundles) == 15
    # One person is in two files; two patients of the same short id are two people.
    assert len(home.people()) == 14
    rules = home.rules()
    assert rules["nhs_number_invalid"] == 14  # thirteen masked numbers and a made-up one
    assert rules["carried_out"] and rules["restated"]
    systems = Counter(event[2] for event in home.events())
    assert systems["snomed"] > 900 and systems["readv2"] > 300
    assert {site["name"] for site in home.store.sites.to_pylist()} >= {
        "TEMPLE SOWERBY MEDICAL PRACTICE"
    }
    issued = [e for e in home.events() if e[7] is not None]
    assert issued and all(e[7] > e[1] for e in issued)


def test_every_resource_is_in_the_store_or_the_ledger(shared_data: Path, home: Home) -> None:
    """Nothing disappears: what is not an event is a row of the ledger."""
    folder = shared_data / "records" / "uk_gpconnect_stu3" / "uat_TC4"
    home.load(folder, extract_date=None)
    used = {"Condition", "Observation", "AllergyIntolerance", "Immunization", "Encounter"}
    used |= {"MedicationRequest", "MedicationStatement", "DiagnosticReport"}
    resources = Counter(
        entry["resource"]["resourceType"]
        for path in folder.glob("*.json")
        for entry in json.loads(path.read_text())["entry"]
        if entry["resource"]["resourceType"] in used
    )
    ledger = home.store.ledger().to_pylist()
    left_out = {row["line"] for row in ledger if "/" in row["line"]}
    merged = sum(
        row["records"] for row in ledger if row["rule"] in ("sent_again", "carried_out", "restated")
    )
    origin = duckdb.sql(
        f"SELECT count(DISTINCT resource) FROM '{home.store.path(0)}/origin_event.parquet'"
    ).fetchall()[0][0]
    # A resource may be in both (one of its codings left out), never in neither.
    assert origin + merged + len(left_out) >= sum(resources.values())


def test_ehrql_tables_load(shared_data: Path, home: Home) -> None:
    home.load(shared_data / "records" / "ehrql_example" / "example-data", extract_date=None)
    assert len(home.people()) == 100
    assert home.store.manifest.events + home.rules().get("before_birth", 0) == 293 + 14
    assert home.store.manifest.sources[0].kind == "ehrql"
    assert len({row[1] for row in home.registrations()}) == 10
