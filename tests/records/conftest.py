"""A store to load into, and small FHIR extracts to load."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harmfree.records import Store
from harmfree.records.extract import find_extract
from harmfree.records.loading import Loaded, load
from records.make import Resource, patient


class Home:
    """A store under test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, path: Path, **options: Any) -> Loaded:
        options.setdefault("label", "test")
        options.setdefault("extract_date", date(2024, 12, 31))
        return load(self.folder, find_extract(path, **options))

    @property
    def store(self) -> Store:
        return Store.open(self.folder)

    def events(self) -> list[tuple[Any, ...]]:
        """(person, date, system, code, value, comparator, unit, until) of all events, in order."""
        store, rows = self.store, []
        codes, units = store.codes, store.units
        for number in store.buckets:
            person, event = store.bucket(number).person, store.bucket(number).event
            person = person.append_column("row", [range(person.num_rows)])
            rows += duckdb.sql(
                "SELECT p.person, date::VARCHAR, system, code, value, comparator, unit, "
                "until::VARCHAR FROM event e JOIN person p ON p.row = e.person "
                "JOIN codes USING (code_id) JOIN units USING (unit_id)"
            ).fetchall()
            assert len(rows) >= event.num_rows
        del codes, units
        return sorted(rows, key=str)

    def facts(self) -> list[tuple[str, str, float | None]]:
        """(date, code, value) of all events, in order."""
        return sorted(((e[1], e[3], e[4]) for e in self.events()), key=str)

    def rules(self) -> dict[str, int]:
        """Rule of the ledger -> records."""
        counts: dict[str, int] = {}
        for row in self.store.ledger().to_pylist():
            counts[row["rule"]] = counts.get(row["rule"], 0) + row["records"]
        return counts

    def people(self) -> list[dict[str, Any]]:
        store = self.store
        return [p for n in store.buckets for p in store.bucket(n).person.to_pylist()]

    def registrations(self) -> list[tuple[Any, ...]]:
        """(person, site id, start, end) in order."""
        store, rows = self.store, []
        sites = store.sites["id"].to_pylist()
        for number in store.buckets:
            bucket = store.bucket(number)
            names = bucket.person["person"].to_pylist()
            for row in bucket.registration.to_pylist():
                end = row["end"] and str(row["end"])
                rows.append((names[row["person"]], sites[row["site"]], str(row["start"]), end))
        return sorted(rows, key=str)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def extract(tmp_path: Path) -> Callable[..., Path]:
    """Write resources as NDJSON, a file a type; returns the folder."""

    def write(*resources: Resource, name: str = "extract", people: bool = True) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for resource in (*([patient()] if people else []), *resources):
            with (folder / f"{resource['resourceType']}.ndjson").open("a") as file:
                file.write(json.dumps(resource) + "\n")
        return folder

    return write
