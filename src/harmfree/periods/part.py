"""What the kernel gives for one bucket, as tables that stand on their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.periods.engine import OPEN, Request, Swept, sweep_bucket
from harmfree.periods.plan import Plan
from harmfree.periods.stored import bucket_arrays, event_columns
from harmfree.periods.tallies import Changes
from harmfree.records import Bucket, Store

PERIODS = pa.schema(
    [
        pa.field("person", pa.int64()),
        pa.field("definition", pa.int16()),
        pa.field("site", pa.int32()),
        pa.field("start", pa.date32()),
        pa.field("end", pa.date32()),
    ]
)
EVIDENCE = pa.schema(
    [
        pa.field("person", pa.int64()),
        pa.field("definition", pa.int16()),
        pa.field("date", pa.date32()),
        pa.field("code_id", pa.int32()),
        pa.field("value", pa.float32()),
        pa.field("unit_id", pa.int16()),
    ]
)


@dataclass(frozen=True, eq=False)
class Part:
    """One bucket's share of a run.

    Attributes:
        bucket: its number.
        periods: numerator periods, `end` null while they hold; ordered as the kernel met them.
        evidence: the events behind the open periods, each once a period.
        sites: changes of the plan's tallies by site.
        strata: the same by area and category, ``area * categories + category``.
    """

    bucket: int
    periods: pa.Table
    evidence: pa.Table
    sites: Changes
    strata: Changes


def compute_part(plan: Plan, store: Store, number: int, request: Request) -> Part:
    """Read one bucket and run every definition over it: the same answer whoever asks."""
    bucket = store.bucket(number, event_columns(plan))
    swept = sweep_bucket(plan, bucket_arrays(bucket, plan), request)
    periods, evidence = periods_table(bucket, swept), evidence_table(bucket, swept)
    return Part(number, periods, evidence, swept.sites, swept.strata)


def periods_table(bucket: Bucket, swept: Swept) -> pa.Table:
    """The numerator periods with the people's pseudonyms."""
    runs = swept.runs
    end = runs["end"].astype(np.int32)
    return pa.table(
        [
            _people(bucket, runs["person"]),
            pa.array(runs["definition"].astype(np.int16)),
            pa.array(np.ascontiguousarray(runs["site"])),
            pa.array(np.ascontiguousarray(runs["start"])).cast(pa.date32()),
            pa.array(end, mask=end == OPEN).cast(pa.date32()),
        ],
        schema=PERIODS,
    )


def evidence_table(bucket: Bucket, swept: Swept) -> pa.Table:
    """The events behind the open periods; an event that several atoms name stands once."""
    run = swept.evidence["run"]
    names = ("date", "code_id", "value", "unit_id")
    events = bucket.event.select(names).take(pa.array(np.ascontiguousarray(swept.evidence["row"])))
    return pa.table(
        [
            _people(bucket, np.ascontiguousarray(swept.runs["person"])[run]),
            pa.array(swept.runs["definition"].astype(np.int16)[run]),
            *events.columns,
        ],
        schema=EVIDENCE,
    )


def _people(bucket: Bucket, rows: npt.NDArray[np.int32]) -> pa.Array:
    pseudonyms: npt.NDArray[np.int64] = bucket.person["person"].to_numpy()
    return pa.array(pseudonyms[rows])
