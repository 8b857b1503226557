"""The engine against the floor: one DuckDB scan that sums the event columns of the same Parquet.

Everything is a ratio measured in one run, so that it means the same on any machine.
`python -m benchmarks.engine HOME` runs the largest case once and tells the memory that it needed.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from benchmarks.measure import Taken, Work, interleaved
from harmfree.periods.engine import Request
from harmfree.periods.local import run_local
from harmfree.periods.plan import Plan
from harmfree.periods.stored import AGE_EDGES, CATEGORIES
from harmfree.periods.tallies import Totals
from harmfree.periods.windows import to_day
from harmfree.programmes.indicator import Indicator
from harmfree.programmes.registry import indicators
from harmfree.publish.places import Places
from harmfree.publish.run import index_dates, plan_for
from harmfree.records import Store

PINCER = "pincer_"
WORKERS = 2


def files(store: Store) -> list[str]:
    """The Parquet files of the events."""
    return [str(store.path(number) / "event.parquet") for number in store.buckets]


def floor(store: Store) -> None:
    """Read every column of every event once, on two threads."""
    connection = duckdb.connect()
    connection.sql(f"set threads = {WORKERS}")
    connection.sql(
        "select sum(person), sum(epoch(date)), sum(code_id), sum(value), sum(unit_id),"
        f" sum(epoch(until)), count(*) from read_parquet({files(store)!r})"
    ).fetchall()


def request(store: Store, months: int, breakdowns: bool) -> Request:
    """So many months up to the extract date, at every site."""
    as_of = to_day(store.manifest.extract_date)
    areas, _ = Places(store.sites).areas()
    extra = (len(CATEGORIES), AGE_EDGES) if breakdowns else (0, ())
    return Request(as_of, index_dates(as_of, months), store.sites.num_rows, areas, *extra)


Counts = npt.NDArray[np.int32]


def by_site(plan: Plan, counts: Counts) -> Counts:
    """int32[site, 2 * definition + (0 denominator, 1 numerator), month] of a sweep's counts."""
    return counts[plan.tallies].transpose(1, 0, 2)


def sweep(store: Store, plan: Plan, months: int, breakdowns: bool) -> Counts:
    """Every definition over every bucket: counts, periods, and open ones with their evidence.

    The counts: int32[tally, site, month], see `Plan.tallies`.
    """
    asked = request(store, months, breakdowns)
    tallies, areas = len(plan.tables.tallied), int(asked.areas.max()) + 1
    sites = Totals(tallies, asked.sites, months)
    strata = Totals(tallies, areas * asked.categories, months)
    open_ones = 0
    for part in run_local(plan, store, asked, store.buckets, workers=WORKERS):
        sites.add(part.sites)
        strata.add(part.strata)
        open_ones += part.evidence.num_rows
    assert open_ones > 0
    strata.counts()
    return sites.counts()


def chosen(prefix: str) -> list[Indicator]:
    """The indicators whose id begins so."""
    return [each for each in indicators() if each.id.startswith(prefix)]


def run(home: Path, rounds: int = 3) -> tuple[list[str], dict[str, Taken]]:
    """Names of the cases, the floor first, and what each took."""
    store = Store.open(home)
    every = indicators()
    whole, pincer = plan_for(store, every, None), plan_for(store, chosen(PINCER), None)
    number, few = len(every), len(pincer.definitions)
    cases: dict[str, Work] = {
        "floor: DuckDB sums every event column": lambda: floor(store),
        f"{number} indicators, 60 months, breakdowns": lambda: sweep(store, whole, 60, True),
        f"{number} indicators, 60 months": lambda: sweep(store, whole, 60, False),
        f"{number} indicators, 1 month": lambda: sweep(store, whole, 1, False),
        f"{few} PINCER, 60 months": lambda: sweep(store, pincer, 60, False),
    }
    return list(cases), interleaved(cases, rounds)


def plan_seconds(home: Path) -> float:
    """How long it takes to read the programmes, resolve code lists and compile the plan."""
    started = time.perf_counter()
    plan_for(Store.open(home), indicators(), None)
    return time.perf_counter() - started


def peak_memory(home: Path) -> float:
    """Peak resident GB of a process of its own that does the largest case once."""
    command = [sys.executable, "-m", "benchmarks.engine", str(home)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1]) / 1024**2


def main(arguments: Sequence[str]) -> None:
    store = Store.open(Path(arguments[0]))
    sweep(store, plan_for(store, indicators(), None), 60, True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main(sys.argv[1:])
