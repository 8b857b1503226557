"""A bucket's people and events as the kernel takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from harmfree.periods.expressions import Derivation, DerivationInput
from harmfree.periods.kernel_streams import (
    count_rows,
    fill_rows,
    fill_values,
    known_only,
    pick_rows,
)
from harmfree.periods.kernel_tables import UNKNOWN_DAY, Bits, Events, People, Read
from harmfree.periods.plan import Plan
from harmfree.periods.scratch import lent
from harmfree.periods.windows import FIRST_DAY, LAST_DAY

Days = npt.NDArray[np.int32]


@dataclass(frozen=True)
class BucketArrays:
    """People and events of a bucket.

    Attributes:
        people: who they are; `first_event` of a person points into the events.
        date: int32[n], days; ascending within a person.
        code: int32[n], rows of the store's code dictionary.
        value: float32[n], NaN when missing.
        unit: int16[n].
        until: int32[n] or empty when no definition reads it; UNKNOWN_DAY when not known.
        value_known: uint8[n / 8], a bit for each row, the first row lowest: whether it has a value;
            what `value` says of the others does not count. Empty: `value` says it all.
        until_known: the same of `until`.
    """

    people: People
    date: Days
    code: Days
    value: npt.NDArray[np.float32]
    unit: npt.NDArray[np.int16]
    until: Days = field(default_factory=lambda: np.zeros(0, np.int32))
    value_known: Bits = field(default_factory=lambda: np.zeros(0, np.uint8))
    until_known: Bits = field(default_factory=lambda: np.zeros(0, np.uint8))

    def events(self, plan: Plan, horizon: int) -> Events:
        """The event columns with the plan's derived quantities worked out.

        Args:
            plan: whose derivations are meant.
            horizon: the first day that no longer counts; later events are not looked at.
        """
        read = self._read(plan, horizon)
        values = lent("values", int(read.first[-1]), np.float64)
        for number, derivation in enumerate(plan.derivations):
            mine = slice(read.first[number], read.last[number])
            if mine.start < mine.stop:
                values[mine] = derivation.function(_Seen(self, plan, derivation, read, mine))
        derived = known_only(read, values)
        return Events(
            self.date,
            self.code,
            self.value,
            self.value_known,
            self.unit,
            self.until,
            self.until_known,
            derived,
        )

    def _read(self, plan: Plan, horizon: int) -> Read:
        """The rows that each derivation reads."""
        first_reader, readers = plan.readers
        first = np.zeros(len(plan.derivations) + 1, np.int32)
        picked = lent("picked", len(self.code) + 1, np.int32)
        picked = picked[: pick_rows(first_reader, self.code, self.date, horizon, picked)]
        events = np.zeros(len(first_reader) - 1, np.int32)
        count_rows(first_reader, readers, self.code, picked, events, first)
        first = np.cumsum(first, dtype=np.int32)
        rows = int(first[-1])
        read = Read(
            first,
            first[:-1].copy(),
            lent("read_rows", rows + 1, np.int32),
            lent("read_day", rows + 1, np.int32),
            lent("read_person", rows + 1, np.int64),
            lent("read_source", rows + 1, np.int8),
        )
        given = (first_reader, readers, *plan.required, self.people.persons)
        fill_rows(*given, self.code, self.date, picked, read)
        return read


class _Seen(DerivationInput):
    """The rows of one derivation; each column is worked out when it is asked for."""

    def __init__(
        self, bucket: BucketArrays, plan: Plan, derivation: Derivation, read: Read, mine: slice
    ) -> None:
        held = vars(self)
        held["source"] = read.source[mine]
        held["person"] = read.person[mine]
        held["day"] = read.day[mine]
        held["asked"] = (bucket, plan, derivation, read.rows[mine])

    def __getattr__(self, name: str) -> Any:
        bucket, plan, derivation, rows = vars(self)["asked"]
        if name == "value":
            column = np.zeros(len(rows))
            factors = list_factors(plan, derivation)
            held = (bucket.value, bucket.value_known, bucket.unit)
            fill_values(rows, self.source, factors, *held, column)
        elif name == "age":
            column = ages_on(bucket.people.persons["birth"][self.person], self.day)
        elif name == "female":
            column = bucket.people.persons["sex"][self.person] == 1
        else:
            raise AttributeError(name)
        vars(self)[name] = column
        return column


def list_factors(plan: Plan, derivation: Derivation) -> npt.NDArray[np.float64]:
    """float64[list, unit]: what values are multiplied by.

    A value with a comparator has the factor NaN: it is never read as the number.
    """
    factors = np.array([plan.lists[name].factors for name in derivation.lists])
    return np.where(plan.tables.comparators == 0, factors, np.nan)


@cache
def calendar_numbers() -> npt.NDArray[np.int32]:
    """Year, month and day of every day from FIRST_DAY to LAST_DAY as one number, YYYYMMDD."""
    day = np.arange(FIRST_DAY, LAST_DAY + 1).astype("datetime64[D]")
    month, year = day.astype("datetime64[M]"), day.astype("datetime64[Y]")
    of_year = (month - year).astype(int) + 1
    number = (year.astype(int) + 1970) * 10_000 + of_year * 100 + (day - month).astype(int) + 1
    found: npt.NDArray[np.int32] = number.astype(np.int32)
    return found


def ages_on(birth: Days, day: Days) -> npt.NDArray[np.float64]:
    """Completed years on each day; NaN when birth is unknown or later.

    The difference of two dates written YYYYMMDD, divided by 10,000, is the age: somebody born on
    29 February is a year older on 1 March.
    """
    known = (birth != UNKNOWN_DAY) & (day >= birth)
    born, on = (calendar_numbers()[np.where(known, each, 0) - FIRST_DAY] for each in (birth, day))
    return np.where(known, (on - born) // 10_000, np.nan)
