"""Savings by price per unit, from the records' issues and a price list that the user brings.

The method is OpenPrescribing's (`harmfree.improvement.evaluation.price_per_unit`): in each set of
presentations that may replace one another, what every practice pays per unit is compared with what
the best tenth pays. Prices are the user's: they change every month and are not ours to ship.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from harmfree.improvement.datafile import TooFewError
from harmfree.improvement.evaluation import price_per_unit
from harmfree.improvement.result import Result
from harmfree.periods.stored import people_of
from harmfree.periods.windows import add_months, to_day
from harmfree.publish.coded import NOWHERE, site_on
from harmfree.publish.reading import LiveRun
from harmfree.publish.user_tables import Rejected, Row, made_of, read_table

COLUMNS = ("set", "code", "price")
DEAREST = 100_000
"""Pounds a unit from which a price is taken for a slip of the pen."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Price:
    """What one unit (tablet, capsule, millilitre) of a presentation costs.

    Attributes:
        set_name: presentations of one set may replace one another.
        code: its code as the records have it (BNF, dm+d).
        price: pounds for a unit, after discount.
    """

    set_name: str
    code: str
    price: float


@dataclass(frozen=True)
class PriceList:
    """Prices, and the rows of the file that could not be used: (line, what is wrong)."""

    prices: tuple[Price, ...]
    rejected: Rejected = ()


@dataclass(frozen=True)
class SetSavings:
    """The savings of one set.

    Attributes:
        set_name: the set.
        result: the evaluation; None where it says nothing (`why`).
        why: why there is no result.
        issues: issues counted. without_quantity: issues left out for want of a quantity.
    """

    set_name: str
    result: Result | None
    why: str
    issues: int
    without_quantity: int


def read_prices(path: Path) -> PriceList:
    """Read a price list: CSV with the columns set, code, price.

    Raises:
        InputError: the file cannot be read, or lacks a column.
    """
    rows = read_table(path, COLUMNS, "A price list")
    return PriceList(*made_of(rows, _price, lambda each: each.code))


def _price(row: Row) -> Price:
    name, code, written = (row.get(column, "") for column in COLUMNS)
    if not name or not code:
        raise ValueError("The set or the code is missing.")
    try:
        price = float(written)
    except ValueError as wrong:
        raise ValueError(f"{written!r} is not a price in pounds.") from wrong
    if not 0 < price < DEAREST:
        raise ValueError(f"A price of {written} pounds a unit is not plausible.")
    return Price(name, code, price)


def savings(run: LiveRun, prices: PriceList, months: int = 12) -> list[SetSavings]:
    """What each set of presentations would save over the last `months`, at all practices."""
    sites = [each.number for each in run.places.every if each.kind == "practice"]
    names = sorted({each.set_name for each in prices.prices})
    quantity, cost, issues, missing = _bought(run, prices.prices, names, months)
    least = price_per_unit.SMALLEST_MONTHLY["practice"] * months
    found = []
    for number, name in enumerate(names):
        result, why = None, ""
        try:
            result = price_per_unit.evaluate(
                [run.places.every[site].id for site in sites],
                quantity[number, sites],
                cost[number, sites],
                smallest=least,
            )
        except TooFewError as few:
            why = few.what
        found.append(SetSavings(name, result, why, int(issues[number]), int(missing[number])))
    return found


def _bought(
    run: LiveRun, prices: Sequence[Price], names: Sequence[str], months: int
) -> tuple[Floats, Floats, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(quantity[set, site], cost[set, site], issues[set], issues without a quantity[set])."""
    price_of, set_of = _by_code_id(run, prices, names)
    shape = (len(names), len(run.places.every))
    quantity, cost = np.zeros(shape), np.zeros(shape)
    issues, missing = np.zeros(len(names), np.int64), np.zeros(len(names), np.int64)
    last = to_day(run.as_of)
    first = add_months(last, -months)
    for number in run.store.buckets:
        bucket = run.store.bucket(number, ["person", "date", "code_id", "value"])
        table = bucket.event
        day = table["date"].combine_chunks().cast("int32").to_numpy(zero_copy_only=False)
        code = table["code_id"].to_numpy()
        keep = (day > first) & (day <= last) & (set_of[code] >= 0)
        value = table["value"].to_numpy(zero_copy_only=False)[keep].astype(float)
        at = set_of[code[keep]]
        known = np.isfinite(value) & (value > 0)
        issues += np.bincount(at, minlength=len(names))
        missing += np.bincount(at[~known], minlength=len(names))
        person = table["person"].to_numpy()[keep].astype(np.int64)
        site = site_on(people_of(bucket), person, day[keep].astype(np.int64))
        used = known & (site != NOWHERE)
        np.add.at(quantity, (at[used], site[used]), value[used])
        np.add.at(cost, (at[used], site[used]), value[used] * price_of[code[keep][used]])
    return quantity, cost, issues, missing


def _by_code_id(
    run: LiveRun, prices: Sequence[Price], names: Sequence[str]
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """(price, number of the set or -1) of every code of the store's dictionary."""
    codes = run.store.codes["code"].to_pylist()
    held = {each.code: each for each in prices}
    price = np.array([held[code].price if code in held else 0.0 for code in codes])
    sets = np.array([names.index(held[c].set_name) if c in held else -1 for c in codes], np.int64)
    return price, sets
