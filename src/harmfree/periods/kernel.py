"""The kernel: every step of a block of people, one after another, compiled.

A block's events are sorted into streams; each step turns a stream, or the steps before it, into
spans of days. The spans of denominators and numerators, cut to the registrations, give counts by
month (difference arrays) and, for numerators, periods; periods open at the horizon give the
worklist with the rows that are its evidence. Work is by step, not by day, so that it costs the same
however many index dates are asked for.
"""

from __future__ import annotations

import numpy as np

from harmfree.periods.compiled import compiled, inlined
from harmfree.periods.kernel_atoms import (
    ages,
    counted,
    latest,
    lives,
    registrations,
    resolved,
    sexes,
    started,
    supply,
    together,
    window,
)
from harmfree.periods.kernel_counts import mark_step, room_needed, write_runs
from harmfree.periods.kernel_groups import groups
from harmfree.periods.kernel_scores import add_up
from harmfree.periods.kernel_spans import inverse, join, meet, reaches, sustained
from harmfree.periods.kernel_streams import find_places, sort_events
from harmfree.periods.kernel_tables import (
    LEVELS,
    PLACES,
    SPANS,
    Block,
    Events,
    Grid,
    Marks,
    People,
    Runs,
    State,
    Tables,
)
from harmfree.periods.network import Kind

REGISTERED, ALIVE, AGED, SEX = (
    int(kind) for kind in (Kind.REGISTERED, Kind.ALIVE, Kind.AGED, Kind.SEX)
)
WINDOW, COUNTED, VALUE = int(Kind.WINDOW), int(Kind.COUNTED), int(Kind.VALUE)
RESOLVED, TOGETHER, STARTED = int(Kind.RESOLVED), int(Kind.TOGETHER), int(Kind.STARTED)
MEET, JOIN, INVERSE = int(Kind.MEET), int(Kind.JOIN), int(Kind.INVERSE)
SCORE, GROUPS, SUPPLY = int(Kind.SCORE), int(Kind.GROUPS), int(Kind.SUPPLY)
SUSTAINED, REACHES = int(Kind.SUSTAINED), int(Kind.REACHES)


@compiled
def most(t: Tables, s: State, b: Block, step: int) -> int:
    """The most spans or levels that a step can have; 0 when it certainly has none."""
    kind, found = t.steps[step].kind, np.int64(0)
    for stream in (np.int64(t.steps[step].stream), np.int64(t.steps[step].other)):
        if stream >= 0:
            found += 2 * (s.first_entry[stream + 1] - s.first_entry[stream])
    for k in range(t.steps[step].first_child, t.steps[step + 1].first_child):
        child = t.children[k].step
        spans = s.last[child] - s.first[child]
        if kind == MEET and spans == 0 and t.children[k].weight > 0:
            return 0
        found += 2 * spans
    if found == 0 and kind > SEX and kind != INVERSE:
        return 0
    return int(found + b.people + s.size[PLACES])


@inlined
def from_person(t: Tables, s: State, pl: People, b: Block, step: int, at: int) -> int:
    """A step that looks at who somebody is."""
    kind = t.steps[step].kind
    if kind == REGISTERED:
        return registrations(s, at)
    if kind == ALIVE:
        return lives(s, pl, b, at)
    if kind == AGED:
        return ages(t, s, pl, b, step, at)
    return sexes(t, s, pl, b, step, at)


@inlined
def from_stream(t: Tables, s: State, ev: Events, step: int, horizon: int, at: int) -> int:
    """A step that listens to events."""
    kind = t.steps[step].kind
    if kind == WINDOW:
        return window(t, s, ev, step, horizon, at)
    if kind == COUNTED:
        return counted(t, s, ev, step, horizon, at)
    if kind == VALUE:
        return latest(t, s, ev, step, horizon, at)
    if kind == RESOLVED:
        return resolved(t, s, step, horizon, at)
    if kind == TOGETHER:
        return together(t, s, step, horizon, at)
    return started(t, s, step, horizon, at)


@inlined
def from_steps(t: Tables, s: State, b: Block, step: int, at: int) -> int:
    """A step that is made of others."""
    kind = t.steps[step].kind
    if kind == MEET:
        return meet(t, s, step, at)
    if kind == JOIN:
        return join(t, s, step, at)
    if kind == INVERSE:
        return inverse(t, s, step, b.people, b.horizon, at)
    if kind == SUSTAINED:
        return sustained(t, s, step, at)
    return reaches(t, s, step, b.horizon, at)


@inlined
def to_levels(t: Tables, s: State, ev: Events, b: Block, step: int, at: int) -> int:
    """A step that gives levels."""
    kind = t.steps[step].kind
    if kind == SCORE:
        return add_up(t, s, step, b.people, at)
    if kind == GROUPS:
        return groups(t, s, ev, step, b.horizon, at)
    return supply(t, s, ev, step, b.horizon, at)


@compiled
def work_out(t: Tables, s: State, ev: Events, pl: People, b: Block) -> bool:
    """Work out every step; false when there is no room for spans or levels."""
    s.size[SPANS] = s.size[LEVELS] = 0
    for step in range(len(t.steps) - 1):
        kind, room = t.steps[step].kind, most(t, s, b, step)
        if room == 0:
            s.first[step] = s.last[step] = 0
            continue
        if SCORE <= kind <= SUPPLY:
            at = s.size[LEVELS]
            s.size[LEVELS] = at + room
            if at + room > len(s.levels):
                return False
            end = to_levels(t, s, ev, b, step, at)
            s.size[LEVELS] = end
        else:
            at = s.size[SPANS]
            s.size[SPANS] = at + room
            if at + room > len(s.spans):
                return False
            if kind <= SEX:
                end = from_person(t, s, pl, b, step, at)
            elif kind <= STARTED:
                end = from_stream(t, s, ev, step, b.horizon, at)
            else:
                end = from_steps(t, s, b, step, at)
            s.size[SPANS] = end
        s.first[step], s.last[step] = at, end
    return True


@compiled
def prepare(t: Tables, s: State, ev: Events, pl: People, b: Block) -> bool:
    """Everything about a block but its outcome; false when the working memory is too small."""
    if not sort_events(t, s, ev, pl, b):
        return False
    find_places(s, pl, b)
    if not work_out(t, s, ev, pl, b):
        return False
    room_needed(t, s, b)
    return True


@compiled
def settle(  # noqa: PLR0913 - compiled code has no objects to put these into
    t: Tables, s: State, ev: Events, g: Grid, runs: Runs, marks: Marks, b: Block, number: int
) -> int:
    """Mark the counts of a prepared block, the number-th, and write its periods and evidence down.

    Gives the place after the last mark.
    """
    at = np.int64(marks.first[number, 0])
    for k in range(len(t.tallied)):
        at = mark_step(s, g, b, marks, np.int64(t.tallied[k]), at)
        marks.first[number, k + 1] = at
    for d in range(len(t.definitions) - 1):
        write_runs(t, s, ev, runs, b, d, np.int64(t.definitions[d].numerator))
    return int(at)
