"""Cases as they were waited for up to the end of yesterday, counted for the board.

The waits of all sites are read once a day and kept in the process: what must be hidden of one
organisation depends on all (`boards.hiding`), and nothing that happened before midnight changes
any more. People are counted beside cases, because one person may have several: a count of cases is
shown only where as many people are not few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property, lru_cache
from threading import Lock

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from harmfree.improvement.evaluation.time_to_action import median_wait
from harmfree.improvement.result import Estimate
from harmfree.programmes import programmes
from harmfree.web.boards.hiding import added_up
from harmfree.web.organisations.tree import Tree, tree
from harmfree.web.publication.models import PublishedRun
from harmfree.web.worklist.models import Action
from harmfree.web.worklist.waits import Wait, waits

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
WITHIN = 28
"""Days within which action is counted: four weeks, so that every weekday counts alike."""
MOST_MONTHS = 24
NAMES = ("cases", "acted", "waiting", "otherwise", "could", "within", "monthly", "monthly_within")
"""What is counted of each programme, as cases and (with `_people`) as people:

cases shown; of these acted on, still waiting, closed otherwise; could: shown 28 days ago or more
and not closed otherwise in those days; within: of these acted on within 28 days; monthly and
monthly_within: the same two in the months of the run chart.
"""
PARTS = (
    ("acted", "cases"),
    ("waiting", "cases"),
    ("otherwise", "cases"),
    ("could", "cases"),
    ("within", "could"),
    ("within", "acted"),
    ("monthly", "could"),
    ("monthly_within", "monthly"),
    ("monthly_within", "within"),
)


def named(programme: str, name: str, people: bool = False) -> str:
    """What a count of a programme is called in a row."""
    return f"{programme}.{name}{'_people' if people else ''}"


def pairs(chosen: Sequence[str], parts: Sequence[tuple[str, str]] = PARTS) -> list[tuple[str, str]]:
    """(part, whole) of some programmes, of cases and of people; each whole stands alone too."""
    wholes = dict.fromkeys(whole for _, whole in parts)
    every = [*((each, each) for each in wholes), *parts]
    return [
        (named(programme, part, people), named(programme, whole, people))
        for programme in chosen
        for people in (False, True)
        for part, whole in every
    ]


@dataclass(frozen=True, eq=False)
class Watched:
    """The waits of all cases of the run's sites, one place an array for each case.

    Attributes:
        until: the end of watching.
        sites: the codes. programmes: those with a case, in their order.
        site, programme: places in these two. person: pseudonym.
        month: of the first showing, in months since the year 0.
        days: from the day of the first showing to that of the action, or to the last day that
            is counted; days of the calendar, whatever the hour and whether clocks changed.
        flags: which cases each of `NAMES` counts.
        months: those of the run chart, ascending.
    """

    until: datetime
    sites: tuple[str, ...]
    programmes: tuple[str, ...]
    site: Ints
    programme: Ints
    person: Ints
    month: Ints
    days: npt.NDArray[np.float64]
    flags: Mapping[str, Bools]
    months: Sequence[int]
    _medians: dict[tuple[frozenset[str], tuple[str, ...]], Estimate] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The last day that is counted."""
        return _last_day(self.until)

    def is_of(self, chosen: Sequence[str]) -> Bools:
        """Which cases are of some programmes."""
        places = [self.programmes.index(each) for each in chosen]
        return np.isin(self.programme, places)

    @cached_property
    def by_site(self) -> dict[str, dict[str, int]]:
        """Counts of every site by name."""
        found: dict[str, dict[str, int]] = {code: {} for code in self.sites}
        for programme in self.programmes:
            of = self.is_of([programme])
            for name in NAMES:
                for people in (False, True):
                    numbers = self._count(of & self.flags[name], people)
                    for code, number in zip(self.sites, numbers.tolist(), strict=True):
                        found[code][named(programme, name, people)] = number
        return found

    def _count(self, chosen: Bools, people: bool) -> Ints:
        """Cases of each site, or people."""
        size = len(self.sites)
        if not people:
            return np.bincount(self.site[chosen], minlength=size)
        both = np.unique(np.stack([self.site[chosen], self.person[chosen]]), axis=1)
        return np.bincount(both[0], minlength=size)

    def sums(self, of: Tree) -> dict[str, dict[str, int]]:
        """Counts of every organisation."""
        return added_up(of, self.by_site)

    def monthly(self, of: Tree, chosen: Sequence[str]) -> dict[str, list[dict[str, int]]]:
        """`could` and `within` of some programmes by month, for every organisation."""
        found: dict[str, list[dict[str, int]]] = {}
        for month in self.months:
            rows: dict[str, dict[str, int]] = {code: {} for code in self.sites}
            for programme in chosen:
                here = self.is_of([programme]) & (self.month == month)
                for name in ("could", "within"):
                    for people in (False, True):
                        numbers = self._count(here & self.flags[name], people).tolist()
                        for code, number in zip(self.sites, numbers, strict=True):
                            rows[code][named(programme, name, people)] = number
            for code, row in added_up(of, rows).items():
                found.setdefault(code, []).append(row)
        return found

    def median(self, of: Tree, code: str, chosen: Sequence[str]) -> Estimate | None:
        """The median wait at an organisation; None without a case. Kept: each takes some ms."""
        below = of.below(of.by_code[code].id)
        codes = frozenset(c for c in self.sites if c in of.by_code and of.by_code[c].id in below)
        key = codes, tuple(chosen)
        if key not in self._medians:
            places = [place for place, each in enumerate(self.sites) if each in codes]
            rows = self.is_of(chosen) & np.isin(self.site, places)
            if not rows.any():
                return None
            self._medians[key] = median_wait(self.days[rows], self.flags["acted"][rows])
        return self._medians[key]


_making = Lock()


def watched(run: PublishedRun) -> Watched:
    """The waits up to the last midnight, read again when something new happened before it."""
    until = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    newest = Action.objects.filter(at__lte=until).order_by("-at", "-pk").values_list("pk").first()
    with _making:  # many who come at once wait for one reading
        return _watched(until, run.pk, newest)


@lru_cache(maxsize=2)
def _watched(until: datetime, _run: int, _newest: tuple[int] | None) -> Watched:
    held = programmes()
    rows = [each for each in waits(tree().every, until) if each.programme in held]
    sites = tuple(sorted({each.site for each in rows}))
    known = {each.programme for each in rows}
    names = tuple(each for each in held if each in known)
    site, programme = ({each: i for i, each in enumerate(some)} for some in (sites, names))
    here, last = timezone.get_current_timezone(), _last_day(until)  # asked once, not for each
    first = [each.shown.astimezone(here).date() for each in rows]
    month = np.array([_month(each) for each in first], np.int64)
    days = np.array([_days(*pair, last, here) for pair in zip(rows, first, strict=True)], float)
    seen = np.array([(last - each).days for each in first], np.int64)
    months = chart_months(month, until)
    return Watched(
        until,
        sites,
        names,
        np.array([site[each.site] for each in rows], np.int64),
        np.array([programme[each.programme] for each in rows], np.int64),
        np.array([each.person for each in rows], np.int64),
        month,
        days,
        _flags(rows, days, seen, np.isin(month, months)),
        months,
    )


def _days(wait: Wait, first: date, last: date, here: tzinfo) -> int:
    """From the first day to the last, neither later than the last day that is counted."""
    end = (wait.shown + timedelta(days=wait.days)).astimezone(here).date()
    return (min(end, last) - first).days


def _flags(
    rows: Sequence[Wait], days: npt.NDArray[np.float64], seen: Ints, charted: Bools
) -> dict[str, Bools]:
    """Which cases each of `NAMES` counts; `seen` are the days that each could be watched."""
    acted = np.array([each.acted for each in rows], bool)
    waiting = np.array([each.ended == "waiting" for each in rows], bool)
    otherwise = ~acted & ~waiting
    could = (seen >= WITHIN) & ~(otherwise & (days < WITHIN))
    within = could & acted & (days <= WITHIN)
    every = np.ones(len(rows), bool)
    found = (every, acted, waiting, otherwise, could, within, could & charted, within & charted)
    return dict(zip(NAMES, found, strict=True))


def chart_months(month: Ints, until: datetime) -> list[int]:
    """The months of which every case was watched for 28 days; the last two years of them."""
    if not len(month):
        return []
    last = _last_day(until) - timedelta(days=WITHIN)  # the newest showing that was watched so long
    newest = _month(last) - (0 if (last + timedelta(days=1)).day == 1 else 1)
    return list(range(max(int(month.min()), newest - MOST_MONTHS + 1), newest + 1))


def _last_day(until: datetime) -> date:
    return timezone.localdate(until) - timedelta(days=1)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def first_of(month: int) -> date:
    """The first day of a month that is given in months since the year 0."""
    return date(month // 12, month % 12 + 1, 1)
