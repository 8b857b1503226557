"""The tables of one bucket from its merged rows: events numbered, registrations settled.

Registrations never overlap: the one that starts later counts from then on, and death ends it. A
person without a stated registration belongs to the site that saw them, from the first event until
`rules.DAYS_REGISTERED_AFTER_LAST_EVENT` after the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harmfree.records import rules

Numbers = npt.NDArray[Any]
OPEN = np.iinfo(np.int32).max  # the end of what has no end, and the death of the living
_EVENT_COLUMNS = ("date", "code_id", "value", "unit_id", "until")


@dataclass(frozen=True)
class Events:
    """The events of a bucket.

    Attributes:
        event: table of the schema EVENT.
        origin: (event, resource): which resource said each event; several may say the same.
        duplicates: how many rows said the same as another.
    """

    event: pa.Table
    origin: pa.Table
    duplicates: int


def number_events(rows: pa.Table, people: Numbers) -> Events:
    """Sort the rows by person and event, drop exact duplicates, put row numbers for people.

    Args:
        rows: person (pseudonym), date, code_id, value, unit_id, until, resource, in any order.
        people: pseudonyms, ascending.
    """
    rows = rows.combine_chunks()
    owner = pc.index_in(rows["person"], pa.array(people)).to_numpy()
    order, tied = _order(rows, owner)
    fresh = np.ones(rows.num_rows, bool)
    fresh[tied] = _differ(rows, order[tied], order[tied - 1])
    kept = order[fresh]
    event = rows.select(_EVENT_COLUMNS).take(pa.array(kept))
    event = event.add_column(0, "person", pa.array(owner[kept]))
    place = (np.cumsum(fresh) - 1).astype(np.int32)
    origin = pa.table({"event": place, "resource": rows["resource"].take(pa.array(order))})
    return Events(event, origin, rows.num_rows - len(kept))


def _order(rows: pa.Table, owner: Numbers) -> tuple[Numbers, Numbers]:
    """Order of rows by person, event and resource, and the places in it of later ones of a tie.

    A tie is of one person, day and code. There are few, so that one number that holds the three
    does most of the sorting.
    """
    key = _person_day_code(owner, _filled(rows["date"]), rows["code_id"].to_numpy())
    order = np.argsort(key)
    key = key[order]
    same = key[1:] == key[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    if len(tied):
        some = rows.take(pa.array(order[tied]))
        ties = [_nulls_first(some[name]) for name in ("resource", "until", "value", "unit_id")]
        order[tied] = order[tied][np.lexsort((*ties, key[tied]))]
    return order, np.flatnonzero(same) + 1


def _person_day_code(owner: Numbers, day: Numbers, code: Numbers) -> Numbers:
    """One number for each row that ascends with the three."""
    if not len(owner):
        return np.zeros(0, np.int64)
    days = int(day.max()) - int(day.min()) + 1
    if (int(owner.max()) + 1) * days * (int(code.max()) + 1) > np.iinfo(np.int64).max:
        code = np.unique(code, return_inverse=True)[1]  # ranks are in the same order, and smaller
    person_day = owner.astype(np.int64) * days + (day.astype(np.int64) - int(day.min()))
    key: Numbers = person_day * (int(code.max()) + 1) + code
    return key


def _nulls_first(column: pa.ChunkedArray) -> Numbers:
    """A column as numbers that sort nulls before everything."""
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    if not column.null_count:
        values: Numbers = column.to_numpy()
        return values
    filled = column.cast(pa.float64()).fill_null(-np.inf)
    numbers: Numbers = filled.to_numpy()
    return numbers


def _differ(rows: pa.Table, some: Numbers, others: Numbers) -> Numbers:
    """Whether rows of a tie have another value, unit or end than others; two nulls are equal."""
    changed = np.zeros(len(some), bool)
    for name in ("unit_id", "value", "until"):
        one, other = (rows[name].take(pa.array(places)) for places in (some, others))
        changed |= _nulls_first(one) != _nulls_first(other)
    return changed


def _filled(column: pa.ChunkedArray, fill: int = 0) -> Numbers:
    """A column as numbers (dates as days), nulls as `fill`."""
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    values: Numbers = pc.fill_null(column, pa.scalar(fill, column.type)).to_numpy()
    return values


@dataclass(frozen=True)
class Registrations:
    """The registrations of a bucket, and whose stated ones overlapped (person row, start)."""

    table: pa.Table
    overlaps: list[tuple[int, int]]


def settle_registrations(
    people: pa.Table, stated: pa.Table, event: pa.Table, default_site: int
) -> Registrations:
    """Registrations without overlaps.

    Args:
        people: person (ascending), death_date, site (null when nothing says where they belong).
        stated: person, site, start, end (exclusive; null when open), in any order.
        event: events of the bucket, person as row number.
        default_site: for people whom no site claims.
    """
    names = people["person"].to_numpy()
    death = _filled(people["death_date"], OPEN)
    owner = np.searchsorted(names, stated["person"].to_numpy())
    derived = _derived(people, owner, event, default_site)
    person = np.concatenate([owner, derived[0]])
    site = np.concatenate([stated["site"].to_numpy(), derived[1]])
    start = np.concatenate([_filled(stated["start"]), derived[2]])
    end = np.concatenate([_filled(stated["end"], OPEN), derived[3]])
    order = np.lexsort((site, end, start, person))
    person, site, start, end = person[order], site[order], start[order], end[order]
    follows = np.zeros(len(person), bool)
    follows[:-1] = person[1:] == person[:-1]
    following = np.append(start[1:], OPEN)
    clash = follows & (end > following + 1)
    end = np.where(follows, np.minimum(end, following), end)
    end = np.minimum(end, death[person])
    keep = end > start
    overlaps = list(zip(person[clash].tolist(), start[clash].tolist(), strict=True))
    return Registrations(_registration_table(person, site, start, end, keep), overlaps)


def _derived(
    people: pa.Table, stated_owner: Numbers, event: pa.Table, default_site: int
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """(person, site, start, end) of those with events but no stated registration."""
    first, last = _evidence(event, people.num_rows)
    without = np.ones(people.num_rows, bool)
    without[stated_owner] = False
    rows = np.flatnonzero(without & (last != OPEN))
    site = _filled(people["site"], default_site)[rows]
    end = last[rows] + rules.DAYS_REGISTERED_AFTER_LAST_EVENT
    return rows, site, first[rows], end


def _evidence(event: pa.Table, people: int) -> tuple[Numbers, Numbers]:
    """First and last day with an event of each person; OPEN for those without."""
    first, last = np.full(people, OPEN, np.int64), np.full(people, OPEN, np.int64)
    if event.num_rows:
        owner, day = event["person"].to_numpy(), _filled(event["date"])
        starts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
        ends = np.append(starts[1:], len(owner)) - 1
        first[owner[starts]], last[owner[ends]] = day[starts], day[ends]
    return first, last


def _registration_table(
    person: Numbers, site: Numbers, start: Numbers, end: Numbers, keep: Numbers
) -> pa.Table:
    """Table of the schema REGISTRATION of the rows to keep."""
    return pa.table(
        {
            "person": person[keep].astype(np.int32),
            "site": site[keep].astype(np.int32),
            "start": _days(start[keep]),
            "end": _days(end[keep]),
        }
    )


def _days(values: Numbers) -> pa.Array:
    """Dates from days since 1970; OPEN is null."""
    days = pa.array(values.astype(np.int32), mask=values == OPEN)
    return days.cast(pa.date32())


def count_rows(owner: pa.ChunkedArray, people: int) -> pa.Array:
    """How many rows each person has."""
    return pa.array(np.bincount(owner.to_numpy(), minlength=people).astype(np.int32))
