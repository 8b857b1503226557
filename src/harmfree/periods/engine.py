"""Running the kernel over one bucket: arrays in, periods and counts out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.periods.bucket import BucketArrays
from harmfree.periods.kernel import prepare, settle
from harmfree.periods.kernel_state import Memory, make_runs
from harmfree.periods.kernel_tables import (
    FOREVER,
    PEOPLE_IN_BLOCK,
    ROWS,
    RUNS,
    Block,
    Grid,
    Records,
)
from harmfree.periods.plan import Plan, stacked
from harmfree.periods.windows import (
    FIRST_DAY,
    LAST_DAY,
    DefinitionError,
    years,
)

Int32 = npt.NDArray[np.int32]
OPEN = FOREVER


@dataclass(frozen=True)
class Request:
    """Which days and places a sweep is asked about.

    Attributes:
        as_of: the last day that counts (days since 1970-01-01).
        index_dates: ascending days of which the counts are wanted, none later than `as_of`.
        sites: how many sites there are.
        areas: int32[sites], the area that each site's breakdowns are counted in.
        categories: how many categories all breakdowns have together, age bands last.
        band_edges: ages at which the age bands begin; empty for no bands.
    """

    as_of: int
    index_dates: Int32
    sites: int
    areas: Int32
    categories: int = 0
    band_edges: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not FIRST_DAY <= self.as_of < LAST_DAY:
            raise DefinitionError(
                f"The last day that counts lies from 1850 to 2149, not {self.as_of}."
            )
        if len(self.index_dates) and self.index_dates[-1] > self.as_of:
            raise DefinitionError("No count can be given of a day after the last day that counts.")
        if len(self.areas) != self.sites:
            raise DefinitionError(f"{self.sites} sites need as many areas, not {len(self.areas)}.")


@dataclass(frozen=True)
class Swept:
    """What one bucket gave.

    Attributes:
        changes: int32[site, 2 * definition + (0 denominator, 1 numerator), index date + 1], how
            much each count changes on each date; `totals` adds them up, once for all buckets.
        strata_changes: int32[area, category, output, index date + 1], the same.
        runs: RUN records, the numerator periods; `end` is OPEN while they hold on `as_of`.
        evidence: EVIDENCE records, the event rows behind the open ones.
    """

    changes: Int32
    strata_changes: Int32
    runs: Records
    evidence: Records

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """int64[site, output, index date]: how many people on each date."""
        return totals(self.changes)


def totals(changes: npt.NDArray[np.signedinteger]) -> npt.NDArray[np.int64]:
    """Counts on each date from the changes on each; the last column, after all dates, goes."""
    summed: npt.NDArray[np.int64] = np.cumsum(changes, axis=-1, dtype=np.int64)
    return summed[..., :-1]


def index_table(dates: Int32) -> Int32:
    """For each day from FIRST_DAY to LAST_DAY, the number of the first date on or after it."""
    every = np.arange(FIRST_DAY, LAST_DAY + 1)
    return np.searchsorted(dates, every, side="left").astype(np.int32)


def make_grid(plan: Plan, request: Request) -> Grid:
    """Empty difference arrays for a request."""
    dates = len(request.index_dates)
    areas = int(request.areas.max(initial=0)) + 1
    return Grid(
        first_index=index_table(request.index_dates),
        counts=np.zeros((request.sites, plan.outputs, dates + 1), np.int32),
        area=request.areas.astype(np.int32),
        strata=np.zeros((areas, plan.outputs, request.categories, dates + 1), np.int32),
        band_reach=stacked(years(age) for age in request.band_edges),
    )


def sweep_bucket(plan: Plan, bucket: BucketArrays, request: Request) -> Swept:
    """Take the people of a bucket through every step, block by block.

    The result depends on the inputs alone: the same bucket gives the same arrays, whichever runner
    asks.
    """
    events, grid = bucket.events(plan, request.as_of + 1), make_grid(plan, request)
    memory = Memory(plan, bucket, len(request.band_edges))
    horizon, people = request.as_of + 1 - FIRST_DAY, len(bucket.people.persons) - 1
    found: list[tuple[Records, Records]] = []
    written = 0
    for first in range(0, people, PEOPLE_IN_BLOCK):
        block = Block(first, min(PEOPLE_IN_BLOCK, people - first), horizon)
        while not prepare(plan.tables, memory.state, events, grid, bucket.people, block):
            memory.grow()
        runs = memory.runs()
        settle(plan.tables, memory.state, events, grid, bucket.people, runs, block)
        runs.evidence["run"][: runs.size[ROWS]] += written
        written += int(runs.size[RUNS])
        found.append((runs.runs[: runs.size[RUNS]].copy(), runs.evidence[: runs.size[ROWS]].copy()))
    none = make_runs(0, 0)
    return Swept(
        changes=grid.counts,
        strata_changes=grid.strata.swapaxes(1, 2),
        runs=np.concatenate([none.runs, *(runs for runs, _ in found)]),
        evidence=np.concatenate([none.evidence, *(rows for _, rows in found)]),
    )
