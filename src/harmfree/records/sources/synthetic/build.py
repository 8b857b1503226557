"""Building the region: bucket by bucket, in parallel, into a new generation of the store."""

from __future__ import annotations

import csv
import datetime
import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.errors import InputError
from harmfree.records import Manifest, Source, Store, StoreWriter, locked, schema
from harmfree.records.sources.synthetic import (
    acute,
    anticoagulation,
    bones,
    conditions,
    falls,
    hazards,
    homes,
    infections,
    lifestyle,
    mess,
    monitoring,
    people,
    places,
    repeats,
    reviews,
    rollout,
    tables,
    women,
)
from harmfree.records.sources.synthetic.clock import NEVER, Settings
from harmfree.records.sources.synthetic.life import Life
from harmfree.records.sources.synthetic.places import Region
from harmfree.records.sources.synthetic.rollout import Rollout
from harmfree.records.sources.synthetic.sheet import Events
from harmfree.records.sources.synthetic.vocabulary import Entry, Vocabulary, vocabulary

MERGER_BEFORE_EXTRACT_DAYS = 1675
PARTS: tuple[Callable[[Life], None], ...] = (
    conditions.add,
    lifestyle.bodies,
    anticoagulation.add,
    anticoagulation.antidysrhythmics,
    repeats.add,
    acute.add,
    hazards.add,
    monitoring.add,
    lifestyle.add,
    homes.add,
    falls.add,
    bones.add,
    infections.add,
    women.add,
    reviews.add,
)
"""The parts of the region in order; later ones read what earlier ones drew."""


@dataclass(frozen=True)
class Map:
    """What all buckets share: sites, roll-out and codes; made from the seed in no time."""

    region: Region
    rollout: Rollout
    vocabulary: Vocabulary


@dataclass(frozen=True)
class Made:
    """One bucket's tables, how often each code occurs, and what was left out by rule."""

    person: pa.Table
    registration: pa.Table
    event: pa.Table
    codes: npt.NDArray[np.int64]
    left_out: dict[str, int]


def shared(settings: Settings) -> Map:
    """Draw what all buckets share."""
    region = places.build(settings, settings.last - MERGER_BEFORE_EXTRACT_DAYS)
    homes = tuple(
        Entry(
            key=f"home_{region.sites[row].id}",
            system="local",
            code=f"HF-RESIDENT-{region.sites[row].id}",
            term=f"Resident of {region.sites[row].name}",
            source="synthetic region",
        )
        for row in region.home_site
    )
    program = rollout.build(settings, region.practices, region.closed)
    return Map(region, program, vocabulary().with_entries(homes))


def make(settings: Settings, bucket: int) -> Made:
    """Make one bucket; it depends on the settings and the bucket's number only."""
    common = shared(settings)
    life = Life(
        settings=settings,
        region=common.region,
        rollout=common.rollout,
        people=people.draw(settings, common.region, bucket),
        vocabulary=common.vocabulary,
        bucket=bucket,
    )
    for part in PARTS:
        part(life)
    events, left_out = _cleaned(life)
    registration, overlapping = tables.registration_table(life)
    left_out["registration_overlaps"] = overlapping
    codes = np.bincount(events.code, minlength=len(common.vocabulary)).astype(np.int64)
    return Made(
        tables.person_table(life, registration["person"].to_numpy(), events.person),
        registration,
        tables.event_table(events),
        codes,
        left_out,
    )


def _cleaned(life: Life) -> tuple[Events, dict[str, int]]:
    events = life.sheet.join()
    events = events.take(mess.lived(life, events))
    events, left_out = mess.sift(life, mess.spoil(life, events))
    events, duplicates = tables.ordered(events)
    left_out["duplicate"] = duplicates
    return events, left_out


def build(
    settings: Settings,
    home: Path,
    *,
    workers: int = 2,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Manifest:
    """Make the region and switch the store at `home` to it.

    `progress` is called with buckets done and buckets in all. Beside the tables, the generation
    holds `truth.json` and `rollout.csv`: what an evaluation should find.
    """
    with locked(home):
        _only_synthetic(home)
        writer = StoreWriter(home, settings.buckets, name=f"synthetic-{digest(settings)[:16]}")
        counted = np.zeros(len(shared(settings).vocabulary), dtype=np.int64)
        ledger: list[tuple[int, str, int]] = []
        for done, (bucket, codes, left_out) in enumerate(_run(settings, home, workers)):
            counted += codes
            ledger += [(bucket, rule, number) for rule, number in left_out.items() if number]
            progress(done + 1, settings.buckets)
        write_truth(settings, writer.folder)
        return _finish(settings, writer, counted, ledger)


def _only_synthetic(home: Path) -> None:
    """Refuse to replace records that are not synthetic."""
    if not (home / "current").exists():
        return
    kinds = {source.kind for source in Store.open(home).manifest.sources}
    if kinds - {"synthetic"}:
        raise InputError(
            "This store holds records that are not synthetic; the region would replace them.",
            where=str(home),
            do="Give another folder with --to, or set HARMFREE_HOME to one.",
        )


def _run(
    settings: Settings, home: Path, workers: int
) -> Iterator[tuple[int, npt.NDArray[np.int64], dict[str, int]]]:
    jobs = [(settings, home, bucket) for bucket in range(settings.buckets)]
    if workers < 2 or len(jobs) < 2:
        yield from map(_write_bucket, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_write_bucket, jobs)


def _write_bucket(
    job: tuple[Settings, Path, int],
) -> tuple[int, npt.NDArray[np.int64], dict[str, int]]:
    settings, home, bucket = job
    pa.set_cpu_count(1)
    made = make(settings, bucket)
    writer = StoreWriter(home, settings.buckets, name=f"synthetic-{digest(settings)[:16]}")
    if not writer.has_bucket(bucket):
        writer.write_bucket(bucket, made.person, made.registration, made.event)
    return bucket, made.codes, made.left_out


def _finish(
    settings: Settings,
    writer: StoreWriter,
    counted: npt.NDArray[np.int64],
    ledger: list[tuple[int, str, int]],
) -> Manifest:
    common = shared(settings)
    label = f"synthetic region, seed {settings.seed}"
    rows = int(counted.sum()) + sum(number for _, _, number in ledger)
    return writer.finish(
        tables.code_table(common.vocabulary, counted),
        tables.unit_table(),
        tables.site_table(common.region),
        [Source(label, "synthetic", digest(settings), rows, settings.extract)],
        extract_date=settings.extract,
        ledger=_ledger_table(label, sorted(ledger)),
    )


def _ledger_table(label: str, ledger: list[tuple[int, str, int]]) -> pa.Table:
    return pa.table(
        {
            "source": [label] * len(ledger),
            "file": [f"bucket {bucket:04d}" for bucket, _, _ in ledger],
            "line": [""] * len(ledger),
            "rule": [rule for _, rule, _ in ledger],
            "value": [""] * len(ledger),
            "records": [number for _, _, number in ledger],
        },
        schema=schema.LEDGER,
    )


def digest(settings: Settings) -> str:
    """Return a SHA-256 that names the settings."""
    text = json.dumps({**asdict(settings), "extract": settings.extract.isoformat()})
    return hashlib.sha256(text.encode()).hexdigest()


def write_truth(settings: Settings, folder: Path) -> None:
    """Write `truth.json` and `rollout.csv` into the generation's folder."""
    common = shared(settings)
    truth = {"seed": settings.seed, "people": settings.people, **common.rollout.truth()}
    (folder / "truth.json").write_text(json.dumps(truth, indent=2) + "\n", encoding="utf-8")
    with (folder / "rollout.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["site", "name", "go_live"])
        for row, day in zip(common.region.practice_site, common.rollout.golive, strict=True):
            site = common.region.sites[row]
            start = datetime.date(1970, 1, 1) + datetime.timedelta(days=int(day))
            out.writerow([site.id, site.name, "" if day >= NEVER else start.isoformat()])
