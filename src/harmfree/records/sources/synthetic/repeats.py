"""Repeat prescribing that follows from conditions: the table `repeats.csv`, row by row.

Each row says which share of people with a condition takes which medicine, for how long on
average, and how many days one issue lasts. Shares are ours, chosen to look like primary care.
"""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import NEVER, Bools, Days, Floats, Rows
from harmfree.records.sources.synthetic.life import Courses, Life
from harmfree.records.sources.synthetic.schedule import issue, spells
from harmfree.records.sources.synthetic.vocabulary import table

HEAVIER = 0.18
"""Ill people are given more for the same condition: polypharmacy has a long tail."""
MANY, MONTHLY = 11, 28
"""Who has so many repeat medicines gets them every four weeks, from some day on."""

# Prescribers avoid these; what slips through is drawn, and counted, in `hazards`.
AVOIDED: dict[str, tuple[str, ...]] = {
    "propranolol_40": ("asthma",),
    "sotalol_40": ("asthma",),
    "salmeterol_inhaler": ("asthma",),
    "aspirin_75": ("af", "dvt", "pe", "peptic_ulcer", "gi_bleed", "chd", "stroke", "tia", "pad"),
}


def add(life: Life) -> None:
    """Draw the courses of every row of the table and write their issues."""
    rng = life.rng("repeats")
    rows, start, stop, code, every, dose = [], [], [], [], [], []
    for row in table("repeats.csv"):
        taken = _taken(life, rng, row)
        began = _starts(life, rng, row, taken)
        rows.append(taken)
        start.append(began)
        stop.append(_stops(life, rng, row, taken, began))
        code.append(np.full(len(taken), life.vocabulary[row["medicine"]], np.int32))
        every.append(np.full(len(taken), int(row["every"]), np.int32))
        dose.append(_dose(rng, row["medicine"], len(taken)))
    courses = Courses(np.concatenate(rows), np.concatenate(start), np.concatenate(stop))
    columns = np.concatenate(code), np.concatenate(every), np.concatenate(dose)
    many = np.bincount(courses.rows, minlength=len(life.people))[courses.rows] >= MANY
    someday = rng.integers(life.settings.first, life.settings.last, len(life.people))
    change = np.where(many, someday[courses.rows], NEVER)
    before = Courses(courses.rows, courses.start, np.minimum(courses.stop, change))
    after = Courses(courses.rows, np.maximum(courses.start, change), courses.stop)
    _issue(life, rng, before, *columns)
    _issue(life, rng, after, columns[0], np.full(len(courses), MONTHLY), columns[2])


def _issue(
    life: Life, rng: np.random.Generator, courses: Courses, code: Rows, every: Rows, dose: Floats
) -> None:
    real = courses.stop > courses.start
    issue(life, courses.where(real), code[real], every[real], rng, dose[real])


def _taken(life: Life, rng: np.random.Generator, row: dict[str, str]) -> Rows:
    """Return who takes it, among people who have the condition."""
    onset = life.onset[row["condition"]]
    share = float(row["share"]) * np.exp(HEAVIER * np.clip(life.people.illness, -1.5, 2.5))
    taken: Bools = (onset < NEVER) & (rng.random(len(onset)) < share)
    if row["sex"] != "b":
        taken &= life.people.female == (row["sex"] == "f")
    for condition in AVOIDED.get(row["medicine"], ()):
        taken &= ~life.has(condition)
    return np.flatnonzero(taken)


def _starts(
    life: Life,
    rng: np.random.Generator,
    row: dict[str, str],
    taken: Rows,
) -> Rows:
    """Start soon after the condition; short treatments start at any time after it."""
    onset = np.maximum(
        life.onset[row["condition"]][taken],
        life.people.birth[taken] + int(row["min_age"]) * 365.25,
    )
    room = np.maximum(life.people.end[taken] - np.maximum(onset, life.settings.first), 1)
    soon = onset + rng.exponential(300, len(taken))
    any_time = np.maximum(onset, life.settings.first) + rng.random(len(taken)) * room
    short = float(row["mean_years"]) < 6
    begun: Rows = np.where(short, any_time, soon).astype(np.int32)
    return begun


def _stops(
    life: Life, rng: np.random.Generator, row: dict[str, str], taken: Rows, began: Days
) -> Days:
    """Stop after an exponential time, at the latest when too old for it."""
    stop = spells(life, began, float(row["mean_years"]), rng)
    return np.minimum(stop, life.people.birth[taken] + int(row["max_age"]) * 366)


def _dose(rng: np.random.Generator, medicine: str, n: int) -> Floats:
    """Most take the usual dose; some double, and a few stay on amiodarone's loading dose."""
    double = {"amiodarone_200": 0.15, "fentanyl_patch_75": 0.3, "morphine_mr_100": 0.3}
    share = double.get(medicine, 0.04)
    return np.where(rng.random(n) < share, 2.0, 1.0)
