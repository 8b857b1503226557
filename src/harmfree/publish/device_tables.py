"""The tables of a device evaluation: read, checked row by row; docs/device_evaluation.md tells all.

A row that cannot be used goes into the ledger with its line; a cell that may be blank and cannot be
read is left out alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeVar

from harmfree.errors import InputError
from harmfree.improvement.datafile import DataError
from harmfree.improvement.method_evaluation.stard_flow import reading
from harmfree.publish.device_rows import (
    COST_KINDS,
    After,
    Control,
    Cost,
    Device,
    Lot,
    Operator,
    Pair,
    Reading,
    Settings,
    Test,
)
from harmfree.publish.rejections import Ledger, Rejection
from harmfree.publish.user_tables import Row, read_table

Made = TypeVar("Made")
_NUMBER = re.compile(r"^(<=|>=|<|>)?\s*(\d+(?:\.\d+)?)$")
YES = frozenset({"yes", "y", "true", "1"})
NO = frozenset({"no", "n", "false", "0"})


@dataclass(frozen=True)
class Tables:
    """Everything that was read; `absent` names the files that are not in the folder."""

    settings: Settings
    devices: dict[str, Device]
    lots: dict[str, Lot]
    operators: dict[str, Operator]
    controls: tuple[Control, ...]
    pairs: tuple[Pair, ...]
    tests: tuple[Test, ...]
    outcomes: dict[str, After]
    costs: tuple[Cost, ...]
    absent: tuple[str, ...]
    ledger: Ledger


@dataclass
class _Folder:
    path: Path
    left_out: list[Rejection] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    def read(
        self,
        name: str,
        needed: Sequence[str],
        make: Callable[[Row], Made],
        key: Callable[[Made], str] | None = None,
    ) -> list[Made]:
        """What `make` makes of each row; a key that stands twice counts once."""
        path, found, seen = self.path / name, [], set[str]()
        if not path.is_file():
            self.absent.append(name)
            return []
        for line, row in read_table(path, needed, name):
            try:
                each = make(row)
                if key is not None and key(each) in seen:
                    raise ValueError(f"{key(each)} stands twice; the first row counts.")
            except (ValueError, DataError) as wrong:
                said = wrong.what if isinstance(wrong, DataError) else str(wrong)
                value = ",".join(row.values())[:80]
                self.left_out.append(Rejection(name, line, "", value, said))
                continue
            seen.add(key(each) if key else "")
            found.append(each)
        return found


def read_tables(path: Path) -> Tables:
    """Read a folder of tables.

    Raises:
        InputError: there is no such folder, no `tests.csv` in it, a file cannot be read, lacks a
            column that is needed, or `evaluation.csv` has a setting that cannot be used.
    """
    if not path.is_dir():
        raise InputError(
            "There is no such folder.",
            where=str(path),
            do="`harmfree device-evaluation --example FOLDER` writes one to start from.",
        )
    folder = _Folder(path)
    tests = folder.read("tests.csv", ("test", "date_time", "device", "operator", "result"), _test,
                        lambda t: t.test)  # fmt: skip
    if "tests.csv" in folder.absent:
        raise InputError("The folder has no tests.csv.", where=str(path))
    devices = folder.read("devices.csv", ("device",), _device, lambda d: d.device)
    lots = folder.read("lots.csv", ("lot", "expiry"), _lot, lambda lot: lot.lot)
    operators = folder.read("operators.csv", ("operator", "trained_on", "training_expires"),
                            _operator, lambda o: o.operator)  # fmt: skip
    controls = folder.read(
        "controls.csv", ("device", "material", "date_time", "value", "mean", "sd"), _control
    )
    pairs = folder.read("pairs.csv", ("sample", "device_result", "laboratory_result"), _pair,
                        lambda p: p.sample)  # fmt: skip
    outcomes = folder.read("outcomes.csv", ("test",), _after, lambda a: a.test)
    costs = folder.read("costs.csv", ("item", "kind", "amount"), _cost)
    settings = _settings(folder)
    return Tables(
        settings,
        {each.device: each for each in devices},
        {each.lot: each for each in lots},
        {each.operator: each for each in operators},
        tuple(sorted(controls, key=lambda c: (c.device, c.at, c.material))),
        tuple(pairs),
        tuple(sorted(tests, key=lambda t: t.at)),
        {each.test: each for each in outcomes},
        tuple(costs),
        tuple(folder.absent),
        Ledger.of(folder.left_out),
    )


def _settings(folder: _Folder) -> Settings:
    path = folder.path / "evaluation.csv"
    if not path.is_file():
        folder.absent.append("evaluation.csv")
        return Settings()
    given = {row["setting"]: row["value"] for _, row in read_table(
        path, ("setting", "value"), "evaluation.csv")}  # fmt: skip
    unknown = set(given) - set(Settings.__dataclass_fields__)
    if unknown:
        raise InputError(
            f"There is no setting '{min(unknown)}'.",
            where=path.name,
            do=f"Use {', '.join(Settings.__dataclass_fields__)}.",
        )
    try:
        return Settings(
            given.get("title") or Settings.title,
            given.get("analyte") or Settings.analyte,
            given.get("unit", ""),
            tuple(sorted(number(x) for x in given.get("levels", "").split(";") if x.strip())),
            _optional(given.get("positive_from", "")),
            _optional(given.get("allowable_error", "")),
            _optional(given.get("control_hours", "")) or Settings.control_hours,
        )
    except ValueError as wrong:
        raise InputError(str(wrong), where=path.name) from wrong


def number(text: str) -> float:
    """A number of 0 or more; ValueError with a sentence."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"'{text}' is not a number of 0 or more.")
    return value


def _optional(text: str) -> float | None:
    return number(text) if text.strip() else None


def moment(text: str, end_of_day: bool = False) -> datetime:
    """A date and time; where only a date is given, its beginning or its end."""
    try:
        if len(text) == 10:
            return datetime.combine(
                date.fromisoformat(text), time(23, 59, 59) if end_of_day else time()
            )
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise ValueError(f"'{text}' is not a date and time such as 2026-01-31 09:30.") from None


def _day(text: str) -> date | None:
    return moment(text).date() if text else None


def yes_no(text: str) -> bool | None:
    """Yes, no, or None for a blank; ValueError for anything else."""
    word = text.strip().lower()
    if word in YES or word in NO:
        return word in YES
    if word:
        raise ValueError(f"'{text}' is neither yes nor no.")
    return None


def result(text: str) -> Reading:
    """A result: a number, a number with a comparator, or a word; ValueError or DataError."""
    found = _NUMBER.match(text)
    if found:
        return Reading(text, float(found[2]), found[1] or "", "")
    return Reading(text, math.nan, "", reading(text, where=""))


def _needed(row: Row, name: str) -> str:
    if not row.get(name, ""):
        raise ValueError(f"The {name.replace('_', ' ')} is missing.")
    return row[name]


def _device(row: Row) -> Device:
    start, end = _day(row.get("in_service_from", "")), _day(row.get("in_service_to", ""))
    return Device(_needed(row, "device"), row.get("model", ""), start, end)


def _lot(row: Row) -> Lot:
    return Lot(_needed(row, "lot"), moment(_needed(row, "expiry")).date())


def _operator(row: Row) -> Operator:
    who = _needed(row, "operator")
    return Operator(who, _day(row["trained_on"]), _day(row["training_expires"]))


def _control(row: Row) -> Control:
    value, mean, sd = (number(_needed(row, name)) for name in ("value", "mean", "sd"))
    if sd == 0:
        raise ValueError("The SD is not above zero.")
    at = moment(_needed(row, "date_time"))
    device, material = _needed(row, "device"), _needed(row, "material")
    return Control(device, material, at, value, mean, sd, row.get("run") or at.isoformat())


def _pair(row: Row) -> Pair:
    both = (result(_needed(row, name)) for name in ("device_result", "laboratory_result"))
    return Pair(_needed(row, "sample"), *both)


def _test(row: Row) -> Test:
    truth = reading(row.get("reference", ""), where="")
    return Test(
        _needed(row, "test"),
        moment(_needed(row, "date_time"), end_of_day=True),
        row["device"],
        row.get("lot", ""),
        row["operator"],
        result(row["result"]),
        row.get("decision_before", "").lower(),
        row.get("decision_after", "").lower(),
        yes_no(row.get("transmitted", "")),
        yes_no(row.get("identity_checked", "")),
        truth,
    )


def _after(row: Row) -> After:
    known = (yes_no(row.get(name, "")) for name in ("sepsis", "admitted", "emergency", "died"))
    return After(_needed(row, "test"), *known)


def _cost(row: Row) -> Cost:
    if row["kind"] not in COST_KINDS:
        raise ValueError(f"'{row['kind']}' is not fixed, per_test or per_control.")
    return Cost(_needed(row, "item"), row["kind"], number(row["amount"]))
