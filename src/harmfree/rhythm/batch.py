"""Many recordings over the processors of one machine, results in the order given."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from typing import TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from harmfree.rhythm.classify import StripResult, classify
from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.conditioning import condition
from harmfree.rhythm.features.strip import measure
from harmfree.rhythm.recording import Recording

T = TypeVar("T")

CHUNK = 32  # recordings sent to a process at a time
FEW = 3 * CHUNK  # up to so many are done here: starting processes costs more


def classify_all(
    recordings: Iterable[Recording],
    *,
    lead: str | None = None,
    keep_signal: bool = False,
    workers: int | None = None,
) -> Iterator[StripResult]:
    """Yield the outcome of each recording, in order, with bounded memory.

    Args:
        recordings: read as they are needed.
        lead: as `classify`.
        keep_signal: keep signal and beats in the results, for pictures.
        workers: processes; by default one for each processor that this process may use.
    """
    one = partial(_classify_one, lead=lead, keep_signal=keep_signal)
    yield from over_processes(one, recordings, workers)


def features_of(recording: Recording) -> FloatArray:
    """Return the features of one recording's lead."""
    return measure(condition(recording.lead(), recording.rate)[0]).features


def over_processes(
    function: Callable[[Recording], T], recordings: Iterable[Recording], workers: int | None = None
) -> Iterator[T]:
    """Yield `function` of each recording, in order; in this process when there are few."""
    items = iter(recordings)
    first = list(islice(items, FEW + 1))
    workers = workers or len(os.sched_getaffinity(0))
    if workers < 2 or len(first) <= FEW:
        yield from (function(item) for item in first)
        yield from (function(item) for item in items)
        return
    yield from _spread(function, _chunks(first, items), workers)


def _spread(
    function: Callable[[Recording], T], chunks: Iterator[list[Recording]], workers: int
) -> Iterator[T]:
    """Keep twice as many chunks under way as there are processes, no more."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_one_thread) as pool:
        waiting = [pool.submit(_each, function, chunk) for chunk in islice(chunks, 2 * workers)]
        while waiting:
            yield from waiting.pop(0).result()
            waiting += [pool.submit(_each, function, chunk) for chunk in islice(chunks, 1)]


def _one_thread() -> None:
    """Small matrices in many processes: threads within each would only wait for one another."""
    threadpool_limits(1)


def _each(function: Callable[[Recording], T], chunk: list[Recording]) -> list[T]:
    return [function(item) for item in chunk]


def _chunks(first: list[Recording], rest: Iterator[Recording]) -> Iterator[list[Recording]]:
    for start in range(0, len(first), CHUNK):
        yield first[start : start + CHUNK]
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _classify_one(recording: Recording, *, lead: str | None, keep_signal: bool) -> StripResult:
    result = classify(recording, lead=lead)
    if keep_signal:
        return result
    return StripResult(**{**vars(result), "measured": None})
