"""CSV files (or Parquet) of any make, read by a mapping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harmfree.records.checks import NUMERIC_TEXT, quoted, resource
from harmfree.records.errors import MappingError
from harmfree.records.schema import ETHNICITY
from harmfree.records.sources.base import Tell
from harmfree.records.sources.mapping import Mapping, TableMapping
from harmfree.records.sources.tables import Table, note_rejected, open_table, tidy
from harmfree.records.staging import LedgerRow, Stage


@dataclass
class CsvSource:
    """Stages CSV files by a mapping."""

    paths: list[Path]
    mapping: Mapping

    def stage(self, stage: Stage, tell: Tell) -> None:
        """Read the files into `stage`: sites and people first, then what refers to them."""
        tables = self._open(stage)
        for kind, step in (("sites", _sites), ("people", _people)):
            self._each(stage, tables, kind, step)
        stage.settle_people()
        self._each(stage, tables, "registrations", _registrations)
        todo = [entry for entry in self.mapping.tables if entry.kind == "events"]
        for done, entry in enumerate(todo):
            tell(f"reading {entry.file}", done, len(todo))
            if entry.file in tables:
                reading = Reading(stage, tables[entry.file], entry, self.mapping.date_format)
                _events(f"{done:03d}", reading)
        for table in tables.values():
            note_rejected(stage, table)

    def _open(self, stage: Stage) -> dict[str, Table]:
        """The mapped files that are there; files that are not mapped are named in the ledger."""
        mapped = {entry.file for entry in self.mapping.tables}
        tables: dict[str, Table] = {}
        for number, path in enumerate(self.paths):
            name = path.name if path.name in mapped else path.name.removesuffix(".gz")
            if name in mapped:
                table = open_table(stage, number, path, encoding=self.mapping.encoding)
                if table is not None:
                    tables[name] = table
            else:
                row = LedgerRow(stage.files[number], "", "type_not_used", path.name[:40])
                stage.note(f"unused-{number}", [row])
        return tables

    def _each(
        self,
        stage: Stage,
        tables: dict[str, Table],
        kind: str,
        step: Callable[[str, Reading], None],
    ) -> None:
        """Take `step` for each mapped file of `kind`."""
        for place, entry in enumerate(e for e in self.mapping.tables if e.kind == kind):
            if entry.file in tables:
                reading = Reading(stage, tables[entry.file], entry, self.mapping.date_format)
                step(f"{place:03d}", reading)


@dataclass(frozen=True)
class Reading:
    """One file and what it holds."""

    stage: Stage
    table: Table
    entry: TableMapping
    date_format: str

    def column(self, key: str) -> str:
        """SQL: the column (or constant) for `key`, null when it is not mapped.

        Raises:
            MappingError: the file has none of the columns that are named.
        """
        if key in self.entry.constants:
            return quoted(self.entry.constants[key])
        names = self.entry.columns.get(key) or self.entry.columns.get(f"{key}_column")
        if not names:
            return "NULL::VARCHAR"
        for name in names:
            if tidy(name) in self.table.columns:
                return self.table.column(tidy(name))
        raise MappingError(
            f"{self.entry.file} has no column {' or '.join(map(repr, names))}.",
            where=f"[[{self.entry.kind}]] {key}",
            do=f"Its columns are: {', '.join(self.table.columns)}.",
        )

    def day(self, key: str) -> str:
        """SQL: a date column in ISO form; what does not fit the format stays as it is."""
        column = self.column(key)
        if not self.date_format:
            return column
        parsed = f"strftime(try_strptime({column}, {quoted(self.date_format)}), '%Y-%m-%d')"
        return f"coalesce({parsed}, 'not ' || {column})"

    @property
    def number(self) -> int:
        """Place of the file."""
        return self.table.number


def _sites(name: str, reading: Reading) -> None:
    ref = reading.column("id")
    reading.stage.sites(
        name,
        f"SELECT {ref} AS ref, {ref} AS id, coalesce({reading.column('name')}, {ref}) AS name, "
        f"coalesce({reading.column('kind')}, 'practice') AS kind, "
        f"{reading.column('parent')} AS parent FROM {reading.table.view}",
    )


def _people(name: str, reading: Reading) -> None:
    ethnicity = reading.column("ethnicity")
    words = " ".join(f"WHEN '{word}' THEN '{number}'" for word, number in ETHNICITY.items())
    reading.stage.people(
        name,
        f"""
        SELECT {reading.number} AS file, 'row ' || harmfree_row AS item,
            {reading.column("id")} AS ref,
            regexp_replace({reading.column("nhs_number")}, '[ -]', '', 'g') AS nhs_number,
            {reading.day("birth")} AS birth, {reading.column("sex")} AS sex,
            {reading.day("death")} AS death,
            CASE lower({ethnicity}) {words} ELSE {ethnicity} END AS ethnicity,
            {reading.column("deprivation")} AS deprivation, {reading.column("site")} AS site,
            NULL AS version
        FROM {reading.table.view}""",
    )


def _registrations(name: str, reading: Reading) -> None:
    ref = reading.column("person")
    item = reading.column("id") if "id" in reading.entry.columns else ref
    site = reading.column("site")
    if site == "NULL::VARCHAR":
        site = quoted(reading.stage.settings.label)
    reading.stage.registrations(
        name,
        f"SELECT {reading.number} AS file, {item} AS item, {ref} AS ref, {site} AS site, "
        f"{reading.day('start')} AS start_day, {reading.day('end')} AS end_day, "
        f"NULL AS withdrawn FROM {reading.table.view}",
    )


def _events(name: str, reading: Reading) -> None:
    """Stage events; without an id, all rows of a person in this file are one resource."""
    ref, kind = reading.column("person"), reading.entry.file
    own = reading.column("id") if "id" in reading.entry.columns else ref
    value = reading.column("value")
    if reading.entry.constants.get("numeric_only") == "True":
        value = f"CASE WHEN regexp_full_match({value}, '{NUMERIC_TEXT}') THEN {value} END"
    number = resource(reading.stage.settings, kind, f"coalesce({own}, '')")
    reading.stage.events(
        name,
        f"""
        SELECT {reading.number} AS file, 'row ' || harmfree_row AS item, {quoted(kind)} AS kind,
            {ref} AS ref, NULL AS withdrawn, NULL AS detail, {reading.day("date")} AS day,
            {reading.column("system")} AS system, {reading.column("code")} AS code,
            {reading.column("term")} AS term, {value} AS number,
            {reading.column("comparator")} AS comparator, {reading.column("unit")} AS unit,
            {reading.day("until")} AS until, {reading.column("supply_days")} AS supply_days,
            {number} AS resource, NULL::UBIGINT AS parent, NULL AS version
        FROM {reading.table.view}""",
    )
    if "seen_at" in reading.entry.columns:
        reading.stage.care(
            name,
            f"SELECT {ref} AS ref, {reading.column('seen_at')} AS site, count(*) AS visits, "
            f"max(TRY_CAST(left({reading.day('date')}, 10) AS DATE)) AS latest "
            f"FROM {reading.table.view} GROUP BY ALL",
        )
