"""One person of the store as the evaluators read a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.periods.definition import ListTable
from harmfree.periods.kernel_tables import UNKNOWN_DAY
from harmfree.periods.record import Event, PersonRecord, Registration
from harmfree.periods.stored import SEXES, people_of
from harmfree.records import Bucket


def person_record(
    bucket: Bucket, row: int, lists: Mapping[str, ListTable], comparators: list[str]
) -> PersonRecord:
    """The person in row `row` of a bucket, their events sorted into lists.

    Args:
        bucket: one person's (`Store.person`) or a whole bucket of the store.
        row: which person.
        lists: the code lists, resolved.
        comparators: the comparator of each unit_id.
    """
    people = people_of(bucket)
    persons = people.persons
    first, last = int(persons["first_event"][row]), int(persons["first_event"][row + 1])
    events = bucket.event.slice(first, last - first)
    here = slice(persons["first_registration"][row], persons["first_registration"][row + 1])
    return PersonRecord(
        birth=_day(persons["birth"][row]),
        sex=SEXES[persons["sex"][row]],
        death=_day(persons["death"][row]),
        registrations=tuple(
            Registration(int(each["site"]), int(each["start"]), _day(each["end"]))
            for each in people.registrations[here]
        ),
        lists=dict(_held(events, lists, comparators)),
    )


def _day(value: np.int32) -> int | None:
    return None if value == UNKNOWN_DAY else int(value)


def _held(
    events: pa.Table, lists: Mapping[str, ListTable], comparators: list[str]
) -> Iterable[tuple[str, tuple[Event, ...]]]:
    """Each list with the person's events of it, in the order of the record."""
    codes: npt.NDArray[np.int32] = events["code_id"].to_numpy()
    days = events["date"].combine_chunks().cast(pa.int32()).to_pylist()
    until = events["until"].combine_chunks().cast(pa.int32()).to_pylist()
    values, units = events["value"].to_pylist(), events["unit_id"].to_pylist()
    for name, table in lists.items():
        place = {int(code): i for i, code in enumerate(table.code_ids)}
        rows = np.flatnonzero(np.isin(codes, table.code_ids))
        found = []
        for row in rows.tolist():
            i, unit = place[int(codes[row])], units[row]
            factor = table.factors[unit]
            usable = values[row] is not None and not np.isnan(factor)
            found.append(
                Event(
                    day=days[row],
                    value=Event.rounded(values[row] * factor) if usable else None,
                    comparator=comparators[unit],
                    until=until[row],
                    group=int(table.groups[i]),
                    weight=float(table.weights[i]),
                    row=row,
                )
            )
        if found:
            yield name, tuple(found)
