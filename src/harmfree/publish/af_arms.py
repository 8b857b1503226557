"""The first twelve weeks of warfarin by arm: genotype-guided against standard dosing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from scipy.stats import ttest_ind

from harmfree.clinical.anticoagulation.ttr import HIGH, LOW
from harmfree.clinical.anticoagulation.ttr_array import rosendaal_array
from harmfree.periods.daily import Daily
from harmfree.periods.windows import to_day
from harmfree.programmes.atrial_fibrillation.quantities import (
    FIRST_WEEKS_DAYS,
    FirstWeeks,
)
from harmfree.publish.af_areas import areas
from harmfree.publish.coded import Coded, coded
from harmfree.publish.reading import LiveRun

ARMS = {"guided": "genotype_guided_dosing", "standard": "standard_dosing"}
TOO_HIGH = 4.0
NOTE = (
    "People were not allotted by chance: the arms may differ in more than the dosing. Published: "
    "62.74% against 55.25% in the North West Coast (Jorgensen 2019) and 67.4% against 60.3% in "
    "EU-PACT (2013)."
)


@dataclass(frozen=True)
class Arm:
    """One arm at one place.

    Attributes:
        started: people who began in the window. judged: of them, with two tests to join.
        mean_ttr: mean of their time in range (INR 2 to 3, days 0 to 84), per cent.
        pooled_ttr: days in range of all usable days, per cent.
        ever_above_4: of the started with a test, how many had an INR above 4, per cent.
        days_to_range: median days to the first INR in range, of those who reached it.
    """

    started: int
    judged: int
    mean_ttr: float | None
    pooled_ttr: float | None
    ever_above_4: float | None
    days_to_range: float | None


@dataclass(frozen=True)
class ArmComparison:
    """Both arms at one place; difference of the mean times in range in percentage points.

    `low` and `high` are Welch's 95% limits; None with fewer than two people judged in an arm.
    """

    id: str
    name: str
    kind: str
    guided: Arm
    standard: Arm
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ArmsReport:
    """Every place of a level; people who began from `since` to `until`."""

    since: date
    until: date
    rows: tuple[ArmComparison, ...]
    note: str = NOTE


@dataclass(frozen=True, eq=False)
class _Starts:
    """One row for each person and start of an arm."""

    day: npt.NDArray[np.int64]
    site: npt.NDArray[np.int64]
    inside: npt.NDArray[np.float64]
    usable: npt.NDArray[np.float64]
    highest: npt.NDArray[np.float64]
    reached: npt.NDArray[np.float64]

    @property
    def percent(self) -> npt.NDArray[np.float64]:
        """Time in range of each; NaN where not known."""
        blank = np.full(len(self.day), np.nan)
        known = self.usable > 0
        found: npt.NDArray[np.float64] = np.divide(
            100 * self.inside, self.usable, out=blank, where=known
        )
        return found


def arms(
    run: LiveRun, by: str = "region", since: date | None = None, until: date | None = None
) -> ArmsReport:
    """Both arms at every place of a level, by where the person was registered at the start.

    Args:
        run: the live run; its store is read.
        by: a level.
        since, until: first and last day of starts. By default all that could be followed for
            twelve weeks.

    Raises:
        NotFoundError: these records have no such level.
    """
    until = until or run.as_of - timedelta(days=FIRST_WEEKS_DAYS)
    since = since or date(1900, 1, 1)
    chosen, held = areas(run, by), coded(run, ("inr", *ARMS.values()), run.as_of)
    starts = {arm: _starts(held, codes) for arm, codes in ARMS.items()}
    rows = []
    for number, place in enumerate(chosen.places):
        mine = {
            arm: np.flatnonzero(
                chosen.within(number, each.site)
                & (each.day >= to_day(since))
                & (each.day <= to_day(until))
            )
            for arm, each in starts.items()
        }
        percents = {arm: _known(each.percent[mine[arm]]) for arm, each in starts.items()}
        rows.append(
            ArmComparison(
                place.id,
                place.name,
                place.kind,
                _arm(starts["guided"], mine["guided"]),
                _arm(starts["standard"], mine["standard"]),
                *_difference(percents["guided"], percents["standard"]),
            )
        )
    return ArmsReport(since, until, tuple(rows))


def _known(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return values[~np.isnan(values)]


def _starts(held: Coded, codes: str) -> _Starts:
    daily = Daily.of(held.derivation_input("inr", codes))
    begun = np.flatnonzero(daily.has(1))
    early = FirstWeeks.of(daily)
    rolling = rosendaal_array(early.course, early.day, early.inr, np.full(len(early.rows), -np.inf))
    starts, course = len(begun), early.course - 1
    inside, usable, highest = np.zeros(starts), np.zeros(starts), np.full(starts, np.nan)
    # Tests of a course come by day, so the last one written is the last of the twelve weeks.
    inside[course], usable[course] = rolling.inside, rolling.usable
    np.fmax.at(highest, course, early.inr)
    reached = np.full(starts, np.nan)
    good = (early.inr >= LOW) & (early.inr <= HIGH)
    np.fmin.at(reached, course[good], early.day[good])
    person, day = daily.person[begun], daily.day[begun]
    mine = held.of(codes)
    place = _site_of(held.person[mine], held.day[mine], held.site[mine], person, day)
    return _Starts(day, place, inside, usable, highest, reached - day)


def _site_of(
    whose: npt.NDArray[np.int64],
    when: npt.NDArray[np.int64],
    site: npt.NDArray[np.int64],
    person: npt.NDArray[np.int64],
    day: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """The site of the event of each (person, day)."""
    at = dict(zip(zip(whose.tolist(), when.tolist(), strict=True), site.tolist(), strict=True))
    return np.array([at[key] for key in zip(person.tolist(), day.tolist(), strict=True)], np.int64)


def _arm(starts: _Starts, rows: npt.NDArray[np.intp]) -> Arm:
    percent = _known(starts.percent[rows])
    usable = float(starts.usable[rows].sum())
    highest, reached = _known(starts.highest[rows]), _known(starts.reached[rows])
    return Arm(
        started=len(rows),
        judged=len(percent),
        mean_ttr=float(percent.mean()) if len(percent) else None,
        pooled_ttr=100 * float(starts.inside[rows].sum()) / usable if usable else None,
        ever_above_4=100 * float((highest > TOO_HIGH).mean()) if len(highest) else None,
        days_to_range=float(np.median(reached)) if len(reached) else None,
    )


def _difference(
    guided: npt.NDArray[np.float64], standard: npt.NDArray[np.float64]
) -> tuple[float | None, float | None, float | None]:
    if min(len(guided), len(standard)) < 2:
        return None, None, None
    limits = ttest_ind(guided, standard, equal_var=False).confidence_interval(0.95)
    return float(guided.mean() - standard.mean()), float(limits.low), float(limits.high)
