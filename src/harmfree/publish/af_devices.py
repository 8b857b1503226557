"""What hand-held ECG devices yield: strip, possible AF, 12-lead ECG, diagnosis, treatment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from harmfree.improvement.method_evaluation.proportions import wilson
from harmfree.periods.windows import to_day
from harmfree.publish.af_areas import areas
from harmfree.publish.coded import Coded, coded
from harmfree.publish.places import Place
from harmfree.publish.reading import LiveRun

FOLLOW_DAYS = 180
WINDOW_DAYS = 3 * 365
LISTS = (
    "device_strip",
    "device_possible_af",
    "device_unreadable",
    "ecg_12_lead",
    "atrial_fibrillation",
    "oral_anticoagulant",
)


@dataclass(frozen=True)
class DeviceYield:
    """The funnel of one place.

    Attributes:
        id, name, kind: the place.
        strips: days with a strip. people: who had one. unreadable: strips not read or classed.
        possible: people with a first "possible AF" in the window and no AF coded before it.
        traced: of them, with a 12-lead ECG within the follow-up; days_to_ecg: their median days.
        found: of them, with AF coded within the follow-up. treated: of the found, with an
            anticoagulant issued within the follow-up.
        ppv: found of traced, per cent, with `ppv_low` and `ppv_high` (Wilson 95%); None without.
        strips_per_case, cost_per_case: for each one found; None without any (or without a price).
    """

    id: str
    name: str
    kind: str
    strips: int
    people: int
    unreadable: int
    possible: int
    traced: int
    days_to_ecg: float | None
    found: int
    treated: int
    ppv: float | None
    ppv_low: float | None
    ppv_high: float | None
    strips_per_case: float | None
    cost_per_case: float | None


@dataclass(frozen=True)
class DeviceReport:
    """The yield of every place of a level, with what was assumed.

    Attributes:
        since, until: strips of these days. follow_days: how long each person is followed after.
        cost_per_strip: pounds, as given. rows: by place.
    """

    since: date
    until: date
    follow_days: int
    cost_per_strip: float | None
    rows: tuple[DeviceYield, ...]


@dataclass(frozen=True, eq=False)
class _Suspicions:
    """First "possible AF" of each person in the window: arrays, one row a person."""

    site: npt.NDArray[np.int64]
    traced: npt.NDArray[np.bool_]
    wait: npt.NDArray[np.float64]
    found: npt.NDArray[np.bool_]
    treated: npt.NDArray[np.bool_]


def device_yield(
    run: LiveRun,
    by: str = "region",
    since: date | None = None,
    until: date | None = None,
    follow_days: int = FOLLOW_DAYS,
    cost_per_strip: float | None = None,
) -> DeviceReport:
    """The funnel of every place of a level; a strip counts where the person was registered.

    Args:
        run: the live run; its store is read.
        by: a level.
        since, until: strips of these days, both included. By default three years up to
            `follow_days` before the run's last day, so that everybody is followed to the end.
        follow_days: how long after the strip an ECG, a code or an issue counts.
        cost_per_strip: pounds, training and device included; there is no default.

    Raises:
        NotFoundError: these records have no such level.
    """
    until = until or run.as_of - timedelta(days=follow_days)
    since = since or until - timedelta(days=WINDOW_DAYS)
    chosen, held = areas(run, by), coded(run, LISTS, run.as_of)
    inside = (held.day >= to_day(since)) & (held.day <= to_day(until))
    suspected = _suspicions(held, inside, follow_days)
    rows = tuple(
        _row(place, held, suspected, chosen.within(number, held.site) & inside,
             chosen.within(number, suspected.site), cost_per_strip)
        for number, place in enumerate(chosen.places)
    )  # fmt: skip
    return DeviceReport(since, until, follow_days, cost_per_strip, rows)


def _row(
    place: Place,
    held: Coded,
    suspected: _Suspicions,
    here: npt.NDArray[np.bool_],
    mine: npt.NDArray[np.bool_],
    cost_per_strip: float | None,
) -> DeviceYield:
    """The funnel of one place from its events (`here`) and its suspicions (`mine`)."""
    strips = _days(held, here & held.of("device_strip"))
    traced, cases = suspected.traced & mine, int((suspected.found & mine).sum())
    ppv = ppv_low = ppv_high = days_to_ecg = None
    if traced.any():
        share = wilson(int((suspected.found & traced).sum()), int(traced.sum()))
        ppv, ppv_low, ppv_high = 100 * share.value, 100 * share.lower, 100 * share.upper
        days_to_ecg = float(np.median(suspected.wait[traced]))
    per_case = len(strips) / cases if cases else None
    return DeviceYield(
        id=place.id,
        name=place.name,
        kind=place.kind,
        strips=len(strips),
        people=len(np.unique(strips[:, 0])),
        unreadable=len(_days(held, here & held.of("device_unreadable"))),
        possible=int(mine.sum()),
        traced=int(traced.sum()),
        days_to_ecg=days_to_ecg,
        found=cases,
        treated=int((suspected.treated & mine).sum()),
        ppv=ppv,
        ppv_low=ppv_low,
        ppv_high=ppv_high,
        strips_per_case=per_case,
        cost_per_case=None
        if per_case is None or cost_per_strip is None
        else cost_per_strip * per_case,
    )


def _days(held: Coded, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Distinct (person, day) of some events."""
    return np.unique(np.stack([held.person[rows], held.day[rows]], axis=1), axis=0)


def _suspicions(held: Coded, inside: npt.NDArray[np.bool_], follow_days: int) -> _Suspicions:
    rows = np.flatnonzero(held.of("device_possible_af") & inside)
    person, first = np.unique(held.person[rows], return_index=True)
    day, site = held.day[rows[first]], held.site[rows[first]]
    diagnosed = held.first_after("atrial_fibrillation", person, np.full(len(person), -(10**6)))
    new = ~(diagnosed < day)
    person, day, site = person[new], day[new], site[new]

    def within(codes: str) -> npt.NDArray[np.float64]:
        when = held.first_after(codes, person, day)
        return np.where(when <= day + follow_days, when, np.nan)

    ecg, af = within("ecg_12_lead"), within("atrial_fibrillation")
    issue = held.first_after(
        "oral_anticoagulant", person, np.where(np.isnan(af), day, af).astype(np.int64)
    )
    found = ~np.isnan(af)
    return _Suspicions(
        site=site,
        traced=~np.isnan(ecg),
        wait=ecg - day,
        found=found,
        treated=found & (issue <= day + follow_days),
    )
