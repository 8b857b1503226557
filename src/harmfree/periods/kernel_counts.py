"""What comes out of a block: counts, periods, and the evidence of those still open."""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled
from harmfree.periods.kernel_evidence import give_evidence
from harmfree.periods.kernel_tables import (
    DAY_BITS,
    DAY_MASK,
    FOREVER,
    PLACES,
    ROW_ROOM,
    RUN_ROOM,
    RUNS,
    Block,
    Events,
    Grid,
    People,
    Runs,
    State,
    Tables,
)
from harmfree.periods.windows import FIRST_DAY


@compiled
def count_run(  # noqa: PLR0913 - compiled code has no objects to put these into
    s: State, g: Grid, pl: People, b: Block, out: int, p: int, site: int, start: int, end: int
) -> None:
    """Add a run to the counts of every index date that it holds."""
    first, last = np.int64(g.first_index[start]), np.int64(g.first_index[end])
    if first >= last:
        return
    g.counts[site, out, first] += 1
    g.counts[site, out, last] -= 1
    if g.strata.shape[2] == 0:
        return
    area = np.int64(g.area[site])
    for k in range(pl.strata.shape[1]):
        category = pl.strata[b.first + p, k]
        if category >= 0:
            g.strata[area, out, category, first] += 1
            g.strata[area, out, category, last] -= 1
    bands = g.band_reach.shape[0]
    for band in range(bands):
        low, high = max(first, s.band_starts[p, band]), min(last, s.band_starts[p, band + 1])
        if low < high:
            category = g.strata.shape[2] - bands + band
            g.strata[area, out, category, low] += 1
            g.strata[area, out, category, high] -= 1


@compiled
def count_step(  # noqa: PLR0913 - compiled code has no objects to put these into
    t: Tables,
    s: State,
    ev: Events,
    g: Grid,
    pl: People,
    runs: Runs,
    b: Block,
    out: int,
    step: int,
) -> None:
    """Cut a step's spans to the registrations; count them, and write a numerator's down."""
    for i in range(s.first[step], s.last[step]):
        p = np.int64(s.spans[i].start >> DAY_BITS)
        base = p << DAY_BITS
        for place in range(s.first_place[p], s.first_place[p + 1]):
            start = max(s.spans[i].start, s.places[place].start) - base
            end = min(s.spans[i].end, s.places[place].end) - base
            if start < end:
                site = np.int64(s.place_site[place])
                count_run(s, g, pl, b, out, p, site, start, end)
                if out & 1:
                    write_run(runs, b, out >> 1, p, site, start, end)
                    if end == b.horizon:
                        give_evidence(t, s, ev, runs, b, out >> 1, base)


@compiled
def write_run(
    runs: Runs, b: Block, definition: int, p: int, site: int, start: int, end: int
) -> None:
    """Write a period down; one that reaches the horizon is open."""
    at = runs.size[RUNS]
    runs.runs[at].person, runs.runs[at].definition = b.first + p, definition
    runs.runs[at].site, runs.runs[at].start = site, start + FIRST_DAY
    runs.runs[at].end = FOREVER if end == b.horizon else end + FIRST_DAY
    runs.size[RUNS] = at + 1


@compiled
def room_needed(t: Tables, s: State, b: Block) -> None:
    """How many periods and rows of evidence the block has at most."""
    s.size[RUN_ROOM] = s.size[ROW_ROOM] = 0
    for d in range(len(t.definitions) - 1):
        step = t.definitions[d].numerator
        s.size[RUN_ROOM] += s.last[step] - s.first[step] + s.size[PLACES]
        for i in range(s.first[step], s.last[step]):
            if s.spans[i].end & DAY_MASK == b.horizon:
                s.size[ROW_ROOM] += t.definitions[d].rows
