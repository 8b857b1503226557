"""Medicines given once for something passing: the table `acute.csv`, issues a year by age.

Steroid rescue courses belong here too: five days in asthma and chronic lung disease.
"""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import Days, Rows
from harmfree.records.sources.synthetic.life import Life
from harmfree.records.sources.synthetic.vocabulary import table

AGES = (0, 20, 40, 65, 90)


def add(life: Life) -> None:
    """Write one issue at each visit that ends in a prescription."""
    rng = life.rng("acute")
    age = life.people.age(np.arange(len(life.people)), life.people.end)
    frail = np.exp(0.3 * life.people.illness)
    for row in table("acute.csv"):
        rate = np.interp(age, AGES, [float(row[f"a{a}"]) for a in AGES])
        rows, days = life.visits(rate * frail, rng)
        _once(life, rows, days, row["medicine"], int(row["days"]))
    wheezes = 0.10 * life.has("asthma") + 0.35 * life.has("copd")
    rows, days = life.visits(wheezes, rng)
    _once(life, rows, days, "prednisolone_acute", 5)


def _once(life: Life, rows: Rows, days: Days, medicine: str, length: int) -> None:
    code = life.vocabulary[medicine]
    units = float(life.vocabulary.daily_units[code])
    quantity = np.ceil(units * length) if units else 1.0
    life.sheet.add(rows, days, code, quantity, 1, days + length)
