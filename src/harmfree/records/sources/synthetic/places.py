"""The region's map: systems, places, networks, practices and care homes, all invented."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmfree.records.sources.synthetic.clock import NEVER, Days, Floats, Rows, Settings
from harmfree.records.sources.synthetic.names import SITE_NAMES, practice_name

PEOPLE_PER_PRACTICE = 7_500
"""Near the mean list of an English practice; a small demo gets smaller practices instead."""
FEWEST_PRACTICES = 30
PRACTICES_PER_NETWORK = 5
PEOPLE_PER_CARE_HOME = 2_500


@dataclass(frozen=True)
class Site:
    """One site; `parent` and `successor` are site ids."""

    id: str
    name: str
    kind: str
    parent: str | None = None
    end: int | None = None
    successor: str | None = None


@dataclass(frozen=True)
class Region:
    """Sites in row order, and what is true of each practice and care home.

    Arrays over practices: `practice_site` (row of the site), `size` (share of the people),
    `deprivation` (mean fifth, 1 most deprived), `urban` (share of minority ethnic people),
    `hazard` and `gap` (how much more hazardous prescribing and missed monitoring than average).
    `closed` is the one practice that merged into `successor` on `merged`.
    """

    sites: tuple[Site, ...]
    practice_site: Rows
    home_site: Rows
    home_practice: Rows
    size: Floats
    deprivation: Floats
    urban: Floats
    hazard: Floats
    gap: Floats
    closed: int
    successor: int
    merged: int

    @property
    def practices(self) -> int:
        """Number of practices."""
        return len(self.practice_site)

    def homes_of(self, practices: Rows, rng: np.random.Generator) -> Rows:
        """Pick a care home for people of these practices, in their own practice's area."""
        order = np.argsort(self.home_practice, kind="stable")
        sorted_practices = self.home_practice[order]
        low = np.searchsorted(sorted_practices, practices, side="left")
        high = np.searchsorted(sorted_practices, practices, side="right")
        anywhere = rng.integers(0, len(order), len(practices))
        own = low + (rng.random(len(practices)) * (high - low)).astype(np.int64)
        return order[np.where(high > low, own, anywhere)]


def build(settings: Settings, closes: int) -> Region:
    """Draw the map; `closes` is the day on which one practice merges into its neighbour."""
    rng = settings.rng("places")
    practices = max(FEWEST_PRACTICES, round(settings.people / PEOPLE_PER_PRACTICE))
    networks = max(4, round(practices / PRACTICES_PER_NETWORK))
    places = max(4, min(12, networks // 2))
    upper = _upper_sites(places, networks)
    first_practice = len(upper)
    closed, successor = practices - 1, practices - 2
    doors = _practice_sites(practices, networks, closed, successor, closes)
    homes = max(10, round(settings.people / PEOPLE_PER_CARE_HOME))
    home_practice = rng.integers(0, practices - 1, homes)
    care = _care_homes(homes, home_practice, networks)
    deprivation = _deprivation(rng, practices, networks)
    return Region(
        sites=(*upper, *doors, *care),
        practice_site=np.arange(first_practice, first_practice + practices),
        home_site=np.arange(homes) + first_practice + practices,
        home_practice=home_practice,
        size=_sizes(rng, practices),
        deprivation=deprivation,
        urban=np.clip(rng.beta(1.2, 9, practices) * (4 - deprivation * 0.6), 0.01, 0.6),
        hazard=np.exp(rng.normal(0, 0.18, practices) + 0.05 * (3 - deprivation)),
        gap=np.exp(rng.normal(0, 0.15, practices) + 0.03 * (3 - deprivation)),
        closed=closed,
        successor=successor,
        merged=closes,
    )


def _upper_sites(places: int, networks: int) -> tuple[Site, ...]:
    names = SITE_NAMES
    sites = [Site("ZREGION", names["region"][0], "region")]
    sites += [Site(f"ZS{n + 1}", names["system"][n], "system", "ZREGION") for n in range(2)]
    sites += [
        Site(f"ZC{n + 1:02}", names["place"][n], "place", f"ZS{n % 2 + 1}") for n in range(places)
    ]
    sites += [
        Site(f"ZN{n + 1:03}", _network_name(n, places), "network", f"ZC{n % places + 1:02}")
        for n in range(networks)
    ]
    return tuple(sites)


def _network_name(number: int, places: int) -> str:
    compass = ("North", "South", "East", "West", "Central", "Coast", "Valley", "Moor")
    turn = number // places
    name = f"{SITE_NAMES['place'][number % places]} {compass[turn % len(compass)]}"
    return f"{name} network" if turn < len(compass) else f"{name} network {turn}"


def _practice_sites(
    practices: int, networks: int, closed: int, successor: int, closes: int
) -> list[Site]:
    ids = [f"ZP{n + 1:04}" for n in range(practices)]
    return [
        Site(
            ids[n],
            practice_name(n),
            "practice",
            f"ZN{(successor if n == closed else n) % networks + 1:03}",
            end=closes if n == closed else None,
            successor=ids[successor] if n == closed else None,
        )
        for n in range(practices)
    ]


def _care_homes(homes: int, practice: Rows, networks: int) -> list[Site]:
    streets = SITE_NAMES["home"]
    kinds = ("Nursing Home", "Residential Home", "Care Home", "Court", "Lodge")
    return [
        Site(
            f"ZH{n + 1:04}",
            f"{streets[n % len(streets)]} {kinds[n // len(streets) % len(kinds)]}"
            + (f" {n // (len(streets) * len(kinds)) + 1}" if n >= 5 * len(streets) else ""),
            "care_home",
            f"ZN{practice[n] % networks + 1:03}",
        )
        for n in range(homes)
    ]


def _sizes(rng: np.random.Generator, practices: int) -> Floats:
    """Shares of the people by practice: log-normal, like English list sizes; the closed is 0."""
    size = np.exp(rng.normal(0, 0.55, practices))
    size[-1] = 0.0
    return np.asarray(size / size.sum(), dtype=np.float64)


def _deprivation(rng: np.random.Generator, practices: int, networks: int) -> Floats:
    """Mean deprivation fifth of each practice; the North West is poorer than England."""
    by_network = np.clip(rng.normal(2.6, 1.0, networks), 1, 5)
    mean = by_network[np.arange(practices) % networks] + rng.normal(0, 0.4, practices)
    return np.asarray(np.clip(mean, 1, 5), dtype=np.float64)


def merge_moves(region: Region, practice: Rows, chance: Floats) -> tuple[Rows, Days]:
    """Say which people of the successor practice came from the closed one, and when.

    Returns the first practice and the moving day (`NEVER` when they did not move).
    """
    came = (practice == region.successor) & (chance < 0.35)
    first = np.where(came, region.closed, practice)
    return first, np.where(came, region.merged, NEVER).astype(np.int32)
