"""Hazardous prescribing and its background: ulcer healing, antiplatelets, NSAIDs and more.

Each hazard of the published PINCER measures is drawn as spells whose rate depends on the
practice and falls slowly over the years; the roll-out ends or prevents its share of them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harmfree.records.sources.synthetic.clock import NEVER, YEAR, Bools, Days, Floats, Rows
from harmfree.records.sources.synthetic.life import Courses, Life
from harmfree.records.sources.synthetic.schedule import issue, spells

LONG = 500_000
SECULAR = 0.03
"""Hazards fall by three in a hundred a year everywhere, roll-out or not."""
# New spells a year per person, set so that the share found in a three-month look-back lies in
# the range of the released practice medians (Fisher, BMJ Medicine 2023;2:e000392).
NSAID_HAZARD, NSAID_YOUNG, NSAID_PROTECTED = 0.038, 0.060, 0.045
BETA_BLOCKER, LABA_ALONE, ANTIPSYCHOTIC = 0.0115, 0.0035, 0.045
ANTIPLATELET_UNPROTECTED, DUAL_UNPROTECTED, CONTINUED = 0.11, 0.34, 0.26


def add(life: Life) -> None:
    """Write ulcer-healing drugs, antiplatelets, NSAIDs and the other hazards."""
    rng = life.rng("hazards")
    _ulcer_healing(life, rng)
    _antiplatelets(life, rng)
    _write_ulcer_healing(life, rng)
    _nsaids(life, rng)
    _in_condition(life, rng, "asthma", BETA_BLOCKER, ("propranolol_40", "propranolol_80"), 1.0)
    _in_condition(life, rng, "asthma", LABA_ALONE, ("salmeterol_inhaler", "formoterol_inhaler"), 2)
    _in_condition(
        life,
        rng,
        "dementia",
        ANTIPSYCHOTIC,
        ("risperidone_500", "quetiapine_25", "haloperidol_500"),
        0.8,
    )


def spell_rate(life: Life, practices: Rows, days: npt.ArrayLike) -> Floats:
    """Return how hazardous prescribing compares with the average: practice and calendar."""
    years = (np.asarray(days) - life.settings.last) / YEAR + 3
    return np.asarray(life.region.hazard[practices] * np.exp(-SECULAR * years))


def _end(life: Life, rng: np.random.Generator, courses: Courses) -> Courses:
    """Let the roll-out end its share of these hazards."""
    practice = life.people.practice_on(courses.rows, life.people.end[courses.rows])
    early = life.people.practice_on(courses.rows, courses.start)
    practice = np.where(courses.stop < life.people.moved[courses.rows], early, practice)
    stop = life.rollout.end_hazards(practice, courses.stop, rng.random(len(courses)))
    return Courses(courses.rows, courses.start, stop).where(stop > courses.start)


def _ulcer_healing(life: Life, rng: np.random.Generator) -> None:
    """Long-term PPI or H2 blocker by reason and by age; one spell a person."""
    n = len(life.people)
    age = life.people.age(np.arange(n), life.people.end)
    wants = np.full(n, NEVER, dtype=np.int64)
    for condition, share in (
        ("gord", 0.6),
        ("oesophagitis", 0.7),
        ("peptic_ulcer", 0.4),
        ("gi_bleed", 0.4),
    ):
        takes = rng.random(n) < share
        wants = np.where(takes, np.minimum(wants, life.onset[condition]), wants)
    other = rng.random(n) < np.interp(age, [20, 40, 65, 90], [0.01, 0.06, 0.17, 0.22])
    some_day = life.people.end - rng.integers(0, int(12 * YEAR), n)
    wants = np.where(other, np.minimum(wants, some_day), wants)
    stop = np.where(rng.random(n) < 0.3, wants + rng.exponential(500, n), LONG)
    stop = np.where(wants < NEVER, stop, NEVER)
    life.protected = wants.astype(np.int32), stop.astype(np.int32)
    life.protected_again = np.full(n, NEVER, np.int32)


def _write_ulcer_healing(life: Life, rng: np.random.Generator) -> None:
    start, stop = life.protected
    once, again = np.flatnonzero(start < NEVER), np.flatnonzero(life.protected_again < NEVER)
    rows = np.concatenate([once, again])
    begin = np.concatenate([start[once], life.protected_again[again]])
    end = np.concatenate([stop[once], np.full(len(again), LONG, np.int32)])
    keys = (
        "omeprazole_20",
        "lansoprazole_30",
        "lansoprazole_15",
        "esomeprazole_20",
        "famotidine_20",
    )
    medicine = rng.choice(
        life.vocabulary.ids(keys), size=len(rows), p=[0.45, 0.25, 0.2, 0.05, 0.05]
    )
    issue(life, Courses(rows, begin, end), medicine, 56, rng)


def unprotected(life: Life, rows: Rows, days: npt.ArrayLike) -> Bools:
    """Return whether these people take no ulcer-healing drug around these days."""
    start, stop = life.protected
    day = np.asarray(days)
    once = (start[rows] > day + 90) | (stop[rows] < day - 60)
    return np.asarray(once & (life.protected_again[rows] > day + 90))


def _protect(life: Life, rows: Rows, since: Days) -> None:
    """Start an ulcer-healing drug for good: prolong the spell there is, or begin another."""
    start, stop = life.protected
    over = stop[rows] < since - 60
    life.protected_again[rows[over]] = np.minimum(life.protected_again[rows[over]], since[over])
    start[rows[~over]] = np.minimum(start[rows[~over]], since[~over])
    stop[rows[~over]] = LONG


def _antiplatelets(life: Life, rng: np.random.Generator) -> None:
    """Antiplatelets after vascular disease; they stop when an anticoagulant starts, mostly."""
    onset = life.first_onset("chd", "stroke", "tia", "pad")
    rows = np.flatnonzero((onset < NEVER) & (rng.random(len(onset)) < 0.82))
    start = (onset[rows] + rng.integers(0, 30, len(rows))).astype(np.int32)
    anticoagulated = life.anticoagulant[0][rows]
    stop = np.where(anticoagulated > start, np.minimum(anticoagulated, LONG), start).astype(
        np.int32
    )
    kinds = ("aspirin_75", "clopidogrel_75", "aspirin_300", "dipyridamole_200")
    medicine = rng.choice(life.vocabulary.ids(kinds), size=len(rows), p=[0.52, 0.45, 0.015, 0.015])
    courses = Courses(rows, start, stop)
    kept = stop > start
    issue(life, _gut_risk(life, rng, courses).where(kept), medicine[kept], 56, rng)
    _continued(life, rng, courses, medicine)
    _dual(life, rng, courses.where(kept), medicine[kept])


def _gut_risk(life: Life, rng: np.random.Generator, courses: Courses) -> Courses:
    """Protect people with an ulcer or bleed behind them; a few are not, until someone acts."""
    rows = courses.rows
    risk = life.has("peptic_ulcer", "gi_bleed")[rows]
    forgotten = (
        rng.random(len(rows))
        < ANTIPLATELET_UNPROTECTED * life.region.hazard[life.people.practice[rows]]
    )
    bare = risk & forgotten & unprotected(life, rows, courses.start)
    since = np.maximum(courses.start, life.first_onset("peptic_ulcer", "gi_bleed")[rows])
    _protect(life, rows[risk & ~bare], since[risk & ~bare].astype(np.int32))
    cautious = ~risk & (rng.random(len(rows)) < 0.3)
    _protect(life, rows[cautious], courses.start[cautious])
    ended = life.rollout.end_hazards(
        life.people.practice[rows], courses.stop, rng.random(len(rows))
    )
    acted = bare & (ended < courses.stop)
    _protect(life, rows[acted], ended[acted])
    return courses


def _continued(
    life: Life, rng: np.random.Generator, courses: Courses, medicine: npt.NDArray[np.int32]
) -> None:
    """Antiplatelets carried on beside a new anticoagulant, with nothing for the stomach."""
    rows = courses.rows
    begins = life.anticoagulant[0][rows]
    bare = (begins < LONG) & unprotected(life, rows, begins)
    chance = CONTINUED * life.region.hazard[life.people.practice[rows]]
    which = np.flatnonzero(bare & (rng.random(len(rows)) < chance))
    start = np.maximum(begins[which], courses.start[which])
    # Long ago, such pairs came and went unseen; draw the one that the records can show.
    unseen = start < life.settings.first - 1500
    start = np.where(unseen, life.settings.first + rng.integers(0, 3000, len(start)), start)
    start = start.astype(np.int32)
    ended = _end(life, rng, Courses(rows[which], start, spells(life, start, 4.0, rng)))
    code = np.zeros(len(life.people), np.int32)
    code[rows] = medicine
    issue(life, ended, code[ended.rows], 28, rng)


def _dual(
    life: Life, rng: np.random.Generator, courses: Courses, medicine: npt.NDArray[np.int32]
) -> None:
    """Two antiplatelets for a year, sometimes for much longer, often with a PPI."""
    aspirin = life.vocabulary["aspirin_75"]
    which = np.flatnonzero((medicine == aspirin) & (rng.random(len(courses)) < 0.34))
    pair = courses.where(which)
    old = pair.start < life.settings.first
    some_day = rng.integers(life.settings.first, life.settings.last, len(pair))
    begin = np.where(old, some_day, pair.start).astype(np.int32)
    stop = np.minimum(spells(life, begin, 1.1, rng), pair.stop).astype(np.int32)
    dual = Courses(pair.rows, begin, stop)
    careless = (
        rng.random(len(dual))
        < DUAL_UNPROTECTED * life.region.hazard[life.people.practice[dual.rows]]
    )
    bare = careless & unprotected(life, dual.rows, dual.start)
    _protect(life, dual.rows[~bare], dual.start[~bare])
    hazard = _end(life, rng, dual.where(bare))
    second = life.vocabulary.ids(
        ("clopidogrel_75", "clopidogrel_75", "clopidogrel_75", "ticagrelor_90")
    )
    for part in (dual.where(~bare & (dual.stop > dual.start)), hazard):
        issue(life, part, second[rng.integers(0, 4, len(part))], 28, rng)


def _nsaids(life: Life, rng: np.random.Generator) -> None:
    """NSAID spells of everyone over 18; who is at risk gets them less, and hazardously."""
    top = max(NSAID_HAZARD, NSAID_YOUNG, NSAID_PROTECTED) * 2.5
    rows, days = life.visits(np.full(len(life.people), top), rng)
    age = life.people.age(rows, days)
    practice = life.people.practice_on(rows, days)
    hazard = at_risk(life, rows, days, age)
    rate = np.where(
        age >= 65,
        NSAID_PROTECTED,
        np.interp(age, [18, 30, 50, 65], [0.2, 0.7, 1.2, 1.2]) * NSAID_YOUNG,
    )
    rate = np.where(hazard, NSAID_HAZARD * spell_rate(life, practice, days), rate)
    kept = (age >= 18) & (rng.random(len(rows)) * top < rate)
    # The pharmacist looks at every NSAID of an older person: protection comes and goes.
    rows, days, hazard = rows[kept], days[kept], (hazard | (age >= 65))[kept]
    issues = np.where(rng.random(len(rows)) < 0.5, 1, rng.geometric(0.28, len(rows)))
    courses = Courses(rows, days, (days + issues * 28).astype(np.int32))
    keys = (
        "ibuprofen_400",
        "naproxen_500",
        "diclofenac_50",
        "celecoxib_100",
        "etoricoxib_60",
        "meloxicam_15",
    )
    medicine = rng.choice(
        life.vocabulary.ids(keys), size=len(rows), p=[0.24, 0.53, 0.04, 0.07, 0.06, 0.06]
    )
    issue(life, courses.where(~hazard), medicine[~hazard], 28, rng)
    ended = _end_one_by_one(life, rng, courses.where(hazard))
    alive = ended.stop > ended.start
    issue(life, ended.where(alive), medicine[hazard][alive], 28, rng)


def _end_one_by_one(life: Life, rng: np.random.Generator, courses: Courses) -> Courses:
    practice = life.people.practice_on(courses.rows, courses.start)
    stop = life.rollout.end_hazards(practice, courses.stop, rng.random(len(courses)))
    return Courses(courses.rows, courses.start, stop)


def at_risk(life: Life, rows: Rows, days: Days, age: Floats) -> Bools:
    """Return whether an NSAID on these days would be one of the measured hazards."""
    bare = unprotected(life, rows, days)
    gut = bare & ((age >= 65) | life.had(rows, days, "peptic_ulcer", "gi_bleed"))
    start, stop = life.anticoagulant
    thinned = (start[rows] - 90 <= days) & (days < stop[rows])
    kidney = life.egfr(rows, days) < 45
    return np.asarray(gut | thinned | kidney | life.had(rows, days, "heart_failure"))


def _in_condition(
    life: Life,
    rng: np.random.Generator,
    condition: str,
    rate: float,
    medicines: tuple[str, ...],
    mean_years: float,
) -> None:
    """Draw spells of a medicine that people with this condition should not be given."""
    onset = life.onset[condition]
    rows, days = life.visits(np.where(onset < NEVER, rate * 3.0, 0.0), rng)
    practice = life.people.practice_on(rows, days)
    chance = spell_rate(life, practice, days) / 3.0
    kept = (days > onset[rows]) & (rng.random(len(rows)) < chance)
    kept &= ~((condition == "dementia") & life.has("psychosis", "schizophrenia", "bipolar")[rows])
    kept &= life.people.age(rows, days) >= 16
    courses = Courses(rows[kept], days[kept], spells(life, days[kept], mean_years, rng))
    ended = _end(life, rng, courses)
    codes = life.vocabulary.ids(medicines)
    issue(life, ended, codes[rng.integers(0, len(codes), len(ended))], 28, rng)
