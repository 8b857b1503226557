"""What comes out of a block: counts, periods, and the evidence of those still open.

Counts are gathered in two steps. Each block writes *marks*: of which person, at which site, a
tallied step holds from which index date to which. When all blocks are done the marks of one tally
after another are added up, so that the cells at hand fit the processor's cache.
"""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled, inlined
from harmfree.periods.kernel_evidence import begin_evidence, give_evidence
from harmfree.periods.kernel_tables import (
    DAY_BITS,
    DAY_MASK,
    FOREVER,
    MARK_ROOM,
    PLACES,
    ROW_ROOM,
    RUN_ROOM,
    RUNS,
    UNKNOWN_DAY,
    Block,
    Cells,
    Events,
    Grid,
    Int32,
    Int64,
    Marks,
    People,
    Runs,
    State,
    Tables,
)
from harmfree.periods.windows import FIRST_DAY


@compiled
def mark_step(s: State, g: Grid, b: Block, marks: Marks, step: int, at: int) -> int:
    """Cut a step's spans to the registrations and mark the index dates that they hold."""
    for i in range(s.first[step], s.last[step]):
        span_start, span_end = np.int64(s.spans[i].start), np.int64(s.spans[i].end)
        if span_end & DAY_MASK <= g.first_day:
            continue
        p = span_start >> DAY_BITS
        base = p << DAY_BITS
        for place in range(s.first_place[p], s.first_place[p + 1]):
            start = max(span_start, np.int64(s.places[place].start)) - base
            end = min(span_end, np.int64(s.places[place].end)) - base
            first, last = g.first_index[start], g.first_index[end]
            # Without a branch: a mark that holds on no index date is written over.
            marks.marks[at].person, marks.marks[at].site = b.first + p, s.place_site[place]
            marks.marks[at].first, marks.marks[at].last = first, last
            at += first < last
    return at


@inlined
def write_runs(
    t: Tables, s: State, ev: Events, runs: Runs, b: Block, definition: int, step: int
) -> None:
    """Cut a numerator's spans to the registrations and write them down, open ones with evidence."""
    begin_evidence(t, s, definition)
    for i in range(s.first[step], s.last[step]):
        p = np.int64(s.spans[i].start >> DAY_BITS)
        base = p << DAY_BITS
        for place in range(s.first_place[p], s.first_place[p + 1]):
            start = max(s.spans[i].start, s.places[place].start) - base
            end = min(s.spans[i].end, s.places[place].end) - base
            if start < end:
                write_run(runs, b, definition, p, np.int64(s.place_site[place]), start, end)
                if end == b.horizon:
                    give_evidence(t, s, ev, runs, b, definition, base)


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
    """How many periods, rows of evidence and marks the block has at most."""
    s.size[RUN_ROOM] = s.size[ROW_ROOM] = s.size[MARK_ROOM] = 0
    for d in range(len(t.definitions) - 1):
        step = t.definitions[d].numerator
        s.size[RUN_ROOM] += s.last[step] - s.first[step] + s.size[PLACES]
        for i in range(s.first[step], s.last[step]):
            if s.spans[i].end & DAY_MASK == b.horizon:
                s.size[ROW_ROOM] += t.definitions[d].rows
    for k in range(len(t.tallied)):
        step = t.tallied[k]
        s.size[MARK_ROOM] += s.last[step] - s.first[step] + s.size[PLACES] + 1


@compiled
def change(cells: Cells, cell: int, amount: int, waiting: int) -> int:
    """Change a cell of the tally at hand; how many cells wait to be written."""
    before = cells.work[cell]
    cells.touched[waiting] = cell
    cells.work[cell] = before + amount
    return waiting + (before == 0)


@compiled
def write_cells(cells: Cells, waiting: int, at: int) -> int:
    """Write the cells that changed, and leave the work as it was found: all zero."""
    for k in range(waiting):
        cell = cells.touched[k]
        amount = cells.work[cell]
        cells.cell[at], cells.amount[at] = cell, amount
        cells.work[cell] = 0
        at += amount != 0
    return at


@compiled
def tally_sites(marks: Marks, dates: int, cells: Cells) -> None:
    """The changes of every tally, by site."""
    blocks, tallies = marks.first.shape[0], marks.first.shape[1] - 1
    at = 0
    for tally in range(tallies):
        waiting = 0
        for block in range(blocks):
            for i in range(marks.first[block, tally], marks.first[block, tally + 1]):
                cell = np.int64(marks.marks[i].site) * dates
                waiting = change(cells, cell + marks.marks[i].first, 1, waiting)
                if marks.marks[i].last < dates:
                    waiting = change(cells, cell + marks.marks[i].last, -1, waiting)
        at = write_cells(cells, waiting, at)
        cells.first[tally + 1] = at


@compiled
def tally_strata(marks: Marks, pl: People, g: Grid, cells: Cells) -> None:
    """The changes of every tally, by area and category; the age bands come last.

    The cells of a tally are few, and most of them change: they are all looked at.
    """
    tallies, at = marks.first.shape[1] - 1, 0
    for tally in range(tallies):
        touched = False
        for block in range(marks.first.shape[0]):
            for i in range(marks.first[block, tally], marks.first[block, tally + 1]):
                add_strata(marks, pl, g, cells.work, i)
                touched = True
        if touched:
            for cell in range(len(cells.work)):
                if cells.work[cell] != 0:
                    cells.cell[at], cells.amount[at] = cell, cells.work[cell]
                    cells.work[cell] = 0
                    at += 1
        cells.first[tally + 1] = at


@compiled
def add_strata(marks: Marks, pl: People, g: Grid, work: Int32, i: int) -> None:
    """Add a mark to the cells of its person's categories."""
    person = marks.marks[i].person
    first, last = np.int64(marks.marks[i].first), np.int64(marks.marks[i].last)
    bands, dates = g.band_starts.shape[1] - 1, g.dates
    area = np.int64(g.area[marks.marks[i].site]) * g.categories
    for k in range(pl.strata.shape[1]):
        category = np.int64(pl.strata[person, k])
        if category >= 0:
            add_between(work, (area + category) * dates, first, last, dates)
    cell = (area + g.categories - bands) * dates
    for band in range(bands):
        low = max(first, np.int64(g.band_starts[person, band]))
        high = min(last, np.int64(g.band_starts[person, band + 1]))
        if low < high:
            add_between(work, cell, low, high, dates)
        cell += dates


@compiled
def add_between(work: Int32, cell: int, first: int, last: int, dates: int) -> None:
    """One person more from the first index date on, one less from the last on."""
    work[cell + first] += 1
    if last < dates:
        work[cell + last] -= 1


@compiled
def find_bands(g: Grid, pl: People, reach: Int32) -> None:
    """The first index date on which each person is in each age band; the end after the last.

    `reach` is int32[band, day of birth], the day on which each band begins.
    """
    dates, bands = g.dates, reach.shape[0]
    for p in range(len(g.band_starts)):
        birth = np.int64(pl.persons[p].birth)
        born = max(birth - FIRST_DAY, 0)
        for band in range(bands):
            day = np.int64(reach[band, born])
            known = birth != UNKNOWN_DAY and day < len(g.first_index)
            g.band_starts[p, band] = g.first_index[day] if known else dates
        g.band_starts[p, bands] = dates


@compiled
def add_changes(first: Int64, cell: Int32, amount: Int32, totals: Int32) -> None:
    """Add changes to int32[tally, cell]."""
    for tally in range(len(first) - 1):
        for i in range(first[tally], first[tally + 1]):
            totals[tally, cell[i]] += amount[i]


@compiled
def sum_up(totals: Int32) -> None:
    """Turn changes into counts, in place: int32[tally, place, date]."""
    for tally in range(totals.shape[0]):
        for place in range(totals.shape[1]):
            count = np.int32(0)
            for date in range(totals.shape[2]):
                count += totals[tally, place, date]
                totals[tally, place, date] = count
