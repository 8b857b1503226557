"""OMOP Common Data Model 5.3 and 5.4, as CSV or Parquet, a table a file.

Events count only inside the person's observation periods, as the model defines them; the periods
are the registrations, at the person's care site. A concept becomes the code of its vocabulary, or
its number (system `omop`) when the vocabulary is not in the extract.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harmfree.records.checks import quoted, resource
from harmfree.records.rules import date_sql
from harmfree.records.sources.base import Tell
from harmfree.records.sources.tables import Table, note_rejected, open_table, stem
from harmfree.records.staging import LedgerRow, Stage

# OMOP standard concepts (athena.ohdsi.org) of race and of the operators of measurements.
RACES = {"8527": 1, "8515": 3, "8516": 4, "38003598": 4, "38003599": 4, "38003600": 4, "8522": 5}
OPERATORS = {"4171756": "<", "4171754": "<=", "4172704": ">", "4171755": ">="}


@dataclass(frozen=True)
class EventTable:
    """How a table of events is read: its name and the names of its columns."""

    table: str
    prefix: str
    day: str
    supply: str = ""
    number: str = ""
    value_concept: str = ""

    @property
    def is_medicine(self) -> bool:
        """Whether its number is a quantity, of which 0 says that it is not known."""
        return self.prefix == "drug"


EVENT_TABLES = {
    how.table: how
    for how in (
        EventTable("condition_occurrence", "condition", "condition_start_date"),
        EventTable("drug_exposure", "drug", "drug_exposure_start_date", "days_supply", "quantity"),
        EventTable("procedure_occurrence", "procedure", "procedure_date"),
        EventTable(
            "measurement",
            "measurement",
            "measurement_date",
            number="value_as_number",
            value_concept="value_as_concept_id",
        ),
        EventTable(
            "observation",
            "observation",
            "observation_date",
            number="value_as_number",
            value_concept="value_as_concept_id",
        ),
        EventTable("device_exposure", "device", "device_exposure_start_date"),
        EventTable("visit_occurrence", "visit", "visit_start_date"),
    )
}
USED = ("person", "death", "care_site", "concept", "observation_period", *EVENT_TABLES)


@dataclass
class OmopSource:
    """Stages the tables of an OMOP extract."""

    paths: list[Path]

    def stage(self, stage: Stage, tell: Tell) -> None:
        """Read the tables into `stage`."""
        tables = self._open(stage)
        _concepts(stage, tables.get("concept"))
        if "care_site" in tables:
            stage.sites("care_site", _sites(tables["care_site"]))
        if "person" in tables:
            stage.people("person", _people(tables["person"], tables.get("death")))
        stage.settle_people()
        if "observation_period" in tables and "person" in tables:
            select = _registrations(stage, tables["observation_period"], tables["person"])
            stage.registrations("observation_period", select)
        _periods(stage)
        limited = "observation_period" in tables
        for done, (name, how) in enumerate(EVENT_TABLES.items()):
            tell(f"reading {name}", done, len(EVENT_TABLES))
            if name in tables:
                stage.events(name, _events(stage, tables[name], how, limited))
        for table in tables.values():
            note_rejected(stage, table)

    def _open(self, stage: Stage) -> dict[str, Table]:
        """The tables that are used; the others are named in the ledger."""
        tables: dict[str, Table] = {}
        for number, path in enumerate(self.paths):
            if stem(path) in USED:
                table = open_table(stage, number, path)
                if table is not None:
                    tables[stem(path)] = table
            else:
                row = LedgerRow(stage.files[number], "", "type_not_used", stem(path)[:40])
                stage.note(f"unused-{number}", [row])
        return tables


def _concepts(stage: Stage, table: Table | None) -> None:
    """Make the table `concept` (id, system, code, term)."""
    select = "SELECT '' AS id, '' AS system, '' AS code, '' AS term LIMIT 0"
    if table is not None:
        select = (
            f"SELECT {table.column('concept_id')} AS id, {table.column('vocabulary_id')} AS system,"
            f" {table.column('concept_code')} AS code, {table.column('concept_name')} AS term "
            f"FROM {table.view} WHERE {table.column('concept_code')} IS NOT NULL"
        )
    stage.con.execute(f"CREATE OR REPLACE TEMP TABLE concept AS {select}")


def _sites(table: Table) -> str:
    """SELECT of care sites."""
    ref = table.column("care_site_id")
    return f"""
    SELECT {ref} AS ref, coalesce({table.column("care_site_source_value")}, {ref}) AS id,
        coalesce({table.column("care_site_name")}, {ref}) AS name, 'practice' AS kind,
        NULL::VARCHAR AS parent FROM {table.view}"""


def _people(person: Table, death: Table | None) -> str:
    """SELECT of people."""
    died, join = "NULL::VARCHAR", ""
    if death is not None:
        day = death.column("death_date")
        died, join = "died", (
            f"LEFT JOIN (SELECT person_id AS died_id, min({day}) AS died FROM {death.view} "
            "GROUP BY 1) ON died_id = person_id"
        )  # fmt: skip
    year, month, day = (person.column(f"{part}_of_birth") for part in ("year", "month", "day"))
    birth = (
        f"{year} || CASE WHEN {month} IS NULL THEN '' ELSE '-' || lpad({month}, 2, '0') "
        f"|| coalesce('-' || lpad({day}, 2, '0'), '') END"
    )
    races = " ".join(f"WHEN '{concept}' THEN '{group}'" for concept, group in RACES.items())
    return f"""
    SELECT {person.number} AS file, 'row ' || harmfree_row AS item,
        {person.column("person_id")} AS ref, NULL AS nhs_number,
        coalesce(left({person.column("birth_datetime")}, 10), {birth}) AS birth,
        {person.column("gender_concept_id")} AS sex, {died} AS death,
        CASE {person.column("race_concept_id")} {races} END AS ethnicity, NULL AS deprivation,
        {person.column("care_site_id")} AS site, NULL AS version
    FROM {person.view} {join}"""


def _registrations(stage: Stage, period: Table, person: Table) -> str:
    """SELECT of observation periods, at the person's care site or, without one, at the source."""
    return f"""
    SELECT {period.number} AS file, {period.column("observation_period_id")} AS item,
        {period.column("person_id")} AS ref,
        coalesce(site, {quoted(stage.settings.label)}) AS site,
        {period.column("observation_period_start_date")} AS start_day,
        {period.column("observation_period_end_date")} AS end_day, NULL AS withdrawn
    FROM {period.view} LEFT JOIN (SELECT {person.column("person_id")} AS id,
        {person.column("care_site_id")} AS site FROM {person.view}) ON id = person_id"""


def _periods(stage: Stage) -> None:
    """Make the table `period` (ref, days): the observation periods of each person."""
    stage.con.execute(
        "CREATE OR REPLACE TEMP TABLE period AS SELECT p.ref, "
        "list({'first': r.start_date, 'after': coalesce(r.end_date, DATE '9999-12-31')}) AS days "
        f"FROM {stage.rows('registrations')} r JOIN people p ON p.person = r.person "
        "WHERE r.rule IS NULL GROUP BY p.ref"
    )


def _events(stage: Stage, table: Table, how: EventTable, limited: bool) -> str:
    """SELECT of the events of one table, and of the concepts that are their values.

    When `limited`, what lies outside the person's observation periods is left out.
    """
    day = date_sql("day")
    inside = f"list_transform(days, lambda span: {day} >= span.first AND {day} < span.after)"
    outside = f"coalesce(NOT list_bool_or({inside}), true)" if limited else "false"
    return f"""
    SELECT {table.number} AS file, t.id AS item, '{how.table}' AS kind, t.ref,
        CASE WHEN {outside} THEN 'outside_observation' END AS withdrawn, NULL AS detail, day,
        CASE WHEN c.id IS NOT NULL THEN c.system WHEN x.concept != '0' THEN 'omop'
            ELSE 'source-value' END AS system,
        CASE WHEN c.id IS NOT NULL THEN c.code WHEN x.concept != '0' THEN x.concept
            ELSE source END AS code,
        coalesce(c.term, source) AS term, CASE WHEN x.main THEN number END AS number,
        sign AS comparator, coalesce(u.code, unit) AS unit, NULL AS until, supply_days,
        {resource(stage.settings, how.table, "coalesce(t.id, '')")} AS resource,
        NULL::UBIGINT AS parent, NULL AS version
    FROM (SELECT *, unnest(list_filter(concepts, lambda y: y.concept IS NOT NULL)) AS x
        FROM ({_columns(table, how)})) t
    LEFT JOIN concept c ON c.id = x.concept
    LEFT JOIN concept u ON u.id = t.unit_concept
    LEFT JOIN period p ON p.ref = t.ref"""


def _columns(table: Table, how: EventTable) -> str:
    """SELECT of the columns of a table of events under common names."""
    number = table.column(how.number)
    if how.is_medicine:
        number = f"nullif({number}, '0')"
    operators = " ".join(f"WHEN '{concept}' THEN '{sign}'" for concept, sign in OPERATORS.items())
    value = f"nullif({table.column(how.value_concept)}, '0')"
    return f"""
    SELECT {table.column(f"{how.table}_id")} AS id, {table.column("person_id")} AS ref,
        {table.column(how.day)} AS day, {table.column(f"{how.prefix}_source_value")} AS source,
        [{{'concept': coalesce({table.column(f"{how.prefix}_concept_id")}, '0'), 'main': true}},
            {{'concept': {value}, 'main': false}}] AS concepts,
        {number} AS number, CASE {table.column("operator_concept_id")} {operators} END AS sign,
        nullif({table.column("unit_concept_id")}, '0') AS unit_concept,
        {table.column("unit_source_value")} AS unit,
        nullif({table.column(how.supply)}, '0') AS supply_days
    FROM {table.view}"""
