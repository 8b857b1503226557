"""From a user's table to times to action, and to two arms compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from harmfree.cli.evaluate_columns import check_parts, positive
from harmfree.errors import InputError
from harmfree.improvement.datafile import DataError, DataFile, Floats, parse_date
from harmfree.improvement.evaluation.before_after import Arms
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


def arms(data: DataFile, options: dict[str, Any]) -> Arms:
    """Two arms: from a column that names the phase of each row, or from two pairs of columns.

    Raises:
        InputError: the phase has not two values, or the wide table not one row.
        DataError: naming the row whose counts do not fit.
    """
    if options["first"] or options["second"]:
        return _wide_arms(data, options)
    phases = [t.strip() for t in data.text(options["phase"])]
    names = list(dict.fromkeys(phases))
    if len(names) != 2:
        what = f"Column '{options['phase']}' must hold two values, not {len(names)}."
        raise InputError(what, where=data.name)
    if [n.lower() for n in names] in (["after", "before"], ["1", "0"]):
        names.reverse()
    events, size = _counts(data, options["events"], options["denominator"], options)
    sites = tuple(t.strip() for t in data.text(options["site"])) if options["site"] else ()
    second = np.array([p == names[1] for p in phases])
    return Arms(events, size, second, options["person_time"], (names[0], names[1]), sites)


def _wide_arms(data: DataFile, options: dict[str, Any]) -> Arms:
    if len(data) != 1:
        do = "Pick one with --where COLUMN=VALUE."
        raise InputError(f"The table has {len(data)} rows of counts.", where=data.name, do=do)
    pairs = [[c.strip() for c in (options[k] or "").split(",")] for k in ("first", "second")]
    if any(len(pair) != 2 for pair in pairs):
        raise InputError("Give --first EVENTS,TOTAL and --second EVENTS,TOTAL.")
    counts = [_counts(data, parts, whole, options) for parts, whole in pairs]
    events, size = (np.concatenate(columns) for columns in zip(*counts, strict=True))
    names = (pairs[0][0], pairs[1][0])
    return Arms(events, size, np.array([False, True]), options["person_time"], names)


def _counts(
    data: DataFile, parts: str, whole: str, options: dict[str, Any]
) -> tuple[Floats, Floats]:
    events = data.numbers(parts, minimum=0, whole=True)
    size = positive(data, whole)
    if not options["person_time"]:
        check_parts(data, parts, events, size)
    return events, size
