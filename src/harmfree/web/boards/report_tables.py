"""Reports from files that a lead brings: births, and the evaluation of a device."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harmfree.errors import InputError
from harmfree.publish import births_example, device_example
from harmfree.publish.births_feed import read_births
from harmfree.publish.births_page import births_document
from harmfree.publish.device_evaluation import document, evaluate_device
from harmfree.web.boards.models import Upload

DEVICE_TABLES = ("tests", "devices", "lots", "operators", "controls", "pairs", "outcomes", "costs",
                 "evaluation")  # fmt: skip
UNPACKED = 50_000_000
"""Bytes that the tables of a zip may have together."""
FICTITIOUS = "the fictitious example"


@dataclass(frozen=True)
class Report:
    """A kind of report.

    Attributes:
        kind: of the upload. programme, title, about: for the index and the page.
        columns: what the file holds, in words. largest: bytes. template: of its page.
        read: what the report says of a file's bytes, as plain values.
        example: the same of the fictitious example.
    """

    kind: Upload.Kind
    programme: str
    title: str
    about: str
    columns: str
    largest: int
    template: str
    read: Callable[[bytes], dict[str, Any]]
    example: Callable[[], dict[str, Any]]


def _births(content: bytes) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="harmfree-board-") as folder:
        path = Path(folder) / "births.csv"
        path.write_bytes(content)
        return _births_of(path)


def _births_of(path: Path) -> dict[str, Any]:
    feed = read_births(path)
    if not feed.births:
        raise InputError("The file holds no birth that can be read.")
    found = births_document(feed)
    rare = [{k: each[k] for k in ("event", "dates", "births")} for each in found["rare_events"]]
    kept = {name: found[name] for name in ("all", "months", "units")}
    return kept | {"rare": rare, "left_out": _without_values(found["left_out"])}


def _births_example() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="harmfree-board-") as folder:
        path = Path(folder) / "births.csv"
        births_example.write_example(path)
        return _births_of(path)


def _device(content: bytes) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="harmfree-board-") as folder:
        unpack(content, Path(folder))
        return _device_of(Path(folder))


def unpack(content: bytes, folder: Path) -> None:
    """Write the tables of a zip into a folder: only those with known names, bounded.

    Raises:
        InputError: no zip, without tests.csv, or too much in it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            room = UNPACKED
            for each in packed.infolist():
                name = Path(each.filename).name.lower()
                if name.removesuffix(".csv") not in DEVICE_TABLES or not name.endswith(".csv"):
                    continue
                with packed.open(each) as file:
                    written = file.read(room + 1)  # what the zip says of its sizes may be a lie
                room -= len(written)
                if room < 0:
                    raise InputError("The tables in the zip are too large together.")
                (folder / name).write_bytes(written)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as fault:
        raise InputError("The file is not a zip that can be opened.") from fault
    if not (folder / "tests.csv").exists():
        raise InputError("The zip holds no tests.csv.")


def _device_of(folder: Path) -> dict[str, Any]:
    found = document(evaluate_device(folder))
    found["left_out"] = _without_values(found["left_out"])
    for fault in found["governance"]:
        fault["tests"] = len(fault["tests"])
    return found


def _device_example() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="harmfree-board-") as folder:
        device_example.write_example(Path(folder))
        return _device_of(Path(folder))


def _without_values(left_out: dict[str, Any]) -> dict[str, Any]:
    """What was left out, without the values that stood there: they may name somebody."""
    entries = [{k: v for k, v in each.items() if k != "value"} for each in left_out["entries"]]
    return left_out | {"entries": entries}


REPORTS: dict[str, Report] = {
    "births": Report(
        Upload.Kind.BIRTHS,
        "maternity_neonatal",
        "Babies born early: eleven interventions and the bundle",
        "Per intervention and for the whole bundle, by unit and month, from a table of births",
        "A CSV file, one row a baby; the first line names the columns, unit and birth_date first",
        15_000_000,
        "boards/births.jinja",
        _births,
        _births_example,
    ),
    "device-evaluation": Report(
        Upload.Kind.DEVICE,
        "point_of_care_testing",
        "A device at the point of care: is it right, safe and worth it?",
        "Agreement, accuracy, quality control, governance, decisions, outcomes and cost",
        f"A zip of CSV files: tests, and as far as there are any {', '.join(DEVICE_TABLES[1:])}",
        15_000_000,
        "boards/device.jinja",
        _device,
        _device_example,
    ),
}
