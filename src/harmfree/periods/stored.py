"""Reading the store's buckets and code lists in the form that the kernel takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harmfree.periods.bucket import BucketArrays
from harmfree.periods.definition import ListTable
from harmfree.periods.kernel_tables import PERSON, REGISTRATION, UNKNOWN_DAY, People, records
from harmfree.periods.plan import Plan
from harmfree.records import Bucket, Store
from harmfree.records.codes import Resolution, resolve_all

Number = TypeVar("Number", np.int16, np.int32)
Value = TypeVar("Value", np.uint8, np.int32, np.float32)

SEXES = ("unknown", "female", "male", "other")
ETHNICITIES = ("unknown", "white", "mixed", "asian", "black", "other")
DEPRIVATION = ("unknown", "1 most deprived", "2", "3", "4", "5 least deprived")
AGE_EDGES = (0, 18, 40, 60, 80)  # CVDPREVENT's published bands, with the under 18s
AGE_BANDS = ("0 to 17", "18 to 39", "40 to 59", "60 to 79", "80 and over")
CATEGORIES: tuple[tuple[str, str], ...] = (
    *(("sex", name) for name in SEXES),
    *(("ethnicity", name) for name in ETHNICITIES),
    *(("deprivation", name) for name in DEPRIVATION),
    *(("age", name) for name in AGE_BANDS),
)


def resolved_lists(
    store: Store, names: Sequence[str], folders: Sequence[Path], maps: Path | None = None
) -> dict[str, ListTable]:
    """The code lists resolved against the store's dictionary."""
    found = resolve_all(names, store.codes, folders, maps)
    return {name: list_table(each, store.units) for name, each in found.items()}


def list_table(resolution: Resolution, units: pa.Table) -> ListTable:
    """One resolved list as the kernel takes it; its groups become numbers in order of name."""
    _, groups = np.unique(resolution.groups, return_inverse=True)
    return ListTable(
        resolution.code_ids,
        groups.astype(np.int32),
        resolution.weights,
        resolution.unit_factors(units),
    )


def comparators_of(store: Store) -> list[str]:
    """The comparator of each unit_id."""
    found: list[str] = store.units["comparator"].to_pylist()
    return found


def event_columns(plan: Plan) -> list[str]:
    """The columns of the events that the plan reads."""
    return ["date", "code_id", "value", "unit_id"] + (["until"] if plan.needs_until else [])


def bucket_arrays(bucket: Bucket, plan: Plan) -> BucketArrays:
    """A bucket of the store as arrays."""
    value, value_known = _nullable(bucket.event["value"], np.float32)
    until, until_known = np.zeros(0, np.int32), np.zeros(0, np.uint8)
    if plan.needs_until:
        until, until_known = _nullable(bucket.event["until"], np.int32)
    return BucketArrays(
        people=people_of(bucket),
        date=_days(bucket.event["date"]),
        code=_numbers(bucket.event["code_id"], np.int32),
        value=value,
        unit=_numbers(bucket.event["unit_id"], np.int16),
        until=until,
        value_known=value_known,
        until_known=until_known,
    )


def people_of(bucket: Bucket) -> People:
    """The people and registrations of a bucket."""
    person, registration = bucket.person, bucket.registration
    strata = [
        _numbers(person["sex"], np.int16),
        _numbers(person["ethnicity"], np.int16) + len(SEXES),
        _numbers(person["deprivation"], np.int16) + len(SEXES) + len(ETHNICITIES),
    ]
    return People(
        persons=records(
            PERSON,
            person.num_rows + 1,
            birth=_days(person["birth_date"]),
            death=_days(person["death_date"]),
            sex=_numbers(person["sex"], np.int32),
            first_registration=_offsets(person["registrations"]),
            first_event=_offsets(person["events"]),
        ),
        strata=np.ascontiguousarray(np.stack(strata, axis=1)),
        registrations=records(
            REGISTRATION,
            registration.num_rows,
            site=_numbers(registration["site"], np.int32),
            start=_days(registration["start"]),
            end=_days(registration["end"]),
        ),
    )


def _days(column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    whole = column.combine_chunks().cast(pa.int32())
    if whole.null_count:
        whole = pc.fill_null(whole, UNKNOWN_DAY)
    return _numpy(whole, np.int32)


def _nullable(
    column: pa.ChunkedArray, kind: type[Value]
) -> tuple[npt.NDArray[Value], npt.NDArray[np.uint8]]:
    """The numbers of a column as they lie in memory, and the bits that say which of them count."""
    whole = column.combine_chunks()
    if whole.offset:
        whole = pa.concat_arrays([whole])
    bits, numbers = whole.buffers()
    known = np.zeros(0, np.uint8) if bits is None else _borrowed(bits, np.uint8)
    return _borrowed(numbers, kind)[: len(whole)], known


def _borrowed(memory: pa.Buffer, kind: type[Value]) -> npt.NDArray[Value]:
    found: npt.NDArray[Value] = np.asarray(_Writable(np.frombuffer(memory, kind)))
    return found


def _numbers(column: pa.ChunkedArray, kind: type[Number]) -> npt.NDArray[Number]:
    return _numpy(column.combine_chunks(), kind)


def _numpy(array: pa.Array, kind: type[Number]) -> npt.NDArray[Number]:
    """The same memory, said to be writable.

    The compiled kernel has one signature, and it is of writable arrays; it writes to none of them.
    """
    view: npt.NDArray[np.generic] = array.to_numpy(zero_copy_only=True)
    return np.asarray(_Writable(view)).astype(kind, copy=False)


class _Writable:
    """Lends the memory of an array that numpy takes for read-only."""

    def __init__(self, array: npt.NDArray[np.generic]) -> None:
        self.array = array
        place, _ = array.__array_interface__["data"]
        self.__array_interface__ = {**array.__array_interface__, "data": (place, False)}


def _offsets(counts: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    found = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts.to_numpy(), out=found[1:])
    return found


def open_plan_inputs(store: Store) -> Mapping[str, object]:
    """What `make_plan` needs of a store besides the lists."""
    return {"codes": store.codes.num_rows, "comparators": comparators_of(store)}
