"""Numbers that are worked out at each event: clearance, time in range, the older score.

The arithmetic is that of the clinical tools; here only the events are laid out for it. Every
result is rounded to four decimals, so that single precision never moves it across a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.clinical.anticoagulation.inr_control import FIRST_WEEKS_LEFT_OUT, WINDOW_MONTHS
from harmfree.clinical.anticoagulation.renal import cockcroft_gault_array
from harmfree.clinical.anticoagulation.ttr import INR
from harmfree.clinical.anticoagulation.ttr_array import rosendaal_array
from harmfree.clinical.common import CREATININE, WEIGHT
from harmfree.periods.expressions import Derivation, DerivationInput
from harmfree.periods.windows import Window, back, contract_year, months, to_day

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NEW_COURSE_AFTER_DAYS = 183
"""An issue after more than this many days without one begins a new course (ours: six months)."""

FIRST_WEEKS_DAYS = 84
"""The first twelve weeks, the trials' measure of genotype-guided dosing (EU-PACT)."""

INR_RANGE = (INR.low, INR.high)
WEIGHT_KG = (WEIGHT.low, WEIGHT.high)
CREATININE_UMOL = (CREATININE.low, CREATININE.high)
"""What the tools take as possible; a number outside is a slip and is passed over."""

CHADS2_COUNTS_BEFORE = to_day("2015-04-01")
"""QOF accepts CHADS2 in place of CHA2DS2-VASc when recorded before April 2015."""


@dataclass(frozen=True)
class Daily:
    """The events of a derivation, one row for each person and day.

    Attributes:
        person: int64[n]. day: int64[n]. first: bool[n], the person's first row.
        group: int64[events], the row of each event.
        seen: the events themselves.
    """

    person: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]
    first: Bools
    group: npt.NDArray[np.int64]
    seen: DerivationInput

    @classmethod
    def of(cls, seen: DerivationInput) -> Daily:
        """Gather the events by person and day."""
        person, day = seen.person, seen.day.astype(np.int64)
        changed = (person[1:] != person[:-1]) | (day[1:] != day[:-1])
        new = np.append(True, changed)[: len(day)]
        rows = np.flatnonzero(new)
        first = np.append(True, person[rows][1:] != person[rows][:-1])[: len(rows)]
        return cls(person[rows], day[rows], first, np.cumsum(new) - 1, seen)

    def _usable(self, source: int, low: float, high: float) -> Bools:
        value = self.seen.value
        usable: Bools = (self.seen.source == source) & (value >= low) & (value <= high)
        return usable

    def mean(self, source: int, low: float, high: float) -> Floats:
        """The mean of the day's values of one list from `low` to `high`; NaN without any."""
        rows = self._usable(source, low, high)
        count = np.bincount(self.group[rows], minlength=len(self.day))
        total = np.bincount(self.group[rows], self.seen.value[rows], minlength=len(self.day))
        blank = np.full(len(self.day), np.nan)
        mean: Floats = np.divide(total, count, out=blank, where=count > 0)
        return mean

    def highest(self, source: int, low: float, high: float) -> Floats:
        """The day's highest value of one list from `low` to `high`; NaN without any."""
        found = np.full(len(self.day), -np.inf)
        rows = self._usable(source, low, high)
        np.maximum.at(found, self.group[rows], self.seen.value[rows])
        return np.where(np.isinf(found), np.nan, found)

    def has(self, source: int) -> Bools:
        """Whether the day has an event of one list, with a value or without."""
        found = np.zeros(len(self.day), dtype=bool)
        found[self.group[self.seen.source == source]] = True
        return found

    def carried(self, value: Floats) -> Floats:
        """Each person's latest known value up to and with each day."""
        place = np.where(np.isnan(value), -1, np.arange(len(value)))
        latest = np.maximum.accumulate(place) if len(place) else place
        own = latest >= np.maximum.accumulate(np.where(self.first, np.arange(len(value)), 0))
        return np.where((latest >= 0) & own, value[latest], np.nan)

    def backed(self, window: Window) -> Floats:
        """The earliest day that the window includes, of each day."""
        days, place = np.unique(self.day, return_inverse=True)
        starts = np.array([back(int(day), window) for day in days], np.float64)
        return starts[place] if len(days) else np.zeros(0)

    def spread(self, value: Floats) -> Floats:
        """The day's value for each of its events."""
        rounded: Floats = np.round(value, 4)[self.group]
        return rounded


def _clearance(seen: DerivationInput) -> Floats:
    held = Daily.of(seen)
    age, female = np.full(len(held.day), np.nan), np.zeros(len(held.day), dtype=bool)
    age[held.group], female[held.group] = seen.age, seen.female
    weight = held.carried(held.highest(0, *WEIGHT_KG))
    creatinine = held.carried(held.highest(1, *CREATININE_UMOL))
    return held.spread(cockcroft_gault_array(age, female, weight, creatinine))


CLEARANCE = Derivation(
    "creatinine_clearance",
    "the creatinine clearance (Cockcroft-Gault, ml/min) from the latest weight and creatinine",
    ("weight", "creatinine", "doac"),
    _clearance,
)
"""Worked out anew at each issue of a DOAC too, so that age is never far behind."""


def course_start(held: Daily, source: int) -> Floats:
    """First day of the course of treatment that each day lies in; NaN before any issue.

    Args:
        held: the events. source: which of the derivation's lists are the issues.
    """
    day = held.day.astype(np.float64)
    issued = held.has(source)
    last = held.carried(np.where(issued, day, np.nan))
    previous = np.append(np.nan, last[:-1])
    fresh = held.first | np.isnan(previous) | (day - previous > NEW_COURSE_AFTER_DAYS)
    return held.carried(np.where(issued & fresh, day, np.nan))


def _time_in_range(seen: DerivationInput) -> Floats:
    held = Daily.of(seen)
    inr, since = held.mean(0, *INR_RANGE), held.backed(months(WINDOW_MONTHS))
    settled = course_start(held, 1) + 7 * FIRST_WEEKS_LEFT_OUT
    tested = ~np.isnan(inr)
    found = np.full(len(held.day), np.nan)
    found[tested] = rosendaal_array(
        held.person[tested], held.day[tested].astype(float), inr[tested], since[tested]
    ).percent
    found[settled > since] = np.nan
    return held.spread(found)


TIME_IN_RANGE = Derivation(
    "time_in_range",
    "time in therapeutic range (INR 2 to 3, Rosendaal, per cent) over the six months up to the "
    "latest INR, once the first six weeks of treatment lie before them,",
    ("inr", "vitamin_k_antagonist"),
    _time_in_range,
)


def _early_chads2(seen: DerivationInput) -> Floats:
    held = Daily.of(seen)
    score = np.where(held.day < CHADS2_COUNTS_BEFORE, held.highest(0, 0, 6), np.nan)
    return held.spread(score)


EARLY_CHADS2 = Derivation(
    "early_chads2",
    "the latest CHADS2 recorded before 1 April 2015",
    ("chads2_score",),
    _early_chads2,
)


def _days_between_invitations(seen: DerivationInput) -> Floats:
    held = Daily.of(seen)
    year = held.backed(contract_year())
    begins = held.first | np.append(True, year[1:] != year[:-1])[: len(year)]
    opened = held.carried(np.where(begins, held.day.astype(np.float64), np.nan))
    return held.spread(held.day - opened)


INVITATIONS_APART = Derivation(
    "invitations_apart",
    "the number of days from the first to the last invitation",
    ("af_review_invitation",),
    _days_between_invitations,
)


@dataclass(frozen=True)
class FirstWeeks:
    """INR tests of the first twelve weeks after each start, by start.

    Attributes:
        rows: rows of the daily events. course: running number of the start (1, 2 ...), over all.
        day: of the test. inr: mean of the day.
    """

    rows: npt.NDArray[np.intp]
    course: npt.NDArray[np.int64]
    day: Floats
    inr: Floats

    @classmethod
    def of(cls, held: Daily) -> FirstWeeks:
        """From events of the lists (INR, start)."""
        begun = held.has(1)
        day = held.day.astype(np.float64)
        start = held.carried(np.where(begun, day, np.nan))
        inr = held.mean(0, *INR_RANGE)
        rows = np.flatnonzero(~np.isnan(inr) & (day >= start) & (day <= start + FIRST_WEEKS_DAYS))
        return cls(rows, np.cumsum(begun, dtype=np.int64)[rows], day[rows], inr[rows])


def _first_weeks_ttr(seen: DerivationInput) -> Floats:
    held = Daily.of(seen)
    early = FirstWeeks.of(held)
    found = np.full(len(held.day), np.nan)
    every = np.full(len(early.rows), -np.inf)
    found[early.rows] = rosendaal_array(early.course, early.day, early.inr, every).percent
    return held.spread(found)


def _first_weeks_highest(seen: DerivationInput) -> Floats:
    held = Daily.of(seen)
    early = FirstWeeks.of(held)
    # Courses are set apart by more than any INR, so that one running maximum serves them all.
    apart = early.course * 1000.0
    found = np.full(len(held.day), np.nan)
    found[early.rows] = np.maximum.accumulate(early.inr + apart) - apart
    return held.spread(found)


def first_weeks_ttr(arm: str) -> Derivation:
    """Time in range over the first twelve weeks after the event of an arm."""
    return Derivation(
        f"first_weeks_ttr_{arm}",
        "time in therapeutic range (INR 2 to 3, Rosendaal, per cent) in the first 12 weeks",
        ("inr", arm),
        _first_weeks_ttr,
    )


def first_weeks_highest(arm: str) -> Derivation:
    """Highest INR in the first twelve weeks after the event of an arm."""
    return Derivation(
        f"first_weeks_highest_{arm}",
        "the highest INR in the first 12 weeks",
        ("inr", arm),
        _first_weeks_highest,
    )
