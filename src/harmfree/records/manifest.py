"""What a generation holds and where it came from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from harmfree.records.errors import StoreDamagedError
from harmfree.records.schema import SCHEMA_VERSION


@dataclass(frozen=True)
class Source:
    """One loaded extract.

    Attributes:
        label: the name that later extracts of the same source share.
        kind: fhir, omop, csv, ehrql or synthetic.
        digest: fingerprint of the extract's file names and contents and the load's settings.
        rows: resources or rows read.
        extract_date: the day up to which the extract tells what happened.
    """

    label: str
    kind: str
    digest: str
    rows: int
    extract_date: date


@dataclass(frozen=True)
class Manifest:
    """Counts, sources and dates of one generation."""

    generation: int
    bucket_count: int
    people: int
    registrations: int
    events: int
    extract_date: date
    created: str
    sources: tuple[Source, ...] = field(default=())
    schema_version: int = SCHEMA_VERSION

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(json.dumps(self.as_json(), indent=2) + "\n", encoding="utf-8")

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        values = asdict(self)
        values["extract_date"] = self.extract_date.isoformat()
        for source in values["sources"]:
            source["extract_date"] = source["extract_date"].isoformat()
        return values

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read from JSON; a missing, broken or foreign manifest is a StoreDamagedError."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if values["schema_version"] != SCHEMA_VERSION:
                raise StoreDamagedError(
                    f"The store has form {values['schema_version']}; this version reads "
                    f"form {SCHEMA_VERSION}.",
                    where=str(path),
                    do="Load the extracts again into a new HARMFREE_HOME.",
                )
            sources = [
                Source(**{**source, "extract_date": date.fromisoformat(source["extract_date"])})
                for source in values["sources"]
            ]
            return cls(
                **{
                    **values,
                    "extract_date": date.fromisoformat(values["extract_date"]),
                    "sources": tuple(sources),
                }
            )
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise StoreDamagedError(
                "The store's manifest cannot be read.",
                where=f"{path} ({problem})",
                do="Load the extracts again into a new HARMFREE_HOME.",
            ) from problem
