"""A series from the columns of a user's file, with the row and column of every value kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from harmfree.errors import NotFoundError
from harmfree.improvement.datafile import DataFile
from harmfree.improvement.spc.errors import CaseError, ChartError
from harmfree.improvement.spc.fields import moment
from harmfree.improvement.spc.rare_events import days_between, time_between
from harmfree.improvement.spc.series import Moment, Series
from harmfree.improvement.spc.subgroups import subgroup_series
from harmfree.improvement.spc.uncertain import Disclosure, Reading, read_cell

_DATES = ("date", "month", "period", "week", "day", "when", "time", "year", "quarter")
_VALUES = ("value", "values", "y", "rate", "count", "events", "numerator", "observed", "x")
_SIZES = ("n", "denominator", "size", "population", "expected", "bed_days", "list_size")
_UNITS = ("unit", "site", "practice", "organisation", "org_code", "trust", "name", "cause")


@dataclass(frozen=True)
class Columns:
    """Which column holds what; None to find it by its name."""

    date: str | None = None
    value: str | None = None
    n: str | None = None
    unit: str | None = None


def read_series(
    data: DataFile, kind: str, columns: Columns, rule: Disclosure
) -> tuple[Series, list[str]]:
    """The series that a chart of this kind needs, and notes on what was done to the rows.

    Raises:
        ChartError, NotFoundError: a cell or a column cannot be used; the message says which.
    """
    date_column = columns.date or _named(data, _DATES) or _first_of_dates(data)
    dates = () if date_column is None else read_dates(data, date_column)
    if kind in ("g", "t") and columns.value is None and dates:
        where = [data.at(i, date_column or "") for i in range(len(data))]
        return (days_between if kind == "g" else time_between)(dates, where), []
    taken = {date_column, columns.n}
    value_column = columns.value or _the_value(data, taken)
    readings = read_numbers(data, value_column, rule)
    sizes = _sizes(data, kind, columns, taken | {value_column})
    if kind in ("xbar", "s"):
        return _grouped(data, date_column, readings), []
    exact = all(r.exact for r in readings)
    beside = f" and '{sizes[0]}'" if sizes else ""
    series = Series(
        np.array([r.value for r in readings], float),
        dates=dates,
        sizes=sizes[1] if sizes else None,
        least=None if exact else np.array([r.least for r in readings]),
        most=None if exact else np.array([r.most for r in readings]),
        labels=tuple(data.at(i, value_column) + beside for i in range(len(data))),
    )
    return series, _order_note(data, date_column, dates)


def read_dates(data: DataFile, column: str) -> tuple[Moment, ...]:
    """A column as dates, day first where it has slashes; times are kept."""
    found = []
    for i, text in enumerate(data.text(column)):
        cell = text.strip()
        try:
            found.append(moment(_day_last(cell)))
        except CaseError as error:
            what = error.what if cell else "The date is missing"
            raise ChartError(what, where=data.at(i, column), do=error.do) from None
    return tuple(found)


def read_numbers(data: DataFile, column: str, rule: Disclosure) -> list[Reading]:
    """A column of counts or measurements; hidden and rounded ones with their range."""
    return [read_cell(t, data.at(i, column), rule) for i, t in enumerate(data.text(column))]


def exact_numbers(data: DataFile, column: str) -> np.ndarray:
    """A column in which every number must be known."""
    readings = read_numbers(data, column, Disclosure())
    for i, reading in enumerate(readings):
        if not reading.exact:
            raise ChartError("A hidden number cannot be used here", where=data.at(i, column),
                             do="use unsuppressed counts")  # fmt: skip
    return np.array([r.value for r in readings], float)


def unit_column(data: DataFile, columns: Columns) -> str:
    """The column of the names of units or causes."""
    named = columns.unit or _named(data, _UNITS)
    if named is None:
        named = next((c for c in data.columns if c not in data.numeric_columns()), None)
    return _required(data, named, "names", "--unit")


def value_column(data: DataFile, columns: Columns, taken: set[str | None]) -> str:
    """The column of values, numerators or counts."""
    return columns.value or _the_value(data, taken)


def size_column(data: DataFile, columns: Columns) -> str:
    """The column of denominators or expected events."""
    return _required(data, columns.n or _named(data, _SIZES), "denominators", "--n")


def _grouped(data: DataFile, column: str | None, readings: Sequence[Reading]) -> Series:
    group = _required(data, column, "dates or subgroups", "--date")
    names = [t.strip() for t in data.text(group)]
    values = np.array([r.value for r in readings], float)
    try:
        dates = dict(zip(names, read_dates(data, group), strict=True))
    except ChartError:
        # The subgroups are batches with names, not dates.
        return subgroup_series(names, values)
    return subgroup_series(names, values, dates)


def _sizes(
    data: DataFile, kind: str, columns: Columns, taken: set[str | None]
) -> tuple[str, np.ndarray] | None:
    wanted = kind in ("p", "pp", "u", "up", "ip")
    column = columns.n or (_named(data, _SIZES, taken) if wanted else None)
    if column is None:
        if wanted and kind != "ip":
            _required(data, None, "denominators", "--n")
        return None
    return column, exact_numbers(data, column)


def _named(
    data: DataFile, names: Sequence[str], taken: set[str | None] | None = None
) -> str | None:
    lowered = {c.lower().replace(" ", "_"): c for c in data.columns if c not in (taken or set())}
    return next((lowered[n] for n in names if n in lowered), None)


def _first_of_dates(data: DataFile) -> str | None:
    """The first column in which every cell is a date."""
    for column, cells in data.columns.items():
        if all(_is_date(cell) for cell in cells):
            return column
    return None


def _is_date(cell: str) -> bool:
    if cell.strip().isdigit():
        # A bare number may be a year or a count: only a column named so is taken for dates.
        return False
    try:
        moment(_day_last(cell.strip()))
    except CaseError:
        return False
    return True


def _day_last(cell: str) -> str:
    """31/01/2025 as 2025-01-31; anything else as it is."""
    parts = cell.split("/")
    if len(parts) == 3 and len(parts[2]) == 4:
        return f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}"
    return cell


def _the_value(data: DataFile, taken: set[str | None]) -> str:
    named = _named(data, _VALUES, taken)
    if named:
        return named
    sizes = _named(data, _SIZES)
    left = [c for c in data.columns if c not in taken and c != sizes]
    numeric = [c for c in left if c in data.numeric_columns()]
    for only in (left, numeric):
        if len(only) == 1:
            return only[0]
    return _required(data, None, "values", "--value")


def _required(data: DataFile, column: str | None, what: str, option: str) -> str:
    if column is None:
        raise NotFoundError(
            f"Which column holds the {what}?",
            where=data.name,
            do=f"name it with {option}: {', '.join(data.columns)}",
        )
    return column


def _order_note(data: DataFile, column: str | None, dates: Sequence[Moment]) -> list[str]:
    for i in range(1, len(dates)):
        if dates[i].isoformat() < dates[i - 1].isoformat():
            return [f"Dates are out of order from {data.at(i, column or '')}; they were sorted."]
    return []


def without_rows(series: Series, dates: Sequence[Moment]) -> Series:
    """The series with the points on these dates ghosted.

    Raises:
        ChartError: a date is not in the series.
    """
    ghosted = np.zeros(len(series), bool)
    for wanted in dates:
        here = [
            i for i, d in enumerate(series.dates) if d.isoformat()[:10] == wanted.isoformat()[:10]
        ]
        if not here:
            raise ChartError(f"There is no value on {wanted.isoformat()}", where="--ghost",
                             do="give a date that is in the data")  # fmt: skip
        ghosted[here] = True
    return replace(series, ghosted=ghosted)
