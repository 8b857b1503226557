"""Loading an extract: stage it, build the next generation, switch.

The same extract twice changes nothing. A later one updates: a resource that is sent again replaces
what it said, new people are added, the rest stays. A load that was killed goes on where it was.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from harmfree.records import checks, rules, schema
from harmfree.records.build import Build
from harmfree.records.checks import quoted
from harmfree.records.dictionaries import code_dictionary, site_dictionary, unit_dictionary
from harmfree.records.extract import Extract
from harmfree.records.ledger import ledger_table
from harmfree.records.manifest import Manifest, Source
from harmfree.records.pseudonym import load_key
from harmfree.records.sources.base import Tell
from harmfree.records.staging import Stage, table_of
from harmfree.records.store import Store
from harmfree.records.writer import StoreWriter, bucket_count_for, locked

MEMORY = "1GB"  # what the reading engine may hold; more is written to disk


@dataclass(frozen=True)
class Loaded:
    """Outcome of a load: the live manifest, the source's entry in it, and whether it is new."""

    manifest: Manifest
    source: Source
    changed: bool


def load(home: Path, extract: Extract, tell: Tell = lambda what, done, total: None) -> Loaded:
    """Load `extract` into the store at `home`; see the module's description.

    Raises:
        StoreBusyError: another load is writing to the store.
        StoreDamagedError: the store cannot be read.
    """
    with locked(home):
        old = Store.open(home) if (home / "current").exists() else None
        tell("checking", 0, 1)
        digest = extract.digest()
        for source in old.manifest.sources if old else ():
            if old is not None and source.digest == digest:
                return Loaded(old.manifest, source, changed=False)
        return _Load(home, extract, old, digest, tell).run()


@dataclass
class _Load:
    """One load, with the lock held."""

    home: Path
    extract: Extract
    old: Store | None
    digest: str
    tell: Tell

    def run(self) -> Loaded:
        """Stage, build, switch, tidy up."""
        base = self.old.manifest.generation if self.old else 0
        name = f"{self.digest[:16]}-on-{base}"  # an interrupted load is found by this name
        work = self.home / "work" / f"stage-{name}"
        work.mkdir(parents=True, exist_ok=True)
        with closing(_connect(work)) as con:
            if self.old is not None:
                con.execute(_known(self.old))
            stage = Stage(con, work / "pieces", self._settings(), self.extract.names)
            self.extract.source.stage(stage, self.tell)
            loaded = self._build(stage, name)
        shutil.rmtree(self.home / "work")
        return loaded

    def _settings(self) -> checks.Settings:
        """What the checks need; without a given date of extract, today is the last day."""
        last = self.extract.extract_date or date.today()
        return checks.Settings(
            self.extract.label,
            load_key(self.home),
            last + timedelta(days=rules.DAYS_AFTER_EXTRACT),
            known=self.old is not None,
        )

    def _build(self, stage: Stage, name: str) -> Loaded:
        """Build the generation from the stage and make it live."""
        old = self.old
        codes = code_dictionary(stage, old.codes if old else schema.empty(schema.CODE))
        units = unit_dictionary(stage, old.units if old else schema.empty(schema.UNIT))
        organisations = _organisations(old)
        sites, organisations = site_dictionary(
            stage, old.sites if old else schema.empty(schema.SITE), organisations
        )
        default = dict(zip(sites["id"].to_pylist(), range(sites.num_rows), strict=True))
        writer = StoreWriter(self.home, self._bucket_count(stage), name=f"build-{name}")
        Build(stage, old, writer, default.get(stage.settings.label, 0)).run(self.tell)
        self.tell("finishing", 0, 1)
        source = self._source(stage)
        before = old.manifest.sources if old else ()
        manifest = writer.finish(
            _counted(codes, writer),
            units,
            sites,
            [*before, source],
            extract_date=max(s.extract_date for s in [*before, source]),
            ledger=ledger_table(stage, old.ledger() if old else None),
            extras={"organisation": _pairs(organisations), "link": _links(stage, old)},
        )
        return Loaded(manifest, source, changed=True)

    def _bucket_count(self, stage: Stage) -> int:
        """Buckets for the people of the store and of this load; never fewer than before."""
        people = f"SELECT person FROM {stage.rows('people')} WHERE rule IS NULL"
        if self.old is not None:
            people += " UNION SELECT person FROM known"
        ((count,),) = stage.con.execute(f"SELECT count(DISTINCT person) FROM ({people})").fetchall()
        least = self.old.manifest.bucket_count if self.old else 1
        return max(bucket_count_for(count), least)

    def _source(self, stage: Stage) -> Source:
        """The manifest's entry for this extract."""
        query = (
            f"SELECT (SELECT count(*) FROM {stage.rows('events')}) + (SELECT count(*) "
            f"FROM {stage.rows('people')}), (SELECT max(date) FROM {stage.rows('events')} "
            "WHERE rule IS NULL)"
        )
        ((rows, last),) = stage.con.execute(query).fetchall()
        extract_date = self.extract.extract_date or last or date.today()
        return Source(self.extract.label, self.extract.kind, self.digest, rows, extract_date)


def _connect(work: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection of bounded memory that spills into `work`."""
    con = duckdb.connect()
    con.execute(f"SET temp_directory = {quoted(str(work / 'spill'))}")
    con.execute(f"SET memory_limit = '{MEMORY}'")
    con.execute(f"SET threads = {os.cpu_count() or 1}")
    con.execute("SET preserve_insertion_order = false")
    # It cannot know how long a JSON file is, and would build its hash table of the events.
    con.execute("SET disabled_optimizers = 'build_side_probe_side,join_order'")
    return con


def _known(old: Store) -> str:
    """Statement that makes the table `known` of the store's people."""
    people = quoted(str(old.folder / "buckets" / "*" / "person.parquet"))
    links = old.folder / "link.parquet"
    linked = (
        f"UNION ALL SELECT l.own, p.person, birth_date, death_date "
        f"FROM read_parquet({quoted(str(links))}) l JOIN read_parquet({people}) p USING (person)"
        if links.exists()
        else ""
    )
    return (
        "CREATE TEMP TABLE known AS SELECT person AS own, person, birth_date, death_date "
        f"FROM read_parquet({people}) {linked}"
    )


def _links(stage: Stage, old: Store | None) -> pa.Table:
    """(own, person) of the people whose pseudonym comes from their NHS number."""
    query = f"SELECT own, person FROM {stage.rows('people')} WHERE own != person AND rule IS NULL"
    path = old.folder / "link.parquet" if old else None
    if path is not None and path.exists():
        query += f" UNION SELECT own, person FROM read_parquet({quoted(str(path))})"
    return table_of(stage.con, f"SELECT DISTINCT * FROM ({query}) ORDER BY ALL")


def _organisations(old: Store | None) -> dict[str, str]:
    """Organisations that earlier loads described: reference -> site id."""
    path = old.folder / "organisation.parquet" if old else None
    if path is None or not path.exists():
        return {}
    table = schema.read(path)
    return dict(zip(table["ref"].to_pylist(), table["id"].to_pylist(), strict=True))


def _pairs(organisations: dict[str, str]) -> pa.Table:
    """The same as a table."""
    refs = sorted(organisations)
    ids = [organisations[ref] for ref in refs]
    return pa.table({"ref": pa.array(refs, pa.string()), "id": pa.array(ids, pa.string())})


def _counted(codes: pa.Table, writer: StoreWriter) -> pa.Table:
    """The codes with how often each occurs in the new buckets."""
    counts = np.zeros(codes.num_rows, np.int64)
    for number in range(writer.bucket_count):
        column = schema.read(writer.path(number) / "event.parquet", ["code_id"])["code_id"]
        counts += np.bincount(column.to_numpy(), minlength=codes.num_rows)
    return codes.set_column(4, schema.CODE.field("events"), pa.array(counts))
