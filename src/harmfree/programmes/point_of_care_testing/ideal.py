"""The ideal share of consultations with an antibiotic, by infection: data in `ideal.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from harmfree.programmes.indicator import TAG_MEANING, Provenance
from harmfree.programmes.medicines_optimisation.vocabulary import AUTHOR

FILE = Path(__file__).with_name("ideal.csv")


@dataclass(frozen=True)
class Ideal:
    """One infection with its ideal share.

    Attributes:
        infection: short name. codes: its code list. title: for people.
        age_from, age_below: completed years to which it applies.
        usual, ideal: per cent of consultations with an antibiotic, in the source and ideally.
        provenance: where the figures come from.
    """

    infection: str
    codes: str
    title: str
    age_from: int
    age_below: int
    usual: float
    ideal: float
    provenance: Provenance

    @property
    def every_age(self) -> bool:
        """Whether it applies to people of unknown age too."""
        return self.age_from == 0 and self.age_below > 120


@lru_cache(maxsize=1)
def ideals() -> tuple[Ideal, ...]:
    """Every infection of the file, in its order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_ideal(row) for row in csv.DictReader(file))


def _ideal(row: dict[str, str]) -> Ideal:
    tag = next(each for each in TAG_MEANING if each == row["tag"])
    provenance = Provenance(
        row["source"],
        tag,
        AUTHOR,
        date.fromisoformat(row["reviewed"]),
        date.fromisoformat(row["review_due"]),
        int(row["version"]),
    )
    return Ideal(
        row["infection"],
        row["list"],
        row["title"],
        int(row["age_from"]),
        int(row["age_below"]),
        float(row["usual_percent"]),
        float(row["ideal_percent"]),
        provenance,
    )
