"""Control of warfarin by place: time in range of all days together and of people on average."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from harmfree.clinical.anticoagulation.inr_control import FIRST_WEEKS_LEFT_OUT, WINDOW_MONTHS
from harmfree.clinical.anticoagulation.ttr import GOOD_FROM
from harmfree.clinical.anticoagulation.ttr_array import rosendaal_array
from harmfree.periods.daily import Daily
from harmfree.periods.windows import back, months, to_day
from harmfree.programmes.atrial_fibrillation.quantities import INR_RANGE, course_start
from harmfree.publish.af_areas import areas
from harmfree.publish.af_landscape import latest_counts
from harmfree.publish.coded import NOWHERE, Coded, coded
from harmfree.publish.reading import LiveRun

LISTS = (
    "inr",
    "vitamin_k_antagonist",
    "atrial_fibrillation",
    "atrial_fibrillation_resolved",
    "mechanical_valve",
)


@dataclass(frozen=True)
class Control:
    """Control at one place.

    Attributes:
        id, name, kind: the place.
        on_warfarin: people with AF and a vitamin K antagonist issued in six months.
        judged: of them, those whose time in range is known (no mechanical valve, the six months
            after the first six weeks, two tests to join).
        pooled_ttr: days in range of all usable days of all judged, per cent.
        mean_ttr: mean of the judged people's own time in range, per cent.
        below_65, inr_high, inr_low, overdue: people who meet each indicator.
        judged_below_65: of the judged, by this module's own sum (equals `below_65`).
    """

    id: str
    name: str
    kind: str
    on_warfarin: int
    judged: int
    pooled_ttr: float | None
    mean_ttr: float | None
    below_65: int
    inr_high: int
    inr_low: int
    overdue: int
    judged_below_65: int


@dataclass(frozen=True, eq=False)
class _Judged:
    site: npt.NDArray[np.int64]
    inside: npt.NDArray[np.float64]
    usable: npt.NDArray[np.float64]


def control(run: LiveRun, by: str = "region") -> tuple[date, tuple[Control, ...]]:
    """Control at every place of a level, on the run's last index date.

    Raises:
        NotFoundError: the run does not hold the programme, or these records have no such level.
    """
    counts = latest_counts(run)
    chosen = areas(run, by)
    judged = _judged(coded(run, LISTS, counts.on), counts.on)
    percent = 100 * np.round(judged.inside / judged.usable, 9)
    rows = []
    for number, place in enumerate(chosen.places):
        mine = chosen.within(number, judged.site)
        usable = float(judged.usable[mine].sum())
        rows.append(
            Control(
                id=place.id,
                name=place.name,
                kind=place.kind,
                on_warfarin=counts.denominator("af_inr_low", place.number),
                judged=int(mine.sum()),
                pooled_ttr=100 * float(judged.inside[mine].sum()) / usable if usable else None,
                mean_ttr=float(percent[mine].mean()) if mine.any() else None,
                below_65=counts.numerator("af_ttr_low", place.number),
                inr_high=counts.numerator("af_inr_high", place.number),
                inr_low=counts.numerator("af_inr_low", place.number),
                overdue=counts.numerator("af_inr_overdue", place.number),
                judged_below_65=int((percent[mine] < GOOD_FROM).sum()),
            )
        )
    return counts.on, tuple(rows)


def _judged(held: Coded, on: date) -> _Judged:
    """People whose time in range is known, as `af_ttr_low` knows it: at their latest INR."""
    day, window = to_day(on), months(WINDOW_MONTHS)
    daily = Daily.of(held.derivation_input("inr", "vitamin_k_antagonist"))
    inr, since = daily.mean(0, *INR_RANGE), daily.backed(window)
    settled = course_start(daily, 1) + 7 * FIRST_WEEKS_LEFT_OUT
    tested = np.flatnonzero(~np.isnan(inr))
    person, when = daily.person[tested], daily.day[tested]
    rolling = rosendaal_array(person, when.astype(float), inr[tested], since[tested])
    known = (rolling.usable > 0) & ~(settled[tested] > since[tested]) & (when >= back(day, window))
    # The latest known value counts, as a derived quantity does.
    latest = np.append(person[known][1:] != person[known][:-1], True)[: int(known.sum())]
    rows = np.flatnonzero(known)[latest]
    rows = rows[np.isin(person[rows], _on_warfarin(held, back(day, window)))]
    return _Judged(held.home[person[rows]], rolling.inside[rows], rolling.usable[rows])


def _on_warfarin(held: Coded, since: int) -> npt.NDArray[np.int64]:
    """People on the register and on a list, with an issue since, without a mechanical valve."""

    def last(codes: str) -> npt.NDArray[np.int64]:
        found = np.full(len(held.home), -(10**6), np.int64)
        rows = held.of(codes)
        np.maximum.at(found, held.person[rows], held.day[rows])
        return found

    register = last("atrial_fibrillation") > last("atrial_fibrillation_resolved")
    valve = last("mechanical_valve") > -(10**6)
    issued = last("vitamin_k_antagonist") >= since
    return np.flatnonzero(register & issued & ~valve & (held.home != NOWHERE))
