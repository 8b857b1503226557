"""From columns of a user's table to the inputs of an evaluation of change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from harmfree.errors import InputError
from harmfree.improvement.datafile import DataError, DataFile, Floats, parse_date
from harmfree.improvement.evaluation.panel import Panel
from harmfree.improvement.evaluation.segmented import Series

_TIME_NAMES = ("time", "t", "date", "month", "period", "week", "quarter", "year")


@dataclass(frozen=True)
class Axis:
    """Times of the rows as numbers.

    Args:
        values: the times.
        labels: as written in the file.
        unit: month, week, day, or period for plain numbers.
        origin: first date, for dates.
    """

    values: Floats
    labels: list[str]
    unit: str
    origin: dt.date | None = None

    def place(self, text: str, option: str) -> float:
        """A time given on the command line, on this axis.

        Raises:
            InputError: it is not a time of this kind.
        """
        day = parse_date(text.strip())
        if self.origin is not None and day is not None:
            return _position(day, self.origin, self.unit)
        try:
            if self.origin is None:
                return float(text)
        except ValueError:
            pass
        kind = "a number" if self.origin is None else "a date such as 2025-01-01"
        raise InputError(f"'{text}' is not {kind}.", where=option, do="Write it as in the file.")


def _position(day: dt.date, origin: dt.date, unit: str) -> float:
    if unit == "month":
        return float((day.year - origin.year) * 12 + day.month - origin.month)
    return (day - origin).days / (7 if unit == "week" else 1)


def axis(data: DataFile, column: str | None) -> Axis:
    """Read the time of each row, from a named column or from one with a usual name.

    Whole months count as months; dates a whole number of weeks apart count as weeks; else days.
    """
    usual = (c for n in _TIME_NAMES for c in data.columns if c.lower() == n)
    name = column or next(usual, None)
    if name is None:
        return Axis(np.arange(1.0, len(data) + 1), [str(i + 1) for i in range(len(data))], "point")
    texts = data.text(name)
    if any(parse_date(t.strip()) for t in texts) and not _all_numbers(texts):
        return _dates(data, name)
    numbers = data.numbers(name)
    unit = name.lower() if name.lower() in ("month", "week", "quarter", "year") else "period"
    return Axis(numbers, [t.strip() for t in texts], unit)


def _all_numbers(texts: list[str]) -> bool:
    return all(t.strip().replace(".", "", 1).isdigit() for t in texts)


def _dates(data: DataFile, name: str) -> Axis:
    days = [d for d in data.dates(name) if d is not None]
    origin = min(days)
    gaps = {(b - a).days for a, b in zip(sorted(set(days)), sorted(set(days))[1:], strict=False)}
    unit = "day"
    if gaps and min(gaps) >= 28 and len({d.day for d in days}) == 1 or _month_ends(days):
        unit = "month"
    elif gaps and all(g % 7 == 0 for g in gaps):
        unit = "week"
    values = np.array([_position(d, origin, unit) for d in days])
    return Axis(values, [t.strip() for t in data.text(name)], unit, origin)


def _month_ends(days: list[dt.date]) -> bool:
    return len(days) > 1 and all((d + dt.timedelta(days=1)).day == 1 for d in days)


def check_order(data: DataFile, times: Axis) -> None:
    """Refuse times that stand still or go back.

    Raises:
        DataError: naming the row.
    """
    for row in range(1, len(times.values)):
        if times.values[row] <= times.values[row - 1]:
            same = times.values[row] == times.values[row - 1]
            what = "comes twice" if same else "is earlier than the row before"
            line = data.lines[row] if data.lines else row + 2
            raise DataError(
                f"The time '{times.labels[row]}' {what}.",
                where=f"{data.name}, row {row + 1} (line {line})",
                do="Sort the rows by time and keep one row for each, or pick a series by --where.",
            )


def counted_from(values: Floats, zero: float | None) -> tuple[Floats, float]:
    """Times from 0, unless they begin at 0 or 1 already; and what was taken away."""
    shift = zero if zero is not None else (0.0 if values[0] in (0.0, 1.0) else float(values[0]))
    return values - shift, shift


def series(data: DataFile, times: Axis, options: dict[str, Any]) -> Series:
    """One series from named columns, with its exposure."""
    exposure, denominator = options.get("exposure"), options.get("denominator")
    counts = bool(exposure or denominator) or str(options.get("model", "")).endswith("poisson")
    outcome = data.numbers(options["outcome"], minimum=0 if counts else None)
    size = None
    if exposure or denominator:
        size = positive(data, str(exposure or denominator))
    if denominator and size is not None:
        check_parts(data, options["outcome"], outcome, size)
    name = options.get("name") or options["outcome"]
    return Series(outcome, times.values, size, times.labels, name)


def positive(data: DataFile, column: str) -> Floats:
    """A column of numbers above zero.

    Raises:
        DataError: naming the first cell that is not.
    """
    values = data.numbers(column, minimum=0)
    zero = np.flatnonzero(values <= 0)
    if len(zero):
        raise DataError("The denominator is zero.", where=data.at(int(zero[0]), column))
    return values


def check_parts(data: DataFile, column: str, parts: Floats, whole: Floats) -> None:
    """Refuse a numerator above its denominator.

    Raises:
        DataError: naming the first such cell.
    """
    over = np.flatnonzero(parts > whole)
    if len(over):
        row = int(over[0])
        what = f"The numerator {parts[row]:g} is above the denominator {whole[row]:g}."
        raise DataError(what, where=data.at(row, column), do="Correct one of the two.")


def default_model(options: dict[str, Any]) -> str:
    """The model named, or the one that fits the columns given."""
    if options.get("model"):
        return str(options["model"])
    if options.get("denominator"):
        return "quasibinomial"
    return "quasipoisson" if options.get("exposure") else "gaussian"


def panel(data: DataFile, options: dict[str, Any]) -> Panel:
    """Sites by periods from named columns; go-live from a date column or a 0/1 column.

    Raises:
        DataError: naming the row whose numbers, dates or go-live do not fit.
    """
    sites = [t.strip() for t in data.text(options["site"])]
    times = axis(data, options["period"])
    events, size = _events(data, options)
    live = _go_live(data, sites, times, options)
    labels = dict(zip(times.values.tolist(), times.labels, strict=True))
    shown = labels if times.origin is not None else {}
    return Panel(sites, times.values, events, size, times.values - live, shown)


def _events(data: DataFile, options: dict[str, Any]) -> tuple[Floats, Floats | None]:
    if options.get("outcome"):
        return data.numbers(options["outcome"]), None
    events = data.numbers(options["numerator"], minimum=0)
    size = data.numbers(options["denominator"], minimum=0)
    if not options.get("person_time"):
        check_parts(data, options["numerator"], events, size)
    return events, size


def _go_live(data: DataFile, sites: list[str], times: Axis, options: dict[str, Any]) -> Floats:
    if options.get("treated"):
        return _from_treated(data, sites, times, options["treated"])
    column = options["go_live"]
    found: dict[str, float] = {}
    live = np.full(len(sites), np.nan)
    texts = data.text(column)
    if times.origin is None:
        given = data.numbers(column, missing=any(t.strip() for t in texts))
    else:
        days = data.dates(column, missing=True)
        origin = times.origin
        given = np.array([np.nan if d is None else _position(d, origin, times.unit) for d in days])
    for row, site in enumerate(sites):
        before = found.setdefault(site, float(given[row]))
        if not (before == given[row] or (np.isnan(before) and np.isnan(given[row]))):
            what = f"Site '{site}' has two go-live dates."
            raise DataError(what, where=data.at(row, column), do="Give each site one date.")
        live[row] = given[row]
    return live


def _from_treated(data: DataFile, sites: list[str], times: Axis, column: str) -> Floats:
    treated = data.numbers(column, minimum=0)
    first: dict[str, float] = {}
    for row, site in enumerate(sites):
        if treated[row] not in (0, 1):
            raise DataError("The column must hold 0 or 1.", where=data.at(row, column))
        if treated[row] == 1:
            first[site] = min(first.get(site, np.inf), float(times.values[row]))
    for row, site in enumerate(sites):
        if treated[row] == 0 and times.values[row] > first.get(site, np.inf):
            what = f"Site '{site}' goes back to 0 after it had crossed."
            raise DataError(what, where=data.at(row, column))
    return np.array([first.get(site, np.nan) for site in sites])
