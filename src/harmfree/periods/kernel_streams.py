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
    Bits,
    Block,
    Derived,
    Events,
    Int32,
    Int64,
    People,
    Read,
    Records,
    State,
    Tables,
)
from harmfree.periods.scratch import lent
from harmfree.periods.windows import FIRST_DAY


@compiled
def count_entries(t: Tables, s: State, ev: Events, pl: People, b: Block) -> int:
    """Lay out the streams; how many entries they have in all, with room for one nowhere."""
    nowhere = len(s.first_entry) - 1
    s.first_entry[:] = 0
    s.code_events[:] = 0
    last_day = b.horizon + FIRST_DAY
    for row in range(pl.persons[b.first].first_event, pl.persons[b.first + b.people].first_event):
        if FIRST_DAY <= ev.date[row] < last_day:
            s.code_events[ev.code[row]] += 1
    for code in range(len(s.code_events)):
        events = s.code_events[code]
        if events > 0:
            for k in range(t.first_listener[code], t.first_listener[code + 1]):
                if t.listener_stream[k] < nowhere:
                    s.first_entry[t.listener_stream[k] + 1] += events
    for d in range(len(t.derived_stream)):
        s.first_entry[t.derived_stream[d] + 1] += s.derived_end[d] - s.derived_at[d]
    for stream in range(1, len(s.first_entry)):
        s.first_entry[stream] += s.first_entry[stream - 1]
    return int(s.first_entry[nowhere]) + 1


@compiled
def put_entry(s: State, stream: int, moment: int, row: int) -> None:
    """Put an event at the end of a stream; what is put nowhere is written over."""
    at = s.first_entry[stream]
    s.moments[at], s.rows[at] = moment, row
    s.first_entry[stream] = at + (stream < len(s.first_entry) - 1)


@compiled
def fill_entries(t: Tables, s: State, ev: Events, pl: People, b: Block) -> None:
    """Put every event into the streams of the lists that hold its code, two at a time.

    A code has an even number of listeners (see `plan`): how often the loop runs is easier to guess.
    """
    last_day = b.horizon + FIRST_DAY
    for p in range(b.people):
        base = (p << DAY_BITS) - FIRST_DAY
        person = b.first + p
        for row in range(pl.persons[person].first_event, pl.persons[person + 1].first_event):
            day = ev.date[row]
            if FIRST_DAY <= day < last_day:
                code = ev.code[row]
                k, last = np.int64(t.first_listener[code]), np.int64(t.first_listener[code + 1])
                while k < last:
                    put_entry(s, t.listener_stream[k], base + day, row)
                    put_entry(s, t.listener_stream[k + 1], base + day, row)
                    k += 2


@compiled
def fill_derived(t: Tables, s: State, ev: Events, b: Block) -> None:
    """Put every derived value into its stream; an entry's row is the value's place."""
    for d in range(len(t.derived_stream)):
        stream = t.derived_stream[d]
        for k in range(s.derived_at[d], s.derived_end[d]):
            row = ev.derived.rows[k]
            base = (np.int64(ev.derived.person[k] - b.first) << DAY_BITS) - FIRST_DAY
            put_entry(s, stream, base + ev.date[row], k)


@compiled
def first_row(rows: Int32, low: int, high: int, row: int) -> int:
    """The place of the first row that is not before the one given."""
    while low < high:
        middle = (low + high) >> 1
        if rows[middle] < row:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def find_derived(s: State, ev: Events, pl: People, b: Block) -> None:
    """Which derived values are of the block."""
    first, last = pl.persons[b.first].first_event, pl.persons[b.first + b.people].first_event
    for d in range(len(s.derived_at)):
        low, high = np.int64(ev.derived.first[d]), np.int64(ev.derived.first[d + 1])
        s.derived_at[d] = first_row(ev.derived.rows, low, high, first)
        s.derived_end[d] = first_row(ev.derived.rows, low, high, last)


@compiled
def sort_events(t: Tables, s: State, ev: Events, pl: People, b: Block) -> bool:
    """Fill the streams; false when there is no room for `size[ENTRIES]` entries."""
    find_derived(s, ev, pl, b)
    s.size[ENTRIES] = count_entries(t, s, ev, pl, b)
    if s.size[ENTRIES] > len(s.moments):
        return False
    fill_entries(t, s, ev, pl, b)
    fill_derived(t, s, ev, b)
    for stream in range(len(s.first_entry) - 1, 0, -1):
        s.first_entry[stream] = s.first_entry[stream - 1]
    s.first_entry[0] = 0
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
def pick_rows(first: Int32, code: Int32, date: Int32, horizon: int, picked: Int32) -> int:
    """Write down the rows before the horizon that a derivation reads; how many there are.

    `first` are the offsets of each code's readers.
    """
    at = 0
    for row in range(len(code)):
        picked[at] = row  # without a branch: what does not count is written over
        read = first[code[row]] < first[code[row] + 1]
        at += read & (date[row] >= FIRST_DAY) & (date[row] < horizon)
    return at


@compiled
def count_rows(
    first: Int32, readers: Records, code: Int32, picked: Int32, events: Int32, counts: Int32
) -> None:
    """How many rows each derivation reads at most, into ``counts[derivation + 1]``."""
    for i in range(len(picked)):
        events[code[picked[i]]] += 1
    for of in range(len(events)):
        for k in range(first[of], first[of + 1]):
            counts[readers[k].stream + 1] += events[of]


@compiled
def fill_rows(  # noqa: PLR0913 - compiled code has no objects to put these into
    first: Int32,
    readers: Records,
    held: Int64,
    required: Int64,
    persons: Records,
    code: Int32,
    date: Int32,
    picked: Int32,
    read: Read,
) -> None:
    """Write down the rows that each derivation reads, whose they are and of which list.

    People who lack a list that a derivation requires are left out of it: `held` are the lists of
    each code and `required` those of each derivation, as bits.
    """
    end = person = 0
    while end < len(picked):
        while persons[person + 1].first_event <= picked[end]:
            person += 1
        start, first_of_next, lists = end, persons[person + 1].first_event, np.int64(0)
        while end < len(picked) and picked[end] < first_of_next:
            lists |= held[code[picked[end]]]
            end += 1
        for i in range(start, end):
            row = np.int64(picked[i])
            for k in range(first[code[row]], first[code[row] + 1]):
                derivation = readers[k].stream
                at = read.last[derivation]
                read.rows[at], read.day[at] = row, date[row]
                read.person[at], read.source[at] = person, readers[k].group
                read.last[derivation] = at + (lists & required[derivation] == required[derivation])


@compiled
def known(bits: Bits, row: int) -> bool:
    """Whether the column has something in the row."""
    return len(bits) == 0 or (bits[row >> 3] >> (row & 7)) & 1 == 1


@compiled
def fill_values(  # noqa: PLR0913 - compiled code has no objects to put these into
    rows: Int32,
    source: npt.NDArray[np.int8],
    factors: npt.NDArray[np.float64],
    value: npt.NDArray[np.float32],
    value_known: Bits,
    unit: npt.NDArray[np.int16],
    found: npt.NDArray[np.float64],
) -> None:
    """The values of some rows in the units of their lists, in single precision; NaN for none."""
    for i in range(len(rows)):
        row = rows[i]
        factor = factors[source[i], unit[row]]
        scaled = np.float32(np.float64(value[row]) * factor)
        found[i] = scaled if known(value_known, row) else np.nan


@compiled
def keep_known(read: Read, values: npt.NDArray[np.float64], derived: Derived) -> None:
    """Take the values that are known at the end of a day."""
    at = 0
    for d in range(len(read.first) - 1):
        last = read.last[d]
        for i in range(read.first[d], last):
            later = i + 1 < last and (
                (read.person[i + 1] == read.person[i]) & (read.day[i + 1] == read.day[i])
            )
            derived.rows[at], derived.person[at] = read.rows[i], read.person[i]
            derived.value[at] = values[i]  # without a branch: what does not count is written over
            at += (not np.isnan(values[i])) & (not later)
        derived.first[d + 1] = at


def known_only(read: Read, values: npt.NDArray[np.float64]) -> Derived:
    """The values that are known at the end of a day."""
    most = int(read.first[-1]) + 1
    found = Derived(
        np.zeros(len(read.first), np.int32),
        lent("derived_rows", most, np.int32),
        lent("derived_person", most, np.int32),
        lent("derived_value", most, np.float32),
    )
    keep_known(read, values, found)
    return found
