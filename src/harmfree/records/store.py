"""The store as its readers see it: one live, immutable generation.

The columns and the layout of the folder are in `harmfree.records.schema` and docs/records.md.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from harmfree.errors import NotFoundError
from harmfree.records import schema
from harmfree.records.errors import StoreDamagedError
from harmfree.records.manifest import Manifest
from harmfree.records.pseudonym import shown

DEFAULT_HOME = "harmfree-data"


def home() -> Path:
    """The folder that holds all state: HARMFREE_HOME, or ./harmfree-data."""
    return Path(os.environ.get("HARMFREE_HOME") or DEFAULT_HOME).absolute()


@dataclass(frozen=True)
class Bucket:
    """The records of some people: three tables, all ordered by person."""

    person: pa.Table
    registration: pa.Table
    event: pa.Table


@dataclass(frozen=True)
class Store:
    """One generation, opened for reading; a load that finishes meanwhile does not disturb it."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, home: Path) -> Store:
        """Open the live generation of the store at `home`; NotFoundError when nothing is loaded."""
        current = home / "current"
        if not current.exists():
            raise NotFoundError(
                "Nothing is loaded yet.",
                where=str(home),
                do="Load an extract (harmfree load PATH) or build the demo "
                "(harmfree demo build), or set HARMFREE_HOME to the folder that has a store.",
            )
        folder = home / "generations" / current.read_text(encoding="ascii").strip()
        return cls(folder, Manifest.read(folder / "manifest.json"))

    @property
    def buckets(self) -> list[int]:
        """Numbers of the buckets."""
        return list(range(self.manifest.bucket_count))

    def path(self, number: int) -> Path:
        """Folder of bucket `number`."""
        return self.folder / "buckets" / f"{number:04d}"

    def bucket(self, number: int, columns: list[str] | None = None) -> Bucket:
        """Read one bucket; `columns` limits the columns of its events."""
        folder = self.path(number)
        try:
            return Bucket(
                schema.read(folder / "person.parquet"),
                schema.read(folder / "registration.parquet"),
                schema.read(folder / "event.parquet", columns),
            )
        except (OSError, pa.ArrowException) as problem:
            raise StoreDamagedError(
                f"Bucket {number} of the store cannot be read.",
                where=f"{folder} ({problem})",
                do="Load the extracts again into a new HARMFREE_HOME.",
            ) from problem

    @cached_property
    def codes(self) -> pa.Table:
        """The dictionary of codes: code_id, system, code, term, events."""
        return schema.read(self.folder / "code.parquet")

    @cached_property
    def units(self) -> pa.Table:
        """The dictionary of units: unit_id, comparator, unit."""
        return schema.read(self.folder / "unit.parquet")

    @cached_property
    def sites(self) -> pa.Table:
        """The sites: site, id, name, kind, parent, start, end, successor."""
        return schema.read(self.folder / "site.parquet")

    def person(self, pseudonym: int) -> Bucket:
        """One person's record, as a bucket of one; NotFoundError when there is no such person."""
        bucket = self.bucket(pseudonym % self.manifest.bucket_count)
        row = pc.index(bucket.person["person"], pseudonym).as_py()
        if row < 0:
            raise NotFoundError(
                f"There is no person {shown(pseudonym)} in the store.",
                do="Take the person's name from the worklist.",
            )
        return Bucket(
            bucket.person.slice(row, 1),
            _rows_of(bucket.registration, bucket.person["registrations"], row),
            _rows_of(bucket.event, bucket.person["events"], row),
        )

    def ledger(self) -> pa.Table:
        """What was left out or changed: source, file, line, rule, value, records."""
        return schema.read(self.folder / "ledger.parquet")


def _rows_of(table: pa.Table, counts: pa.ChunkedArray, row: int) -> pa.Table:
    """The rows of the person in row `row`, given how many rows each person has."""
    start = pc.sum(counts.slice(0, row), min_count=0).as_py()
    part = table.slice(start, counts[row].as_py())
    zero = pa.array([0] * part.num_rows, pa.int32())
    return part.set_column(part.schema.get_field_index("person"), part.schema.field("person"), zero)
