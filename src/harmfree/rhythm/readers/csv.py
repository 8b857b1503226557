"""CSV and text files: columns of samples, or a watch's export with a heading of its own.

Understood: a heading row with a time column ("time", "seconds", "ms") and lead columns with an
optional unit in brackets, "I (uV)"; lines "name,value" before the numbers that state
"Sample Rate,512 hertz" and "Unit,µV"; comment lines "# rate: 300"; numbers alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.errors import RecordingError, UnitsError
from harmfree.rhythm.recording import Recording, millivolts

RATE = re.compile(r"(?:sampl\w*[ _-]*)?(?:rate|frequency)\W+(\d+(?:[.,]\d+)?)", re.IGNORECASE)
UNIT = re.compile(r"^#?\s*units?\W+([µμmunv]+)\s*$", re.IGNORECASE)
NUMBER = re.compile(r"^\s*[-+]?(?:\d|\.\d|nan|inf)", re.IGNORECASE)
BRACKETS = re.compile(r"^(.*?)\s*[(\[]\s*(\S+?)\s*[)\]]\s*$")
TIME_NAMES = {"time": 1.0, "t": 1.0, "seconds": 1.0, "s": 1.0, "ms": 1e-3, "milliseconds": 1e-3}


@dataclass
class Heading:
    """What stands before the numbers."""

    rate: float | None = None
    unit: str | None = None
    columns: list[str] = field(default_factory=list)


def read(path: Path, rate: float | None, unit: str) -> Iterator[Recording]:
    """Yield the one recording of a file.

    Args:
        path: the file.
        rate: samples a second when the file does not say.
        unit: unit of the values when the file does not say.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise RecordingError(
            "The file is not text.", where=str(path), do="save it as CSV in UTF-8"
        ) from problem
    lines = text.splitlines()
    start = next((k for k, line in enumerate(lines) if NUMBER.match(line)), len(lines))
    heading = _heading([line for line in lines[:start] if line.strip()])
    values = _numbers(lines[start:], start, path, heading)
    yield _recording(path, heading, values, rate, unit)


def _heading(lines: list[str]) -> Heading:
    found = Heading()
    for line in lines:
        stated_rate, stated_unit = RATE.search(line), UNIT.match(line)
        if stated_rate:
            found.rate = float(stated_rate.group(1).replace(",", "."))
        elif stated_unit:
            found.unit = stated_unit.group(1)
        elif not line.startswith("#"):
            found.columns = [cell.strip().strip('"') for cell in re.split(r"[,;\t]", line)]
    return found


def _numbers(lines: list[str], skipped: int, path: Path, heading: Heading) -> FloatArray:
    separator = ";" if any(";" in line for line in lines[:5]) else ","
    rows: list[list[float]] = []
    for k, line in enumerate(lines):
        if not line.strip():
            continue
        cells = re.split(r"\t" if "\t" in line else separator, line.strip().strip(","))
        if separator == ";":
            cells = [cell.replace(",", ".") for cell in cells]
        try:
            row = [float(cell) if cell.strip() else float("nan") for cell in cells]
        except ValueError as problem:
            raise RecordingError(
                f"'{line[:40]}' is not a row of numbers.",
                where=f"{path}, line {skipped + k + 1}",
                do="correct or remove the line",
            ) from problem
        if rows and len(row) != len(rows[0]):
            raise RecordingError(
                f"The row has {len(row)} values where the first has {len(rows[0])}.",
                where=f"{path}, line {skipped + k + 1}",
                do="correct or remove the line",
            )
        rows.append(row)
    if len(rows) < 2:
        raise RecordingError(
            "The file holds no column of numbers.", where=str(path), do="give samples as rows"
        )
    return np.array(rows, dtype=np.float64)


def _recording(
    path: Path, heading: Heading, values: FloatArray, rate: float | None, unit: str
) -> Recording:
    names = heading.columns if len(heading.columns) == values.shape[1] else []
    names = names or [f"lead {k + 1}" for k in range(values.shape[1])]
    parts = [BRACKETS.match(name) for name in names]
    plain = [part.group(1) if part else name for part, name in zip(parts, names, strict=True)]
    units = [part.group(2) if part else heading.unit or unit for part in parts]
    timed = plain[0].lower() in TIME_NAMES and values.shape[1] > 1
    if timed:
        rate = _rate_of_times(values[:, 0], plain[0], units[0], path)
    rate = rate if timed else heading.rate or rate
    if rate is None:
        raise UnitsError(
            "The file does not say how many samples a second it holds.",
            where=str(path),
            do="add --rate, a time column, or a line '# rate: 300'",
        )
    first = 1 if timed else 0
    factors = np.array([millivolts(u, where=str(path)) for u in units[first:]])
    return Recording(path.stem, values[:, first:] * factors, rate, tuple(plain[first:]))


def _rate_of_times(times: FloatArray, name: str, unit: str, path: Path) -> float:
    scale = TIME_NAMES.get(unit.lower(), TIME_NAMES[name.lower()])
    step = float(np.median(np.diff(times))) * scale
    if not np.isfinite(step) or step <= 0:
        raise UnitsError("The times of the time column do not ascend.", where=str(path))
    return 1.0 / step
