"""Falls per 1,000 bed days of care homes, by month, with exact intervals and control charts.

Every fall counts, and a person may count several times. Bed days are the days that residents were
in the home. The last month is left out unless its last day counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

from harmfree.errors import NotFoundError
from harmfree.improvement.spc.chart import ControlChart, control_chart
from harmfree.improvement.spc.rare_events import time_between
from harmfree.improvement.spc.series import Series, Settings
from harmfree.periods.stored import comparators_of, resolved_lists
from harmfree.periods.windows import add_months, to_date, to_day
from harmfree.programmes.registry import code_folders
from harmfree.publish.errors import RunRequestError
from harmfree.publish.person_events import PersonEvents
from harmfree.publish.places import Place, Places
from harmfree.publish.stays import FALL_LISTS, Falls, Stays, falls_in, home_of_code, stays_of
from harmfree.records import Store

Ints = npt.NDArray[np.int64]
PER = 1000.0
NOTES = (
    "A fall counts on the day on which anything about it was coded; several entries of one day are "
    "one fall.",
    "A home that writes falls down carefully looks worse than one that does not: compare a home "
    "with itself over time.",
    "Intervals are exact Poisson limits (Garwood 1936); people who fall again and again make the "
    "true uncertainty larger.",
)


@dataclass(frozen=True)
class Rate:
    """Events per 1,000 bed days with its exact 95% limits; NaN without bed days."""

    rate: float
    low: float
    high: float


def poisson_rate(events: int, bed_days: float, per: float = PER, level: float = 0.95) -> Rate:
    """A rate with exact limits (Garwood, Biometrika 1936;28:437-442).

    Args:
        events: how many, 0 or more. bed_days: exposure. per: bed days that the rate is for.
        level: coverage of the limits.
    """
    if bed_days <= 0:
        return Rate(float("nan"), float("nan"), float("nan"))
    tail = (1 - level) / 2
    low = float(stats.chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    high = float(stats.chi2.ppf(1 - tail, 2 * events + 2)) / 2
    return Rate(events / bed_days * per, low / bed_days * per, high / bed_days * per)


@dataclass(frozen=True)
class Month:
    """What happened in a home (or several) in one month.

    Attributes:
        month: its first day. falls: falls of residents. injuries: falls with an injury that needed
            treatment. bed_days: days of residents. residents: people there on any day. fallers:
            residents who fell.
    """

    month: date
    falls: int
    injuries: int
    bed_days: int
    residents: int
    fallers: int

    @property
    def rate(self) -> Rate:
        """Falls per 1,000 bed days."""
        return poisson_rate(self.falls, self.bed_days)


@dataclass(frozen=True)
class HomeRates:
    """One care home, or several together, over the months.

    Attributes:
        home: the site's id; empty for several. name: its name.
        months: ascending, also those without residents.
        fall_dates: the day of every fall, ascending.
    """

    home: str
    name: str
    months: tuple[Month, ...]
    fall_dates: tuple[date, ...]

    def total(self, last: int | None = None) -> Month:
        """The last so many months (or all) as one; residents are counted anew in each month."""
        chosen = self.months[-last:] if last else self.months
        sums = np.array(
            [(m.falls, m.injuries, m.bed_days, m.residents, m.fallers) for m in chosen]
        ).sum(axis=0)
        return Month(chosen[0].month, *(int(each) for each in sums))


def falls_rates(
    home: Path, months: int = 24, site: str = "", as_of: date | None = None
) -> list[HomeRates]:
    """Every care home (or those at a site), with its months.

    Args:
        home: the folder of the store.
        months: how many complete months.
        site: a care home, or any site above care homes; empty for all.
        as_of: the last day that counts; None for the extract date.

    Raises:
        NotFoundError: nothing is loaded, no such site, or no care home there.
        RunRequestError: fewer than 1 or more than 600 months.
    """
    if not 1 <= months <= 600:
        raise RunRequestError("Rates cover 1 to 600 months.", where=f"--months {months}")
    store = Store.open(home)
    homes = _homes(Places(store.sites), site)
    day = to_day(as_of or store.manifest.extract_date)
    edges = month_edges(day, months)
    counted = _Counts(homes, edges)
    lists = resolved_lists(store, FALL_LISTS, code_folders(home), _maps(home))
    codes, sites = home_of_code(store), frozenset(each.number for each in homes)
    for number in store.buckets:
        bucket = store.bucket(number)
        stays = stays_of(bucket, codes, sites, min(day, int(edges[-1]) - 1))
        events = PersonEvents(bucket, comparators_of(store), day)
        counted.add(stays, falls_in(events, lists, stays))
    return counted.rates()


def _maps(home: Path) -> Path | None:
    return home / "maps" if (home / "maps").is_dir() else None


def _homes(places: Places, site: str) -> list[Place]:
    below = places.below(places.find(site)) if site else range(len(places.every))
    found = [places.every[number] for number in below if places.every[number].kind == "care_home"]
    if not found:
        raise NotFoundError(
            f"There is no care home at '{site}'." if site else "These records have no care home.",
            do="Name a care home, or a network, place, system or region that has some.",
        )
    return found


def month_edges(as_of: int, months: int) -> Ints:
    """First days of the last `months` complete months, and the day after the last of them."""
    end = to_day(to_date(as_of + 1).replace(day=1))
    return np.array([add_months(end, -back) for back in range(months, -1, -1)], np.int64)


class _Counts:
    """Adds up homes and months bucket by bucket."""

    def __init__(self, homes: list[Place], edges: Ints) -> None:
        self.homes, self.edges = homes, edges
        self.place = {each.number: i for i, each in enumerate(homes)}
        self.table = np.zeros((5, len(homes), len(edges) - 1), np.int64)
        self.days: list[list[int]] = [[] for _ in homes]

    def add(self, stays: Stays, falls: Falls) -> None:
        """Count one bucket's stays and falls; people are in one bucket only."""
        fell, injured, bed_days, residents, fallers = self.table
        for where, start, stop in zip(stays.home, stays.start, stays.stop, strict=True):
            if int(where) not in self.place:
                continue
            days = np.minimum(stop, self.edges[1:]) - np.maximum(start, self.edges[:-1])
            bed_days[self.place[int(where)]] += np.maximum(days, 0)
        self._people(stays, residents)
        month = np.searchsorted(self.edges, falls.day, side="right") - 1
        kept = (month >= 0) & (month < len(self.edges) - 1)
        kept &= np.isin(falls.home, np.array(list(self.place)))
        home = np.array([self.place[int(each)] for each in falls.home[kept]], np.intp)
        np.add.at(fell, (home, month[kept]), 1)
        np.add.at(injured, (home, month[kept]), falls.injured[kept])
        for number, day in zip(home, falls.day[kept], strict=True):
            self.days[number].append(int(day))
        once = np.unique(np.stack([home, month[kept], falls.person[kept]]), axis=1)
        np.add.at(fallers, (once[0], once[1]), 1)

    def _people(self, stays: Stays, residents: Ints) -> None:
        """Residents of each month, each person once."""
        for i in range(len(self.edges) - 1):
            here = (stays.start < self.edges[i + 1]) & (stays.stop > self.edges[i])
            pairs = {
                (int(who), self.place[int(where)])
                for who, where in zip(stays.person[here], stays.home[here], strict=True)
                if int(where) in self.place
            }
            for _, number in pairs:
                residents[number, i] += 1

    def rates(self) -> list[HomeRates]:
        """The result, by home."""
        firsts = [to_date(int(edge)) for edge in self.edges[:-1]]
        return [
            HomeRates(
                each.id,
                each.name,
                tuple(
                    Month(first, *(int(number) for number in self.table[:, i, m]))
                    for m, first in enumerate(firsts)
                ),
                tuple(to_date(day) for day in sorted(self.days[i])),
            )
            for i, each in enumerate(self.homes)
        ]


def together(rates: Sequence[HomeRates]) -> HomeRates:
    """Several homes as one; a person who lived in two counts as a resident of each."""
    if len(rates) == 1:
        return rates[0]
    months = []
    for group in zip(*(each.months for each in rates), strict=True):
        sums = [
            sum(getattr(month, name) for month in group)
            for name in ("falls", "injuries", "bed_days", "residents", "fallers")
        ]
        months.append(Month(group[0].month, *sums))
    days = sorted(day for each in rates for day in each.fall_dates)
    return HomeRates("", f"{len(rates)} care homes", tuple(months), tuple(days))


def u_chart(rates: HomeRates, settings: Settings | None = None) -> ControlChart:
    """Falls per 1,000 bed days by month as a u chart; months without residents are left out.

    Raises:
        ChartError: too few months with residents.
    """
    months = [month for month in rates.months if month.bed_days]
    series = Series(
        np.array([month.falls for month in months], float),
        tuple(month.month for month in months),
        np.array([month.bed_days for month in months], float),
    )
    return control_chart("u", series, replace(settings or Settings(improve="down"), multiply=PER))


def t_chart(rates: HomeRates, settings: Settings | None = None) -> ControlChart:
    """Days between falls as a t chart, for homes with few of them.

    Raises:
        ChartError: fewer than two falls.
    """
    return control_chart("t", time_between(rates.fall_dates), settings or Settings(improve="up"))
