"""The first thing done with a block: its events by stream, its registrations, its age bands.

A *stream* is the events of one code list, in order of person, day and record.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harmfree.periods.compiled import compiled
from harmfree.periods.kernel_tables import (
    DAY_BITS,
    ENTRIES,
    PLACES,
    UNKNOWN_DAY,
    Block,
    Events,
    Grid,
    Int32,
    People,
    Records,
    State,
    Tables,
)
from harmfree.periods.windows import FIRST_DAY


@compiled
def count_entries(t: Tables, s: State, ev: Events, pl: People, b: Block) -> int:
    """Lay out the streams; how many entries they have in all."""
    s.first_entry[:] = 0
    last_day = b.horizon + FIRST_DAY
    for row in range(pl.persons[b.first].first_event, pl.persons[b.first + b.people].first_event):
        if FIRST_DAY <= ev.date[row] < last_day:
            code = ev.code[row]
            for k in range(t.first_listener[code], t.first_listener[code + 1]):
                s.first_entry[t.listeners[k].stream + 1] += 1
    for stream in range(1, len(s.first_entry)):
        s.first_entry[stream] += s.first_entry[stream - 1]
    return int(s.first_entry[-1])


@compiled
def fill_entries(t: Tables, s: State, ev: Events, pl: People, b: Block) -> None:
    """Put every event into the streams of the lists that hold its code."""
    last_day = b.horizon + FIRST_DAY
    for p in range(b.people):
        base = (p << DAY_BITS) - FIRST_DAY
        person = b.first + p
        for row in range(pl.persons[person].first_event, pl.persons[person + 1].first_event):
            day = ev.date[row]
            if FIRST_DAY <= day < last_day:
                code = ev.code[row]
                for k in range(t.first_listener[code], t.first_listener[code + 1]):
                    stream = t.listeners[k].stream
                    at = s.first_entry[stream]
                    s.first_entry[stream] = at + 1
                    s.entries[at].moment = base + day
                    s.entries[at].row = row
                    s.entries[at].listener = k
    for stream in range(len(s.first_entry) - 1, 0, -1):
        s.first_entry[stream] = s.first_entry[stream - 1]
    s.first_entry[0] = 0


@compiled
def find_derived(t: Tables, s: State, ev: Events, pl: People, b: Block) -> None:
    """Where the derived values of the block begin: they stand in the order of the entries."""
    row = pl.persons[b.first].first_event
    for d in range(len(t.derived_stream)):
        low, high = np.int64(ev.first_derived[d]), np.int64(ev.first_derived[d + 1])
        while low < high:
            middle = (low + high) >> 1
            if ev.derived_rows[middle] < row:
                low = middle + 1
            else:
                high = middle
        s.shift[d] = low - s.first_entry[t.derived_stream[d]]


@compiled
def sort_events(t: Tables, s: State, ev: Events, pl: People, b: Block) -> bool:
    """Fill the streams; false when there is no room for `size[ENTRIES]` entries."""
    s.size[ENTRIES] = count_entries(t, s, ev, pl, b)
    if s.size[ENTRIES] > len(s.entries):
        return False
    fill_entries(t, s, ev, pl, b)
    find_derived(t, s, ev, pl, b)
    return True


@compiled
def find_places(s: State, pl: People, b: Block) -> None:
    """The registrations of the block as spans, cut to the days that count."""
    at = 0
    for p in range(b.people):
        base, person = p << DAY_BITS, b.first + p
        first = pl.persons[person].first_registration
        for r in range(first, pl.persons[person + 1].first_registration):
            start = max(pl.registrations[r].start - FIRST_DAY, 0)
            end = b.horizon
            if pl.registrations[r].end != UNKNOWN_DAY:
                end = min(end, pl.registrations[r].end - FIRST_DAY)
            if start < end:
                s.places[at].start, s.places[at].end = base + start, base + end
                s.place_site[at] = pl.registrations[r].site
                at += 1
        s.first_place[p + 1] = at
    s.size[PLACES] = at


@compiled
def find_bands(s: State, g: Grid, pl: People, b: Block) -> None:
    """The first index date on which each person is in each age band."""
    dates, bands = g.counts.shape[2] - 1, g.band_reach.shape[0]
    for p in range(b.people):
        birth = np.int64(pl.persons[b.first + p].birth)
        born = max(birth - FIRST_DAY, 0)
        for band in range(bands):
            day = np.int64(g.band_reach[band, born])
            known = birth != UNKNOWN_DAY and day < len(g.first_index)
            s.band_starts[p, band] = g.first_index[day] if known else dates
        s.band_starts[p, bands] = dates


@compiled
def count_rows(
    first: Int32, readers: Records, code: Int32, date: Int32, horizon: int, counts: Int32
) -> None:
    """How many rows each derivation reads, into ``counts[derivation + 1]``."""
    for row in range(len(code)):
        if FIRST_DAY <= date[row] < horizon:
            for k in range(first[code[row]], first[code[row] + 1]):
                counts[readers[k].stream + 1] += 1


@compiled
def fill_rows(  # noqa: PLR0913 - compiled code has no objects to put these into
    first: Int32,
    readers: Records,
    code: Int32,
    date: Int32,
    horizon: int,
    at: Int32,
    rows: Int32,
    source: npt.NDArray[np.int8],
) -> None:
    """Write down the rows that each derivation reads, and of which of its lists they are."""
    for row in range(len(code)):
        if FIRST_DAY <= date[row] < horizon:
            for k in range(first[code[row]], first[code[row] + 1]):
                derivation = readers[k].stream
                rows[at[derivation]], source[at[derivation]] = row, readers[k].group
                at[derivation] += 1
