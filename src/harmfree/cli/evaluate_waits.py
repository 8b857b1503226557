"""From a user's table of hazards to times to action."""

from __future__ import annotations

from typing import Any

import numpy as np

from harmfree.errors import InputError
from harmfree.improvement.datafile import DataError, DataFile, parse_date
from harmfree.improvement.evaluation.time_to_action import Waits


def waits(data: DataFile, options: dict[str, Any]) -> Waits:
    """Read days and whether acted, from a column of days or from two columns of dates.

    Raises:
        DataError: naming the row with a date that cannot be, or a mark that is not 0 or 1.
    """
    group = tuple(t.strip() for t in data.text(options["group"])) if options["group"] else ()
    sites = tuple(t.strip() for t in data.text(options["site"])) if options["site"] else ()
    if options["days"]:
        days = data.numbers(options["days"], minimum=0)
        return Waits(days, _marks(data, options["acted"]), group, sites)
    return _from_dates(data, options, group, sites)


def _marks(data: DataFile, column: str) -> np.ndarray:
    marks = data.numbers(column)
    for row, mark in enumerate(marks):
        if mark not in (0, 1):
            raise DataError("The column must hold 0 or 1.", where=data.at(row, column))
    return np.asarray(marks == 1)


def _from_dates(
    data: DataFile, options: dict[str, Any], group: tuple[str, ...], sites: tuple[str, ...]
) -> Waits:
    opened = data.dates(options["opened"])
    closed = data.dates(options["closed"], missing=True)
    end = parse_date(options["watched_until"]) if options["watched_until"] else None
    if any(c is None for c in closed) and end is None:
        do = "Give --watched-until, the date of the last look."
        raise InputError(
            "Some hazards are still open.", where=f"column '{options['closed']}'", do=do
        )
    acted = np.array([c is not None for c in closed])
    if options["acted"] in data.columns:
        acted &= _marks(data, options["acted"])
    days = []
    for row, (start, stop) in enumerate(zip(opened, closed, strict=True)):
        last = stop or end
        if start is None or last is None or last < start:
            raise DataError("It closes before it opens.", where=data.at(row, options["closed"]))
        days.append(float((last - start).days))
    return Waits(np.array(days), acted, group, sites)
