"""What goes wrong in real extracts, put in on purpose, and taken out again as a load would.

Raw rows get exact duplicates, dates that are missing or in the year 1 or 2999, entries before
birth and long after death, text where a number should be, and impossible numbers. `sift` applies
the rules of `harmfree.records.rules` in their order and counts every row by rule. A number that
is only impossible (a weight of 9,999 kg) stays, as it does in a load: readers must cope.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from harmfree.records import rules
from harmfree.records.sources.synthetic.clock import NEVER, Bools, day
from harmfree.records.sources.synthetic.life import Life
from harmfree.records.sources.synthetic.sheet import Events, concatenate

# Shares of rows with each fault.
DUPLICATED, MISDATED, MISVALUED, LATE = 0.002, 0.0004, 0.0006, 0.0006
VALUE_MISSING, UNIT_MISSING = 0.002, 0.003
NO_DATE = -1_000_000
YEAR_1, YEAR_2999 = -719_162, 376_200
UNREADABLE = np.float32(-1e30)
"""Stands for text in the place of a number until `sift` reads it."""

Fault = Callable[[Life, Events, np.random.Generator], Events]


def lived(life: Life, events: Events) -> Bools:
    """Return which events fall within the person's life and record.

    The parts of the region draw courses without looking at the end; the rest did not happen.
    """
    person = events.person
    return np.asarray(
        (events.date <= life.people.end[person]) & (events.date >= life.people.birth[person])
    )


def spoil(life: Life, events: Events) -> Events:
    """Return the events with raw faults among them."""
    rng = life.rng("mess")
    tested = (events.value == events.value) & (events.unit > 1)
    n = len(events)
    events.value[tested & (rng.random(n) < VALUE_MISSING)] = np.nan
    events.unit[tested & (rng.random(n) < UNIT_MISSING)] = 0
    parts = [events]
    for share, fault in _FAULTS:
        pool = tested if fault is _misvalue else np.ones(n, dtype=bool)
        chosen = np.flatnonzero(pool & (rng.random(n) < share))
        parts.append(fault(life, events.take(chosen), rng))
    return concatenate(parts)


def _duplicate(life: Life, events: Events, rng: np.random.Generator) -> Events:
    return events


def _misdate(life: Life, events: Events, rng: np.random.Generator) -> Events:
    before_birth = life.people.birth[events.person] - 2 - rng.integers(0, 900, len(events))
    kind = rng.integers(0, 4, len(events))
    wrong = np.array([NO_DATE, YEAR_1, YEAR_2999, 0])[kind]
    events.date[:] = np.where(kind == 3, before_birth, wrong)
    return events


def _misvalue(life: Life, events: Events, rng: np.random.Generator) -> Events:
    kind = rng.integers(0, 3, len(events))
    events.value[:] = np.array([UNREADABLE, 0.0, 9_999.0], dtype=np.float32)[kind]
    return events


def _late(life: Life, events: Events, rng: np.random.Generator) -> Events:
    """Letters that come after people left, and after they died: some too late to be believed."""
    gone = np.minimum(life.people.death, life.people.left)[events.person]
    late = events.take(gone < NEVER)
    gone = gone[gone < NEVER]
    late.date[:] = np.minimum(gone + rng.integers(1, 700, len(late)), life.settings.last)
    return late


_FAULTS: tuple[tuple[float, Fault], ...] = (
    (DUPLICATED, _duplicate),
    (MISDATED, _misdate),
    (MISVALUED, _misvalue),
    (LATE, _late),
)


def sift(life: Life, events: Events) -> tuple[Events, dict[str, int]]:
    """Leave out what the rules leave out; return the rest, and how many rows by rule."""
    counts: dict[str, int] = {}
    kept = np.ones(len(events), dtype=bool)
    for rule, broken in _broken(life, events):
        first = kept & broken
        counts[rule] = int(first.sum())
        kept &= ~broken
    events = events.take(kept)
    unreadable = events.value == UNREADABLE
    counts["value_unreadable"] = int(unreadable.sum())
    events.value[unreadable] = np.nan
    events.unit[unreadable] = 0
    return events, counts


def _broken(life: Life, events: Events) -> list[tuple[str, Bools]]:
    """Return each rule that leaves rows out, in the order in which a load asks."""
    people, date = life.people, events.date
    latest = day(life.settings.extract + timedelta(days=rules.DAYS_AFTER_EXTRACT))
    born, died = people.birth[events.person], people.death[events.person]
    return [
        ("no_date", date == NO_DATE),
        ("date_too_early", date < day(rules.EARLIEST)),
        ("date_in_future", date > latest),
        ("before_birth", date < born - rules.DAYS_BEFORE_BIRTH),
        ("after_death", (died < NEVER) & (date > died + rules.DAYS_AFTER_DEATH)),
    ]
