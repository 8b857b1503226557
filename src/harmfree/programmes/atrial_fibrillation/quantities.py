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
from harmfree.periods.daily import Daily
from harmfree.periods.expressions import Derivation, DerivationInput
from harmfree.periods.windows import contract_year, months, to_day

Floats = npt.NDArray[np.float64]

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


def _clearance(seen: DerivationInput) -> Floats:
    held = Daily.of(seen)
    age, female = seen.age[held.row], seen.female[held.row]
    weight = held.carried(held.highest(0, *WEIGHT_KG))
    creatinine = held.carried(held.highest(1, *CREATININE_UMOL))
    return held.spread(cockcroft_gault_array(age, female, weight, creatinine))


CLEARANCE = Derivation(
    "creatinine_clearance",
    "the creatinine clearance (Cockcroft-Gault, ml/min) from the latest weight and creatinine",
    ("weight", "creatinine", "doac"),
    _clearance,
    requires=(0, 1),
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
        requires=(0, 1),
    )


def first_weeks_highest(arm: str) -> Derivation:
    """Highest INR in the first twelve weeks after the event of an arm."""
    return Derivation(
        f"first_weeks_highest_{arm}",
        "the highest INR in the first 12 weeks",
        ("inr", arm),
        _first_weeks_highest,
        requires=(0, 1),
    )
