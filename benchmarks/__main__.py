"""`python3 run.py bench [--home FOLDER] [--people N]`: the engine's benchmark, as ratios."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from pathlib import Path

from benchmarks.engine import run
from harmfree.records import Store
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings


def main() -> None:
    """Build a region when no store is given, measure, and print the table."""
    parser = argparse.ArgumentParser(prog="run.py bench")
    parser.add_argument("--home", type=Path, help="a store to measure on")
    parser.add_argument("--people", type=int, default=100_000, help="size of the region to build")
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = asked.home or Path(scratch)
        if asked.home is None:
            build(Settings(asked.people, 1), home)
        manifest = Store.open(home).manifest
        print(f"{manifest.people:,} people, {manifest.events:,} events; {os.cpu_count()} cores,")
        print(f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
        for what, median, note in run(home, asked.repeats):
            print(f"{what:48} {median:8.2f}  {note}")


if __name__ == "__main__":
    main()
