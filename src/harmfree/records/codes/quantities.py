"""Units in which a measured list's values may come, and what makes them one unit.

``data/quantities.csv`` has ``list,unit,factor,source``: the row with factor 1 that comes first
is the canonical unit; an empty unit says that a value without a unit is read with that factor.
A list that is not in the file takes every value as it is written.
"""

from __future__ import annotations

import csv
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.records.codes.dictionary import DATA
from harmfree.records.codes.errors import CodeListError


@lru_cache(maxsize=1)
def read_conversions() -> dict[str, dict[str, float]]:
    """List to its units (normal spelling) and what to multiply a value by."""
    path, found = DATA / "quantities.csv", dict[str, dict[str, float]]()
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            units = found.setdefault(row["list"], {})
            unit = normal_unit(row["unit"])
            if unit in units:
                raise CodeListError(
                    f"'{row['unit']}' is given twice for {row['list']}.",
                    where=f"{path}, line {line}",
                    do="Take out one of the two rows.",
                )
            units[unit] = float(row["factor"])
    return found


def normal_unit(unit: str) -> str:
    """One spelling of a unit: no spaces, one micro sign, ``l`` for litre, lower case.

    Lower case is safe because no list takes two units that differ by case alone (mg and Mg).
    """
    return (
        unit.strip()
        .replace(" ", "")
        .replace("\N{GREEK SMALL LETTER MU}", "u")
        .replace("\N{MICRO SIGN}", "u")
        .lower()
    )


def canonical_unit(name: str) -> str:
    """The unit that a list's values are turned into, as written in the file; '' when none."""
    with (DATA / "quantities.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["list"] == name and row["unit"]:
                return row["unit"]
    return ""


def unit_factors(name: str, units: pa.Table) -> npt.NDArray[np.float64]:
    """Factor per unit_id (row number of `unit.parquet`); NaN where the unit cannot be used."""
    known = read_conversions().get(name)
    if known is None:
        return np.ones(units.num_rows)
    factors = [known.get(normal_unit(unit or ""), np.nan) for unit in units["unit"].to_pylist()]
    return np.array(factors, dtype=np.float64)
