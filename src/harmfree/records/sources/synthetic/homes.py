"""Care homes: who lives in which, from when, and until when."""

from __future__ import annotations

import numpy as np

from harmfree.records.sources.synthetic.clock import NEVER, YEAR
from harmfree.records.sources.synthetic.life import Courses, Life

MEAN_STAY_YEARS = 2.2


def add(life: Life) -> None:
    """Write a coded status, and a local code of the home itself that lasts until the stay ends."""
    rng = life.rng("homes")
    people = life.people
    age = people.age(np.arange(len(people)), people.end)
    share = np.interp(age, [65, 75, 85, 95], [0.004, 0.02, 0.09, 0.22])
    share = share * np.where(life.has("dementia"), 2.6, 0.75)
    rows = np.flatnonzero((age >= 65) & (rng.random(len(age)) < share))
    stay = rng.exponential(MEAN_STAY_YEARS * YEAR, len(rows)) + 30
    start = np.maximum(people.end[rows] - stay, people.birth[rows] + 60 * 366).astype(np.int32)
    life.residents = Courses(rows, start, people.end[rows])
    home = life.region.homes_of(people.practice_on(rows, start), rng)
    first_home = len(life.vocabulary) - len(life.region.home_site)
    gone = (people.death[rows] < NEVER) | (people.left[rows] < NEVER)
    until = np.where(gone, people.end[rows] + 1, NEVER)
    life.sheet.add(rows, start, first_home + home, np.nan, 0, until)
    keys = life.vocabulary.ids(("lives_care_home", "lives_nursing_home", "lives_residential_home"))
    coded = start + rng.integers(0, 60, len(rows))
    life.sheet.add(rows, coded, keys[rng.integers(0, 3, len(rows))])
