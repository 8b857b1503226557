"""What goes wrong in real extracts, put in on purpose, and taken out again as a load would.

Raw rows get exact duplicates, dates in the year 1 and 2999, entries long after death, values that
no body has, values and units left out, and people registered twice at once. `sift` then leaves
out what cannot be kept and counts it by rule; nothing is left out uncounted.
"""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import NEVER, Bools
from harmfree.records.sources.synthetic.life import Life
from harmfree.records.sources.synthetic.sheet import Events, concatenate

DUPLICATED, MISDATED, WILD, BLANK, UNITLESS, POSTHUMOUS = (
    0.002,
    0.0002,
    0.0005,
    0.002,
    0.003,
    0.0002,
)
YEAR_1, YEAR_2999 = -719162, 376200
GRACE_AFTER_DEATH = 365
EARLIEST = -43829
"""1 January 1850."""
WIDEST = 100_000.0
"""No measurement in this vocabulary is above this or below zero but for T scores above -20."""


def spoil(life: Life, events: Events) -> Events:
    """Return the events with raw faults among them."""
    rng = life.rng("mess")
    n = len(events)
    measured = events.value == events.value
    tested = measured & (events.unit > 1)
    blank = tested & (rng.random(n) < BLANK)
    events.value[blank] = np.nan
    unitless = tested & (rng.random(n) < UNITLESS)
    events.unit[unitless] = 0
    extra = [events]
    for share, change in (
        (DUPLICATED, _same),
        (MISDATED, _misdate),
        (POSTHUMOUS, _after_death),
        (WILD, _wild),
    ):
        pool = tested if change is _wild else np.ones(n, dtype=bool)
        chosen = np.flatnonzero(pool & (rng.random(n) < share))
        extra.append(change(life, events.take(chosen), rng))
    return concatenate(extra)


def _same(life: Life, events: Events, rng: np.random.Generator) -> Events:
    return events


def _misdate(life: Life, events: Events, rng: np.random.Generator) -> Events:
    events.date[:] = np.where(rng.random(len(events)) < 0.5, YEAR_1, YEAR_2999)
    return events


def _after_death(life: Life, events: Events, rng: np.random.Generator) -> Events:
    died = life.people.death[events.person] < NEVER
    events = events.take(died)
    events.date[:] = life.people.death[events.person] + rng.integers(1, 900, len(events))
    return events


def _wild(life: Life, events: Events, rng: np.random.Generator) -> Events:
    events.value[:] = np.where(rng.random(len(events)) < 0.5, -999.0, 999_999.0)
    return events


def sift(life: Life, events: Events) -> tuple[Events, dict[str, int]]:
    """Leave out what cannot be kept; return the rest and how many rows each rule left out.

    A value that no body has is taken away and its event kept, because the test was done.
    """
    counts: dict[str, int] = {}
    people = life.people
    early = (events.date < EARLIEST) | (events.date < people.birth[events.person] - 1)
    late = events.date > life.settings.last + 1
    dead = people.death[events.person]
    posthumous = (dead < NEVER) & (events.date > dead + GRACE_AFTER_DEATH)
    kept = ~early & ~late & ~posthumous
    counts["date before birth or before 1850"] = int(early.sum())
    counts["date after the extract"] = int(late.sum())
    counts["more than a year after death"] = int((posthumous & ~late).sum())
    events = events.take(kept)
    wild = (events.value < -20) | (events.value > WIDEST)
    counts["value out of range, event kept without it"] = int(wild.sum())
    events.value[wild] = np.nan
    events.unit[wild] = 0
    return events, counts


def after_leaving(life: Life, events: Events) -> Bools:
    """Return which events fall after the person left the region or died, or after the extract.

    They did not happen: the parts of the region draw courses without looking at the end.
    """
    return np.asarray(
        (events.date > life.people.end[events.person])
        | (events.date < life.people.birth[events.person])
    )
