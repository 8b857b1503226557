"""QFracture-2012 for populations: NumPy columns in, two columns of risks out."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from harmfree.clinical.fracture.equations import (
    BMI_HIGH,
    BMI_LOW,
    OUTCOMES,
    TRANSFORMS,
    Equation,
    equation,
    flag_names,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Columns = Mapping[str, NDArray[Any]]

# Rows of a block: its working arrays stay in the cache of one core.
BLOCK = 32_768
OLDEST = 100


def risks(columns: Columns, workers: int = 2) -> tuple[Floats, Floats]:
    """Return the risks in per cent of an osteoporotic and of a hip fracture.

    Args:
        columns: arrays of one length: `female` (bool), `age` (whole years, 30 to 100), `bmi`
            (kg/m2), `alcohol_cat6` (0 to 5), `ethrisk` (1 to 9), `smoke_cat` (0 to 4), `surv`
            (years, 1 to 18) and any of `flag_names()`; a condition left out is absent in all.
        workers: threads; NumPy works without the interpreter lock.

    Raises:
        ValueError: ages, categories or years outside these ranges, or a missing value.
    """
    import numpy as np

    _check(columns)
    count = len(columns["age"])
    found = (np.empty(count), np.empty(count))
    blocks = [slice(start, start + BLOCK) for start in range(0, count, BLOCK)]

    def fill(rows: slice) -> None:
        part = {name: column[rows] for name, column in columns.items()}
        for outcome, out in zip(OUTCOMES, found, strict=True):
            out[rows] = _block(outcome, part)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(fill, blocks))
    return found


RANGES = {
    "age": (30, 100),
    "bmi": (1, 1000),
    "alcohol_cat6": (0, 5),
    "ethrisk": (1, 9),
    "smoke_cat": (0, 4),
    "surv": (1, 18),
}


def _check(columns: Columns) -> None:
    for name, (low, high) in RANGES.items():
        column = columns[name]
        # The comparison is written so that NaN fails it.
        if len(column) and not (column.min() >= low and column.max() <= high):
            raise ValueError(f"{name} must lie between {low} and {high} in every row")


def _block(outcome: str, part: Columns) -> Floats:
    """Return the risks of one block, each row by the equation of its sex."""
    import numpy as np

    female = np.asarray(part["female"], dtype=bool)
    out = np.empty(len(female))
    for sex, mask in (("female", female), ("male", ~female)):
        rows = np.flatnonzero(mask)
        if len(rows):
            chosen = {name: column[rows] for name, column in part.items()}
            out[rows] = _risk(equation(outcome, sex), chosen)
    return out


def _risk(held: Equation, part: Columns) -> Floats:
    import numpy as np

    a = _age_table(held)[part["age"].astype(np.intp)]
    dbmi = np.clip(part["bmi"].astype(np.float64), BMI_LOW, BMI_HIGH) / 10
    for name, centre, coefficient in held.terms:
        if name.startswith("b"):
            a += coefficient * (dbmi ** float(name.removeprefix("bmi^")) - centre)
    a += np.array(held.alcohol)[part["alcohol_cat6"].astype(np.intp)]
    a += np.array(held.ethnicity)[part["ethrisk"].astype(np.intp) - 1]
    a += np.array(held.smoking)[part["smoke_cat"].astype(np.intp)]
    for flag in flag_names():
        if flag in held.flags and flag in part:
            a += held.flags[flag] * part[flag]
    baseline = np.log(np.array(held.survivor))[part["surv"].astype(np.intp) - 1]
    np.exp(a, out=a)
    a *= baseline
    np.expm1(a, out=a)
    a *= -100
    return a


def _age_table(held: Equation) -> Floats:
    """Return the age part of the sum for every age 0 to 100 (ages below 30 are never asked)."""
    import numpy as np

    table = np.zeros(OLDEST + 1)
    for name, centre, coefficient in held.terms:
        if name.startswith("a"):
            values = [TRANSFORMS[name](max(age, 1) / 10, 1.0) for age in range(OLDEST + 1)]
            table += coefficient * (np.array(values) - centre)
    return table
