"""From checked rows to a new generation: merged with what the store held, bucket by bucket.

Beside the three tables of a bucket lie three of origin (which resource said it), so that a resource
that is sent again replaces what it said before. A bucket that a load does not touch is kept.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from harmfree.records import schema
from harmfree.records.assemble import count_rows, number_events, settle_registrations
from harmfree.records.checks import quoted
from harmfree.records.pseudonym import shown
from harmfree.records.sources.base import Tell
from harmfree.records.staging import LedgerRow, Stage, table_of
from harmfree.records.store import Store
from harmfree.records.writer import StoreWriter

_SHUFFLED_FROM = 8  # buckets from which one sort is cheaper than reading the pieces for each


@dataclass(frozen=True)
class _Bucket:
    """What was read of a bucket: people, their sources, their registrations, rows of events."""

    origins: pa.Table
    people: pa.Table
    stated: pa.Table
    rows: pa.Table
    notes: list[LedgerRow]


@dataclass
class Build:
    """Builds the buckets of a new generation from the pieces of a stage.

    Args:
        stage: the pieces; its connection holds `code_map`, `unit_map` and `site_map`.
        old: the live generation, if there is one.
        writer: where the buckets go.
        default_site: number of the site for people whom no site claims.
    """

    stage: Stage
    old: Store | None
    writer: StoreWriter
    default_site: int
    copies: bool = field(init=False, default=True)  # several files of a kind, or versions
    plans: bool = field(init=False, default=True)  # records that name the plan they carry out

    def run(self, tell: Tell) -> None:
        """Write every bucket that an interrupted load has not written.

        While one is written, the next is read.
        """
        self.stage.con.execute("SET preserve_insertion_order = true")
        self._tables()
        same_count = (
            self.old is not None and self.old.manifest.bucket_count == self.writer.bucket_count
        )
        touched = self._touched() if same_count else set()
        written: Future[None] | None = None
        with ThreadPoolExecutor(1) as pool:
            for number in range(self.writer.bucket_count):
                tell("writing buckets", number, self.writer.bucket_count)
                if self.writer.has_bucket(number):
                    continue
                if self.old is not None and same_count and number not in touched:
                    self.writer.keep_bucket(number, self.old.path(number))
                    continue
                read = self._read(number)
                if written is not None:
                    written.result()
                written = pool.submit(self._write, number, read)
        if written is not None:
            written.result()

    def _tables(self) -> None:
        """Make the tables that all buckets share."""
        con, stage = self.stage.con, self.stage
        con.execute(_NEW_EVENT.format(events=stage.rows("events")))
        facts = con.execute(_MAY_MERGE.format(events=stage.rows("events"))).fetchall()
        ((self.copies, self.plans),) = facts
        if self._shuffled:
            self._shuffle()
        con.execute(_NEW_REGISTRATION.format(registrations=stage.rows("registrations")))
        con.execute(
            _NEW_PERSON.format(
                label=quoted(stage.settings.label),
                sequence=self.old.manifest.generation + 1 if self.old else 1,
                people=stage.rows("people"),
                care=stage.rows("care"),
            )
        )

    def _shuffle(self) -> None:
        """Sort the events by bucket on disk, so that each bucket reads only its own part."""
        path = self.stage.folder / "by-bucket.parquet"
        columns = "*" if self._may_merge else f"{_COLUMNS}, good"
        if not path.exists():
            draft = path.with_suffix(".part")
            bucket = f"(person % {self.writer.bucket_count})::INT AS bucket"
            self.stage.con.execute(
                f"COPY (SELECT {columns}, {bucket} FROM new_event ORDER BY bucket) "
                f"TO {quoted(str(draft))} (FORMAT parquet, ROW_GROUP_SIZE 122880)"
            )
            draft.rename(path)
        self.stage.con.execute(
            f"CREATE OR REPLACE TEMP VIEW new_event AS SELECT * FROM read_parquet('{path}')"
        )

    def _touched(self) -> set[int]:
        """Buckets that hold somebody of this load."""
        parts = (
            f"SELECT DISTINCT person % {self.writer.bucket_count} FROM {table}"
            for table in ("new_person", "new_event", "new_registration")
        )
        return {row[0] for row in self.stage.con.execute(" UNION ".join(parts)).fetchall()}

    def _read(self, number: int) -> _Bucket:
        """Read the merged rows of one bucket."""
        self._old_rows(number)
        con = self.stage.con
        mine = f"person % {self.writer.bucket_count} = {number}"
        origins = table_of(con, _ORIGINS.format(mine=mine))
        con.register("origins", origins)
        people = table_of(con, _PEOPLE)
        stated = table_of(con, _STATED.format(mine=mine))
        rows, notes = self._rows(f"bucket = {number}" if self._shuffled else mine)
        return _Bucket(origins, people, stated, rows, notes)

    def _write(self, number: int, read: _Bucket) -> None:
        """Put one bucket in order and write it."""
        people = read.people
        events = number_events(read.rows, people["person"].to_numpy())
        settled = settle_registrations(people, read.stated, events.event, self.default_site)
        notes = read.notes + _changed(people, settled.overlaps, events.duplicates)
        self.stage.note(f"bucket-{number:04d}", notes)
        person = people.drop_columns(["site"])
        counts = {"registrations": settled.table, "events": events.event}
        for name, table in counts.items():
            person = person.append_column(name, count_rows(table["person"], people.num_rows))
        extras = {
            "origin_person": read.origins,
            "origin_registration": read.stated,
            "origin_event": events.origin,
        }
        self.writer.write_bucket(number, person, settled.table, events.event, extras)

    def _rows(self, mine: str) -> tuple[pa.Table, list[LedgerRow]]:
        """The events of a bucket, in any order, and how many records say what others say."""
        con = self.stage.con
        if not self._may_merge:
            return table_of(con, f"SELECT {_COLUMNS} FROM new_event WHERE good AND {mine}"), []
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE bucket_event AS SELECT * FROM new_event WHERE {mine}"
        )
        notes = self._settle()
        return table_of(con, _MERGED), notes

    @property
    def _shuffled(self) -> bool:
        """Whether the events are sorted by bucket before the first is written."""
        return self.writer.bucket_count >= _SHUFFLED_FROM

    @property
    def _may_merge(self) -> bool:
        """Whether some record may replace or repeat another; without, a bucket is read once."""
        return self.copies or self.plans or self.old is not None

    def _settle(self) -> list[LedgerRow]:
        """Settle which copies and plans of this bucket count; how many do not."""
        con = self.stage.con
        for statement in (_AGAIN if self.copies else _NONE_AGAIN, _LATEST, _CURRENT):
            con.execute(statement)
        counts = {rule: con.execute(query).fetchall()[0][0] for rule, query in _MERGES.items()}
        return [LedgerRow("", "", rule, "", count) for rule, count in counts.items() if count]

    def _old_rows(self, number: int) -> None:
        """Make `old_event`, `old_person` and `old_registration` of the bucket's old content."""
        tables = {
            "old_event": _NO_EVENTS,
            "old_person": _NO_ORIGINS,
            "old_registration": _NO_STATED,
        }
        if self.old is not None:
            tables = old_content(self.old, number % self.old.manifest.bucket_count)
        for name, table in tables.items():
            self.stage.con.register(name, table)


def _changed(people: pa.Table, overlaps: list[tuple[int, int]], duplicates: int) -> list[LedgerRow]:
    """Rows of the ledger for a bucket's overlapping registrations and duplicate events."""
    rows = [
        LedgerRow(
            "",
            shown(people["person"][row].as_py()),
            "registration_overlaps",
            str(np.datetime64(start, "D")),
        )
        for row, start in overlaps
    ]
    return rows + ([LedgerRow("", "", "duplicate", "", duplicates)] if duplicates else [])


def old_content(store: Store, number: int) -> dict[str, pa.Table]:
    """Events, people and registrations of a bucket, each with the resource or source that said it.

    A bucket without tables of origin (a synthetic region) is of one source without a name.
    """
    bucket, folder = store.bucket(number), store.path(number)
    names = bucket.person["person"].to_numpy()
    if (folder / "origin_event.parquet").exists():
        origin = schema.read(folder / "origin_event.parquet")
        event = bucket.event.take(origin["event"]).append_column("resource", origin["resource"])
        people = schema.read(folder / "origin_person.parquet")
        stated = schema.read(folder / "origin_registration.parquet")
    else:
        nothing = pa.array(np.zeros(bucket.event.num_rows, np.uint64))
        event = bucket.event.append_column("resource", nothing)
        people = _people_without_origin(bucket.person)
        owners = names[bucket.registration["person"].to_numpy()]
        stated = bucket.registration.set_column(0, "person", pa.array(owners)).append_column(
            "resource", pa.array(np.zeros(bucket.registration.num_rows, np.uint64))
        )
    event = event.set_column(0, "person", pa.array(names[event["person"].to_numpy()]))
    return {"old_event": event, "old_person": people, "old_registration": stated}


def _people_without_origin(person: pa.Table) -> pa.Table:
    """Rows of origin for people that no loaded source described."""
    rows = person.num_rows
    table = person.drop_columns(["registrations", "events"])
    table = table.append_column("source", pa.array([""] * rows))
    table = table.append_column("sequence", pa.array(np.zeros(rows, np.int32)))
    return table.append_column("site", pa.nulls(rows, pa.int32())).select(_NO_ORIGINS.column_names)


_NO_EVENTS = pa.table(
    {"person": pa.array([], pa.int64())}
    | {name: pa.array([], schema.EVENT.field(name).type) for name in schema.EVENT.names[1:]}
    | {"resource": pa.array([], pa.uint64())}
)
_NO_ORIGINS = pa.schema(
    [
        ("person", pa.int64()),
        ("source", pa.string()),
        ("sequence", pa.int32()),
        ("birth_date", pa.date32()),
        ("sex", pa.int8()),
        ("death_date", pa.date32()),
        ("ethnicity", pa.int8()),
        ("deprivation", pa.int8()),
        ("site", pa.int32()),
    ]
).empty_table()
_NO_STATED = pa.schema(
    [
        ("person", pa.int64()),
        ("site", pa.int32()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("resource", pa.uint64()),
    ]
).empty_table()

_NEW_EVENT = """
    CREATE OR REPLACE TEMP VIEW new_event AS
    SELECT e.person, e.date, c.code_id, e.value, u.unit_id, e.until, e.resource, e.parent,
        e.kind = 'MedicationStatement' AS statement, e.file,
        coalesce(e.version, '') AS version, e.rule IS NULL AS good
    FROM {events} e
    LEFT JOIN code_map c ON c.system = e.system AND c.code = e.code
    LEFT JOIN unit_map u ON u.comparator = e.comparator AND u.unit = e.unit
    WHERE e.person IS NOT NULL"""
_NEW_REGISTRATION = """
    CREATE OR REPLACE TEMP TABLE new_registration AS
    SELECT r.person, r.resource, m.site, r.start_date AS start, r.end_date AS "end",
        r.rule IS NULL AS good
    FROM {registrations} r LEFT JOIN site_map m ON m.ref = r.site WHERE r.person IS NOT NULL"""
# The last entry of a person counts; where nothing is stated, the site that saw them most.
_NEW_PERSON = """
    CREATE OR REPLACE TEMP TABLE new_person AS
    SELECT p.person, {label} AS source, {sequence}::INT AS sequence, birth_date, sex, death_date,
        ethnicity, deprivation, m.site, s.site AS seen_at
    FROM (SELECT *, row_number() OVER (PARTITION BY person ORDER BY file DESC, version DESC,
            ref DESC) AS place FROM {people} WHERE rule IS NULL) p
    LEFT JOIN site_map m ON m.ref = p.site
    LEFT JOIN (SELECT person, arg_max(site, (visits, latest, site)) AS ref
        FROM {care} WHERE site IS NOT NULL GROUP BY person) seen ON seen.person = p.person
    LEFT JOIN site_map s ON s.ref = seen.ref
    WHERE place = 1"""
_ORIGINS = """
    SELECT n.person, n.source, n.sequence, n.birth_date, n.sex, n.death_date, n.ethnicity,
        n.deprivation, coalesce(n.site, o.site, n.seen_at)::INT AS site
    FROM new_person n LEFT JOIN old_person o ON o.person = n.person AND o.source = n.source
    WHERE n.{mine}
    UNION ALL
    SELECT * FROM old_person WHERE {mine} AND (person, source) NOT IN
        (SELECT (person, source) FROM new_person)
    ORDER BY person, source"""
_PEOPLE = """
    SELECT person, arg_max(birth_date, sequence) FILTER (birth_date IS NOT NULL) AS birth_date,
        coalesce(arg_max(sex, sequence) FILTER (sex != 0), 0)::TINYINT AS sex,
        arg_max(death_date, sequence) FILTER (death_date IS NOT NULL) AS death_date,
        coalesce(arg_max(ethnicity, sequence) FILTER (ethnicity != 0), 0)::TINYINT AS ethnicity,
        coalesce(arg_max(deprivation, sequence) FILTER (deprivation != 0), 0)::TINYINT
            AS deprivation,
        arg_max(site, sequence) FILTER (site IS NOT NULL) AS site
    FROM origins GROUP BY person ORDER BY person"""
_STATED = """
    SELECT person, site, start, "end", resource FROM new_registration WHERE good AND {mine}
    UNION ALL
    SELECT person, site, start, "end", resource FROM old_registration WHERE {mine}
        AND resource NOT IN (SELECT resource FROM new_registration)
    ORDER BY ALL"""
# Copies of a resource in several files or versions: only the last counts, be it good or not.
# Most resources are one row, and counting costs less than comparing texts.
_AGAIN = """
    CREATE OR REPLACE TEMP TABLE again AS
    SELECT resource FROM bucket_event WHERE resource IN
        (SELECT resource FROM bucket_event GROUP BY resource HAVING count(*) > 1)
    GROUP BY resource HAVING min(file) != max(file) OR min(version) != max(version)"""
_NONE_AGAIN = "CREATE OR REPLACE TEMP TABLE again AS SELECT 0::UBIGINT AS resource LIMIT 0"
# Resources of one kind that come from one file, without versions, have no older copies.
_MAY_MERGE = """
    SELECT coalesce(bool_or(files OR versions), false), coalesce(bool_or(plans), false) FROM (
        SELECT min(file) != max(file) AS files, bool_or(version != '') AS versions,
            bool_or(parent IS NOT NULL) AS plans
        FROM {events} WHERE person IS NOT NULL GROUP BY kind)"""
_LATEST = """
    CREATE OR REPLACE TEMP TABLE latest AS
    SELECT resource, max((file, version)) AS stamp FROM bucket_event
    WHERE resource IN (SELECT resource FROM again) GROUP BY resource"""
_CURRENT = """
    CREATE OR REPLACE TEMP VIEW current_event AS
    SELECT e.* FROM bucket_event e LEFT JOIN latest l ON l.resource = e.resource
    WHERE good AND (l.resource IS NULL OR l.stamp = (e.file, e.version))"""
_CARRIED_OUT = "SELECT parent FROM current_event WHERE parent IS NOT NULL AND NOT statement"
_PRESCRIBED = "SELECT resource FROM current_event WHERE NOT statement"
_MERGES = {
    "sent_again": "SELECT count(*) FROM again",
    "carried_out": "SELECT count(DISTINCT resource) FROM current_event "
    f"WHERE resource IN ({_CARRIED_OUT})",
    "restated": "SELECT count(DISTINCT resource) FROM current_event "
    f"WHERE statement AND parent IN ({_PRESCRIBED})",
}
_COLUMNS = "person, date, code_id, value, unit_id, until, resource"
_MERGED = f"""
    SELECT {_COLUMNS} FROM current_event WHERE resource NOT IN ({_CARRIED_OUT})
        AND NOT (statement AND coalesce(parent IN ({_PRESCRIBED}), false))
    UNION ALL
    SELECT {_COLUMNS} FROM old_event
    WHERE person IN (SELECT person FROM origins)
        AND resource NOT IN (SELECT resource FROM bucket_event)"""
