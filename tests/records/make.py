"""FHIR resources as small as they can be."""

from __future__ import annotations

from typing import Any

Resource = dict[str, Any]
SNOMED = "http://snomed.info/sct"


def patient(id: str = "p1", **more: Any) -> Resource:  # noqa: A002
    return {
        "resourceType": "Patient",
        "id": id,
        "gender": "female",
        "birthDate": "1950-06-15",
        **more,
    }


def concept(code: str = "38341003", system: str = SNOMED, display: str = "A thing") -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def resource(kind: str, id: str = "r1", person: str = "p1", **more: Any) -> Resource:  # noqa: A002
    """A resource with what most need: subject, code, status, date."""
    subject = {"reference": f"Patient/{person}"}
    base: dict[str, Resource] = {
        "Condition": {"subject": subject, "code": concept(), "onsetDateTime": "2020-01-01"},
        "Observation": {
            "subject": subject,
            "status": "final",
            "code": concept("1"),
            "effectiveDateTime": "2020-02-01",
        },
        "MedicationRequest": {
            "subject": subject,
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": concept("2"),
            "authoredOn": "2020-03-01",
        },
        "Encounter": {
            "subject": subject,
            "status": "finished",
            "type": [concept("3")],
            "period": {"start": "2020-04-01"},
        },
    }
    return {"resourceType": kind, "id": id, **base.get(kind, {}), **more}
