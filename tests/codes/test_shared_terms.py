"""Codes that nobody here wrote: the lists claim what they should in Synthea and UK GP records."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codes.dictionaries import dictionary
from harmfree.programmes import code_folders
from harmfree.records.codes import load_library, resolve_all

pytestmark = pytest.mark.shared_data
SYSTEMS = {
    "http://snomed.info/sct": "snomed",
    "http://loinc.org": "loinc",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "http://read.info/readv2": "readv2",
}


def codings(part: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(part, dict):
        if part.get("system") in SYSTEMS and "code" in part:
            yield SYSTEMS[part["system"]], str(part["code"]), str(part.get("display", ""))
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from codings(each)


def claimed(rows: set[tuple[str, str, str]]) -> dict[str, set[str]]:
    """List to the terms that it claims."""
    table, folders = dictionary(sorted(rows)), code_folders()
    terms = table["term"].to_pylist()
    found = resolve_all(load_library(folders), table, folders)
    return {name: {terms[i] for i in each.code_ids} for name, each in found.items()}


@pytest.fixture(scope="module")
def synthea(shared_data: Path) -> dict[str, set[str]]:
    rows: set[tuple[str, str, str]] = set()
    folder = shared_data / "records" / "synthea_r4_smart615" / "ndjson"
    for kind in ("Condition", "MedicationRequest"):
        with gzip.open(folder / f"{kind}.ndjson.gz", "rt", encoding="utf-8") as file:
            rows.update(coding for line in file for coding in codings(json.loads(line)))
    with gzip.open(folder / "Observation.ndjson.gz", "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number % 8 == 0:
                rows.update(codings(json.loads(line)))
    return claimed(rows)


@pytest.fixture(scope="module")
def uk(shared_data: Path) -> dict[str, set[str]]:
    rows: set[tuple[str, str, str]] = set()
    for path in (shared_data / "records" / "uk_gpconnect_stu3").rglob("*.json"):
        rows.update(codings(json.loads(path.read_text(encoding="utf-8"))))
    return claimed(rows)


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("warfarin", {"Warfarin Sodium 5 MG Oral Tablet"}),
        ("clopidogrel", {"Clopidogrel 75 MG Oral Tablet"}),
        ("atrial_fibrillation", {"Atrial Fibrillation"}),
        ("heart_failure", {"Chronic congestive heart failure (disorder)"}),
        ("asthma", {"Asthma", "Childhood asthma"}),
        ("epilepsy", {"Epilepsy", "Seizure disorder"}),
    ],
)
def test_synthea(synthea: dict[str, set[str]], name: str, terms: set[str]):
    assert synthea[name] == terms


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("nsaid_oral", "Ibuprofen 200 MG Oral Tablet"),
        ("nsaid_oral", "Naproxen sodium 220 MG Oral Tablet"),
        ("statin", "Simvistatin 10 MG"),
        ("loop_diuretic", "Lasix 40mg"),
        ("thiazide_diuretic", "Hydrochlorothiazide 25 MG"),
        ("digoxin_125_or_more", "Digoxin 0.125 MG Oral Tablet"),
        ("opioid", "Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG Oral Tablet"),
        ("egfr", "Estimated Glomerular Filtration Rate"),
        ("creatinine", "Creatinine"),
        ("potassium", "Potassium"),
        ("haemoglobin", "Hemoglobin [Mass/volume] in Blood"),
        ("systolic_pressure", "Systolic Blood Pressure"),
        ("weight", "Body Weight"),
        ("stroke", "Stroke"),
        ("coronary_heart_disease", "Coronary Heart Disease"),
        ("coronary_heart_disease", "History of myocardial infarction (situation)"),
        ("osteoporosis", "Osteoporosis (disorder)"),
        ("dementia", "Alzheimer's disease (disorder)"),
        ("diabetes_type_2", "Diabetes"),
        ("diabetes_type_2", "Neuropathy due to type 2 diabetes mellitus (disorder)"),
        ("bisphosphonate_oral", "Alendronic acid 10 MG Oral Tablet"),
    ],
)
def test_synthea_holds(synthea: dict[str, set[str]], name: str, some: str):
    assert some in synthea[name]


@pytest.mark.parametrize(
    ("name", "none"),
    [
        ("nsaid_oral", "Acetaminophen 325 MG Oral Tablet"),
        ("haemoglobin", "Hemoglobin A1c/Hemoglobin.total in Blood"),
        ("creatinine", "Microalbumin Creatinine Ratio"),
        ("corticosteroid_systemic", "Hydrocortisone 10 MG/ML Topical Cream"),
        ("loop_diuretic", "10 ML Furosemide 10 MG/ML Injection"),
        ("diabetes", "Prediabetes"),
    ],
)
def test_synthea_does_not_hold(synthea: dict[str, set[str]], name: str, none: str):
    assert none not in synthea[name]


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("aspirin", "Aspirin 75mg dispersible tablets"),
        ("aspirin", "Angettes 75 tablets (Bristol-Myers Squibb Pharmaceuticals Ltd)"),
        ("aspirin", "PostMI 75 dispersible tablets (Ashbourne Pharmaceuticals Ltd)"),
        ("beta_blocker_nonselective", "Propranolol 10mg tablets"),
        ("beta_blocker_nonselective", "Bedranol SR 160mg capsules (Sandoz Ltd)"),
        ("lithium", "Priadel 200mg modified-release tablets (Essential Pharma M)"),
        ("acei_or_arb", "Ramipril 10mg capsules"),
        ("alpha_blocker_luts", "Tamsulosin 400microgram modified-release capsules"),
        ("combined_hormonal_contraceptive", "Microgynon 30 tablets (Bayer Plc)"),
        ("full_blood_count", "FBC - full blood count"),
        ("inr", "INR - international normalised ratio"),
        ("liver_function_test", "Liver function test"),
        ("potassium", "Serum potassium level"),
        ("gout", "Gout"),
        ("pulse_irregular", "Pulse irregularly irregular"),
    ],
)
def test_uk_records_hold(uk: dict[str, set[str]], name: str, some: str):
    assert some in uk[name]


@pytest.mark.parametrize(
    ("name", "none"),
    [
        ("beta_blocker_nonselective", "Timolol 0.25% eye drops"),
        ("corticosteroid_systemic", "Adverse reaction to Prednisolone"),
        ("corticosteroid_systemic", "Beconase Aqueous 50micrograms/dose nasal spray"),
        ("asthma", "Asthma never restricts exercise"),
        ("asthma", "Asthma never disturbs sleep"),
        ("systolic_pressure", "Target diastolic blood pressure"),
    ],
)
def test_uk_records_do_not_hold(uk: dict[str, set[str]], name: str, none: str):
    assert none not in uk[name]
