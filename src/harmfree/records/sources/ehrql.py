"""The tables of ehrQL (OpenSAFELY): patients, practice_registrations, clinical_events, medications.

`ons_deaths` gives the date of death where `patients` has none. Other tables are not used. The
tables have no row ids: when a person is sent again, the person's rows of that table are replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harmfree.records.checks import resource
from harmfree.records.sources.base import Tell
from harmfree.records.sources.tables import Table, note_rejected, open_table, stem
from harmfree.records.staging import LedgerRow, Stage

USED = ("patients", "practice_registrations", "clinical_events", "medications", "ons_deaths")
_CODES = {"snomedct_code": "snomed", "ctv3_code": "ctv3", "dmd_code": "dmd"}


@dataclass
class EhrqlSource:
    """Stages ehrQL tables."""

    paths: list[Path]

    def stage(self, stage: Stage, tell: Tell) -> None:
        """Read the tables into `stage`."""
        tables: dict[str, Table] = {}
        for number, path in enumerate(self.paths):
            if stem(path) not in USED:
                row = LedgerRow(stage.files[number], "", "type_not_used", stem(path)[:40])
                stage.note(f"unused-{number}", [row])
                continue
            table = open_table(stage, number, path)
            if table is not None:
                tables[stem(path)] = table
        if "patients" in tables:
            stage.people("patients", _people(tables["patients"], tables.get("ons_deaths")))
        stage.settle_people()
        if "practice_registrations" in tables:
            stage.registrations("practice", _registrations(tables["practice_registrations"]))
        for done, name in enumerate(("clinical_events", "medications")):
            tell(f"reading {name}", done, 2)
            if name in tables:
                stage.events(name, _events(stage, tables[name], name))
        for table in tables.values():
            note_rejected(stage, table)


def _people(patients: Table, deaths: Table | None) -> str:
    """SELECT of people, the date of death from the register of deaths where there is none."""
    death, join = patients.column("date_of_death"), ""
    if deaths is not None:
        died = f"SELECT patient_id AS died_id, min({deaths.column('date')}) AS died FROM "
        join = f"LEFT JOIN ({died}{deaths.view} GROUP BY 1) ON died_id = patient_id"
        death = f"coalesce({death}, died)"
    return f"""
    SELECT {patients.number} AS file, 'row ' || harmfree_row AS item,
        {patients.column("patient_id")} AS ref, NULL AS nhs_number,
        {patients.column("date_of_birth")} AS birth, {patients.column("sex")} AS sex,
        {death} AS death, NULL AS ethnicity, NULL AS deprivation, NULL AS site, NULL AS version
    FROM {patients.view} {join}"""


def _registrations(table: Table) -> str:
    """SELECT of registrations; the end date is the last day."""
    ref = table.column("patient_id")
    return f"""
    SELECT {table.number} AS file, {ref} AS item, {ref} AS ref,
        {table.column("practice_pseudo_id")} AS site, {table.column("start_date")} AS start_day,
        {table.column("end_date")} AS end_day, NULL AS withdrawn
    FROM {table.view}"""


def _events(stage: Stage, table: Table, name: str) -> str:
    """SELECT of the events of one table, one for each kind of code that a row has."""
    present = [column for column in _CODES if column in table.columns]
    codes = ", ".join(
        f"{{'system': '{_CODES[column]}', 'code': {table.column(column)}}}" for column in present
    )
    ref = table.column("patient_id")
    return f"""
    SELECT {table.number} AS file, 'row ' || harmfree_row AS item, '{name}' AS kind, {ref} AS ref,
        NULL AS withdrawn, NULL AS detail, {table.column("date")} AS day, c.system AS system,
        c.code AS code, NULL AS term, {table.column("numeric_value")} AS number,
        NULL AS comparator, NULL AS unit, NULL AS until, NULL AS supply_days,
        {resource(stage.settings, name, f"coalesce({ref}, '')")} AS resource,
        NULL::UBIGINT AS parent, NULL AS version
    FROM (SELECT *, unnest(CASE WHEN len(list_filter([{codes}], lambda c: c.code IS NOT NULL)) > 0
            THEN list_filter([{codes}], lambda c: c.code IS NOT NULL)
            ELSE [{{'system': NULL, 'code': NULL}}] END) AS c FROM {table.view})"""
