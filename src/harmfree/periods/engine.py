"""Running the kernel over one bucket: arrays in, periods and counts out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.periods.bucket import BucketArrays
from harmfree.periods.kernel import sweep
from harmfree.periods.kernel_state import make_state
from harmfree.periods.kernel_tables import EVIDENCE, FOREVER, ROWS, RUN, RUNS, Grid, Records, Runs
from harmfree.periods.plan import Plan
from harmfree.periods.windows import FIRST_DAY, LAST_DAY, DefinitionError

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
        strata=np.zeros((areas, request.categories, plan.outputs, dates + 1), np.int32),
        band_edges=np.array(request.band_edges, np.int32),
        band_starts=np.full(len(request.band_edges) + 1, dates, np.int32),
    )


def make_runs(runs: int, evidence: int) -> Runs:
    """Room for that many periods and rows of evidence."""
    return Runs(np.zeros(runs, RUN), np.zeros(evidence, EVIDENCE), np.zeros(2, np.int64))


def agenda_room(plan: Plan, bucket: BucketArrays) -> int:
    """The most entries that one person's events can put on the agenda."""
    listeners = int(np.diff(plan.tables.first_listener).max(initial=0))
    events = int(np.diff(bucket.people.persons["first_event"]).max(initial=0))
    return listeners * events


def sweep_bucket(plan: Plan, bucket: BucketArrays, request: Request) -> Swept:
    """Walk through every person of a bucket once.

    The result depends on the inputs alone: the same bucket gives the same arrays, whichever runner
    asks.
    """
    events = bucket.events(plan)
    tables = plan.tables
    state = make_state(tables, plan.outputs, plan.ring_length, agenda_room(plan, bucket))
    room = (4 * len(bucket.people.persons) + 1024, 16 * len(bucket.people.persons) + 1024)
    while True:
        grid, runs = make_grid(plan, request), make_runs(*room)
        sweep(tables, state, events, grid, bucket.people, runs, request.as_of)
        needed = (int(runs.size[RUNS]), int(runs.size[ROWS]))
        if needed[0] <= room[0] and needed[1] <= room[1]:
            return _swept(grid, runs, *needed)
        room = (max(room[0], needed[0]), max(room[1], needed[1]))


def _swept(grid: Grid, runs: Runs, found: int, rows: int) -> Swept:
    return Swept(
        changes=grid.counts,
        strata_changes=grid.strata,
        runs=runs.runs[:found],
        evidence=runs.evidence[:rows],
    )
