"""Antibiotic items, lists and consultations of each site by month, bucket by bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.clinical.infection.volume import star_pu_weights
from harmfree.periods.definition import ListTable
from harmfree.periods.kernel_tables import UNKNOWN_DAY, People
from harmfree.periods.stored import SEXES, people_of
from harmfree.programmes.point_of_care_testing.courses import THREE_DAYS
from harmfree.programmes.point_of_care_testing.ideal import Ideal, ideals
from harmfree.publish.coded import NOWHERE, site_on
from harmfree.records import Bucket

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

KINDS = (
    "items_all",
    "items",
    "items_nhs",
    "broad",
    "broad_nhs",
    "uti_items",
    "uti_long",
)
"""What is counted of items: BNF 5.1; without TB, leprosy and methenamine; by the NHS list; broad
spectrum of the two; of the five products for urinary infection, and longer than three days."""
MEDICINE_LISTS = ("antibacterial_all", "antibacterial", "antibacterial_nhs", "antibacterial_broad")
LISTS = (*MEDICINE_LISTS, *THREE_DAYS, *dict.fromkeys(each.codes for each in ideals()))
BAND_STARTS = np.array([0, 5, 15, 25, 35, 45, 55, 65, 75])
BANDS = ("0-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
UNKNOWN_AGE = -1


@dataclass
class Sums:
    """Counts by site and month.

    Attributes:
        items: int64[kind, site, month] of `KINDS`.
        consultations: int64[infection, site, month, (all, with an antibiotic)].
        people: int64[site, month], on the list on the month's last day.
        star_pu: float64[site, month], their weights.
        unweighted: int64[site, month], people of unknown age or of a sex without weights.
    """

    items: Ints
    consultations: Ints
    people: Ints
    star_pu: Floats
    unweighted: Ints

    @classmethod
    def empty(cls, sites: int, months: int) -> Sums:
        """All zero."""
        return cls(
            np.zeros((len(KINDS), sites, months), np.int64),
            np.zeros((len(ideals()), sites, months, 2), np.int64),
            np.zeros((sites, months), np.int64),
            np.zeros((sites, months)),
            np.zeros((sites, months), np.int64),
        )

    def of(self, sites: list[int]) -> Sums:
        """Several sites as one, in the place of the first."""
        return Sums(
            self.items[:, sites].sum(axis=1, keepdims=True),
            self.consultations[:, sites].sum(axis=1, keepdims=True),
            self.people[sites].sum(axis=0, keepdims=True),
            self.star_pu[sites].sum(axis=0, keepdims=True),
            self.unweighted[sites].sum(axis=0, keepdims=True),
        )


def ages(birth: Ints, day: Ints) -> Ints:
    """Completed years on each day (born on 29 February: a birthday on 1 March); -1 unknown."""
    known = (birth != UNKNOWN_DAY) & (birth <= day)
    born, on = (np.where(known, d, 0).astype("datetime64[D]") for d in (birth, day))
    years = on.astype("datetime64[Y]").astype(np.int64) - born.astype("datetime64[Y]").astype(
        np.int64
    )
    before = _month_day(on) < _month_day(born)
    found: Ints = np.where(known, years - before, UNKNOWN_AGE)
    return found


def _month_day(dates: npt.NDArray[np.datetime64]) -> Ints:
    months = dates.astype("datetime64[M]")
    number: Ints = months.astype(np.int64) % 12 * 32 + (dates - months).astype(np.int64)
    return number


def count_bucket(
    sums: Sums, bucket: Bucket, lists: Mapping[str, ListTable], exact: Bools, edges: Ints
) -> int:
    """Add one bucket; people are in one bucket only.

    Args:
        sums: changed in place. lists: `LISTS`, resolved.
        exact: bool[unit_id], whether a value has no comparator.
        edges: first days of the months, and the day after the last of them.

    Returns:
        How many items were of people on no list that day.
    """
    people = people_of(bucket)
    events = _Events(bucket, people, exact, edges)
    _add_lists(sums, people, edges)
    lost = _add_items(sums, events, lists)
    for number, each in enumerate(ideals()):
        _add_consultations(sums, number, each, events, lists)
    return lost


class _Events:
    """A bucket's events within the months."""

    def __init__(self, bucket: Bucket, people: People, exact: Bools, edges: Ints) -> None:
        day = bucket.event["date"].combine_chunks().cast("int32").to_numpy()
        kept = np.flatnonzero((day >= edges[0]) & (day < edges[-1]))
        self.day: Ints = day[kept].astype(np.int64)
        self.code = bucket.event["code_id"].to_numpy()[kept]
        offsets = people.persons["first_event"]
        self.person: Ints = np.searchsorted(offsets, kept, side="right") - 1
        value = bucket.event["value"].combine_chunks().to_numpy(zero_copy_only=False)[kept]
        unit = bucket.event["unit_id"].to_numpy()[kept].astype(np.intp)
        self.value = np.where(exact[unit], value, np.nan)
        self.month: Ints = np.searchsorted(edges, self.day, side="right") - 1
        self.people = people

    def site(self, rows: Ints) -> Ints:
        """Where the person of each row was registered on its day."""
        return site_on(self.people, self.person[rows], self.day[rows])

    def keys(self, rows: Ints) -> Ints:
        """One number for each person and day."""
        return self.person[rows] * (1 << 20) + self.day[rows]

    def rows(self, table: ListTable) -> Ints:
        """Rows of a list's events."""
        return np.flatnonzero(np.isin(self.code, table.code_ids))


def _add_lists(sums: Sums, people: People, edges: Ints) -> None:
    persons = people.persons[:-1]
    every = np.arange(len(persons))
    weights = _weights()
    for month, end in enumerate(edges[1:] - 1):
        day = np.full(len(every), end)
        site = site_on(people, every, day)
        gone = (persons["death"] != UNKNOWN_DAY) & (persons["death"] <= end)
        here = np.flatnonzero((site != NOWHERE) & ~gone)
        age = ages(persons["birth"][here].astype(np.int64), day[here])
        band = np.searchsorted(BAND_STARTS, age, side="right") - 1
        weight = np.where(age == UNKNOWN_AGE, np.nan, weights[persons["sex"][here], band])
        np.add.at(sums.people[:, month], site[here], 1)
        np.add.at(sums.star_pu[:, month], site[here], np.nan_to_num(weight))
        np.add.at(sums.unweighted[:, month], site[here], np.isnan(weight))


def _weights() -> Floats:
    """float64[sex, band]; NaN for sexes without weights."""
    known = star_pu_weights()
    return np.array(
        [[known.get(sex, {}).get(band, np.nan) for band in BANDS] for sex in SEXES], np.float64
    )


def _add_items(sums: Sums, events: _Events, lists: Mapping[str, ListTable]) -> int:
    rows = events.rows(lists["antibacterial_all"])
    site, month = events.site(rows), events.month[rows]
    held = {name: np.isin(events.code[rows], lists[name].code_ids) for name in MEDICINE_LISTS}
    uti, long = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    for name, most in THREE_DAYS.items():
        mine = np.isin(events.code[rows], lists[name].code_ids)
        uti |= mine
        long |= mine & (events.value[rows] > most)
    broad = held["antibacterial_broad"]
    counted = (
        np.ones(len(rows), bool), held["antibacterial"], held["antibacterial_nhs"],
        broad & held["antibacterial"], broad & held["antibacterial_nhs"], uti, long,
    )  # fmt: skip
    here = site != NOWHERE
    for kind, which in enumerate(counted):
        some = which & here
        np.add.at(sums.items[kind], (site[some], month[some]), 1)
    return int(np.sum(~here))


def _add_consultations(
    sums: Sums, number: int, each: Ideal, events: _Events, lists: Mapping[str, ListTable]
) -> None:
    """Days with the infection coded, once a person, and those with an antibiotic that day."""
    rows = events.rows(lists[each.codes])
    if not each.every_age:
        birth = events.people.persons["birth"][events.person[rows]].astype(np.int64)
        age = ages(birth, events.day[rows])
        rows = rows[(age >= each.age_from) & (age < each.age_below)]
    _, first = np.unique(events.keys(rows), return_index=True)
    rows = rows[first]
    site = events.site(rows)
    rows, site = rows[site != NOWHERE], site[site != NOWHERE]
    treated = np.isin(events.keys(rows), events.keys(events.rows(lists["antibacterial"])))
    np.add.at(sums.consultations[number, :, :, 0], (site, events.month[rows]), 1)
    np.add.at(sums.consultations[number, :, :, 1], (site, events.month[rows]), treated)
