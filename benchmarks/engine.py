"""The engine against the floor: one DuckDB scan that sums the event columns of the same Parquet.

Everything is a ratio measured in one run, so that it means the same on any machine. Compilation is
done before (reported apart); every figure is the median of `repeats`, with the spread.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from harmfree.periods.engine import Request
from harmfree.periods.local import run_local
from harmfree.periods.plan import Plan
from harmfree.periods.stored import AGE_EDGES, CATEGORIES
from harmfree.periods.windows import to_day
from harmfree.programmes.registry import indicators
from harmfree.publish.places import Places
from harmfree.publish.run import index_dates, plan_for
from harmfree.records import Store

PINCER = "pincer_"


def timed(work: Callable[[], object], repeats: int) -> tuple[float, float, float]:
    """Median, least and most seconds."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), min(seconds), max(seconds)


def floor(store: Store) -> None:
    """Read every column of every event once, on two threads."""
    files = [str(store.path(number) / "event.parquet") for number in store.buckets]
    connection = duckdb.connect()
    connection.sql("set threads = 2")
    connection.sql(
        "select sum(person), sum(epoch(date)), sum(code_id), sum(value), sum(unit_id),"
        f" sum(epoch(until)), count(*) from read_parquet({files!r})"
    ).fetchall()


def sweep(store: Store, plan: Plan, months: int, breakdowns: bool) -> None:
    """Every definition over every bucket: counts, periods, and open ones with their evidence."""
    as_of = to_day(store.manifest.extract_date)
    areas, _ = Places(store.sites).areas()
    extra = (len(CATEGORIES), AGE_EDGES) if breakdowns else (0, ())
    request = Request(as_of, index_dates(as_of, months), store.sites.num_rows, areas, *extra)
    total = np.int64(0)
    for part in run_local(plan, store, request, store.buckets, workers=2):
        total += part.changes[..., 0].sum()
    assert total > 0


def run(home: Path, repeats: int = 3) -> list[tuple[str, float, str]]:
    """Measure on the store at `home`; rows of (what, median seconds, spread and ratio)."""
    store = Store.open(home)
    every = indicators()
    whole = plan_for(store, every, None)
    pincer = plan_for(store, [each for each in every if each.id.startswith(PINCER)], None)
    started = time.perf_counter()
    sweep_first = Request(
        to_day(store.manifest.extract_date),
        np.zeros(0, np.int32),
        store.sites.num_rows,
        np.zeros(store.sites.num_rows, np.int32),
    )
    next(run_local(pincer, store, sweep_first, store.buckets[:1], workers=1))
    rows = [("first bucket, with compilation or its cache", time.perf_counter() - started, "")]
    base, least, most = timed(lambda: floor(store), repeats)
    rows.append(("floor: DuckDB sums every event column", base, f"{least:.2f} to {most:.2f} s"))
    cases: list[tuple[str, Callable[[], object]]] = [
        (f"{len(every)} indicators, 60 months, breakdowns", lambda: sweep(store, whole, 60, True)),
        (f"{len(every)} indicators, 60 months", lambda: sweep(store, whole, 60, False)),
        (f"{len(every)} indicators, 1 month", lambda: sweep(store, whole, 1, False)),
        (f"{len(pincer.definitions)} PINCER, 60 months", lambda: sweep(store, pincer, 60, False)),
    ]
    for name, work in cases:
        median, least, most = timed(work, repeats)
        rows.append((name, median, f"{least:.2f} to {most:.2f} s; {median / base:.1f} x floor"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    rows.append(("peak memory of this process, GB", peak, ""))
    return rows
