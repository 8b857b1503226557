"""The kernel: one pass over a bucket's people, compiled.

Per person it merges the days on which something can change (events, birthdays, registrations,
ends of windows), lets each change spread through the network, and closes or opens the runs of the
indicators whose truth changed. Runs give counts by month (difference arrays) and, for numerators,
periods; runs still open at the horizon give the worklist with the rows that are its evidence.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harmfree.periods.compiled import compiled
from harmfree.periods.kernel_atoms import (
    ATOM_BITS,
    FOREVER,
    ROW_BITS,
    Events,
    come,
    listen,
    watch,
)
from harmfree.periods.kernel_calendar import birthday_of
from harmfree.periods.kernel_state import (
    AGE,
    AGE_DAY,
    AGENDA,
    FIRST_ROW,
    LIFE,
    LIFE_DAY,
    MOVE,
    MOVE_DAY,
    OUTPUTS,
    SITE,
    State,
    pop,
    put_back,
    turn,
)
from harmfree.periods.plan import Tables
from harmfree.periods.windows import FIRST_DAY

Int32 = npt.NDArray[np.int32]
UNKNOWN_DAY = -(2**31)
ALIVE, REGISTERED = 0, 1


class People(NamedTuple):
    """A bucket's people and registrations as arrays; unknown days are UNKNOWN_DAY."""

    birth: Int32
    sex: npt.NDArray[np.int8]
    death: Int32
    strata: npt.NDArray[np.int16]  # [person, breakdown] -> category; -1: not known
    first_registration: Int32
    site: Int32
    start: Int32
    end: Int32
    first_event: npt.NDArray[np.int64]


class Grid(NamedTuple):
    """Index dates and breakdowns, and the difference arrays that the counts come from.

    Attributes:
        first_index: for each day from FIRST_DAY, the first index date on or after it.
        dates: how many index dates.
        counts: int32[site, output, date + 1].
        area: site -> area.
        strata: int32[area, category, output, date + 1].
        band_edges: ages at which the age bands begin.
        first_band: category of the first age band.
    """

    first_index: Int32
    dates: int
    counts: npt.NDArray[np.int32]
    area: Int32
    strata: npt.NDArray[np.int32]
    band_edges: Int32
    first_band: int


class Runs(NamedTuple):
    """Numerator runs and the evidence of those still open; `size` is how much is filled."""

    person: Int32
    definition: Int32
    site: Int32
    start: Int32
    end: Int32
    evidence_run: Int32
    evidence_atom: Int32
    evidence_row: Int32
    size: npt.NDArray[np.int64]


RUNS, EVIDENCE = 0, 1


@compiled
def count_run(g: Grid, pl: People, p: int, site: int, out: int, start: int, end: int) -> None:
    """Add a run to the counts of every index date that it holds."""
    first = g.first_index[start - FIRST_DAY]
    last = g.dates if end == FOREVER else g.first_index[end - FIRST_DAY]
    if first >= last:
        return
    g.counts[site, out, first] += 1
    g.counts[site, out, last] -= 1
    area = g.area[site]
    for k in range(pl.strata.shape[1]):
        category = pl.strata[p, k]
        if category >= 0:
            g.strata[area, category, out, first] += 1
            g.strata[area, category, out, last] -= 1
    if len(g.band_edges) and pl.birth[p] != UNKNOWN_DAY:
        count_bands(g, pl.birth[p], area, out, first, last)


@compiled
def count_bands(g: Grid, birth: int, area: int, out: int, first: int, last: int) -> None:
    """Share a run out among the age bands that the person passes through."""
    bands = len(g.band_edges)
    for band in range(bands):
        begins = band_start(g, birth, band)
        ends = band_start(g, birth, band + 1) if band + 1 < bands else g.dates
        low, high = max(first, begins), min(last, ends)
        if low < high:
            g.strata[area, g.first_band + band, out, low] += 1
            g.strata[area, g.first_band + band, out, high] -= 1


@compiled
def band_start(g: Grid, birth: int, band: int) -> int:
    """The first index date on which the person is in the age band or a later one."""
    at = birthday_of(birth, g.band_edges[band]) - FIRST_DAY
    if at < 0:
        return 0
    return int(g.first_index[at]) if at < len(g.first_index) else int(g.dates)


@compiled
def end_run(s: State, g: Grid, pl: People, runs: Runs, p: int, out: int, end: int) -> None:
    """Close one output's run; write a numerator's down as a period."""
    start, site = s.output_start[out], s.cursor[SITE]
    s.output_open[out] = 0
    if start >= end:
        return
    count_run(g, pl, p, site, out, start, end)
    if out & 1:
        at = runs.size[RUNS]
        if at < len(runs.person):
            runs.person[at], runs.definition[at], runs.site[at] = p, out >> 1, site
            runs.start[at], runs.end[at] = start, end
        runs.size[RUNS] += 1


@compiled
def settle(s: State, g: Grid, pl: People, runs: Runs, p: int, now: int) -> None:
    """Open and close the runs of the outputs that were touched today."""
    somewhere = s.cursor[SITE] >= 0
    for k in range(s.size[OUTPUTS]):
        out = s.outputs[k]
        s.output_touched[out] = 0
        wanted = s.output_true[out] if somewhere else np.uint8(0)
        if wanted != s.output_open[out]:
            if wanted:
                s.output_open[out], s.output_start[out] = 1, now
            else:
                end_run(s, g, pl, runs, p, out, now)
    s.size[OUTPUTS] = 0


@compiled
def leave(s: State, g: Grid, pl: People, runs: Runs, p: int, now: int) -> None:
    """Close every open run, because the person leaves the site."""
    words = s.output_open.view(np.uint64)
    for word in range(len(words)):
        if words[word]:
            for out in range(8 * word, 8 * word + 8):
                if s.output_open[out]:
                    end_run(s, g, pl, runs, p, out, now)


@compiled
def arrive(s: State, now: int) -> None:
    """Open a run for every output that is true, because the person joins a site."""
    for k in range(s.size[OUTPUTS]):
        s.output_touched[s.outputs[k]] = 0
    s.size[OUTPUTS] = 0
    words = s.output_true.view(np.uint64)
    for word in range(len(words)):
        if words[word]:
            for out in range(8 * word, 8 * word + 8):
                if s.output_true[out]:
                    s.output_open[out], s.output_start[out] = 1, now


@compiled
def give_evidence(t: Tables, s: State, runs: Runs, definition: int) -> None:
    """Write down the rows behind an open numerator: what holds, and the last of what does not."""
    for k in range(t.evidence_first[definition], t.evidence_first[definition + 1]):
        atom = t.evidence[k]
        for row in (s.row[atom], s.other_row[atom]):
            if row >= 0:
                at = runs.size[EVIDENCE]
                if at < len(runs.evidence_run):
                    runs.evidence_run[at] = runs.size[RUNS] - 1
                    runs.evidence_atom[at], runs.evidence_row[at] = atom, row
                runs.size[EVIDENCE] += 1


@compiled
def close_person(t: Tables, s: State, g: Grid, pl: People, runs: Runs, p: int) -> None:
    """At the horizon: open runs stay open; open numerators give their evidence."""
    words = s.output_open.view(np.uint64)
    for word in range(len(words)):
        if words[word]:
            for out in range(8 * word, 8 * word + 8):
                if s.output_open[out]:
                    end_run(s, g, pl, runs, p, out, FOREVER)
                    if out & 1:
                        give_evidence(t, s, runs, out >> 1)


@compiled
def begin_person(t: Tables, s: State, pl: People, p: int) -> None:
    """Set the cursors, and turn on what was always true of the person."""
    s.size[FIRST_ROW] = pl.first_event[p]
    s.cursor[AGE] = s.cursor[MOVE] = s.cursor[LIFE] = 0
    s.cursor[SITE] = -1
    if t.sex_atom[pl.sex[p]] >= 0:
        turn(t, s, t.sex_atom[pl.sex[p]], True)
    if t.special[ALIVE] >= 0 and pl.birth[p] == UNKNOWN_DAY:
        turn(t, s, t.special[ALIVE], True)
        s.cursor[LIFE] = 1
    s.cursor[AGE_DAY] = next_age(t, pl, p, 0)
    s.cursor[MOVE_DAY] = next_move(pl, p, 0)
    s.cursor[LIFE_DAY] = next_life(t, pl, p, s.cursor[LIFE])


@compiled
def next_age(t: Tables, pl: People, p: int, k: int) -> int:
    """The day of the k-th birthday that matters, or FOREVER."""
    if k >= len(t.ages) or pl.birth[p] == UNKNOWN_DAY:
        return FOREVER
    return max(birthday_of(pl.birth[p], t.ages[k]), FIRST_DAY)


@compiled
def next_move(pl: People, p: int, step: int) -> int:
    """The day of the next start (even step) or end (odd step) of a registration, or FOREVER."""
    r = pl.first_registration[p] + (step >> 1)
    if r >= pl.first_registration[p + 1]:
        return FOREVER
    if step & 1:
        return int(pl.end[r]) if pl.end[r] != UNKNOWN_DAY else FOREVER
    return int(pl.start[r])


@compiled
def next_life(t: Tables, pl: People, p: int, step: int) -> int:
    """The day of birth (step 0) or death (step 1) when life matters, or FOREVER."""
    if t.special[ALIVE] < 0 or step > 1:
        return FOREVER
    day = int(pl.birth[p] if step == 0 else pl.death[p])
    return max(day, FIRST_DAY) if day != UNKNOWN_DAY else FOREVER


@compiled
def pass_birthdays(t: Tables, s: State, pl: People, p: int, now: int) -> None:
    """Birth, death and the birthdays that have come."""
    while s.cursor[LIFE_DAY] <= now:
        turn(t, s, t.special[ALIVE], s.cursor[LIFE] == 0)
        s.cursor[LIFE] += 1
        s.cursor[LIFE_DAY] = next_life(t, pl, p, s.cursor[LIFE])
    while s.cursor[AGE_DAY] <= now:
        turn(t, s, t.age_atom[s.cursor[AGE]], True)
        s.cursor[AGE] += 1
        s.cursor[AGE_DAY] = next_age(t, pl, p, s.cursor[AGE])


@compiled
def pass_moves(t: Tables, s: State, g: Grid, pl: People, runs: Runs, p: int, now: int) -> None:
    """Registrations that end or start; leaving a site closes its runs."""
    while s.cursor[MOVE_DAY] <= now:
        step = s.cursor[MOVE]
        if step & 1:
            leave(s, g, pl, runs, p, now)
            s.cursor[SITE] = -1
        else:
            s.cursor[SITE] = pl.site[pl.first_registration[p] + (step >> 1)]
        s.cursor[MOVE] += 1
        s.cursor[MOVE_DAY] = next_move(pl, p, s.cursor[MOVE])
    if t.special[REGISTERED] >= 0:
        turn(t, s, t.special[REGISTERED], s.cursor[SITE] >= 0)


@compiled
def agenda_day(s: State) -> int:
    """The day of the earliest entry of the agenda, or FOREVER."""
    if s.size[AGENDA] == 0:
        return FOREVER
    return int(s.agenda[0] >> (ROW_BITS + ATOM_BITS)) + FIRST_DAY


@compiled
def next_row(t: Tables, ev: Events, row: int, rows: int) -> int:
    """The next event that any atom listens to."""
    while row < rows and t.listener_first[ev.code[row]] == t.listener_first[ev.code[row] + 1]:
        row += 1
    return row


@compiled
def live(
    t: Tables, s: State, ev: Events, g: Grid, pl: People, runs: Runs, p: int, as_of: int
) -> None:
    """Walk through one person's life up to and with `as_of`."""
    begin_person(t, s, pl, p)
    row, rows, now = pl.first_event[p], pl.first_event[p + 1], FIRST_DAY
    while now <= as_of:
        pass_birthdays(t, s, pl, p, now)
        while agenda_day(s) <= now:
            come(t, s, ev, pop(s), now)
        while row < rows and ev.date[row] <= now:
            listen(t, s, ev, row)
            row += 1
        before = s.cursor[MOVE]
        if s.cursor[MOVE_DAY] <= now:
            pass_moves(t, s, g, pl, runs, p, now)
        watch(t, s, now)
        if s.cursor[MOVE] != before and s.cursor[SITE] >= 0:
            arrive(s, now)
        else:
            settle(s, g, pl, runs, p, now)
        row = next_row(t, ev, row, rows)
        now = min(s.cursor[AGE_DAY], s.cursor[MOVE_DAY], s.cursor[LIFE_DAY], agenda_day(s))
        if row < rows:
            now = min(now, ev.date[row])
    close_person(t, s, g, pl, runs, p)


@compiled
def sweep(t: Tables, s: State, ev: Events, g: Grid, pl: People, runs: Runs, as_of: int) -> None:
    """Walk through every person of a bucket.

    Fills `g.counts`, `g.strata` and `runs`. Where the arrays of `runs` are too short, `runs.size`
    tells how long they must be, and the caller calls again with longer ones and fresh counts.
    """
    for p in range(len(pl.birth)):
        live(t, s, ev, g, pl, runs, p, as_of)
        put_back(t, s)
