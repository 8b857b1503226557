"""The kernel's working memory: arrays that grow when a block needs more."""

from __future__ import annotations

import numpy as np

from harmfree.periods.bucket import BucketArrays
from harmfree.periods.kernel_counts import tally_sites, tally_strata
from harmfree.periods.kernel_tables import (
    ENTRIES,
    EVIDENCE,
    LEVEL,
    LEVELS,
    MARK,
    MARK_ROOM,
    PEOPLE_IN_BLOCK,
    ROW_ROOM,
    ROWS,
    RUN,
    RUN_ROOM,
    RUNS,
    SPAN,
    SPANS,
    Cells,
    Grid,
    Marks,
    People,
    Records,
    Runs,
    State,
)
from harmfree.periods.plan import Plan
from harmfree.periods.scratch import lent
from harmfree.periods.tallies import Changes


class Memory:
    """What the kernel works in, for one bucket."""

    def __init__(self, plan: Plan, bucket: BucketArrays) -> None:
        tables, persons = plan.tables, bucket.people.persons
        steps, children = len(plan.steps), np.diff(tables.steps["first_child"]).max(initial=0)
        groups = np.diff(tables.steps["first_group"]).max(initial=0)
        evidence = np.diff(tables.definitions["first_evidence"]).max(initial=0)
        starts = np.arange(0, len(persons), PEOPLE_IN_BLOCK)
        ends = np.minimum(starts + PEOPLE_IN_BLOCK, len(persons) - 1)
        events, places = (
            int((persons[field][ends] - persons[field][starts]).max(initial=0))
            for field in ("first_event", "first_registration")
        )
        self.state = State(
            moments=lent("moments", 4 * events + 16, np.int32),
            rows=lent("rows", 4 * events + 16, np.int32),
            first_entry=np.zeros(plan.streams + 1, np.int32),
            spans=lent("spans", 4 * events + 4 * PEOPLE_IN_BLOCK, SPAN),
            levels=lent("levels", 4 * events + 4 * PEOPLE_IN_BLOCK, LEVEL),
            code_events=np.zeros(len(tables.first_listener) - 1, np.int32),
            derived_at=np.zeros(len(plan.derivations), np.int32),
            derived_end=np.zeros(len(plan.derivations), np.int32),
            first=np.zeros(steps, np.int32),
            last=np.zeros(steps, np.int32),
            places=np.zeros(places, SPAN),
            place_site=np.zeros(places, np.int32),
            first_place=np.zeros(PEOPLE_IN_BLOCK + 1, np.int32),
            at=np.zeros(children, np.int32),
            sizes=np.zeros(children, np.int32),
            sign=np.zeros(children, np.int32),
            soon=np.zeros(children, np.int32),
            person_most=np.zeros(PEOPLE_IN_BLOCK, np.int32),
            person_first=np.zeros(PEOPLE_IN_BLOCK, np.int32),
            person_end=np.zeros(PEOPLE_IN_BLOCK, np.int32),
            group_end=np.zeros(groups, np.int32),
            seek=np.zeros(2 * evidence, np.int32),
            keep=lent("keep", events, np.int64),
            keep_amount=lent("keep_amount", events, np.int64),
            size=np.zeros(7, np.int64),
        )

    def grow(self) -> None:
        """Give what was too small twice the room that it asked for."""
        sizes = {"moments": ENTRIES, "rows": ENTRIES, "spans": SPANS, "levels": LEVELS}
        for name, size in sizes.items():
            old, asked = getattr(self.state, name), int(self.state.size[size])
            if asked > len(old):
                self.state = self.state._replace(**{name: lent(name, 2 * asked, old.dtype)})

    @property
    def run_room(self) -> tuple[int, int]:
        """How many periods and rows of evidence a prepared block has at most."""
        return int(self.state.size[RUN_ROOM]), int(self.state.size[ROW_ROOM])

    @property
    def mark_room(self) -> int:
        """How many marks a prepared block has at most."""
        return int(self.state.size[MARK_ROOM])


class Written:
    """Periods and rows of evidence of the blocks of a bucket."""

    def __init__(self) -> None:
        self._runs = Runs(
            lent("runs", 0, RUN), lent("evidence", 0, EVIDENCE), np.zeros(2, np.int64)
        )

    def room_for(self, runs: int, evidence: int) -> Runs:
        """What is written so far, with room for so much more."""
        held = self._runs
        for name, more, size in (("runs", runs, RUNS), ("evidence", evidence, ROWS)):
            old, used = getattr(held, name), int(held.size[size])
            if used + more > len(old):
                larger = lent(name, 2 * (used + more), old.dtype)
                larger[:used] = old[:used]
                self._runs = self._runs._replace(**{name: larger})
        return self._runs

    def runs(self) -> Records:
        """All periods, in memory that the thread's next bucket uses again."""
        return self._runs.runs[: self._runs.size[RUNS]]

    def evidence(self) -> Records:
        """All rows of evidence, likewise; `run` counts from the first period."""
        return self._runs.evidence[: self._runs.size[ROWS]]


class Marked:
    """The marks of the blocks of a bucket, and the changes of the tallies made of them."""

    def __init__(self, blocks: int, tallies: int) -> None:
        self.end = 0
        self._marks = Marks(lent("marks", 0, MARK), np.zeros((blocks, tallies + 1), np.int64))

    def room_for(self, number: int, marks: int) -> Marks:
        """The marks, with room for so many more, those of the number-th block."""
        if self.end + marks > len(self._marks.marks):
            larger = lent("marks", 2 * (self.end + marks), MARK)
            larger[: self.end] = self._marks.marks[: self.end]
            self._marks = self._marks._replace(marks=larger)
        self._marks.first[number, 0] = self.end
        return self._marks

    def by_site(self, grid: Grid, sites: int) -> Changes:
        """The changes at each site."""
        cells = self._cells(sites * grid.dates, 2)
        tally_sites(self._marks, grid.dates, cells)
        return changes_in(cells)

    def by_stratum(self, grid: Grid, people: People) -> Changes:
        """The changes in each category of each area."""
        areas = int(grid.area.max(initial=-1)) + 1
        per_mark = 2 * (people.strata.shape[1] + grid.band_starts.shape[1] - 1)
        cells = self._cells(areas * grid.categories * grid.dates, per_mark)
        if grid.categories:
            tally_strata(self._marks, people, grid, cells)
        return changes_in(cells)

    def _cells(self, wide: int, per_mark: int) -> Cells:
        """Room for the changes of every tally, in so many cells, each mark making so many."""
        marks = np.diff(self._marks.first, axis=1).sum(axis=0)
        room = int(np.minimum(marks * per_mark, wide).sum()) + 1
        most = int(marks.max(initial=0)) * per_mark + 1
        return Cells(
            work=np.zeros(wide, np.int32),
            touched=lent("touched", most, np.int32),
            first=np.zeros(len(marks) + 1, np.int64),
            cell=lent("cell", room, np.int32),
            amount=lent("amount", room, np.int32),
        )


def changes_in(cells: Cells) -> Changes:
    """The changes that were written to cells."""
    end = cells.first[-1]
    return Changes(cells.first, cells.cell[:end].copy(), cells.amount[:end].copy())
