"""Running a derivation over one person's record."""

from __future__ import annotations

import math

import numpy as np

from harmfree.periods.expressions import Derivation, DerivationInput
from harmfree.periods.record import PersonRecord
from harmfree.periods.windows import birthday


def derived_values(derivation: Derivation, record: PersonRecord) -> list[tuple[int, float]]:
    """The derived quantity day by day: one (day, value) for each day on which it is known."""
    first_list: dict[int, tuple[int, int, int, float]] = {}
    for number, codes in enumerate(derivation.lists):
        for e in record.events(codes):
            value = math.nan if e.value is None or e.comparator else e.value
            first_list.setdefault(e.row, (e.day, e.row, number, value))
    rows = sorted(first_list.values())
    if not rows:
        return []
    day = np.array([r[0] for r in rows], dtype=np.int32)
    found = derivation.function(
        DerivationInput(
            day=day,
            value=np.array([r[3] for r in rows], dtype=np.float64),
            source=np.array([r[2] for r in rows], dtype=np.int8),
            person=np.zeros(len(rows), dtype=np.int64),
            age=np.array([age_on(record.birth, d) for d in day]),
            female=np.full(len(rows), record.sex == "female"),
        )
    )
    last = {int(d): float(v) for d, v in zip(day, found, strict=True)}
    return [(d, v) for d, v in last.items() if not math.isnan(v)]


def age_on(birth: int | None, day: int) -> float:
    """Completed years on the day; NaN when birth is unknown or later."""
    if birth is None or day < birth:
        return math.nan
    age = max(int((day - birth) / 365.25) - 1, 0)
    while birthday(birth, age + 1) <= day:
        age += 1
    return float(age)
