"""The shapes of the kernel's tables: few arrays of records, so that little is passed about.

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

ATOM = np.dtype(
    [
        ("kind", np.int8),
        ("where", np.int8),  # operator that an event's own value must satisfy
        ("operator", np.int8),
        ("plain", np.bool_),  # a window without conditions: another event only makes it last longer
        ("first_only", np.bool_),  # once true it stays true: later events change nothing
        ("lowest", np.bool_),
        ("tie_active", np.bool_),
        ("within", np.int16),
        ("ago", np.int16),
        ("clear", np.int16),
        ("factor", np.int16),  # row of `factors`
        ("derived", np.int16),  # row of the derived values
        ("where_limit", np.float32),
        ("limit", np.float32),
        ("at_least", np.int32),
        ("ring", np.int32),  # where the atom's last days are kept
        ("days", np.int32),
    ],
    align=True,
)
NODE = np.dtype(
    [
        ("threshold", np.int64),
        ("start_sum", np.int64),
        ("start_state", np.uint8),
        ("first_edge", np.int32),
        ("first_output", np.int32),  # into `links`
        ("first_timer", np.int32),  # into `links`
    ],
    align=True,
)
EDGE = np.dtype([("parent", np.int32), ("weight", np.int32)])
LISTENER = np.dtype([("weight", np.float64), ("atom", np.int32), ("role", np.int32)])
BIRTHDAY = np.dtype([("age", np.int32), ("atom", np.int32)])
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
EVIDENCE = np.dtype([("run", np.int32), ("atom", np.int32), ("row", np.int32)])

ATOM_STATE = np.dtype(
    [
        ("last", np.int32),  # day of the last event heard; a timer: since when its node is true
        ("other", np.int32),  # the same for the second list
        ("expiry", np.int32),  # first day on which it is no longer true
        ("row", np.int32),
        ("other_row", np.int32),
        ("kept", np.int32),  # how many days it has counted
        ("value", np.float32),
        ("comparator", np.int8),
        ("scheduled", np.uint8),  # its expiry is on the agenda
        ("touched", np.uint8),
    ],
    align=True,
)
NODE_STATE = np.dtype(
    [
        ("total", np.int64),
        ("true", np.uint8),
        ("changed", np.uint8),  # differs from the start
        ("watched", np.uint8),  # flipped since its timers were last looked at
    ],
    align=True,
)
OUTPUT_STATE = np.dtype([("start", np.int32), ("touched", np.int32)])


class Tables(NamedTuple):
    """A plan as arrays."""

    atoms: Records  # ATOM
    nodes: Records  # NODE; atoms come first
    edges: Records  # EDGE
    links: Int32  # outputs and timers of nodes, atoms of definitions
    first_evidence: Int32  # definition -> links
    first_listener: Int32  # code -> listeners
    listeners: Records  # LISTENER
    factors: npt.NDArray[np.float64]  # [list, unit]
    comparators: npt.NDArray[np.int8]  # [unit]
    reach: Int32  # [window, day]
    birthdays: Records  # BIRTHDAY, by age
    fixed: Int32  # atoms of the four sexes, of life and of registration; -1: not used


ALIVE, REGISTERED = 4, 5


class State(NamedTuple):
    """Working memory for one person, allocated once a bucket."""

    atoms: Records  # ATOM_STATE
    nodes: Records  # NODE_STATE
    outputs: Records  # OUTPUT_STATE
    output_true: npt.NDArray[np.uint8]
    output_open: npt.NDArray[np.uint8]
    lists: Int32  # what was touched: atoms, nodes, outputs, watched nodes, one after another
    agenda: Int64  # heap of days to come
    stack: Int64
    ring: Int32
    cursor: Int64  # see the constants below


# What the numbers of `cursor` are: lengths of the lists, where each list begins, and where the
# person stands.
ATOMS, NODES, OUTPUTS, WATCHED, AGENDA = 0, 1, 2, 3, 4
NODES_AT, OUTPUTS_AT, WATCHED_AT = 5, 6, 7
FIRST_ROW, AGE, MOVE, LIFE, SITE, AGE_DAY, MOVE_DAY, LIFE_DAY = 8, 9, 10, 11, 12, 13, 14, 15
CURSORS = 16


class Events(NamedTuple):
    """The columns of a bucket's events that the kernel reads."""

    date: Int32
    code: Int32
    value: npt.NDArray[np.float32]
    unit: npt.NDArray[np.int16]
    until: Int32
    derived: npt.NDArray[np.float32]  # [derivation, row]


class People(NamedTuple):
    """A bucket's people and registrations; unknown days are UNKNOWN_DAY."""

    persons: Records  # PERSON, and one row more that ends the offsets
    strata: npt.NDArray[np.int16]  # [person, breakdown] -> category; -1: not known
    registrations: Records  # REGISTRATION


class Grid(NamedTuple):
    """Index dates and breakdowns, and the difference arrays that the counts come from."""

    first_index: Int32  # for each day from FIRST_DAY, the first index date on or after it
    counts: Int32  # [site, output, date + 1]
    area: Int32  # site -> area
    strata: Int32  # [area, category, output, date + 1]
    band_edges: Int32  # ages at which the age bands begin; their categories come last
    band_starts: Int32  # of the person at hand: index date at which each band begins, and the end


class Runs(NamedTuple):
    """Numerator runs and the evidence of those still open; `size` says how many there are."""

    runs: Records  # RUN
    evidence: Records  # EVIDENCE
    size: Int64


RUNS, ROWS = 0, 1
UNKNOWN_DAY = -(2**31)
NEVER = -(2**30)
FOREVER = np.int64(2**31 - 1)


def records(kind: np.dtype[np.void], rows: int, **columns: npt.ArrayLike) -> Records:
    """An array of records with the given columns; the others are zero."""
    made = np.zeros(rows, kind)
    for name, values in columns.items():
        made[name][: len(np.asarray(values))] = values
    return made
