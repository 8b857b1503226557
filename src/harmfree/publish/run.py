"""A run: every indicator over every bucket of the store, published in one switch.

A run's folder under ``HARMFREE_HOME/runs`` holds `run.json` (what was asked), `periods/`
(every hazard and gap, bucket by bucket), `findings.parquet` (those that hold on the day),
`evidence.parquet` (the events behind them), `trend.parquet` (counts by site and month) and
`breakdown.parquet` (counts by area and by sex, age, ethnicity and deprivation). `runs/current`
names the live run; a run that is stopped half way leaves the old one whole, and the same request
over the same records takes up where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from harmfree.periods.engine import Request
from harmfree.periods.local import run_local
from harmfree.periods.part import Part
from harmfree.periods.plan import Plan, list_names, make_plan
from harmfree.periods.spark import run_spark, spark_session
from harmfree.periods.stored import AGE_EDGES, CATEGORIES, comparators_of, resolved_lists
from harmfree.periods.tallies import Changes, Totals
from harmfree.periods.windows import add_months, to_date, to_day
from harmfree.programmes.indicator import Indicator
from harmfree.programmes.registry import code_folders, indicators
from harmfree.publish.errors import RunRequestError
from harmfree.publish.places import Places
from harmfree.publish.tables import breakdown_table, trend_table
from harmfree.records import Store

Progress = Callable[[str, int, int], None]
PART_FORMAT = 2  # goes up when the files of a part change: older ones are not taken up again


@dataclass(frozen=True)
class RunRequest:
    """What to compute.

    Attributes:
        programmes: names of programmes; empty for all.
        as_of: the last day that counts; None for the extract date.
        months: how many first-of-the-month index dates, the last on or before `as_of`.
        engine: "local" or "spark".
        workers: how many buckets at once; None for all cores.
    """

    programmes: tuple[str, ...] = ()
    as_of: date | None = None
    months: int = 60
    engine: str = "local"
    workers: int | None = None


@dataclass(frozen=True)
class RunInfo:
    """What a finished run says of itself (`run.json`)."""

    number: int
    created: str
    as_of: str
    months: int
    generation: str
    extract_date: str
    engine: str
    indicators: list[str]
    versions: list[int]
    people: int
    periods: int
    findings: int
    evidence: int
    unmatched_lists: list[str]


def index_dates(as_of: int, months: int) -> npt.NDArray[np.int32]:
    """First days of the last `months` months, the last of them on or before `as_of`."""
    last = to_day(to_date(as_of).replace(day=1))
    return np.array([add_months(last, -back) for back in reversed(range(months))], np.int32)


def run(home: Path, asked: RunRequest, progress: Progress) -> RunInfo:
    """Compute and publish a run over the live store.

    Raises:
        NotFoundError: nothing is loaded. RunRequestError: a request that cannot be met.
    """
    store = Store.open(home)
    chosen = indicators(asked.programmes)
    as_of = to_day(asked.as_of or store.manifest.extract_date)
    _check(asked, as_of)
    plan = plan_for(store, chosen, home)
    areas, area_names = Places(store.sites).areas()
    request = Request(
        as_of,
        index_dates(as_of, asked.months),
        store.sites.num_rows,
        areas,
        len(CATEGORIES),
        AGE_EDGES,
    )
    folder = _work_folder(home, store, plan, request)
    parts = _parts(plan, store, request, asked, folder, progress)
    sums = _Sums(plan, request)
    for part in parts:
        sums.add(part)
        progress("computing", part.bucket + 1, len(store.buckets))
    return _publish(home, folder, store, chosen, plan, request, asked, sums, area_names)


def plan_for(store: Store, chosen: Sequence[Indicator], home: Path | None) -> Plan:
    """The indicators compiled for a store, with the site's own code lists and maps."""
    definitions = [each.definition for each in chosen]
    names = sorted(set().union(*(list_names([d]) for d in definitions)))
    maps = home / "maps" if home and (home / "maps").is_dir() else None
    lists = resolved_lists(store, names, code_folders(home), maps)
    return make_plan(definitions, lists, store.codes.num_rows, comparators_of(store))


def _check(asked: RunRequest, as_of: int) -> None:
    if not 1 <= asked.months <= 600:
        raise RunRequestError("A run covers 1 to 600 months.", where=f"--months {asked.months}")
    if asked.engine not in ("local", "spark"):
        raise RunRequestError(
            f"There is no engine '{asked.engine}'.", do="Use --engine local or --engine spark."
        )
    if not to_day("1900-01-01") <= as_of <= to_day("2100-01-01"):
        raise RunRequestError("The last day must lie between 1900 and 2100.", where="--as-of")


def _work_folder(home: Path, store: Store, plan: Plan, request: Request) -> Path:
    """Where this request is worked on; the same request finds what it has done already."""
    made = (PART_FORMAT, store.folder.name, store.manifest.created)
    asked = repr((*made, plan.definitions, request.as_of))
    lists = b"".join(plan.lists[name].code_ids.tobytes() for name in sorted(plan.lists))
    digest = hashlib.sha256(asked.encode() + request.index_dates.tobytes() + lists).hexdigest()[:16]
    runs = home / "runs"
    for stale in runs.glob("work-*"):
        if stale.name != f"work-{digest}":
            shutil.rmtree(stale)
    folder = runs / f"work-{digest}"
    for each in ("periods", "evidence", "counts"):
        (folder / each).mkdir(parents=True, exist_ok=True)
    return folder


def _parts(
    plan: Plan,
    store: Store,
    request: Request,
    asked: RunRequest,
    folder: Path,
    progress: Progress,
) -> Iterator[Part]:
    """Parts already done, then the others as they come; each is written before it is given."""
    done = {int(each.stem) for each in (folder / "counts").glob("*.npy")}
    for number in sorted(done):
        yield _read_part(folder, number)
    todo = [number for number in store.buckets if number not in done]
    if not todo:
        return
    progress("computing", len(done), len(store.buckets))
    if asked.engine == "spark":
        fresh = run_spark(plan, store, request, todo, spark_session())
    else:
        fresh = run_local(plan, store, request, todo, asked.workers)
    for part in fresh:
        _write_part(folder, part)
        yield part


def _write_part(folder: Path, part: Part) -> None:
    """Write a part; the counts come last and into place in one step: they say that it is whole."""
    name = f"{part.bucket:04d}"
    pq.write_table(part.periods, folder / "periods" / f"{name}.parquet", compression="zstd")
    pq.write_table(part.evidence, folder / "evidence" / f"{name}.parquet", compression="zstd")
    partial = folder / "counts" / f"{name}.partial"
    with partial.open("wb") as file:
        part.sites.write(file)
        part.strata.write(file)
    partial.rename(folder / "counts" / f"{name}.npy")


def _read_part(folder: Path, number: int) -> Part:
    name = f"{number:04d}"
    with (folder / "counts" / f"{name}.npy").open("rb") as file:
        sites, strata = Changes.read(file), Changes.read(file)
    periods = pq.read_table(folder / "periods" / f"{name}.parquet")
    evidence = pq.read_table(folder / "evidence" / f"{name}.parquet")
    return Part(number, periods, evidence, sites, strata)


class _Sums:
    """Adds the parts up; only what is open today stays in memory."""

    def __init__(self, plan: Plan, request: Request) -> None:
        dates, areas = len(request.index_dates), int(request.areas.max(initial=0)) + 1
        tallies = len(plan.tables.tallied)
        self.sites = Totals(tallies, request.sites, dates)
        self.strata = Totals(tallies, areas * request.categories, dates)
        self.findings: list[pa.Table] = []
        self.evidence: list[pa.Table] = []
        self.periods = 0

    def add(self, part: Part) -> None:
        self.sites.add(part.sites)
        self.strata.add(part.strata)
        self.periods += part.periods.num_rows
        self.findings.append(part.periods.filter(part.periods["end"].is_null()))
        self.evidence.append(part.evidence)


def _publish(  # noqa: PLR0913 - the last step sees all that was gathered
    home: Path,
    folder: Path,
    store: Store,
    chosen: Sequence[Indicator],
    plan: Plan,
    request: Request,
    asked: RunRequest,
    sums: _Sums,
    areas: list[str],
) -> RunInfo:
    findings, evidence = pa.concat_tables(sums.findings), pa.concat_tables(sums.evidence)
    runs = home / "runs"
    number = max((int(each.name) for each in runs.iterdir() if each.name.isdigit()), default=0) + 1
    info = RunInfo(
        number=number,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        as_of=to_date(request.as_of).isoformat(),
        months=asked.months,
        generation=store.folder.name,
        extract_date=str(store.manifest.extract_date),
        engine=asked.engine,
        indicators=[each.id for each in chosen],
        versions=[each.provenance.version for each in chosen],
        people=store.manifest.people,
        periods=sums.periods,
        findings=findings.num_rows,
        evidence=evidence.num_rows,
        unmatched_lists=sorted(n for n, each in plan.lists.items() if not len(each.code_ids)),
    )
    ids = [each.id for each in chosen]
    pq.write_table(findings, folder / "findings.parquet", compression="zstd")
    pq.write_table(evidence, folder / "evidence.parquet", compression="zstd")
    trend, strata = (each.counts()[plan.tallies] for each in (sums.sites, sums.strata))
    strata = strata.reshape(len(strata), len(areas), request.categories, len(request.index_dates))
    pq.write_table(trend_table(trend, ids, request), folder / "trend.parquet")
    pq.write_table(breakdown_table(strata, ids, areas, request), folder / "breakdown.parquet")
    (folder / "run.json").write_text(json.dumps(asdict(info), indent=1), encoding="utf-8")
    for scratch in ("counts", "evidence"):
        shutil.rmtree(folder / scratch)
    folder.rename(runs / f"{number:06d}")
    _switch(runs, f"{number:06d}")
    return info


def _switch(runs: Path, name: str) -> None:
    """Make a run the live one in one step, and drop all but it and the one before."""
    pointer = runs / "current.partial"
    pointer.write_text(name, encoding="ascii")
    pointer.rename(runs / "current")
    for old in sorted(each for each in runs.iterdir() if each.name.isdigit())[:-2]:
        shutil.rmtree(old)
