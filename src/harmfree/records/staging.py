"""The pieces of one load: checked rows on disk, each piece whole or absent.

A source hands over DuckDB SELECTs in the shapes of `harmfree.records.checks`; `Stage` applies the
checks and writes Parquet. An interrupted load finds the pieces that it had finished.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from harmfree.records import checks

KINDS = ("sites", "people", "registrations", "care", "events")


@dataclass(frozen=True)
class LedgerRow:
    """One record left out or changed; `value` never says who it is about."""

    file: str
    line: str
    rule: str
    value: str = ""
    records: int = 1


@dataclass
class Stage:
    """Where the checked rows of one load are collected.

    Args:
        con: DuckDB connection, its memory limited; has a table `known` when the store has people.
        folder: where the pieces are written.
        settings: what the checks need.
        files: names of the extract's files; their places are the `file` numbers of the rows.
    """

    con: duckdb.DuckDBPyConnection
    folder: Path
    settings: checks.Settings
    files: list[str] = field(default_factory=list)
    _begun: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def _begin(self) -> None:
        """Write an empty piece of each kind, so that all kinds have their columns."""
        if self._begun:
            return
        self._begun = True
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE people (ref VARCHAR, person BIGINT, birth_date DATE, "
            "death_date DATE)"
        )
        self.sites("none", _nothing(checks.SITES))
        self.people("none", _nothing(checks.PEOPLE))
        self.registrations("none", _nothing(checks.REGISTRATIONS))
        self.care("none", "SELECT '' AS ref, '' AS site, 0 AS visits, NULL::DATE AS latest LIMIT 0")
        self.events("none", _nothing(checks.EVENTS))

    def sites(self, name: str, select: str) -> None:
        """Stage sites from rows of the shape `checks.SITES`."""
        self._write(f"sites-{name}", select)

    def people(self, name: str, select: str) -> None:
        """Stage people from rows of the shape `checks.PEOPLE`."""
        self._write(f"people-{name}", checks.people(self.settings, select))

    def registrations(self, name: str, select: str) -> None:
        """Stage registrations from rows of the shape `checks.REGISTRATIONS`."""
        self._write(f"registrations-{name}", checks.registrations(self.settings, select))

    def care(self, name: str, select: str) -> None:
        """Stage which site saw whom how often and last, from rows of the shape `checks.CARE`."""
        self._write(
            f"care-{name}",
            f"SELECT p.person, c.site, c.visits::BIGINT AS visits, c.latest::DATE AS latest "
            f"FROM ({select}) c JOIN people p ON p.ref = c.ref",
        )

    def events(self, name: str, select: str) -> None:
        """Stage events from rows of the shape `checks.EVENTS`."""
        self._write(f"events-{name}", checks.events(self.settings, select))

    def settle_people(self) -> None:
        """Make the table `people` of all staged people: the last entry of each `ref` counts."""
        self.con.execute(
            "CREATE OR REPLACE TEMP TABLE people AS SELECT ref, last(person) AS person, "
            "last(birth_date) AS birth_date, last(death_date) AS death_date "
            f"FROM (SELECT * FROM {self.rows('people')} ORDER BY file, version) "
            "WHERE rule IS NULL GROUP BY ref"
        )

    def rows(self, kind: str) -> str:
        """FROM item over all pieces of `kind` (or over the one piece of that name)."""
        self._begin()
        name = f"{kind}-*.parquet" if kind in KINDS else f"{kind}.parquet"
        return f"read_parquet({checks.quoted(str(self.folder / name))})"

    def has(self, name: str) -> bool:
        """Whether piece `name` is finished."""
        return (self.folder / f"{name}.parquet").exists()

    def note(self, name: str, rows: Iterable[LedgerRow]) -> None:
        """Keep rows of the ledger that a source found while reading."""
        target = self.folder / f"ledger-{name}.ndjson"
        draft = target.with_suffix(".part")
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(row)) + "\n" for row in rows)
        draft.rename(target)

    def notes(self) -> Sequence[LedgerRow]:
        """All rows kept by `note`."""
        lines = (
            line
            for path in sorted(self.folder.glob("ledger-*.ndjson"))
            for line in path.read_text(encoding="utf-8").splitlines()
        )
        return [LedgerRow(**json.loads(line)) for line in lines]

    def restart(self, name: str) -> None:
        """Go on in another folder, where nothing is staged yet (or what an earlier try staged)."""
        self.folder, self._begun = self.folder.parent / name, False
        self.folder.mkdir(parents=True, exist_ok=True)

    def _write(self, name: str, select: str) -> None:
        """Write the rows of `select` as piece `name` unless it is there already."""
        self._begin()
        if self.has(name):
            return
        draft = self.folder / f"{name}.part"
        # Dictionaries make it small; to compress the rest costs more than it saves.
        self.con.execute(
            f"COPY ({select}) TO {checks.quoted(str(draft))} "
            "(FORMAT parquet, COMPRESSION uncompressed)"
        )
        draft.rename(self.folder / f"{name}.parquet")


def table_of(con: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    """Result of a query as an Arrow table."""
    return con.sql(query).to_arrow_table()


def _nothing(columns: Sequence[str]) -> str:
    """SELECT of no rows of a shape."""
    typed = (f"NULL::{_TYPES.get(name, 'VARCHAR')} AS {name}" for name in columns)
    return f"SELECT {', '.join(typed)} LIMIT 0"


_TYPES = {"file": "INT", "resource": "UBIGINT", "parent": "UBIGINT"}
