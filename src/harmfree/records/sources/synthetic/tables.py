"""From arrays to the store's tables: ordered, without exact duplicates, in Arrow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.records import schema
from harmfree.records.sources.synthetic.clock import NEVER, Bools, Days, Rows
from harmfree.records.sources.synthetic.life import Life
from harmfree.records.sources.synthetic.places import Region
from harmfree.records.sources.synthetic.sheet import Events
from harmfree.records.sources.synthetic.vocabulary import UNITS, Vocabulary


def person_table(life: Life, registrations: Rows, events: Rows) -> pa.Table:
    """Return the people, with how many registrations and events each has."""
    people = life.people
    return pa.table(
        {
            "person": people.pseudonym,
            "birth_date": _dates(np.where(people.undated, NEVER, people.birth)),
            "sex": people.sex,
            "death_date": _dates(people.death),
            "ethnicity": people.ethnicity,
            "deprivation": people.deprivation,
            "registrations": np.bincount(registrations, minlength=len(people)).astype(np.int32),
            "events": np.bincount(events, minlength=len(people)).astype(np.int32),
        },
        schema=schema.PERSON,
    )


def registration_table(life: Life) -> tuple[pa.Table, int]:
    """Return the registrations, and how many raw ones overlapped another and were cut short.

    Some movers' old practice never closes the record; the later registration wins, as in a load.
    """
    people = life.people
    everyone = np.arange(len(people))
    mover = people.moved < NEVER
    never_closed = mover & (life.rng("registrations").random(len(people)) < 0.03)
    # The day of death itself is lived; the registration ends after it.
    leaving = np.where(people.death < NEVER, people.death + 1, people.left)
    first_end = np.where(mover & ~never_closed, people.moved, leaving)
    person = np.concatenate([everyone, everyone[mover]])
    practice = np.concatenate([people.first_practice, people.practice[mover]])
    start = np.concatenate([people.joined, people.moved[mover]])
    end = np.concatenate([first_end, leaving[mover]])
    order = np.lexsort((start, person))
    person, start, end = person[order], start[order], end[order]
    following = np.where(person[1:] == person[:-1], start[1:], NEVER)
    overlaps = int((end[:-1] > following).sum())
    end[:-1] = np.minimum(end[:-1], following)
    table = pa.table(
        {
            "person": person.astype(np.int32),
            "site": life.region.practice_site[practice[order]].astype(np.int32),
            "start": _dates(start),
            "end": _dates(end),
        },
        schema=schema.REGISTRATION,
    )
    return table, overlaps


def ordered(events: Events) -> tuple[Events, int]:
    """Return the events in the store's total order, and how many exact duplicates were dropped.

    Person, date, code and unit are packed into one integer, which sorts far faster than six
    columns; value and end of supply decide only between the few rows that tie on it.
    """
    packed = events.person.astype(np.int64) << 48
    packed |= (events.date.astype(np.int64) + 50_000) << 26
    packed |= events.code.astype(np.int64) << 7
    packed |= events.unit.astype(np.int64)
    order = np.argsort(packed, kind="stable")
    packed = packed[order]
    tied = np.flatnonzero(_same_as_neighbour(packed))
    if len(tied):
        inside = order[tied]
        again = np.lexsort((events.until[inside], _nulls_last(events.value[inside]), packed[tied]))
        order[tied] = inside[again]
    events = events.take(order)
    twin = _exact_twins(events, packed)
    return events.take(~twin), int(twin.sum())


def _same_as_neighbour(packed: npt.NDArray[np.int64]) -> Bools:
    same = np.zeros(len(packed), dtype=bool)
    equal = packed[1:] == packed[:-1]
    same[1:] |= equal
    same[:-1] |= equal
    return same


def _nulls_last(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.where(np.isnan(values), np.float32(np.inf), values)


def _exact_twins(events: Events, packed: npt.NDArray[np.int64]) -> Bools:
    twin = np.zeros(len(events), dtype=bool)
    value = _nulls_last(events.value)
    twin[1:] = (packed[1:] == packed[:-1]) & (value[1:] == value[:-1])
    twin[1:] &= events.until[1:] == events.until[:-1]
    return twin


def event_table(events: Events) -> pa.Table:
    """Return ordered events as the store's table."""
    return pa.table(
        {
            "person": events.person,
            "date": pa.array(events.date, pa.int32()).cast(pa.date32()),
            "code_id": events.code,
            "value": pa.array(events.value, pa.float32(), mask=np.isnan(events.value)),
            "unit_id": events.unit,
            "until": _dates(events.until),
        },
        schema=schema.EVENT,
    )


def code_table(vocabulary: Vocabulary, events: npt.NDArray[np.int64]) -> pa.Table:
    """Return the dictionary of codes with how often each occurs."""
    return pa.table(
        {
            "code_id": np.arange(len(vocabulary), dtype=np.int32),
            "system": [entry.system for entry in vocabulary.entries],
            "code": [entry.code for entry in vocabulary.entries],
            "term": [entry.term for entry in vocabulary.entries],
            "events": events,
        },
        schema=schema.CODE,
    )


def unit_table() -> pa.Table:
    """Return the dictionary of units."""
    return pa.table(
        {
            "unit_id": np.arange(len(UNITS), dtype=np.int16),
            "comparator": [comparator for comparator, _ in UNITS],
            "unit": [unit for _, unit in UNITS],
        },
        schema=schema.UNIT,
    )


def site_table(region: Region) -> pa.Table:
    """Return the sites."""
    sites = region.sites
    return pa.table(
        {
            "site": np.arange(len(sites), dtype=np.int32),
            "id": [site.id for site in sites],
            "name": [site.name for site in sites],
            "kind": [site.kind for site in sites],
            "parent": [site.parent for site in sites],
            "start": pa.nulls(len(sites), pa.date32()),
            "end": pa.array([site.end for site in sites], pa.int32()).cast(pa.date32()),
            "successor": [site.successor for site in sites],
        },
        schema=schema.SITE,
    )


def _dates(days: Days) -> pa.Array:
    values = np.asarray(days, dtype=np.int32)
    return pa.array(values, pa.int32(), mask=values >= 400_000).cast(pa.date32())
