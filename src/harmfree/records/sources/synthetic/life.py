"""What the parts of one bucket share: the people, their bodies and conditions, the sheet."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from harmfree.records.sources.synthetic.clock import (
    NEVER,
    YEAR,
    Bools,
    Days,
    Floats,
    Rows,
    Settings,
)
from harmfree.records.sources.synthetic.people import People
from harmfree.records.sources.synthetic.places import Region
from harmfree.records.sources.synthetic.rollout import Rollout
from harmfree.records.sources.synthetic.sheet import Sheet
from harmfree.records.sources.synthetic.vocabulary import UNIT, Vocabulary


@dataclass(frozen=True)
class Courses:
    """Spells of something: whose (`rows`), from `start` up to but not including `stop`."""

    rows: Rows
    start: Days
    stop: Days

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, which: Bools | Rows) -> Courses:
        """Return the courses at these positions, or where the mask is true."""
        return Courses(self.rows[which], self.start[which], self.stop[which])

    def spans(self, people: int) -> tuple[Days, Days]:
        """Return start and stop by person (the last course wins; `NEVER` and 0 when none)."""
        start, stop = np.full(people, NEVER, np.int32), np.zeros(people, np.int32)
        start[self.rows], stop[self.rows] = self.start, self.stop
        return start, stop


def joined(*courses: Courses) -> Courses:
    """Return several sets of courses as one."""
    return Courses(
        np.concatenate([one.rows for one in courses]),
        np.concatenate([one.start for one in courses]),
        np.concatenate([one.stop for one in courses]),
    )


@dataclass
class Life:
    """One bucket while it is being made.

    `onset` holds for each condition the day it was first coded, `NEVER` when it was not.
    `anticoagulant` and `protected` (an ulcer-healing drug) hold start and stop by person;
    `protected_again` the start of a later, lasting spell. `residents` are stays in care homes,
    `fractures` the rows and days of broken bones at 50 and over.
    """

    settings: Settings
    region: Region
    rollout: Rollout
    people: People
    vocabulary: Vocabulary
    bucket: int
    sheet: Sheet = field(default_factory=Sheet)
    onset: dict[str, Days] = field(default_factory=dict)
    weight: Floats = field(default_factory=lambda: np.empty(0))
    height: Floats = field(default_factory=lambda: np.empty(0))
    kidney: Floats = field(default_factory=lambda: np.empty(0))
    kidney_slope: Floats = field(default_factory=lambda: np.empty(0))
    anticoagulant: tuple[Days, Days] = (np.empty(0, np.int32), np.empty(0, np.int32))
    protected: tuple[Days, Days] = (np.empty(0, np.int32), np.empty(0, np.int32))
    residents: Courses = field(
        default_factory=lambda: Courses(*(np.empty(0, np.int32) for _ in range(3)))
    )
    fractures: tuple[Rows, Days] = (np.empty(0, np.int64), np.empty(0, np.int32))
    protected_again: Days = field(default_factory=lambda: np.empty(0, np.int32))

    def rng(self, part: str) -> np.random.Generator:
        """Return the random stream of one part of this bucket."""
        return self.settings.rng(part, self.bucket)

    def has(self, *conditions: str) -> Bools:
        """Return who ever has any of these conditions."""
        return self.first_onset(*conditions) < NEVER

    def first_onset(self, *conditions: str) -> Days:
        """Return the first day of any of these conditions, by person."""
        first = self.onset[conditions[0]]
        for condition in conditions[1:]:
            first = np.minimum(first, self.onset[condition])
        return first

    def had(self, rows: Rows, days: npt.ArrayLike, *conditions: str) -> Bools:
        """Return whether these people had any of the conditions on these days."""
        return np.asarray(self.first_onset(*conditions)[rows] <= np.asarray(days))

    def egfr(self, rows: Rows, days: npt.ArrayLike) -> Floats:
        """Return the true kidney function (mL/min/1.73 m2) on these days, without noise."""
        years = (self.people.end[rows] - np.asarray(days)) / YEAR
        return np.asarray(
            np.clip(self.kidney[rows] + self.kidney_slope[rows] * years, 4, 125), dtype=np.float64
        )

    def creatinine(self, rows: Rows, days: npt.ArrayLike, egfr: Floats) -> Floats:
        """Return the creatinine (umol/L) that CKD-EPI 2009 turns into this eGFR.

        Levey AS et al, Ann Intern Med 2009;150:604-12, without the race term, solved backwards.
        """
        female = self.people.female[rows]
        kappa, alpha = np.where(female, 0.7, 0.9), np.where(female, -0.329, -0.411)
        age = np.clip(self.people.age(rows, days), 1, 110)
        ratio = egfr / (141 * 0.993**age * np.where(female, 1.018, 1.0))
        mg = kappa * np.where(ratio <= 1, ratio ** (-1 / 1.209), ratio ** (1 / alpha))
        return np.asarray(mg * 88.4, dtype=np.float64)

    def note(
        self,
        rows: npt.ArrayLike,
        days: npt.ArrayLike,
        key: str,
        value: npt.ArrayLike = np.nan,
        unit: str = "",
    ) -> None:
        """Write events of one code of the vocabulary, by its key."""
        self.sheet.add(rows, days, self.vocabulary[key], value, UNIT[unit])

    def visits(self, rate: Floats, rng: np.random.Generator) -> tuple[Rows, Days]:
        """Draw visits at `rate` a year by person over the years covered.

        Returns the row and the day of each.
        """
        start = np.maximum(self.settings.first, self.people.birth)
        days = np.maximum(self.people.end - start, 0)
        count = rng.poisson(np.maximum(rate, 0) * days / YEAR)
        rows = np.repeat(np.arange(len(count)), count)
        when = start[rows] + (rng.random(len(rows)) * days[rows]).astype(np.int32)
        return rows, when.astype(np.int32)
