"""Records as a bucket: the way round by which the kernel is held against the reference."""

from __future__ import annotations

import numpy as np

from harmfree.periods.bucket import BucketArrays
from harmfree.periods.definition import ListTable
from harmfree.periods.kernel_tables import (
    PERSON,
    REGISTRATION,
    UNKNOWN_DAY,
    People,
    records,
)
from harmfree.periods.record import Event, PersonRecord

SEXES = ("unknown", "female", "male", "other")
COMPARATORS = ("", "<", "<=", ">", ">=", "~")


def day_or_unknown(day: int | None) -> int:
    return UNKNOWN_DAY if day is None else day


class World:
    """A code dictionary made up for a few records: one code for each (lists, group) seen."""

    def __init__(self, records: list[PersonRecord], names: set[str]) -> None:
        self.records = records
        self.codes: dict[tuple[tuple[str, ...], int, float], int] = {}
        self.rows = [self._rows(record) for record in records]
        self.names = names

    def _rows(self, record: PersonRecord) -> list[tuple[Event, int]]:
        held: dict[int, tuple[Event, list[str]]] = {}
        for name, events in record.lists.items():
            for event in events:
                held.setdefault(event.row, (event, []))[1].append(name)
        found = []
        for event, names in held.values():
            key = (tuple(sorted(names)), event.group, event.weight)
            found.append((event, self.codes.setdefault(key, len(self.codes))))
        return sorted(found, key=lambda pair: (pair[0].day, pair[0].row))

    def lists(self) -> dict[str, ListTable]:
        return {name: self._list(name) for name in self.names}

    def _list(self, name: str) -> ListTable:
        mine = [
            (i, group, weight) for (held, group, weight), i in self.codes.items() if name in held
        ]
        return ListTable(
            np.array([i for i, _, _ in mine], np.int32),
            np.array([group for _, group, _ in mine], np.int32),
            np.array([weight for _, _, weight in mine], np.float64),
            np.ones(len(COMPARATORS)),
        )

    def bucket(self) -> BucketArrays:
        events = [pair for rows in self.rows for pair in rows]
        places = [r for record in self.records for r in record.registrations]
        return BucketArrays(
            people=People(
                persons=records(
                    PERSON,
                    len(self.records) + 1,
                    birth=[day_or_unknown(r.birth) for r in self.records],
                    sex=[SEXES.index(r.sex) for r in self.records],
                    death=[day_or_unknown(r.death) for r in self.records],
                    first_registration=offsets([len(r.registrations) for r in self.records]),
                    first_event=offsets([len(rows) for rows in self.rows]),
                ),
                strata=np.zeros((len(self.records), 0), np.int16),
                registrations=records(
                    REGISTRATION,
                    len(places),
                    site=[p.site for p in places],
                    start=[p.start for p in places],
                    end=[day_or_unknown(p.end) for p in places],
                ),
            ),
            date=np.array([e.day for e, _ in events], np.int32),
            code=np.array([code for _, code in events], np.int32),
            value=np.array([np.nan if e.value is None else e.value for e, _ in events], np.float32),
            unit=np.array([COMPARATORS.index(e.comparator) for e, _ in events], np.int16),
            until=np.array([day_or_unknown(e.until) for e, _ in events], np.int32),
        )


def offsets(lengths: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
