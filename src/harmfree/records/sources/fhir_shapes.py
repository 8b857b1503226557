"""The parts of FHIR resources that are read, as typed columns for DuckDB's JSON reader.

R4 and STU3 together: the names of both are listed, and what one version gives as a code and the
other as a concept is read as text. Whatever else a resource holds is skipped by the reader.
"""

from __future__ import annotations

from typing import Any

# A shape is "VARCHAR", {"field": shape} or [shape].
Shape = Any

TEXT = "VARCHAR"
CODING = {"system": TEXT, "code": TEXT, "display": TEXT}
CONCEPT = {"coding": [CODING], "text": TEXT}
REFERENCE = {"reference": TEXT, "display": TEXT}
QUANTITY = {"value": TEXT, "comparator": TEXT, "unit": TEXT, "system": TEXT, "code": TEXT}
PERIOD = {"start": TEXT, "end": TEXT}
IDENTIFIER = {"system": TEXT, "value": TEXT}

RESULT = {
    "code": CONCEPT,
    "valueQuantity": QUANTITY,
    "valueCodeableConcept": CONCEPT,
    "valueString": TEXT,
    "valueInteger": TEXT,
}
MEDICINE = {
    "medicationCodeableConcept": CONCEPT,
    "medicationReference": REFERENCE,
    "contained": [{"resourceType": TEXT, "id": TEXT, "code": CONCEPT}],
    "subject": REFERENCE,
    "status": TEXT,
}
EXTENSION = {
    "url": TEXT,
    "valueCodeableConcept": CONCEPT,
    "extension": [
        {
            "url": TEXT,
            "valuePeriod": PERIOD,
            "valueCodeableConcept": CONCEPT,
            "valueCoding": CODING,
        }
    ],
}

_ANY: dict[str, Shape] = {
    "resourceType": TEXT,
    "id": TEXT,
    "meta": {"lastUpdated": TEXT},
    "harmfreeFile": TEXT,  # written by `harmfree.records.sources.fhir_split`
}

SHAPES: dict[str, dict[str, Shape]] = {
    "Organization": {
        "identifier": [IDENTIFIER],
        "name": TEXT,
        "type": [CONCEPT],
        "partOf": REFERENCE,
    },
    "Patient": {
        "identifier": [IDENTIFIER],
        "extension": [EXTENSION],
        "gender": TEXT,
        "birthDate": TEXT,
        "deceasedDateTime": TEXT,
        "managingOrganization": REFERENCE,
    },
    "Medication": {"code": CONCEPT},
    "EpisodeOfCare": {
        "status": TEXT,
        "patient": REFERENCE,
        "managingOrganization": REFERENCE,
        "period": PERIOD,
    },
    "Encounter": {
        "status": TEXT,
        "type": [CONCEPT],
        "class": TEXT,
        "subject": REFERENCE,
        "period": PERIOD,
        "serviceProvider": REFERENCE,
    },
    "Condition": {
        "clinicalStatus": TEXT,
        "verificationStatus": TEXT,
        "code": CONCEPT,
        "subject": REFERENCE,
        "onsetDateTime": TEXT,
        "onsetPeriod": PERIOD,
        "recordedDate": TEXT,
        "assertedDate": TEXT,
    },
    "Observation": {
        **RESULT,
        "status": TEXT,
        "subject": REFERENCE,
        "effectiveDateTime": TEXT,
        "effectivePeriod": PERIOD,
        "effectiveInstant": TEXT,
        "issued": TEXT,
        "component": [RESULT],
    },
    "MedicationRequest": {
        **MEDICINE,
        "intent": TEXT,
        "authoredOn": TEXT,
        "basedOn": [REFERENCE],
        "dispenseRequest": {
            "quantity": QUANTITY,
            "expectedSupplyDuration": QUANTITY,
            "validityPeriod": PERIOD,
        },
    },
    "MedicationStatement": {
        **MEDICINE,
        "basedOn": [REFERENCE],
        "taken": TEXT,
        "effectiveDateTime": TEXT,
        "effectivePeriod": PERIOD,
        "dateAsserted": TEXT,
    },
    "MedicationDispense": {
        **MEDICINE,
        "authorizingPrescription": [REFERENCE],
        "whenHandedOver": TEXT,
        "whenPrepared": TEXT,
        "quantity": QUANTITY,
        "daysSupply": QUANTITY,
    },
    "MedicationAdministration": {
        **MEDICINE,
        "effectiveDateTime": TEXT,
        "effectivePeriod": PERIOD,
    },
    "Procedure": {
        "status": TEXT,
        "notDone": TEXT,
        "code": CONCEPT,
        "subject": REFERENCE,
        "performedDateTime": TEXT,
        "performedPeriod": PERIOD,
    },
    "Immunization": {
        "status": TEXT,
        "notGiven": TEXT,
        "vaccineCode": CONCEPT,
        "extension": [{"url": TEXT, "valueCodeableConcept": CONCEPT}],
        "patient": REFERENCE,
        "occurrenceDateTime": TEXT,
        "occurrenceString": TEXT,
        "date": TEXT,
    },
    "AllergyIntolerance": {
        "clinicalStatus": TEXT,
        "verificationStatus": TEXT,
        "code": CONCEPT,
        "patient": REFERENCE,
        "onsetDateTime": TEXT,
        "recordedDate": TEXT,
        "assertedDate": TEXT,
    },
    "DiagnosticReport": {
        "status": TEXT,
        "code": CONCEPT,
        "subject": REFERENCE,
        "effectiveDateTime": TEXT,
        "effectivePeriod": PERIOD,
        "issued": TEXT,
    },
    "Flag": {"status": TEXT, "code": CONCEPT, "subject": REFERENCE, "period": PERIOD},
}
SHAPES = {kind: {**_ANY, **shape} for kind, shape in SHAPES.items()}


def sql_type(shape: Shape) -> str:
    """DuckDB's name of the type of `shape`."""
    if isinstance(shape, dict):
        fields = ", ".join(f'"{name}" {sql_type(part)}' for name, part in shape.items())
        return f"STRUCT({fields})"
    if isinstance(shape, list):
        return f"{sql_type(shape[0])}[]"
    return str(shape)


def columns(shape: dict[str, Shape]) -> str:
    """The `columns` argument of DuckDB's JSON reader for a resource of `shape`."""
    return "{" + ", ".join(f"'{name}': '{sql_type(part)}'" for name, part in shape.items()) + "}"


def conform(value: Any, shape: Shape, path: str, wrong: list[str]) -> Any:
    """`value` cut down to `shape`; the paths of fields of another type are added to `wrong`."""
    if value is None:
        return None
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            wrong.append(path)
            return None
        return {
            name: conform(value[name], part, f"{path}.{name}", wrong)
            for name, part in shape.items()
            if name in value
        }
    if isinstance(shape, list):
        if not isinstance(value, list):
            wrong.append(path)
            return None
        return [conform(item, shape[0], path, wrong) for item in value]
    return value
