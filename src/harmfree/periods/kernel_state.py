"""The kernel's working memory: arrays that grow when a block needs more."""

from __future__ import annotations

import numpy as np

from harmfree.periods.bucket import BucketArrays
from harmfree.periods.kernel_tables import (
    ENTRIES,
    ENTRY,
    EVIDENCE,
    LEVEL,
    LEVELS,
    PEOPLE_IN_BLOCK,
    ROW_ROOM,
    RUN,
    RUN_ROOM,
    SPAN,
    SPANS,
    Runs,
    State,
)
from harmfree.periods.plan import Plan


def make_runs(runs: int, evidence: int) -> Runs:
    """Room for that many periods and rows of evidence."""
    return Runs(np.zeros(runs, RUN), np.zeros(evidence, EVIDENCE), np.zeros(2, np.int64))


class Memory:
    """What the kernel works in, for one bucket."""

    def __init__(self, plan: Plan, bucket: BucketArrays, bands: int) -> None:
        tables, persons = plan.tables, bucket.people.persons
        steps, children = len(plan.steps), np.diff(tables.steps["first_child"]).max(initial=0)
        starts = np.arange(0, len(persons), PEOPLE_IN_BLOCK)
        ends = np.minimum(starts + PEOPLE_IN_BLOCK, len(persons) - 1)
        events, places = (
            int((persons[field][ends] - persons[field][starts]).max(initial=0))
            for field in ("first_event", "first_registration")
        )
        self._runs = make_runs(0, 0)
        self.state = State(
            entries=np.zeros(4 * events + 16, ENTRY),
            first_entry=np.zeros(plan.streams + 1, np.int32),
            spans=np.zeros(4 * events + 4 * PEOPLE_IN_BLOCK, SPAN),
            levels=np.zeros(4 * events + 4 * PEOPLE_IN_BLOCK, LEVEL),
            shift=np.zeros(len(plan.derivations), np.int32),
            first=np.zeros(steps, np.int32),
            last=np.zeros(steps, np.int32),
            places=np.zeros(places, SPAN),
            place_site=np.zeros(places, np.int32),
            first_place=np.zeros(PEOPLE_IN_BLOCK + 1, np.int32),
            band_starts=np.zeros((PEOPLE_IN_BLOCK, bands + 1), np.int32),
            at=np.zeros(children, np.int32),
            soon=np.zeros(children, np.int32),
            group_last=np.zeros(np.diff(tables.steps["first_group"]).max(initial=0), np.int32),
            keep=np.zeros(events, np.int64),
            keep_amount=np.zeros(events, np.int64),
            size=np.zeros(6, np.int64),
        )

    def grow(self) -> None:
        """Give what was too small twice the room that it asked for."""
        for size, name in ((ENTRIES, "entries"), (SPANS, "spans"), (LEVELS, "levels")):
            old, asked = getattr(self.state, name), int(self.state.size[size])
            if asked > len(old):
                self.state = self.state._replace(**{name: np.zeros(2 * asked, old.dtype)})

    def runs(self) -> Runs:
        """Room for all periods and rows of evidence of a prepared block."""
        needed = int(self.state.size[RUN_ROOM]), int(self.state.size[ROW_ROOM])
        if needed[0] > len(self._runs.runs) or needed[1] > len(self._runs.evidence):
            self._runs = make_runs(*(2 * each for each in needed))
        self._runs.size[:] = 0
        return self._runs
