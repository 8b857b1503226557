"""Reading a feed of births: one row a baby; a bad cell is left out, its neighbours stay.

Columns: `unit` and `birth_date`; the inputs of the tool `perinatal_optimisation` by name;
`mother`, `baby`; `smoker_at_booking`, `co_ppm`, `co_referred`; the rare events. docs/births.md
tells them all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Flag, Measure, Spec
from harmfree.clinical.inputs import Reader, squash
from harmfree.clinical.maternity.perinatal import PerinatalInputs, perinatal_optimisation
from harmfree.clinical.result import Outcome
from harmfree.publish.rejections import Ledger, Rejection
from harmfree.publish.user_tables import Row, read_table

RARE = {
    "stillbirth": "Stillbirth",
    "brain_injury": "Brain injury (hypoxic-ischaemic)",
    "term_admission": "Term baby admitted unexpectedly",
    "severe_haemorrhage": "Severe haemorrhage after birth",
}
"""Rare events of the feed: column and name."""
EARLY = 34
"""Completed weeks below which the interventions apply (PERIPrem, MatNeoSIP)."""
_YES_NO = Flag(label="Yes or no")
_OTHERS: Mapping[str, Spec] = {
    "smoker_at_booking": _YES_NO,
    "co_ppm": Measure(label="Carbon monoxide at booking", unit="ppm", low=0, high=200),
    "co_referred": _YES_NO,
    **dict.fromkeys(RARE, _YES_NO),
}
_WEEKS = Measure(label="Completed weeks", unit="weeks", low=16, high=45, whole=True)
_EXACT = re.compile(r"^(\d{2})\s*\+\s*([0-6])$")
_READER = Reader(PerinatalInputs)
_OWN = ("unit", "birth_date", "baby", "mother", *_OTHERS)


@dataclass(frozen=True)
class Birth:
    """One baby.

    Attributes:
        line: its line in the file. unit: where it was born. on: when.
        mother: pseudonym of the mother; empty when not given.
        early: born before 34 weeks; None when the gestation is not known.
        care: the tool's answer for a baby born early or of unknown gestation; None for others.
        helped: whether the mother had help with expressing within 2 hours; for those babies.
        smoker, co_ppm, referred: at booking; None when not recorded.
        events: rare events that happened.
    """

    line: int
    unit: str
    on: date
    mother: str
    early: bool | None
    care: Outcome | None
    helped: bool | None
    smoker: bool | None
    co_ppm: float | None
    referred: bool | None
    events: frozenset[str]


@dataclass(frozen=True)
class Feed:
    """The births of a file, by date; `cells` is every cell that breaks a rule, and every row."""

    births: tuple[Birth, ...]
    ledger: Ledger


@dataclass
class _Reading:
    """One file while it is read."""

    file: str
    today: date
    left_out: list[Rejection] = field(default_factory=list)
    babies: set[str] = field(default_factory=set)

    def refuse(self, line: int, column: str, value: object, rule: str) -> None:
        """Note one thing left out."""
        self.left_out.append(Rejection(self.file, line, column, str(value), rule))


def read_births(path: Path, today: date | None = None) -> Feed:
    """Read a feed.

    Args:
        path: a CSV file. today: births after this day are left out; None for the real today.

    Raises:
        InputError: the file cannot be read, or has no column `unit` or `birth_date`.
    """
    rows = read_table(path, ("unit", "birth_date"), "A feed of births")
    reading = _Reading(path.name, today or date.today())
    births = [birth for line, row in rows if (birth := _birth(reading, line, row)) is not None]
    _unknown_columns(reading, rows)
    return Feed(tuple(sorted(births, key=lambda b: (b.on, b.line))), Ledger.of(reading.left_out))


def _unknown_columns(reading: _Reading, rows: list[tuple[int, Row]]) -> None:
    """A column that is not known is told: a misspelt one would lose its data in silence."""
    known = {squash(name) for name in _OWN}
    for name in rows[0][1] if rows else ():
        if squash(name) not in known and not _READER.uses(name):
            reading.refuse(1, name, "", "The column is not known and is not read.")


def _birth(reading: _Reading, line: int, row: Row) -> Birth | None:
    cells = {squash(name): text for name, text in row.items()}
    on = _date(reading, line, cells.get("birthdate", ""))
    unit, baby = cells.get("unit", ""), cells.get("baby", "")
    if on is None:
        return None
    if not unit:
        reading.refuse(line, "", "", "The row has no unit.")
        return None
    if baby and baby in reading.babies:
        reading.refuse(line, "", baby, "The baby stands twice; the first row counts.")
        return None
    reading.babies.add(baby)
    others = {name: _other(reading, line, name, cells) for name in _OTHERS}
    care, helped, early = _care(reading, line, row)
    return Birth(
        line, unit, on, cells.get("mother", ""), early, care, helped,
        others["smoker_at_booking"], others["co_ppm"], others["co_referred"],
        frozenset(name for name in RARE if others[name]),
    )  # fmt: skip


def _date(reading: _Reading, line: int, text: str) -> date | None:
    try:
        on = date.fromisoformat(text[:10])
    except ValueError:
        reading.refuse(line, "", text, "The birth date is not a date such as 2026-01-31.")
        return None
    if not date(2000, 1, 1) <= on <= reading.today:
        reading.refuse(line, "", text, "The birth date is before 2000 or after today.")
        return None
    return on


def _other(reading: _Reading, line: int, name: str, cells: Row) -> Any:
    text = cells.get(squash(name), "")
    try:
        return _OTHERS[name].read(text)
    except Problem as problem:
        reading.refuse(line, name, text, problem.message)
        return None


def _care(
    reading: _Reading, line: int, row: Row
) -> tuple[Outcome | None, bool | None, bool | None]:
    """What the tool says of the interventions, help with expressing, and whether born early."""
    row = _with_weeks(reading, line, row)
    early = _early(reading, line, row)
    if early is False:
        return None, None, False
    given = _inputs(reading, line, row)
    outcome = perinatal_optimisation(given)
    if early is None and given.gestation is None:
        reading.refuse(line, "gestation", "", "The gestation is not recorded.")
        return outcome, given.embm_info, None
    for name, holds in outcome.detail["valid"].items():
        value = getattr(given, name)
        if not holds:
            reading.refuse(line, name, "" if value is None else value, _broken(value))
    return outcome, given.embm_info, True


def _broken(value: object) -> str:
    if value is None:
        return "Blank, though it applies (or it cannot be told whether it does)."
    return "Filled, though it does not apply, or against the answer before it."


def _with_weeks(reading: _Reading, line: int, row: Row) -> Row:
    """A gestation written 26+6, in either column, as weeks and days.

    Where the weeks stand beside it they must agree; otherwise the gestation is left out.
    """
    column = {squash(name): name for name in row}
    kept = dict(row)
    for name in (column.get("weeks", ""), column.get("gestation", "")):
        exact = _EXACT.match(row.get(name, ""))
        if exact is None:
            continue
        del kept[name]
        weeks, days = (kept.get(column.get(part, ""), "") for part in ("weeks", "days"))
        if (weeks and weeks != exact[1]) or (weeks and days and days != exact[2]):
            reading.refuse(line, name, row[name], f"The gestation is {weeks}+{days} elsewhere.")
            continue
        kept[column.get("weeks", "weeks")] = exact[1]
        kept[column.get("days", "days")] = exact[2]
    return kept


def _early(reading: _Reading, line: int, row: Row) -> bool | None:
    """Born before 34 weeks by exact weeks; weeks that are not early are taken out of the row."""
    name = next((each for each in row if squash(each) == "weeks"), None)
    if name is None or not row[name]:
        return None
    try:
        weeks = _WEEKS.read(row[name])
    except Problem as problem:
        reading.refuse(line, "weeks", row.pop(name), problem.message)
        return None
    if weeks is not None and weeks < 20:
        reading.refuse(line, "weeks", row.pop(name), "Below 20 weeks the interventions are open.")
        return None
    return bool(weeks < EARLY)


def _inputs(reading: _Reading, line: int, row: Row) -> PerinatalInputs:
    """The inputs without the cells that cannot be read, which go into the ledger."""
    kept = {name: text for name, text in row.items() if _READER.uses(name)}
    while True:
        given, problems = _READER.read(kept)
        if given is not None:
            return given
        for problem in problems:
            for name in _columns_of(problem.field, kept):
                reading.refuse(line, name, kept.pop(name), problem.message)


def _columns_of(field_name: str, row: Row) -> list[str]:
    """Columns of the row that are this input, by whatever name; all of them when it is unclear."""
    found = [name for name in row if _READER.carried({name: row[name]}) == {field_name}]
    return found or list(row)
