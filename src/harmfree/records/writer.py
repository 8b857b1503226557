"""Writing a generation: in a work folder first, then live in one rename.

A crash at any moment leaves the live generation untouched. A writer with the same name finds the
buckets that an interrupted one had finished.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmfree.records import schema
from harmfree.records.errors import StoreBusyError, StoreDamagedError
from harmfree.records.manifest import Manifest, Source

_KEPT_GENERATIONS = 2  # the live one, and the one that a reader may still have open


def bucket_count_for(people: int) -> int:
    """How many buckets a store of `people` people has: a power of two, 20,000 people or fewer."""
    count = 1
    while people > count * schema.PEOPLE_PER_BUCKET:
        count *= 2
    return count


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the store's write lock; StoreBusyError when another process has it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise StoreBusyError(
                "Another load is writing to this store.",
                where=str(home),
                do="Wait until it ends, then try again.",
            ) from problem
        yield


class StoreWriter:
    """Writes the buckets and dictionaries of a new generation and makes it live.

    Args:
        home: the store's folder.
        bucket_count: how many buckets the generation has (`bucket_count_for`).
        name: of the work folder; the same name resumes an interrupted write.
    """

    def __init__(self, home: Path, bucket_count: int = 1, *, name: str = "") -> None:
        self.home = home
        self.bucket_count = bucket_count
        self.folder = home / "work" / (name or f"write-{os.getpid()}")
        (self.folder / "buckets").mkdir(parents=True, exist_ok=True)

    def path(self, number: int) -> Path:
        """Folder of a finished bucket."""
        return self.folder / "buckets" / f"{number:04d}"

    def has_bucket(self, number: int) -> bool:
        """Whether bucket `number` is finished already (by an interrupted run of the same name)."""
        return self.path(number).is_dir()

    def write_bucket(
        self,
        number: int,
        person: pa.Table,
        registration: pa.Table,
        event: pa.Table,
        extras: dict[str, pa.Table] | None = None,
    ) -> None:
        """Write one bucket; it appears whole or not at all.

        `person.person` ascends; `registration.person` and `event.person` are row numbers of
        `person` and do not descend. `extras` are further tables, kept beside by name.
        """
        _check_bucket(number, person, registration, event)
        draft = self.path(number).with_suffix(".part")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        tables = [
            (event, "event", schema.EVENT),
            *((table, name, table.schema) for name, table in (extras or {}).items()),
            (person, "person", schema.PERSON),
            (registration, "registration", schema.REGISTRATION),
        ]
        with ThreadPoolExecutor(2) as pool:
            for done in [
                pool.submit(schema.write, table, draft / f"{name}.parquet", form)
                for table, name, form in tables
            ]:
                done.result()
        draft.rename(self.path(number))

    def keep_bucket(self, number: int, folder: Path) -> None:
        """Take over an unchanged bucket of an earlier generation, by link where possible."""
        draft = self.path(number).with_suffix(".part")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(folder, draft, copy_function=_link_or_copy)
        draft.rename(self.path(number))

    def finish(
        self,
        codes: pa.Table,
        units: pa.Table,
        sites: pa.Table,
        sources: Sequence[Source],
        *,
        extract_date: date,
        ledger: pa.Table | None = None,
        extras: dict[str, pa.Table] | None = None,
    ) -> Manifest:
        """Write the dictionaries and the manifest, then make the generation live.

        `extras` are further tables, kept beside the dictionaries by name.
        """
        schema.write(codes, self.folder / "code.parquet", schema.CODE)
        schema.write(units, self.folder / "unit.parquet", schema.UNIT)
        schema.write(sites, self.folder / "site.parquet", schema.SITE)
        ledger = schema.empty(schema.LEDGER) if ledger is None else ledger
        schema.write(ledger, self.folder / "ledger.parquet", schema.LEDGER)
        for name, table in (extras or {}).items():
            schema.write(table, self.folder / f"{name}.parquet", table.schema)
        generations = self.home / "generations"
        generations.mkdir(exist_ok=True)
        number = 1 + max((int(path.name) for path in generations.iterdir()), default=0)
        manifest = Manifest(
            generation=number,
            bucket_count=self.bucket_count,
            people=self._rows("person"),
            registrations=self._rows("registration"),
            events=self._rows("event"),
            extract_date=extract_date,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            sources=tuple(sources),
        )
        manifest.write(self.folder / "manifest.json")
        self._switch(generations / f"{number:06d}")
        return manifest

    def _rows(self, table: str) -> int:
        """Rows of `table` over all buckets."""
        paths = [self.path(number) / f"{table}.parquet" for number in range(self.bucket_count)]
        missing = [path for path in paths if not path.exists()]
        if missing:
            raise StoreDamagedError("A bucket was not written.", where=str(missing[0].parent))
        return sum(pq.read_metadata(path).num_rows for path in paths)

    def _switch(self, target: Path) -> None:
        """Make the work folder generation `target`, and that the live one."""
        for path in self.folder.rglob("*"):
            _flush(path)
        self.folder.rename(target)
        _flush(target.parent)
        draft = self.home / "current.part"
        draft.write_text(target.name + "\n", encoding="ascii")
        _flush(draft)
        draft.rename(self.home / "current")
        _flush(self.home)
        for old in sorted(target.parent.iterdir())[:-_KEPT_GENERATIONS]:
            shutil.rmtree(old, ignore_errors=True)


def _check_bucket(number: int, person: pa.Table, registration: pa.Table, event: pa.Table) -> None:
    """Refuse tables that would break the promises of the layout (a fault of ours)."""
    if not _ascends(person["person"], strictly=True):
        raise StoreDamagedError(f"Bucket {number}: people are not in order, or one is there twice.")
    for name, table in (("registrations", registration), ("events", event)):
        counted = pc.sum(person[name], min_count=0).as_py()
        if counted != table.num_rows or not _ascends(table["person"], strictly=False):
            raise StoreDamagedError(f"Bucket {number}: {name} do not fit the people.")


def _ascends(column: pa.ChunkedArray, *, strictly: bool) -> bool:
    """Whether each value is above (or, if not `strictly`, at) the one before."""
    values = column.to_numpy()
    steps = values[1:] - values[:-1]
    return bool((steps > 0).all() if strictly else (steps >= 0).all())


def _link_or_copy(source: str, target: str) -> None:
    """Link a file, or copy it where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _flush(path: Path) -> None:
    """Ask the disk to keep what was written."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
