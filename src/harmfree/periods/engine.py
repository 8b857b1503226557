"""Running the kernel over one bucket: arrays in, periods and counts out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from harmfree.periods.bucket import BucketArrays
from harmfree.periods.kernel import prepare, settle
from harmfree.periods.kernel_counts import find_bands
from harmfree.periods.kernel_state import Marked, Memory, Written
from harmfree.periods.kernel_tables import (
    FOREVER,
    PEOPLE_IN_BLOCK,
    Block,
    Grid,
    People,
    Records,
)
from harmfree.periods.plan import Plan, stacked
from harmfree.periods.tallies import Changes
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

    @cached_property
    def first_index(self) -> Int32:
        """For each day from FIRST_DAY to LAST_DAY, the number of the first date on or after it."""
        every = np.arange(FIRST_DAY, LAST_DAY + 1)
        return np.searchsorted(self.index_dates, every, side="left").astype(np.int32)

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

    `runs` and `evidence` lie in memory that the same thread uses again for its next bucket: copy
    what is to stay longer.

    Attributes:
        sites: changes of the tallies by site.
        strata: changes of the tallies by area and category, ``area * categories + category``.
        runs: RUN records, the numerator periods; `end` is OPEN while they hold on `as_of`.
        evidence: EVIDENCE records, the event rows behind the open ones.
    """

    sites: Changes
    strata: Changes
    runs: Records
    evidence: Records


def make_grid(people: People, request: Request) -> Grid:
    """The index dates of a request, and where its people's age bands begin on them."""
    grid = Grid(
        first_index=request.first_index,
        first_day=int(request.index_dates[0]) - FIRST_DAY if len(request.index_dates) else LAST_DAY,
        dates=len(request.index_dates),
        area=request.areas.astype(np.int32),
        categories=request.categories,
        band_starts=np.zeros(
            (len(people.persons) - 1, len(request.band_edges) + 1 if request.categories else 1),
            np.int32,
        ),
    )
    if request.categories:
        find_bands(grid, people, stacked(years(age) for age in request.band_edges))
    return grid


def sweep_bucket(plan: Plan, bucket: BucketArrays, request: Request) -> Swept:
    """Take the people of a bucket through every step, block by block.

    The result depends on the inputs alone: the same bucket gives the same arrays, whichever runner
    asks.
    """
    events, grid = bucket.events(plan, request.as_of + 1), make_grid(bucket.people, request)
    memory = Memory(plan, bucket)
    horizon, people = request.as_of + 1 - FIRST_DAY, len(bucket.people.persons) - 1
    starts = range(0, people, PEOPLE_IN_BLOCK)
    marked, written = Marked(len(starts), len(plan.tables.tallied)), Written()
    for number, first in enumerate(starts):
        block = Block(first, min(PEOPLE_IN_BLOCK, people - first), horizon)
        while not prepare(plan.tables, memory.state, events, bucket.people, block):
            memory.grow()
        runs, marks = written.room_for(*memory.run_room), marked.room_for(number, memory.mark_room)
        marked.end = settle(plan.tables, memory.state, events, grid, runs, marks, block, number)
    return Swept(
        sites=marked.by_site(grid, request.sites),
        strata=marked.by_stratum(grid, bucket.people),
        runs=written.runs(),
        evidence=written.evidence(),
    )
