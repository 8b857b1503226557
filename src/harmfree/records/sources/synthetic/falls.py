"""Falls, what follows a fall, and the Steady On sessions."""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import NEVER, Bools, Days, Floats, Rows
from harmfree.records.sources.synthetic.life import Life

FALLS_PER_BED_DAY = 0.0035
"""Beside the falls that anyone of that age has; NICHE's worked example has 4.4 per 1,000."""

FRACTURES = (
    "hip_fracture",
    "wrist_fracture",
    "osteoporotic_vertebral_fracture",
    "humerus_fracture",
    "pelvis_fracture",
    "vertebral_fracture",
)


def add(life: Life) -> None:
    """Write falls and their consequences; fractures go into `onset` for bone health."""
    rng = life.rng("falls")
    rows, days = _everyone(life, rng)
    place = rng.random(len(rows))
    code = np.where(place < 0.7, life.vocabulary["fall"], life.vocabulary["fall_at_home"])
    life.sheet.add(rows, days, code)
    asked: tuple[Rows, Days] = rows[:0], days[:0]
    for key, share in (
        ("fall_injury", 0.22),
        ("fall_long_lie", 0.06),
        ("fall_ambulance", 0.12),
        ("falls_risk_assessment", 0.10),
        ("falls_referral", 0.07),
        ("strength_balance", 0.05),
        ("home_hazard", 0.04),
        ("medicine_review_requested", 0.08),
        ("ed_attendance", 0.12),
    ):
        part = rng.random(len(rows)) < share
        later = rng.integers(0, 40, part.sum()) if key in _LATER else np.zeros(part.sum(), int)
        when = (days[part] + later).astype(np.int32)
        life.note(rows[part], when, key)
        if key == "medicine_review_requested":
            asked = rows[part], when
    _recurrent(life, rng, rows, days)
    _fractures(life, rng, rows, days)
    _steady_on(life, rng, rows, days)
    _blackouts(life, rng, rows, days)
    _reviewed(life, rng, asked)


_LATER = (
    "falls_risk_assessment",
    "falls_referral",
    "strength_balance",
    "home_hazard",
    "medicine_review_requested",
)


def _everyone(life: Life, rng: np.random.Generator) -> tuple[Rows, Days]:
    """Return falls at home and, at about four per 1,000 bed days, in care homes."""
    rows, days = life.visits(_rate(life), rng)
    stays = life.residents
    nights = np.maximum(stays.stop - np.maximum(stays.start, life.settings.first), 0)
    count = rng.poisson(nights * FALLS_PER_BED_DAY)
    who = np.repeat(np.arange(len(stays)), count)
    when = stays.stop[who] - (rng.random(len(who)) * nights[who]).astype(np.int32)
    return np.concatenate([rows, stays.rows[who]]), np.concatenate([days, when])


def _rate(life: Life) -> Floats:
    """Coded falls a year by person: age, illness, and what makes people fall."""
    n = len(life.people)
    age = life.people.age(np.arange(n), life.people.end)
    rate = np.interp(age, [0, 50, 60, 70, 80, 90], [0.004, 0.01, 0.02, 0.05, 0.13, 0.26])
    rate = rate * np.exp(0.35 * np.clip(life.people.illness, -2, 2.5))
    for condition, times in (
        ("dementia", 1.9),
        ("parkinsons", 2.2),
        ("unsteady", 1.7),
        ("stroke", 1.4),
    ):
        rate = np.where(life.has(condition), rate * times, rate)
    return np.asarray(rate)


def _recurrent(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    order = np.lexsort((days, rows))
    rows, days = rows[order], days[order]
    again = np.flatnonzero((rows[1:] == rows[:-1]) & (days[1:] - days[:-1] < 365)) + 1
    again = again[rng.random(len(again)) < 0.4]
    life.note(rows[again], days[again], "falls_recurrent")


def _fractures(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    """Break a bone in some falls of older people, more often with osteoporosis."""
    age = life.people.age(rows, days)
    frail = life.has("osteoporosis")[rows] * 1.0
    chance = np.interp(age, [40, 50, 65, 80, 90], [0.02, 0.06, 0.10, 0.15, 0.2]) * (1 + frail)
    chance = chance * np.where(life.people.female[rows], 1.2, 0.75)
    broken = rng.random(len(rows)) < chance
    rows, days = rows[broken], days[broken]
    kind = rng.choice(len(FRACTURES), size=len(rows), p=[0.27, 0.30, 0.13, 0.16, 0.09, 0.05])
    life.sheet.add(rows, days, life.vocabulary.ids(FRACTURES)[kind])
    fragile = (life.people.age(rows, days) > 50) & (rng.random(len(rows)) < 0.35)
    life.note(rows[fragile], days[fragile] + 20, "fragility_fracture")
    admitted = kind == 0
    life.note(rows[admitted], days[admitted], "emergency_admission")
    old = life.people.age(rows, days) >= 50
    life.fractures = rows[old], days[old]
    _first_fracture(life, rows, days, old)
    _old_fractures(life, rng)


def _first_fracture(life: Life, rows: Rows, days: Days, old: Bools) -> None:
    first = np.full(len(life.people), NEVER, np.int32)
    np.minimum.at(first, rows[old], days[old])
    life.onset["fracture"] = first


def _old_fractures(life: Life, rng: np.random.Generator) -> None:
    """Fractures from before the years covered, as history."""
    age = life.people.age(np.arange(len(life.people)), life.settings.first)
    had = rng.random(len(age)) < np.interp(age, [50, 65, 80, 95], [0.0, 0.04, 0.12, 0.2])
    rows = np.flatnonzero(had & (age >= 52) & (life.people.end > life.settings.first))
    days = (life.settings.first - rng.integers(1, 2500, len(rows))).astype(np.int32)
    days = np.maximum(days, life.people.birth[rows] + 50 * 366)
    life.sheet.add(rows, days, life.vocabulary.ids(FRACTURES[:4])[rng.integers(0, 4, len(rows))])
    life.onset["fracture"][rows] = np.minimum(life.onset["fracture"][rows], days)


def _steady_on(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    """Offer Steady On after falls of the last four years; two in three come, most agree a plan."""
    age = life.people.age(rows, days)
    lately = (days > life.settings.last - 1460) & (age >= 60) & (rng.random(len(rows)) < 0.3)
    rows, days = rows[lately], days[lately] + rng.integers(10, 60, lately.sum())
    life.note(rows, days, "steady_offered")
    for key, share, delay in (
        ("steady_attended", 0.65, 21),
        ("steady_prompts", 0.9, 0),
        ("steady_plan", 0.8, 0),
        ("falls_plan", 0.6, 7),
        ("timed_up_and_go", 0.7, 0),
    ):
        came = rng.random(len(rows)) < share
        seconds = np.round(rng.normal(13.5, 4, came.sum()), 1)
        rows, days = rows[came], days[came] + delay
        if key == "timed_up_and_go":
            life.note(rows, days, key, np.maximum(seconds, 5), "s")
        else:
            life.note(rows, days, key)


def _blackouts(life: Life, rng: np.random.Generator, rows: Rows, days: Days) -> None:
    """Code a blackout on the day of one fall in thirty."""
    fainted = rng.random(len(rows)) < 0.03
    life.note(rows[fainted], days[fainted], "syncope")


def _reviewed(life: Life, rng: np.random.Generator, asked: tuple[Rows, Days]) -> None:
    """Do three in five of the medicine reviews that were asked for after a fall."""
    rows, days = asked
    done = rng.random(len(rows)) < 0.6
    later = rng.integers(3, 75, done.sum()).astype(np.int32)
    life.note(rows[done], days[done] + later, "pharmacist_review")
