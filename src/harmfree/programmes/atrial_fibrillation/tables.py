"""The programme's tables of figures: prevalence by age and sex, and targets, with their sources."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from harmfree.errors import InputError
from harmfree.programmes.indicator import UNVERIFIED, Tag

DATA = Path(__file__).resolve().parent / "data"
COLUMNS = ("rates", "sex", "from_age", "below_age", "percent", "source", "tag")


@dataclass(frozen=True)
class Rate:
    """How common atrial fibrillation is in one sex and age band.

    Attributes:
        rates: name of the table of rates.
        sex: "female" or "male". from_age, below_age: completed years; below_age None: no end.
        percent: of the people in the band.
        source, tag: who says so, and how far that was checked.
    """

    rates: str
    sex: str
    from_age: int
    below_age: int | None
    percent: float
    source: str
    tag: Tag

    @property
    def unverified(self) -> bool:
        """Whether the figure was not confirmed in its source."""
        return self.tag in UNVERIFIED


@dataclass(frozen=True)
class Target:
    """A share to be reached: of those expected ("detection") or at risk ("protection")."""

    measure: str
    percent: float
    source: str
    tag: Tag

    @property
    def unverified(self) -> bool:
        """Whether the figure was not confirmed in its source."""
        return self.tag in UNVERIFIED


def prevalence(path: Path | None = None) -> tuple[Rate, ...]:
    """The rates by age and sex, from the shipped file or from one of the same columns.

    Raises:
        InputError: the file cannot be read, or a row is not a rate, with its line.
    """
    path = path or DATA / "prevalence.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise InputError(
                    "These are not rates of atrial fibrillation.",
                    where=str(path),
                    do=f"Give the columns {', '.join(COLUMNS)}.",
                )
            found = tuple(_rate(row, f"{path}, line {n}") for n, row in enumerate(reader, 2))
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError("The rates cannot be read.", where=f"{path} ({problem})") from problem
    if not found:
        raise InputError("There is no rate in the file.", where=str(path))
    return found


def _rate(row: dict[str, str], where: str) -> Rate:
    try:
        below = int(row["below_age"]) if row["below_age"] else None
        rate = Rate(
            row["rates"],
            row["sex"],
            int(row["from_age"]),
            below,
            float(row["percent"]),
            row["source"],
            cast(Tag, row["tag"]),
        )
    except (ValueError, TypeError) as problem:
        raise InputError(f"This is no rate: {problem}.", where=where) from problem
    if rate.sex not in ("female", "male") or not 0 <= rate.percent <= 100:
        raise InputError("A rate is for female or male and from 0 to 100%.", where=where)
    if rate.tag not in get_args(Tag) or not rate.source:
        raise InputError(
            "A rate needs its source and a tag.", where=where, do=f"Tags: {get_args(Tag)}."
        )
    return rate


def targets() -> tuple[Target, ...]:
    """The targets that ship with the programme."""
    with (DATA / "targets.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Target(row["measure"], float(row["percent"]), row["source"], cast(Tag, row["tag"]))
            for row in csv.DictReader(file)
        )
