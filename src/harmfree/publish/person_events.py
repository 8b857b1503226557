"""Questions about a bucket's events that are answered for everybody at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from harmfree.periods.definition import ListTable
from harmfree.records import Bucket

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class PersonEvents:
    """The events of a bucket up to a day, as arrays.

    Args:
        bucket: a bucket of the store; its events are ordered by person, then date.
        comparators: the comparator of each unit_id: a value with one is no number.
        as_of: the last day that counts, days since 1970-01-01.
    """

    def __init__(self, bucket: Bucket, comparators: Sequence[str], as_of: int) -> None:
        event = bucket.event
        day = event["date"].combine_chunks().cast("int32").to_numpy()
        keep = day <= as_of
        self.people: int = bucket.person.num_rows
        self.as_of = as_of
        self.day: npt.NDArray[np.int32] = day[keep]
        self.person: npt.NDArray[np.int32] = event["person"].to_numpy()[keep]
        self.code: npt.NDArray[np.int32] = event["code_id"].to_numpy()[keep]
        self.unit: npt.NDArray[np.int16] = event["unit_id"].to_numpy()[keep]
        values = event["value"].combine_chunks().to_numpy(zero_copy_only=False)
        self.value: npt.NDArray[np.float32] = values[keep]
        self._exact = np.array([not text for text in comparators])
        self._codes = int(self.code.max(initial=-1)) + 1

    def rows(self, table: ListTable) -> Ints:
        """Rows of a list's events, in order."""
        held = np.zeros(self._codes, bool)
        held[table.code_ids[table.code_ids < self._codes]] = True
        return np.flatnonzero(held[self.code])

    def ever(self, table: ListTable) -> Bools:
        """Who has any event of the list."""
        found = np.zeros(self.people, bool)
        found[self.person[self.rows(table)]] = True
        return found

    def days_since(self, table: ListTable, first: int) -> Ints:
        """On how many different days each person has an event, from `first` on."""
        rows = self.rows(table)
        rows = rows[self.day[rows] >= first]
        pairs = np.unique(np.stack([self.person[rows], self.day[rows]]), axis=1)
        return np.bincount(pairs[0], minlength=self.people)

    def latest(self, table: ListTable, low: float, high: float) -> tuple[Floats, Floats]:
        """The last value from `low` to `high` in the list's unit, and its age in days.

        Values with a comparator or in a unit that cannot be converted are passed over; of several
        on one day the highest counts. NaN where there is none.
        """
        rows = self.rows(table)
        value = self.value[rows].astype(np.float64) * table.factors[self.unit[rows]]
        good = self._exact[self.unit[rows]] & (value >= low) & (value <= high)
        rows, value = rows[good], value[good]
        order = np.lexsort((value, self.day[rows], self.person[rows]))
        rows, value = rows[order], value[order]
        found, days = np.full(self.people, np.nan), np.full(self.people, np.nan)
        # Assigning in order leaves the last entry of each person.
        found[self.person[rows]] = value
        days[self.person[rows]] = self.as_of - self.day[rows]
        return found, days

    def latest_of(self, tables: Sequence[ListTable]) -> tuple[Ints, Floats]:
        """Which of the lists the last event is of (-1: none), and its age in days.

        A code of several lists belongs to the first; of several lists on one day the last counts.
        """
        owner = np.full(self._codes, -1)
        for number in reversed(range(len(tables))):
            ids = tables[number].code_ids
            owner[ids[ids < self._codes]] = number
        which = owner[self.code]
        rows = np.flatnonzero(which >= 0)
        rows = rows[np.lexsort((which[rows], self.day[rows], self.person[rows]))]
        place, days = np.full(self.people, -1), np.full(self.people, np.nan)
        place[self.person[rows]] = which[rows]
        days[self.person[rows]] = self.as_of - self.day[rows]
        return place, days
