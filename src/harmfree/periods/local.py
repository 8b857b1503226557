"""The runner for one machine: the kernel over buckets, several at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from harmfree.periods.engine import Request
from harmfree.periods.part import Part, compute_part
from harmfree.periods.plan import Plan
from harmfree.records import Store


def run_local(
    plan: Plan, store: Store, request: Request, buckets: Sequence[int], workers: int | None = None
) -> Iterator[Part]:
    """Compute the buckets, in their order, with no more than `workers` and one in memory at once.

    Threads do: the compiled kernel and the reading of Parquet both release the interpreter lock.
    """
    workers = workers or os.cpu_count() or 1
    waiting: list[Future[Part]] = []
    todo = iter(buckets)
    with ThreadPoolExecutor(workers) as pool:
        while True:
            for number in islice(todo, workers + 1 - len(waiting)):
                waiting.append(pool.submit(compute_part, plan, store, number, request))
            if not waiting:
                return
            yield waiting.pop(0).result()
