"""The runner for a Spark cluster: the same kernel inside `mapInArrow`, bucket by bucket.

The store's folder must be readable by the workers. Needs the extra ``harmfree[spark]`` and Java.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from harmfree.periods.engine import Request
from harmfree.periods.part import Part, compute_part
from harmfree.periods.plan import Plan
from harmfree.periods.tallies import Changes
from harmfree.periods.windows import DefinitionError
from harmfree.records import Store

COLUMNS = "bucket int, periods binary, evidence binary, sites binary, strata binary"


def spark_session(master: str | None = None) -> Any:
    """The running Spark session, or a new one (`master` such as ``local[2]``).

    Workers run this Python unless PYSPARK_PYTHON names another; harmfree must be installed there.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as missing:
        raise DefinitionError(
            "Spark is not installed.",
            do="Install it with `pip install harmfree[spark]`, or use --engine local.",
        ) from missing
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("harmfree").config("spark.ui.enabled", "false")
    return (builder.master(master) if master else builder).getOrCreate()


def run_spark(
    plan: Plan, store: Store, request: Request, buckets: Sequence[int], session: Any
) -> Iterator[Part]:
    """Compute the buckets on the cluster; parts come back in the order of the buckets."""
    numbers = session.createDataFrame([(number,) for number in buckets], "bucket int")
    spread = numbers.repartition(len(buckets), "bucket")
    done = spread.mapInArrow(_worker(plan, store, request), COLUMNS).orderBy("bucket")
    for row in done.toLocalIterator():
        yield Part(
            row.bucket,
            pa.ipc.open_stream(bytes(row.periods)).read_all(),
            pa.ipc.open_stream(bytes(row.evidence)).read_all(),
            Changes.read(io.BytesIO(row.sites)),
            Changes.read(io.BytesIO(row.strata)),
        )


def _worker(
    plan: Plan, store: Store, request: Request
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                part = compute_part(plan, store, number, request)
                yield pa.RecordBatch.from_arrays(
                    [
                        pa.array([number], pa.int32()),
                        pa.array([_stream(part.periods)], pa.binary()),
                        pa.array([_stream(part.evidence)], pa.binary()),
                        pa.array([_saved(part.sites)], pa.binary()),
                        pa.array([_saved(part.strata)], pa.binary()),
                    ],
                    ["bucket", "periods", "evidence", "sites", "strata"],
                )

    return work


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def _saved(changes: Changes) -> bytes:
    file = io.BytesIO()
    changes.write(file)
    return file.getvalue()
