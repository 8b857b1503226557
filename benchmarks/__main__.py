"""`python3 run.py bench [--people N ...] [--home FOLDER]`: the engine's benchmarks, as ratios.

Prints the tables of docs/benchmarks.md. `--quick` measures one round in place of three.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import numba
import numpy as np

from benchmarks import engine, person, sql, sql_scaling
from benchmarks.measure import HEADER, Taken, interleaved, seconds
from benchmarks.sql_as_of import Analyst
from benchmarks.sql_twelve import SIX, WRITTEN
from harmfree.programmes.registry import indicators
from harmfree.publish.run import plan_for
from harmfree.records import Store
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings


def engine_table(home: Path, rounds: int) -> dict[str, Taken]:
    """Print the engine's cases against the floor, and its memory."""
    manifest = Store.open(home).manifest
    print(f"\n### {manifest.people:,} people, {manifest.events:,} events\n")
    names, taken = engine.run(home, rounds)
    print(HEADER)
    for name in names:
        print(taken[name].row(name, taken[names[0]]))
    months = taken[names[2]].processor / taken[names[3]].processor
    print(f"\n60 months against 1 month: {months:.2f} times the processor time.")
    print(f"Plan (programmes read, code lists resolved): {engine.plan_seconds(home):.2f} s, once.")
    print(
        f"Peak memory of a process that does the largest case: {engine.peak_memory(home):.2f} GB."
    )
    return taken


def sql_table(home: Path, rounds: int, months: int) -> None:
    """Print six indicators by the kernel and by SQL; the counts must be equal."""
    store = Store.open(home)
    known = {each.id: each for each in indicators()}
    plan = plan_for(store, [known[name] for name in SIX], None)
    dates, written = sql.months_of(store, 60), WRITTEN.chosen(SIX)
    asked = dates[:: max(1, 60 // months)]
    expected = engine.by_site(plan, engine.sweep(store, plan, 60, False))
    monthly, sweep = Analyst(store, plan, written), sql.Sweep(store, plan)
    columns = [dates.index(day) for day in asked]
    if not np.array_equal(monthly.counts(asked), expected[..., columns]):
        raise SystemExit("As-of SQL and the kernel do not count the same.")
    if not np.array_equal(sweep.counts(dates), expected):
        raise SystemExit("Window SQL and the kernel do not count the same.")
    taken = interleaved(
        {
            "kernel": lambda: engine.sweep(store, plan, 60, False),
            "monthly tables": lambda: Analyst(store, plan, written),
            "months": lambda: monthly.counts(asked),
            "sweep tables": lambda: sql.Sweep(store, plan),
            "sweep": lambda: sweep.counts(dates),
        },
        rounds,
    )
    print_sql(taken, len(asked))


def print_sql(taken: dict[str, Taken], asked: int) -> None:
    """Print what the ways took, SQL with its shared tables, scaled to 60 months."""
    kernel, scale = taken["kernel"], 60 / asked
    print("\n#### Six indicators, 60 months, the same counts by every way\n")
    print(
        "| way | wall s | processor s | wall x kernel | processor x kernel |\n|---|---|---|---|---|"
    )
    print(f"| kernel | {kernel.wall:.2f} | {kernel.processor:.2f} | 1 | 1 |")
    for name, tables, part, factor in (
        (f"as-of SQL, a query a month ({asked} measured)", "monthly tables", "months", scale),
        ("window-function SQL, one sweep", "sweep tables", "sweep", 1.0),
    ):
        wall = taken[tables].wall + factor * taken[part].wall
        used = taken[tables].processor + factor * taken[part].processor
        ratios = f"{wall / kernel.wall:.1f} | {used / kernel.processor:.1f}"
        print(f"| {name} | {wall:.2f} | {used:.2f} | {ratios} |")
    one = taken["monthly tables"].wall + taken["months"].wall / asked
    print(f"\nOne month of as-of SQL with its tables: {one:.2f} s, {one / kernel.wall:.1f} times")
    print(f"the kernel's 60 months. Load {statistics.median(t.load for t in taken.values()):.1f}.")


def other_tables(home: Path, megabytes: int, rounds: int) -> None:
    """Print one person's time and the loading of FHIR."""
    median, high, most = person.run(home)
    print("\n### One person, all indicators, reference evaluator\n")
    print(
        f"Median {median:.1f} ms, 95th percentile {high:.1f} ms, most {most:.1f} ms (200 people)."
    )
    print("\n### Loading FHIR NDJSON\n", flush=True)
    command = [sys.executable, "-m", "benchmarks.load", "--megabytes", str(megabytes)]
    subprocess.run([*command, "--repeats", str(rounds)], check=True)  # its memory is its own


def region(folder: Path, people: int) -> Path:
    """Build a region of so many people and say how long it took."""
    home = folder / f"region_{people}"
    wall, _ = seconds(lambda: build(Settings(people, 1), home))
    print(f"\nBuilt {people:,} people in {wall:.0f} s.")
    return home


def main() -> None:
    """Build regions when no store is given, measure, and print the tables."""
    parser = argparse.ArgumentParser(prog="run.py bench")
    parser.add_argument("--home", type=Path, help="a store to measure on")
    parser.add_argument("--people", type=int, nargs="+", default=[100_000], help="regions to build")
    parser.add_argument("--scratch", type=Path, help="where to build them (default: temporary)")
    parser.add_argument("--months", type=int, default=60, help="as-of months to measure")
    parser.add_argument(
        "--scaling-months", type=int, default=12, help="as-of months to measure for the scaling"
    )
    parser.add_argument(
        "--rule-people",
        type=int,
        default=sql_scaling.MOST_PEOPLE,
        help="the largest region to measure with all that can be put in SQL by rule",
    )
    parser.add_argument("--megabytes", type=int, default=300, help="size of the FHIR export")
    parser.add_argument("--quick", action="store_true", help="one round in place of three")
    asked = parser.parse_args()
    rounds = 1 if asked.quick else 3
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, DuckDB {duckdb.__version__},"
    )
    print(f"numba {numba.__version__}, numpy {np.__version__}; load {os.getloadavg()[0]:.1f}")
    if asked.home:
        engine_table(asked.home, rounds)
        sql_table(asked.home, rounds, asked.months)
        sql_scaling.table(Store.open(asked.home), rounds, asked.scaling_months, asked.rule_people)
        other_tables(asked.home, asked.megabytes, rounds)
        return
    with tempfile.TemporaryDirectory(dir=asked.scratch) as scratch:
        for place, people in enumerate(asked.people):
            home = region(Path(scratch), people)
            engine_table(home, rounds)
            sql_table(home, rounds, asked.months)
            sql_scaling.table(Store.open(home), rounds, asked.scaling_months, asked.rule_people)
            if place == 0:
                other_tables(home, asked.megabytes, rounds)
            shutil.rmtree(home)


if __name__ == "__main__":
    main()
