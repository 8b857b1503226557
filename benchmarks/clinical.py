"""How fast the clinical tools are: arrays and the batch command. Run it on an idle machine.

    .venv/bin/python benchmarks/clinical.py [rows]

Prints, for each figure, the median of five runs with the fastest and the slowest. The batch
figure is for a warm interpreter: the command adds about a second to start.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from harmfree.clinical import find
from harmfree.clinical.anticoagulation.stroke_risk import cha2ds2vasc_array
from harmfree.clinical.batch import answer_file
from harmfree.clinical.deterioration.news2_array import news2_array


def timed(what: str, rows: int, work: Callable[[], object], runs: int = 5) -> None:
    """Print the median time of `work` and its rate."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    middle = statistics.median(times)
    print(
        f"{what:<44}{rows:>10,} rows  median {middle:7.3f} s "
        f"({min(times):.3f} to {max(times):.3f})  {rows / middle:>12,.0f} rows/s"
    )


def observations(rows: int) -> dict[str, np.ndarray]:
    """Return random observation sets, every tenth value missing."""
    draw = np.random.default_rng(7)
    sets = {
        "respiration": draw.integers(5, 40, rows).astype(float),
        "spo2": draw.integers(80, 101, rows).astype(float),
        "oxygen": draw.integers(0, 2, rows).astype(float),
        "systolic": draw.integers(60, 240, rows).astype(float),
        "pulse": draw.integers(30, 170, rows).astype(float),
        "alert": draw.integers(0, 2, rows).astype(float),
        "temperature": np.round(draw.uniform(34, 41, rows), 1),
    }
    for values in sets.values():
        values[draw.random(rows) < 0.1] = np.nan
    return sets | {"scale_2": draw.random(rows) < 0.1}


def people(rows: int) -> list[np.ndarray]:
    """Return random ages and six truth values a person."""
    draw = np.random.default_rng(8)
    return [draw.uniform(18, 100, rows), *(draw.random((6, rows)) < 0.3)]


def news2_file(folder: Path, rows: int) -> Path:
    """Write an NDJSON file of complete NEWS2 sets."""
    draw = np.random.default_rng(9)
    path = folder / "news2.ndjson"
    with path.open("w") as file:
        for _ in range(rows):
            row = {
                "rr": int(draw.integers(5, 40)),
                "sp": int(draw.integers(80, 101)),
                "o2": bool(draw.random() < 0.2),
                "t": round(float(draw.uniform(34, 41)), 1),
                "bp": int(draw.integers(70, 230)),
                "hr": int(draw.integers(35, 160)),
                "acvpu": "ACVPU"[int(draw.integers(0, 5))],
                "scale": int(draw.integers(1, 3)),
            }
            file.write(json.dumps(row) + "\n")
    return path


def batch(tool: str, cases: Path) -> None:
    """Answer a whole file, throwing the answers away."""
    with Path(os.devnull).open("w") as out:
        for _ in answer_file(find(tool), cases, out):
            pass


def main() -> None:
    """Measure everything once."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    sets = observations(rows)
    timed("NEWS2 on arrays", rows, lambda: news2_array(**sets))
    age, female, *conditions = people(rows)
    names = ("heart_failure", "hypertension", "diabetes", "stroke", "vascular_disease")
    named = dict(zip(names, conditions, strict=True))
    timed("CHA2DS2-VASc on arrays", rows, lambda: cha2ds2vasc_array(age, female, **named))
    few = min(rows, 200_000)
    with tempfile.TemporaryDirectory() as folder:
        path = news2_file(Path(folder), few)
        timed("NEWS2 batch, NDJSON", few, lambda: batch("news2", path), runs=3)


if __name__ == "__main__":
    main()
