"""The kernel: one pass over a bucket's people, compiled.

Per person it merges the days on which something can change (events, birthdays, registrations,
ends of windows), lets each change spread through the network, and closes or opens the runs of the
indicators whose truth changed. Runs give counts by month (difference arrays) and, for numerators,
periods; runs still open at the horizon give the worklist with the rows that are its evidence.
"""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled
from harmfree.periods.kernel_atoms import ATOM_BITS, ROW_BITS, come, listen, watch
from harmfree.periods.kernel_calendar import birthday_of
from harmfree.periods.kernel_state import ON, forget_outputs, pop, put_back, turn
from harmfree.periods.kernel_tables import (
    AGE,
    AGE_DAY,
    AGENDA,
    ALIVE,
    FIRST_ROW,
    FOREVER,
    LIFE,
    LIFE_DAY,
    MOVE,
    MOVE_DAY,
    OUTPUTS,
    OUTPUTS_AT,
    REGISTERED,
    ROWS,
    RUNS,
    SITE,
    UNKNOWN_DAY,
    Events,
    Grid,
    People,
    Runs,
    State,
    Tables,
)
from harmfree.periods.windows import FIRST_DAY


@compiled
def count_run(g: Grid, pl: People, p: int, site: int, out: int, start: int, end: int) -> None:
    """Add a run to the counts of every index date that it holds."""
    first = np.int64(g.first_index[start - FIRST_DAY])
    last = (g.counts.shape[2] - 1) if end == FOREVER else np.int64(g.first_index[end - FIRST_DAY])
    if first >= last:
        return
    g.counts[site, out, first] += 1
    g.counts[site, out, last] -= 1
    if g.strata.shape[1] == 0:
        return
    area = np.int64(g.area[site])
    for k in range(pl.strata.shape[1]):
        category = pl.strata[p, k]
        if category >= 0:
            g.strata[area, category, out, first] += 1
            g.strata[area, category, out, last] -= 1
    if len(g.band_edges) and pl.persons[p].birth != UNKNOWN_DAY:
        count_bands(g, area, out, first, last)


@compiled
def count_bands(g: Grid, area: int, out: int, first: int, last: int) -> None:
    """Share a run out among the age bands that the person passes through."""
    bands = len(g.band_edges)
    first_band = g.strata.shape[1] - bands
    for band in range(bands):
        low, high = max(first, g.band_starts[band]), min(last, g.band_starts[band + 1])
        if low < high:
            g.strata[area, first_band + band, out, low] += 1
            g.strata[area, first_band + band, out, high] -= 1


@compiled
def begin_bands(g: Grid, birth: int) -> None:
    """Work out the first index date on which the person is in each age band."""
    for band in range(len(g.band_edges)):
        at = birthday_of(birth, np.int64(g.band_edges[band])) - FIRST_DAY
        if at < 0:
            g.band_starts[band] = 0
        elif at < len(g.first_index):
            g.band_starts[band] = g.first_index[at]
        else:
            g.band_starts[band] = g.counts.shape[2] - 1


@compiled
def end_run(s: State, g: Grid, pl: People, runs: Runs, p: int, out: int, end: int) -> None:
    """Close one output's run; write a numerator's down as a period."""
    start, site = np.int64(s.outputs[out].start), np.int64(s.cursor[SITE])
    s.output_open[out] = 0
    if start >= end:
        return
    count_run(g, pl, p, site, out, start, end)
    if out & 1:
        at = runs.size[RUNS]
        if at < len(runs.runs):
            runs.runs[at].person, runs.runs[at].definition = p, out >> 1
            runs.runs[at].site, runs.runs[at].start, runs.runs[at].end = site, start, end
        runs.size[RUNS] += 1


@compiled
def settle(s: State, g: Grid, pl: People, runs: Runs, p: int, now: int) -> None:
    """Open and close the runs of the outputs that were touched today."""
    somewhere = s.cursor[SITE] >= 0
    for k in range(s.cursor[OUTPUTS]):
        out = np.int64(s.lists[s.cursor[OUTPUTS_AT] + k])
        s.outputs[out].touched = 0
        wanted = s.output_true[out] if somewhere else np.uint8(0)
        if wanted != s.output_open[out]:
            if wanted:
                s.output_open[out], s.outputs[out].start = 1, now
            else:
                end_run(s, g, pl, runs, p, out, now)
    s.cursor[OUTPUTS] = 0


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
    forget_outputs(s)
    words = s.output_true.view(np.uint64)
    for word in range(len(words)):
        if words[word]:
            for out in range(8 * word, 8 * word + 8):
                if s.output_true[out]:
                    s.output_open[out], s.outputs[out].start = 1, now


@compiled
def give_evidence(t: Tables, s: State, runs: Runs, definition: int) -> None:
    """Write down the rows behind an open numerator: what holds, and the last of what does not."""
    for k in range(t.first_evidence[definition], t.first_evidence[definition + 1]):
        atom = t.links[k]
        for row in (s.atoms[atom].row, s.atoms[atom].other_row):
            if row >= 0:
                at = runs.size[ROWS]
                if at < len(runs.evidence):
                    runs.evidence[at].run = runs.size[RUNS] - 1
                    runs.evidence[at].atom, runs.evidence[at].row = atom, row
                runs.size[ROWS] += 1


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
    s.cursor[FIRST_ROW] = pl.persons[p].first_event
    s.cursor[AGE] = s.cursor[MOVE] = s.cursor[LIFE] = 0
    s.cursor[SITE] = -1
    if t.fixed[pl.persons[p].sex] >= 0:
        turn(t, s, np.int64(t.fixed[pl.persons[p].sex]), ON)
    if t.fixed[ALIVE] >= 0 and pl.persons[p].birth == UNKNOWN_DAY:
        turn(t, s, np.int64(t.fixed[ALIVE]), ON)
        s.cursor[LIFE] = 1
    s.cursor[AGE_DAY] = next_age(t, pl, p, s.cursor[AGE])
    s.cursor[MOVE_DAY] = next_move(pl, p, s.cursor[MOVE])
    s.cursor[LIFE_DAY] = next_life(t, pl, p, s.cursor[LIFE])


@compiled
def next_age(t: Tables, pl: People, p: int, k: int) -> int:
    """The day of the k-th birthday that matters, or FOREVER."""
    if k >= len(t.birthdays) or pl.persons[p].birth == UNKNOWN_DAY:
        return FOREVER
    return max(birthday_of(np.int64(pl.persons[p].birth), np.int64(t.birthdays[k].age)), FIRST_DAY)


@compiled
def next_move(pl: People, p: int, step: int) -> int:
    """The day of the next start (even step) or end (odd step) of a registration, or FOREVER."""
    r = pl.persons[p].first_registration + (step >> 1)
    if r >= pl.persons[p + 1].first_registration:
        return FOREVER
    if step & 1:
        return (
            np.int64(pl.registrations[r].end) if pl.registrations[r].end != UNKNOWN_DAY else FOREVER
        )
    return np.int64(pl.registrations[r].start)


@compiled
def next_life(t: Tables, pl: People, p: int, step: int) -> int:
    """The day of birth (step 0) or death (step 1) when life matters, or FOREVER."""
    if t.fixed[ALIVE] < 0 or step > 1:
        return FOREVER
    day = np.int64(pl.persons[p].birth if step == 0 else pl.persons[p].death)
    return max(day, FIRST_DAY) if day != UNKNOWN_DAY else FOREVER


@compiled
def pass_birthdays(t: Tables, s: State, pl: People, p: int, now: int) -> None:
    """Birth, death and the birthdays that have come."""
    while s.cursor[LIFE_DAY] <= now:
        turn(t, s, np.int64(t.fixed[ALIVE]), np.uint8(s.cursor[LIFE] == 0))
        s.cursor[LIFE] += 1
        s.cursor[LIFE_DAY] = next_life(t, pl, p, s.cursor[LIFE])
    while s.cursor[AGE_DAY] <= now:
        turn(t, s, np.int64(t.birthdays[s.cursor[AGE]].atom), ON)
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
            s.cursor[SITE] = pl.registrations[pl.persons[p].first_registration + (step >> 1)].site
        s.cursor[MOVE] += 1
        s.cursor[MOVE_DAY] = next_move(pl, p, s.cursor[MOVE])
    if t.fixed[REGISTERED] >= 0:
        turn(t, s, np.int64(t.fixed[REGISTERED]), np.uint8(s.cursor[SITE] >= 0))


@compiled
def agenda_day(s: State) -> int:
    """The day of the earliest entry of the agenda, or FOREVER."""
    if s.cursor[AGENDA] == 0:
        return FOREVER
    return int(s.agenda[0] >> (ROW_BITS + ATOM_BITS)) + FIRST_DAY


@compiled
def next_row(t: Tables, ev: Events, row: int, rows: int) -> int:
    """The next event that any atom listens to."""
    while row < rows and t.first_listener[ev.code[row]] == t.first_listener[ev.code[row] + 1]:
        row += 1
    return row


@compiled
def live(
    t: Tables, s: State, ev: Events, g: Grid, pl: People, runs: Runs, p: int, as_of: int
) -> None:
    """Walk through one person's life up to and with `as_of`."""
    begin_person(t, s, pl, p)
    if len(g.band_edges) and pl.persons[p].birth != UNKNOWN_DAY:
        begin_bands(g, np.int64(pl.persons[p].birth))
    row, rows, now = pl.persons[p].first_event, pl.persons[p + 1].first_event, np.int64(FIRST_DAY)
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
            now = min(now, np.int64(ev.date[row]))
    close_person(t, s, g, pl, runs, p)


@compiled
def sweep(t: Tables, s: State, ev: Events, g: Grid, pl: People, runs: Runs, as_of: int) -> None:
    """Walk through every person of a bucket.

    Fills `g.counts`, `g.strata` and `runs`. Where the arrays of `runs` are too short, `runs.size`
    tells how long they must be, and the caller calls again with longer ones and fresh counts.
    """
    for p in range(len(pl.persons) - 1):
        live(t, s, ev, g, pl, runs, p, as_of)
        put_back(t, s)
