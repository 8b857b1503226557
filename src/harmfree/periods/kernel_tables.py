"""The shapes of the kernel's tables: few arrays of records, so that little is passed about.

The kernel takes people in blocks. A *moment* is one whole number for a day of one person of a
block: the person's place in the block, then the day counted from FIRST_DAY in DAY_BITS bits. So
the spans of a whole block lie on one line, in order, and no span of one person touches one of the
next.

``first_*`` fields are offsets: row i owns ``first[i]:first[i + 1]``, and there is one row more than
there are things. -1 stands for "none" in references to windows, lists and derived values.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Records = npt.NDArray[np.void]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint8]  # one bit a row, the first row lowest; empty: all are known

DAY_BITS = 17  # 131,072 days: more than from FIRST_DAY to LAST_DAY
DAY_MASK = (1 << DAY_BITS) - 1
PEOPLE_IN_BLOCK = 1024  # what is at hand of so many people fits the processor's cache

STEP = np.dtype(
    [
        ("kind", np.int8),
        ("where", np.int8),  # operator that an event's own value must satisfy
        ("operator", np.int8),
        ("first_only", np.bool_),  # once true it stays true: the first event is the evidence
        ("plain", np.bool_),  # its evidence is the last event of its stream
        ("lowest", np.bool_),
        ("tie_active", np.bool_),
        ("below", np.bool_),
        ("within", np.int16),
        ("ago", np.int16),
        ("clear", np.int16),
        ("factor", np.int16),  # row of `factors`
        ("derived", np.int16),  # derivation
        ("coded", np.int16),  # row of `code_group` and `code_weight`
        ("where_limit", np.float32),
        ("limit", np.float32),
        ("stream", np.int32),
        ("other", np.int32),  # a second stream
        ("at_least", np.int32),
        ("days", np.int32),
        ("first_child", np.int32),
        ("first_group", np.int32),  # into `group_weights`
        ("number", np.int64),
    ],
    align=True,
)
CHILD = np.dtype([("step", np.int32), ("weight", np.int32)])
DEFINITION = np.dtype(
    [
        ("denominator", np.int32),
        ("numerator", np.int32),
        ("first_evidence", np.int32),  # into `evidence`
        ("rows", np.int32),  # the most rows of evidence that a period can have
    ]
)
LISTENER = np.dtype([("stream", np.int32), ("group", np.int32)])
PERSON = np.dtype(
    [
        ("birth", np.int32),
        ("death", np.int32),
        ("sex", np.int32),
        ("first_registration", np.int32),
        ("first_event", np.int64),
    ],
    align=True,
)
REGISTRATION = np.dtype([("site", np.int32), ("start", np.int32), ("end", np.int32)])
RUN = np.dtype(
    [
        ("person", np.int32),
        ("definition", np.int32),
        ("site", np.int32),
        ("start", np.int32),
        ("end", np.int32),
    ]
)
MARK = np.dtype(  # a tallied step holds of a person from one index date to another
    [("person", np.int32), ("site", np.int32), ("first", np.int16), ("last", np.int16)]
)
EVIDENCE = np.dtype([("run", np.int32), ("row", np.int32)])
SPAN = np.dtype([("start", np.int32), ("end", np.int32)])
LEVEL = np.dtype([("total", np.int64), ("moment", np.int32)], align=True)


class Tables(NamedTuple):
    """A plan as arrays."""

    steps: Records  # STEP, and one row more that ends the offsets
    children: Records  # CHILD
    group_weights: Int32
    definitions: Records  # DEFINITION, and one row more
    evidence: Int32  # steps
    tallied: Int32  # steps that are counted, each once
    first_listener: Int32  # code -> listeners, an even number
    listener_stream: Int32  # as many as there are streams: nowhere
    code_group: Int32  # [coded step, code]
    code_weight: npt.NDArray[np.float64]  # [coded step, code]
    factors: npt.NDArray[np.float64]  # [list, unit]
    comparators: npt.NDArray[np.int8]  # [unit]
    derived_stream: Int32  # derivation -> stream
    reach: Int32  # [window, day], days from FIRST_DAY


class Read(NamedTuple):
    """The rows that derivations read, one derivation after another."""

    first: Int32  # derivation -> room for its rows
    last: Int32  # where its rows end
    rows: Int32
    day: Int32
    person: Int64
    source: npt.NDArray[np.int8]  # of which of the derivation's lists


class Derived(NamedTuple):
    """Derived values that are known, one derivation after another, in order of record."""

    first: Int32  # derivation -> values
    rows: Int32
    person: Int32
    value: npt.NDArray[np.float32]


class Events(NamedTuple):
    """The columns of a bucket's events that the kernel reads."""

    date: Int32
    code: Int32
    value: npt.NDArray[np.float32]
    value_known: Bits
    unit: npt.NDArray[np.int16]
    until: Int32
    until_known: Bits
    derived: Derived


class People(NamedTuple):
    """A bucket's people and registrations; unknown days are UNKNOWN_DAY."""

    persons: Records  # PERSON, and one row more that ends the offsets
    strata: npt.NDArray[np.int16]  # [person, breakdown] -> category; -1: not known
    registrations: Records  # REGISTRATION


class Block(NamedTuple):
    """The people at hand: `people` of them, the first of them number `first` of the bucket."""

    first: int
    people: int
    horizon: int  # the first day that no longer counts, from FIRST_DAY


class State(NamedTuple):
    """Working memory for one block."""

    moments: Int32  # entries: events by stream, in order
    rows: Int32  # of the same entries; in a derived stream the places of the values
    first_entry: Int32  # stream -> entries
    spans: Records  # SPAN: of every step, one step after another
    levels: Records  # LEVEL
    code_events: Int32  # code -> how many events
    derived_at: Int32  # derivation -> its values that are of the block
    derived_end: Int32
    first: Int32  # step -> spans or levels
    last: Int32
    places: Records  # SPAN: registrations
    place_site: Int32
    first_place: Int32  # person -> places
    at: Int32  # where a step stands in each of its children, or which they are
    sizes: Int32  # how many spans each of its children has
    sign: Int32  # the weight of each of its children
    soon: Int32  # the moment at which each of its children begins next
    person_most: Int32  # person -> the most that a score can be
    person_first: Int32  # person -> changes of a score
    person_end: Int32
    group_end: Int32  # the moment at which each group ends
    seek: Int32  # where evidence was last found in each of a definition's streams
    keep: Int64  # moments kept by the step at hand
    keep_amount: Int64
    size: (
        Int64  # how many entries, spans, levels and places there are; room for runs, rows and marks
    )


ENTRIES, SPANS, LEVELS, PLACES, RUN_ROOM, ROW_ROOM, MARK_ROOM = 0, 1, 2, 3, 4, 5, 6


class Grid(NamedTuple):
    """Index dates, and what breakdowns are made of."""

    first_index: Int32  # for each day from FIRST_DAY, the first index date on or after it
    first_day: int  # the first of them, from FIRST_DAY
    dates: int  # how many index dates there are
    area: Int32  # site -> area
    categories: int  # of all breakdowns together, age bands last
    band_starts: Int32  # [person, band + 1]: index date at which each age band begins; the end


class Marks(NamedTuple):
    """Where tallied steps hold, block by block."""

    marks: Records  # MARK
    first: Int64  # [block, tally + 1] -> marks


class Cells(NamedTuple):
    """Changes of tallies (see `tallies.Changes`), and what is needed to gather them."""

    work: Int32  # cells of the tally at hand, zero in between
    touched: Int32  # cells that were changed
    first: Int64
    cell: Int32
    amount: Int32


class Runs(NamedTuple):
    """Numerator runs and the evidence of those still open; `size` says how many there are."""

    runs: Records  # RUN
    evidence: Records  # EVIDENCE
    size: Int64


RUNS, ROWS = 0, 1
UNKNOWN_DAY = -(2**31)
FOREVER = np.int64(2**31 - 1)


def records(kind: np.dtype[np.void], rows: int, **columns: npt.ArrayLike) -> Records:
    """An array of records with the given columns; the others are zero."""
    made = np.zeros(rows, kind)
    for name, values in columns.items():
        made[name][: len(np.asarray(values))] = values
    return made
