"""FHIR R4 Observation resources that hold an ECG as SampledData.

Meaning of SampledData (HL7 FHIR R4, 2.24.0.14): value = origin + factor x number; `period` is
the milliseconds between samples; E is an error, U above and L below the limit of detection;
`dimensions` values are interleaved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.errors import RecordingError, UnitsError
from harmfree.rhythm.recording import Recording, millivolts


def read(path: Path) -> Iterator[Recording]:
    """Yield every Observation with SampledData in a JSON resource, Bundle or NDJSON file."""
    found = False
    for number, resource in enumerate(_resources(path), start=1):
        for observation in _observations(resource):
            parts = _sampled(observation)
            if parts:
                found = True
                name = str(observation.get("id") or f"{path.stem}-{number}")
                yield _recording(name, parts, path)
    if not found:
        raise RecordingError(
            "The file holds no Observation with SampledData.",
            where=str(path),
            do="export the ECG as a FHIR R4 Observation with valueSampledData",
        )


def _resources(path: Path) -> Iterator[Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".ndjson":
            yield from (json.loads(line) for line in text.splitlines() if line.strip())
        else:
            yield json.loads(text)
    except ValueError as problem:
        raise RecordingError(
            f"The file is not valid JSON: {problem}.", where=str(path), do="export it again"
        ) from problem


def _observations(resource: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(resource, dict):
        return
    if resource.get("resourceType") == "Bundle":
        for entry in resource.get("entry") or []:
            yield from _observations(entry.get("resource") if isinstance(entry, dict) else None)
    elif resource.get("resourceType") == "Observation":
        yield resource


def _sampled(observation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Name and SampledData of the observation itself and of each of its components."""
    parts = [observation, *(observation.get("component") or [])]
    return [
        (_name(part.get("code")), part["valueSampledData"])
        for part in parts
        if isinstance(part, dict) and isinstance(part.get("valueSampledData"), dict)
    ]


def _name(code: Any) -> str:
    if not isinstance(code, dict):
        return "ECG"
    codings = [coding.get("display") for coding in code.get("coding") or []]
    return str(code.get("text") or next(filter(None, codings), "ECG"))


def _recording(name: str, parts: list[tuple[str, dict[str, Any]]], path: Path) -> Recording:
    where = f"{path}, Observation {name}"
    columns: list[FloatArray] = []
    names: list[str] = []
    rates: set[float] = set()
    for lead, data in parts:
        values, rate = _values(data, where)
        rates.add(rate)
        columns += list(values.T)
        names += (
            [lead] if values.shape[1] == 1 else [f"{lead} {k + 1}" for k in range(len(values.T))]
        )
    if len(rates) > 1:
        raise UnitsError("The leads of one Observation have different rates.", where=where)
    length = min(column.size for column in columns)
    signals = np.stack([column[:length] for column in columns], axis=1)
    return Recording(name, signals, rates.pop(), tuple(names))


def _values(data: dict[str, Any], where: str) -> tuple[FloatArray, float]:
    origin = data.get("origin") or {}
    factor = millivolts(str(origin.get("unit") or origin.get("code") or "mV"), where=where)
    try:
        period = float(data["period"])
        dimensions = int(data.get("dimensions") or 1)
        numbers = np.array([_number(word) for word in str(data["data"]).split()])
        values = float(origin.get("value") or 0.0) + float(data.get("factor") or 1.0) * numbers
    except (KeyError, ValueError) as problem:
        raise RecordingError(
            f"The SampledData is not whole: {problem}.",
            where=where,
            do="it needs period, dimensions and data",
        ) from problem
    if period <= 0 or dimensions < 1 or numbers.size < dimensions:
        raise UnitsError(
            "The period or the dimensions of the SampledData are not above zero.", where=where
        )
    whole = numbers.size // dimensions * dimensions
    return values[:whole].reshape(-1, dimensions) * factor, 1000.0 / period


def _number(word: str) -> float:
    """E, U and L stand for no value."""
    return float("nan") if word in {"E", "U", "L"} else float(word)
