"""Every code that the region uses, read from the two data files beside this module.

`observations.csv` (SNOMED CT, or `local` where no code could be verified) and `medicines.csv`
(BNF 15-character presentation codes) share the columns key, system, code, term, source.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

UNITS: tuple[tuple[str, str], ...] = (
    ("", ""),
    ("", "1"),
    ("", "mmol/L"),
    ("", "umol/L"),
    ("", "mL/min/{1.73_m2}"),
    (">", "mL/min/{1.73_m2}"),
    ("", "mL/min"),
    ("", "g/L"),
    ("", "10*9/L"),
    ("", "U/L"),
    ("", "mmol/mol"),
    ("", "m[IU]/L"),
    ("", "{INR}"),
    ("", "%"),
    ("", "mg/L"),
    ("<", "mg/L"),
    ("", "nmol/L"),
    ("", "kg"),
    ("", "cm"),
    ("", "kg/m2"),
    ("", "mm[Hg]"),
    ("", "/min"),
    ("", "Cel"),
    ("", "{score}"),
    ("", "{T-score}"),
    ("", "{units}/wk"),
    ("", "s"),
    ("", "mL"),
    ("", "ug/L"),
    ("", "mg/mmol"),
    ("", "{cigarettes}/d"),
    ("", "[ppm]"),
)
"""Comparator and UCUM unit of each unit_id, in order; a comparator is never lost."""

UNIT: dict[str, int] = {comparator + unit: n for n, (comparator, unit) in enumerate(UNITS)}
"""unit_id by comparator and unit written together, such as ``">mL/min/{1.73_m2}"``."""


@dataclass(frozen=True)
class Entry:
    """One code: its key in this package, coding system, code, term and where it came from."""

    key: str
    system: str
    code: str
    term: str
    source: str
    daily_units: float = 0.0


class Vocabulary:
    """The codes in code_id order; `vocabulary["asthma"]` is a code_id."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self._ids = {entry.key: number for number, entry in enumerate(entries)}
        self.daily_units = np.array([entry.daily_units for entry in entries], dtype=np.float32)

    def __getitem__(self, key: str) -> int:
        return self._ids[key]

    def __len__(self) -> int:
        return len(self.entries)

    def ids(self, keys: tuple[str, ...]) -> npt.NDArray[np.int32]:
        """Return the code_ids of several keys, in their order."""
        return np.array([self._ids[key] for key in keys], dtype=np.int32)

    def with_entries(self, more: tuple[Entry, ...]) -> Vocabulary:
        """Return a vocabulary with codes added behind the existing ones."""
        return Vocabulary(self.entries + more)


def table(name: str) -> list[dict[str, str]]:
    """Read one of this package's CSV files as a list of rows."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def vocabulary() -> Vocabulary:
    """Return the codes of both files: observations first, then medicines."""
    rows = table("observations.csv") + table("medicines.csv")
    return Vocabulary(
        tuple(
            Entry(
                key=row["key"],
                system=row["system"],
                code=row["code"],
                term=row["term"],
                source=row["source"],
                daily_units=float(row.get("daily_units") or 0),
            )
            for row in rows
        )
    )
