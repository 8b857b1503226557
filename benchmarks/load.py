"""Loading FHIR NDJSON against DuckDB's own typed read of the same files.

`python -m benchmarks.load --megabytes 1000`. The typed read is measured twice: with every column
read and hashed, nothing kept (the least that any reader does), and into an Arrow table (a read
whose outcome can be used). The load does all of it: fingerprint of the files, rules, ledger,
pseudonyms, dictionaries, sorted and bucketed store, switch.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.fhir_extract import SHARES, write_extract
from benchmarks.measure import seconds
from harmfree.records.extract import find_extract
from harmfree.records.loading import load
from harmfree.records.sources.fhir import LONGEST
from harmfree.records.sources.fhir_selects import File


def scans(folder: Path) -> list[str]:
    """FROM items of the extract's files, with the columns that the load reads."""
    kinds = ("Patient", *SHARES)
    return [File(str(folder / f"{kind}.ndjson"), kind, 0, LONGEST).scan() for kind in kinds]


def connect() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(f"SET threads = {os.cpu_count()}")
    con.execute("SET preserve_insertion_order = false")
    return con


def hashed(folder: Path) -> None:
    with connect() as con:
        for scan in scans(folder):
            con.execute(f"SELECT sum(hash(COLUMNS(*))) FROM {scan}").fetchall()


def to_arrow(folder: Path) -> None:
    with connect() as con:
        for scan in scans(folder):
            con.sql(f"SELECT * FROM {scan}").to_arrow_table()


def into_store(folder: Path, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    assert load(home, find_extract(folder)).manifest.events > 0


def run(megabytes: int = 300, repeats: int = 3) -> list[tuple[str, float, str]]:
    """Rows of (what, median wall seconds, ratios); runs are interleaved, after one warm-up."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, home = Path(scratch) / "extract", Path(scratch) / "home"
        write_extract(folder, megabytes)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        cases: dict[str, Callable[[], object]] = {
            "load into the store": lambda: into_store(folder, home),
            "typed read, hashed": lambda: hashed(folder),
            "typed read into Arrow": lambda: to_arrow(folder),
        }
        into_store(folder, home)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
        for _ in range(repeats):
            for name, work in cases.items():
                taken[name].append(seconds(work))
    wall = {name: statistics.median(t[0] for t in times) for name, times in taken.items()}
    used = {name: statistics.median(t[1] for t in times) for name, times in taken.items()}
    ours = wall["load into the store"], used["load into the store"]
    rows = []
    for name in cases:
        note = f"{size / wall[name]:.0f} MB/s, {used[name]:.2f} processor s"
        if name != "load into the store":
            ratios = ours[0] / wall[name], ours[1] / used[name]
            note += f"; load takes {ratios[0]:.1f} times (processor {ratios[1]:.1f})"
        rows.append((f"{name}, {size:.0f} MB", wall[name], note))
    rows.append(("peak memory of the first load, MB", peak, ""))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, DuckDB {duckdb.__version__}, load {os.getloadavg()[0]:.1f}")
    for what, median, note in run(asked.megabytes, asked.repeats):
        print(f"{what:44} {median:8.2f}  {note}")
    print(f"load now {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
