"""Write a FHIR R4 bulk export of any size, shaped like Synthea's, for the loading benchmark."""

from __future__ import annotations

import random
from pathlib import Path

SHARES = {"Condition": 0.17, "MedicationRequest": 0.31, "Observation": 0.52}
EVENTS_PER_PERSON = 75
META = '"meta":{{"tag":[{{"system":"https://example.org/tags","code":"benchmark"}}]}}'
PATIENT = (
    '{{"resourceType":"Patient","id":"{id}","identifier":[{{"system":"https://example.org/mrn",'
    '"value":"{id}"}}],"name":[{{"use":"official","family":"Test","given":["Case"]}}],'
    '"gender":"{sex}","birthDate":"{birth}",'
    '"managingOrganization":{{"reference":"Organization/{site}"}},' + META + "}}\n"
)
CONDITION = (
    '{{"resourceType":"Condition","id":"{id}","clinicalStatus":{{"coding":[{{"system":'
    '"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}}]}},'
    '"verificationStatus":{{"coding":[{{"system":'
    '"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}}]}},'
    '"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}",'
    '"display":"Finding {code}"}}],"text":"Finding {code}"}},'
    '"subject":{{"reference":"Patient/{person}"}},'
    '"encounter":{{"reference":"Encounter/{other}"}},'
    '"onsetDateTime":"{day}T23:37:54+00:00","recordedDate":"{day}T23:37:54+00:00",' + META + "}}\n"
)
MEDICATION = (
    '{{"resourceType":"MedicationRequest","id":"{id}","status":"stopped","intent":"order",'
    '"medicationCodeableConcept":{{"coding":[{{"system":'
    '"http://www.nlm.nih.gov/research/umls/rxnorm","code":"{code}",'
    '"display":"Medicine {code} 20 MG Oral Tablet"}}],"text":"Medicine {code} 20 MG Oral Tablet"}},'
    '"subject":{{"reference":"Patient/{person}"}},'
    '"encounter":{{"reference":"Encounter/{other}"}},"authoredOn":"{day}T23:37:54+00:00",'
    '"requester":{{"reference":"Practitioner/{other}","display":"Dr Test"}},'
    '"dosageInstruction":[{{"sequence":1,"text":"Take one daily","asNeededBoolean":false}}],'
    '"dispenseRequest":{{"quantity":{{"value":28,"unit":"tablet"}},'
    '"expectedSupplyDuration":{{"value":28,"unit":"day","system":"http://unitsofmeasure.org",'
    '"code":"d"}}}},' + META + "}}\n"
)
_OBSERVATION = (
    '{{"resourceType":"Observation","id":"{id}","status":"final","category":[{{"coding":[{{"system":'
    '"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory",'
    '"display":"laboratory"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org",'
    '"code":"{code}","display":"Test {code} in serum or plasma"}}],'
    '"text":"Test {code} in serum or plasma"}},"subject":{{"reference":"Patient/{person}"}},'
    '"encounter":{{"reference":"Encounter/{other}"}},"effectiveDateTime":"{day}T23:37:54+00:00",'
    '"issued":"{day}T23:37:54.530+00:00",'
)
QUANTITY = (
    '"valueQuantity":{{"value":{value},"unit":"{unit}","system":"http://unitsofmeasure.org",'
    '"code":"{unit}"}}'
)
RESULT = _OBSERVATION + QUANTITY + "," + META + "}}\n"
PRESSURE = (
    _OBSERVATION
    + '"component":[{{"code":{{"coding":[{{"system":"http://loinc.org","code":"8462-4",'
    '"display":"Diastolic Blood Pressure"}}],"text":"Diastolic Blood Pressure"}},'
    + QUANTITY
    + '}},{{"code":{{"coding":[{{"system":"http://loinc.org","code":"8480-6",'
    '"display":"Systolic Blood Pressure"}}],"text":"Systolic Blood Pressure"}},'
    + QUANTITY
    + "}}],"
    + META
    + "}}\n"
)
UNITS = ("mmol/L", "g/dL", "%", "mg/dL", "mm[Hg]")


def write_extract(folder: Path, megabytes: int, seed: int = 1) -> dict[str, int]:
    """Write Patient, Condition, MedicationRequest and Observation files of about this size.

    Returns the number of lines of each file. The same seed gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    people = [_uuid(chance) for _ in range(max(megabytes * 1_100_000 // 1000 // 75, 1))]
    lines = {"Patient": _write_people(folder, people, chance)}
    for kind, share in SHARES.items():
        size = int(megabytes * 1_000_000 * share)
        lines[kind] = _write_events(folder / f"{kind}.ndjson", kind, size, people, chance)
    return lines


def _write_people(folder: Path, people: list[str], chance: random.Random) -> int:
    with (folder / "Patient.ndjson").open("w") as file:
        for person in people:
            birth = f"{chance.randint(1930, 1999)}-{chance.randint(1, 12):02d}-15"
            sex, site = chance.choice(("male", "female")), f"P{chance.randint(1, 40):05d}"
            file.write(PATIENT.format(id=person, sex=sex, birth=birth, site=site))
    return len(people)


def _write_events(
    path: Path, kind: str, size: int, people: list[str], chance: random.Random
) -> int:
    lines = written = 0
    with path.open("w") as file:
        while written < size:
            text = _line(kind, people, chance)
            lines, written = lines + 1, written + len(text)
            file.write(text)
    return lines


def _line(kind: str, people: list[str], chance: random.Random) -> str:
    number = int(min(chance.paretovariate(0.8), 900))
    form = {"Condition": CONDITION, "MedicationRequest": MEDICATION}.get(kind, RESULT)
    if form is RESULT and chance.random() < 0.08:
        form = PRESSURE
    return form.format(
        id=_uuid(chance),
        person=chance.choice(people),
        other=_uuid(chance),
        code=f"{1000 + number}-7",
        day=f"{chance.randint(2005, 2025)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        value=round(chance.uniform(1, 200), 2),
        unit=UNITS[number % len(UNITS)],
    )


def _uuid(chance: random.Random) -> str:
    text = f"{chance.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
