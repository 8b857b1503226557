"""Volume and choice of antibiotics at each site: what no single record can say.

Rolling twelve months of items over the list on their last day, as the NHS scorecard reports; the
measures are defined in words in `programmes/point_of_care_testing/measures.py`. Areas are sums of
their practices, and every percentage is a ratio of sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from harmfree.errors import NotFoundError
from harmfree.periods.stored import comparators_of, resolved_lists
from harmfree.periods.windows import to_date, to_day
from harmfree.programmes.point_of_care_testing.ideal import Ideal, ideals
from harmfree.programmes.registry import code_folders
from harmfree.publish.errors import RunRequestError
from harmfree.publish.falls_rates import month_edges
from harmfree.publish.places import Places
from harmfree.publish.stewardship_counts import KINDS, LISTS, Sums, count_bucket
from harmfree.records import Store

LEVELS = ("practice", "network", "place", "system", "region")
YEAR = 12
NOTES = (
    "Rolling twelve months of items over the list on their last day.",
    "An item is one issue by the practice, whether or not it was dispensed; out-of-hours services, "
    "hospitals and dentists are not in it.",
    "A consultation is a day with the infection coded; an antibiotic of the same day counts as "
    "given for it.",
    "The two 4C measures differ in the denominator: never compare one with the other.",
    "Small practices vary by chance alone: never rank them.",
)


@dataclass(frozen=True)
class Consulted:
    """Consultations for one infection in twelve months.

    Attributes:
        infection: the infection with its ideal share.
        consultations: how many. treated: those with an antibiotic that day.
    """

    infection: Ideal
    consultations: int
    treated: int

    @property
    def percent(self) -> float | None:
        """Share with an antibiotic, in per cent; None without consultations."""
        return 100 * self.treated / self.consultations if self.consultations else None

    @property
    def excess(self) -> float:
        """Consultations above the ideal share: max(0, actual - ideal) x consultations."""
        return max(0.0, self.treated - self.infection.ideal / 100 * self.consultations)


@dataclass(frozen=True)
class Volume:
    """One site over the twelve months that end with one month.

    Attributes:
        month: first day of the last month.
        people: on the list on its last day. star_pu: their weights. unweighted: without weight.
        items_all, items, items_nhs: items of BNF 5.1; without tuberculosis, leprosy and
            methenamine; of the sections of the NHS measure.
        broad, broad_nhs: co-amoxiclav, cephalosporins and quinolones among the last two.
        uti_items, uti_long: of five products for urinary infection; beyond three days.
        consulted: by infection.
    """

    month: date
    people: int
    star_pu: float
    unweighted: int
    items_all: int
    items: int
    items_nhs: int
    broad: int
    broad_nhs: int
    uti_items: int
    uti_long: int
    consulted: tuple[Consulted, ...]

    @property
    def per_star_pu(self) -> float | None:
        """Antibacterial items per STAR-PU; None without anybody of known age and sex."""
        return self.items_all / self.star_pu if self.star_pu else None

    @property
    def per_1000(self) -> float | None:
        """Antibacterial items per 1,000 people; None without people."""
        return 1000 * self.items / self.people if self.people else None

    @property
    def four_c(self) -> float | None:
        """Broad-spectrum share by OpenPrescribing's definition, in per cent."""
        return _percent(self.broad, self.items)

    @property
    def four_c_nhs(self) -> float | None:
        """Broad-spectrum share by the NHS quality premium's definition, in per cent."""
        return _percent(self.broad_nhs, self.items_nhs)

    @property
    def uti_percent(self) -> float | None:
        """Share of items for urinary infection beyond three days, in per cent."""
        return _percent(self.uti_long, self.uti_items)

    @property
    def excess(self) -> float:
        """Consultations of all five infections above their ideal shares."""
        return sum(each.excess for each in self.consulted)


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


@dataclass(frozen=True)
class SiteVolume:
    """A practice, or an area, over the months."""

    id: str
    name: str
    months: tuple[Volume, ...]


@dataclass(frozen=True)
class Stewardship:
    """What was counted. `unplaced`: items of people who were on no list that day."""

    sites: tuple[SiteVolume, ...]
    unplaced: int


def stewardship(
    home: Path, by: str = "practice", site: str = "", months: int = 12, as_of: date | None = None
) -> Stewardship:
    """Antibiotics at every site of a level, month by month.

    Args:
        home: the folder of the store.
        by: one of `LEVELS`.
        site: only what lies below this site, or the site itself; empty for all.
        months: how many complete months, each over the twelve that end with it.
        as_of: the last day that counts; None for the extract date.

    Raises:
        NotFoundError: nothing is loaded, no such site, or nothing of that level there.
        RunRequestError: fewer than 1 or more than 600 months, or no such level.
    """
    if not 1 <= months <= 600:
        raise RunRequestError("Volumes cover 1 to 600 months.", where=f"--months {months}")
    if by not in LEVELS:
        raise RunRequestError(f"There is no level '{by}'.", do=f"Use {', '.join(LEVELS)}.")
    store = Store.open(home)
    areas = _areas(Places(store.sites), by, site)
    edges = month_edges(to_day(as_of or store.manifest.extract_date), months + YEAR - 1)
    maps = home / "maps" if (home / "maps").is_dir() else None
    lists = resolved_lists(store, LISTS, code_folders(home), maps)
    exact = np.array([not each for each in comparators_of(store)])
    sums = Sums.empty(store.sites.num_rows, len(edges) - 1)
    unplaced = sum(
        count_bucket(sums, store.bucket(number), lists, exact, edges) for number in store.buckets
    )
    firsts = [to_date(int(edge)) for edge in edges[:-1]]
    found = (
        SiteVolume(identifier, name, _months(sums.of(members), firsts))
        for identifier, name, members in areas
    )
    return Stewardship(tuple(found), unplaced)


def _areas(places: Places, by: str, site: str) -> list[tuple[str, str, list[int]]]:
    """(id, name, numbers of the practices) of each site of the level."""
    inside = set(places.below(places.find(site)) if site else range(len(places.every)))
    found = [each for each in places.every if each.kind == by and each.number in inside]
    if not found:
        raise NotFoundError(
            f"There is no {by} at '{site}'." if site else f"These records have no {by}.",
            do=f"Use --by with another of {', '.join(LEVELS)}, or another site.",
        )
    return [(each.id, each.name, places.below(each)) for each in found]


def _months(sums: Sums, firsts: list[date]) -> tuple[Volume, ...]:
    """Each month that has eleven before it."""
    return tuple(_volume(sums, last, firsts[last]) for last in range(YEAR - 1, len(firsts)))


def _volume(sums: Sums, last: int, month: date) -> Volume:
    year = slice(last - YEAR + 1, last + 1)
    items = dict(zip(KINDS, sums.items[:, 0, year].sum(axis=1).tolist(), strict=True))
    seen = sums.consultations[:, 0, year].sum(axis=1).tolist()
    return Volume(
        month,
        int(sums.people[0, last]),
        float(sums.star_pu[0, last]),
        int(sums.unweighted[0, last]),
        **items,
        consulted=tuple(
            Consulted(each, *counts) for each, counts in zip(ideals(), seen, strict=True)
        ),
    )
