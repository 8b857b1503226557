"""Events of a bucket in order: against Python's own sort of the same rows."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from harmfree.records.assemble import number_events

PEOPLE = [3, 5, 8, 1 << 61]
TYPES = {
    "person": pa.int64(),
    "date": pa.date32(),
    "code_id": pa.int32(),
    "value": pa.float32(),
    "unit_id": pa.int16(),
    "until": pa.date32(),
    "resource": pa.uint64(),
}
Row = dict[str, Any]


def some_rows(count: int, largest_code: int, seed: int = 1) -> list[Row]:
    """Rows of few different values, so that most meet a row that is equal or nearly so."""
    chance = random.Random(seed)
    first = date(1850, 1, 1)
    days = [first, first + timedelta(days=1), date(2024, 2, 29), date(9999, 12, 31)]
    return [
        {
            "person": chance.choice(PEOPLE),
            "date": chance.choice(days),
            "code_id": chance.choice([0, 1, largest_code]),
            "value": chance.choice([None, -1.5, 0.0, 0.1]),
            "unit_id": chance.choice([0, 1]),
            "until": chance.choice([None, date(2024, 3, 1)]),
            "resource": chance.choice([0, 7, (1 << 64) - 1]),
        }
        for _ in range(count)
    ]


def table(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=pa.schema(list(TYPES.items())))


def place(row: Row) -> tuple[Any, ...]:
    """Where a row belongs: nulls before everything."""
    value, until = row["value"], row["until"]
    return (
        *(row[name] for name in ("person", "date", "code_id", "unit_id")),
        *((part is not None, part or 0) for part in (value, until and until.toordinal())),
        row["resource"],
    )


@pytest.mark.parametrize("largest_code", [2, 40_000, (1 << 31) - 1])
@pytest.mark.parametrize("count", [0, 1, 40, 4_000])
def test_events_are_in_order_and_equal_ones_are_one(count: int, largest_code: int) -> None:
    rows = some_rows(count, largest_code)
    expected = [place(row) for row in sorted(rows, key=place)]
    distinct = list(dict.fromkeys(row[:-1] for row in expected))
    got = number_events(table(rows), np.array(PEOPLE))
    events = got.event.to_pylist()
    said = [
        place({**event, "person": PEOPLE[event["person"]], "resource": None}) for event in events
    ]
    assert [row[:-1] for row in said] == [place_of_float(row) for row in distinct]
    assert got.duplicates == count - len(distinct)
    origins = list(
        zip(got.origin["event"].to_pylist(), got.origin["resource"].to_pylist(), strict=True)
    )
    assert origins == [(distinct.index(row[:-1]), row[-1]) for row in expected]


def place_of_float(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same place with the value as the store holds it, in 32 bits."""
    known, value = row[4]
    return (*row[:4], (known, float(np.float32(value))), *row[5:])


def test_codes_too_many_to_multiply_are_in_order_too() -> None:
    """People x days x codes beyond 64 bits."""
    people = np.arange(1 << 17)
    rows = [
        {**row, "person": int(person)}
        for person, row in zip((0, 1, (1 << 17) - 1), some_rows(3, 5), strict=True)
    ]
    ends = [{"date": date(1, 1, 1)}, {"date": date(9999, 12, 31)}, {"code_id": (1 << 31) - 1}]
    rows = [{**row, **end} for row, end in zip(rows, ends, strict=True)]
    rows += [{**rows[2], "code_id": code} for code in (9, 3, 1 << 30)]
    got = number_events(table(rows[::-1]), people)
    assert got.event["person"].to_pylist() == [0, 1, *[(1 << 17) - 1] * 4]
    assert got.event["code_id"].to_pylist()[2:] == [3, 9, 1 << 30, (1 << 31) - 1]
