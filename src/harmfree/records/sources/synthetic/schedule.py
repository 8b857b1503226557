"""Turning courses into dated rows: repeat issues and due tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harmfree.records.sources.synthetic.clock import Days, Floats, Rows
from harmfree.records.sources.synthetic.life import Courses, Life

POOR_ADHERENCE = 0.12
"""Share of courses with long gaps between issues; adherence figures vary, this one is ours."""


def repeat(
    life: Life, courses: Courses, every: npt.ArrayLike, rng: np.random.Generator
) -> tuple[Rows, Days]:
    """Lay dates `every` so many days along each course, within the years covered.

    Returns for each date the position of its course and the day.
    """
    step = np.broadcast_to(np.asarray(every, dtype=np.int64), courses.start.shape)
    first = life.settings.first
    late = np.maximum(first - courses.start, 0)
    start = courses.start + (late + step - 1) // step * step
    stop = np.minimum(courses.stop, life.people.end[courses.rows] + 1)
    count = np.maximum(-((start - stop) // step), 0)
    which = np.repeat(np.arange(len(courses)), count)
    turn = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    days = start[which] + turn * step[which]
    return which, days.astype(np.int32)


def issue(
    life: Life,
    courses: Courses,
    medicine: npt.ArrayLike,
    every: npt.ArrayLike,
    rng: np.random.Generator,
    dose: npt.ArrayLike = 1.0,
) -> None:
    """Write a medicine's repeat issues: date, quantity and end of supply; some are skipped.

    Args:
        life: the bucket.
        courses: when each person takes it.
        medicine: code_id of each course.
        every: days' supply of one issue, by course.
        rng: source of chance.
        dose: how many times the usual daily units, by course.
    """
    shape = courses.start.shape
    codes = np.broadcast_to(np.asarray(medicine), shape)
    supply = np.broadcast_to(np.asarray(every), shape)
    which, days = repeat(life, courses, supply, rng)
    skip = np.where(rng.random(len(courses)) < POOR_ADHERENCE, 0.3, 0.02)
    kept = rng.random(len(which)) >= skip[which]
    which, days = which[kept], days[kept]
    days = days + rng.integers(-3, 4, len(days)).astype(np.int32)
    days = np.maximum(days, courses.start[which])
    quantity = np.ceil(
        life.vocabulary.daily_units[codes[which]]
        * supply[which]
        * np.broadcast_to(np.asarray(dose), shape)[which]
    )
    life.sheet.add(
        courses.rows[which],
        days,
        codes[which],
        np.where(quantity > 0, quantity, 1),
        1,
        days + supply[which],
    )


def spells(life: Life, start: Days, mean_years: npt.ArrayLike, rng: np.random.Generator) -> Days:
    """Return the ends of exponential spells with this mean, at least four weeks long."""
    length = rng.exponential(1.0, len(start)) * np.asarray(mean_years) * 365.25
    return np.asarray(np.minimum(start + 28 + length, 500_000), dtype=np.int32)


def due(
    life: Life,
    courses: Courses,
    every: int,
    missed: Floats,
    ratio: float,
    rng: np.random.Generator,
) -> tuple[Rows, Days]:
    """Lay due tests along courses and leave out the missed ones.

    The chance of missing is `missed` by course, times the practice's own habit, the pandemic
    (1.5 from April 2020 to March 2021) and the roll-out's `ratio`.
    """
    which, days = repeat(life, courses, every, rng)
    rows = courses.rows[which]
    days = days + rng.integers(-every // 10 - 1, every // 10 + 2, len(days)).astype(np.int32)
    practice = life.people.practice_on(rows, days)
    chance = missed[which] * life.region.gap[practice]
    chance = chance * life.rollout.ratio(practice, days, ratio)
    chance = chance * np.where((days >= PANDEMIC[0]) & (days < PANDEMIC[1]), 1.5, 1.0)
    done = rng.random(len(rows)) >= chance
    late, when = _caught_up(life, rows[~done], days[~done], practice[~done], every, ratio, rng)
    return np.concatenate([rows[done], late]), np.concatenate([days[done], when])


def _caught_up(
    life: Life,
    rows: Rows,
    days: Days,
    practice: Rows,
    every: int,
    ratio: float,
    rng: np.random.Generator,
) -> tuple[Rows, Days]:
    """Tests missed before go-live and still overdue then: the roll-out's share is done after all.

    They are done within the ramp, in the same straight line as everything that it changes.
    """
    when = life.rollout.golive[practice] + rng.random(len(rows)) * life.rollout.ramp_days
    overdue = (days < life.rollout.golive[practice]) & (when < days + every)
    caught = overdue & (rng.random(len(rows)) < 1 - ratio)
    return rows[caught], when[caught].astype(np.int32)


PANDEMIC = (18353, 18718)
"""1 April 2020 up to 1 April 2021, as days."""
