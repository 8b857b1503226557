"""One person of the store as the evaluators read a record."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harmfree.periods.definition import ListTable
from harmfree.periods.record import Event, PersonRecord, Registration
from harmfree.periods.stored import SEXES
from harmfree.periods.windows import to_day
from harmfree.records import Bucket


class Place(NamedTuple):
    """A code's place in one list: the list, its group and weight there, the factor of each unit."""

    codes: str
    group: int
    weight: float
    factors: Sequence[float]


class ListIndex:
    """The lists that each code is in: made once for a set of lists, then used for every person.

    Args:
        lists: the code lists, resolved.
        comparators: the comparator of each unit_id.
    """

    def __init__(self, lists: Mapping[str, ListTable], comparators: Sequence[str]) -> None:
        self.comparators = comparators
        self.places: dict[int, list[Place]] = {}
        for name, table in lists.items():
            factors = table.factors.tolist()
            places = {
                code: Place(name, group, weight, factors)
                for code, group, weight in zip(
                    table.code_ids.tolist(),
                    table.groups.tolist(),
                    table.weights.tolist(),
                    strict=True,
                )
            }
            for code, place in places.items():
                self.places.setdefault(code, []).append(place)

    def record(self, bucket: Bucket, row: int) -> PersonRecord:
        """The person in row `row` of a bucket, their events sorted into the lists.

        Args:
            bucket: one person's (`Store.person`) or a whole bucket of the store.
            row: which person.
        """
        columns = ["birth_date", "sex", "death_date"]
        person = bucket.person.select(columns).slice(row, 1).to_pylist()[0]
        here = _rows_of(bucket.registration, bucket.person["registrations"], row)
        return PersonRecord(
            birth=_day(person["birth_date"]),
            sex=SEXES[person["sex"]],
            death=_day(person["death_date"]),
            registrations=tuple(
                Registration(each["site"], to_day(each["start"]), _day(each["end"]))
                for each in here.select(["site", "start", "end"]).to_pylist()
            ),
            lists=self._sorted(_rows_of(bucket.event, bucket.person["events"], row)),
        )

    def _sorted(self, events: pa.Table) -> dict[str, tuple[Event, ...]]:
        """Each list with the person's events of it, in the order of the record."""
        days: list[int] = events["date"].cast(pa.int32()).to_pylist()
        until: list[int | None] = events["until"].cast(pa.int32()).to_pylist()
        codes, values = events["code_id"].to_pylist(), events["value"].to_pylist()
        units = events["unit_id"].to_pylist()
        found: dict[str, list[Event]] = {}
        for row, code in enumerate(codes):
            value, unit = values[row], units[row]
            sign = self.comparators[unit]
            for name, group, weight, factors in self.places.get(code, ()):
                usable = value is not None and not math.isnan(factors[unit])
                number = float(np.float32(value * factors[unit])) if usable else None
                event = Event(days[row], number, sign, until[row], group, weight, row)
                found.setdefault(name, []).append(event)
        return {name: tuple(held) for name, held in found.items()}


def person_record(
    bucket: Bucket, row: int, lists: Mapping[str, ListTable], comparators: Sequence[str]
) -> PersonRecord:
    """The person in row `row` of a bucket; for many people, make one `ListIndex` and ask that."""
    return ListIndex(lists, comparators).record(bucket, row)


def _rows_of(table: pa.Table, counts: pa.ChunkedArray, row: int) -> pa.Table:
    """The rows of the person in row `row`, given how many rows each person has."""
    start = pc.sum(counts.slice(0, row), min_count=0).as_py()
    return table.slice(start, counts[row].as_py())


def _day(value: date | None) -> int | None:
    return None if value is None else to_day(value)
