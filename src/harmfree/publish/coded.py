"""The coded events of a few lists over the whole store, with the site of each.

For measures that no indicator says: how long from one event to the next, sums over tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from harmfree.periods.definition import ListTable
from harmfree.periods.expressions import DerivationInput
from harmfree.periods.kernel_tables import UNKNOWN_DAY, People
from harmfree.periods.stored import comparators_of, people_of, resolved_lists
from harmfree.periods.windows import to_day
from harmfree.programmes.registry import code_folders
from harmfree.publish.reading import LiveRun

Int = npt.NDArray[np.int64]
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Coded:
    """Events of several lists; a person's stand together, by day.

    Attributes:
        lists: the lists, in the order asked.
        person: int64[n], running number over the store. day: int64[n], days since 1970-01-01.
        source: int8[n], which list; an event that several lists hold stands once for each.
        value: float64[n], in the list's unit; NaN when missing or with a comparator.
        site: int64[n], where the person was registered that day; NOWHERE when not on a list.
        home: int64[people], where each person is registered on the day asked about, alive.
    """

    lists: tuple[str, ...]
    person: Int
    day: Int
    source: npt.NDArray[np.int8]
    value: npt.NDArray[np.float64]
    site: Int
    home: Int

    def of(self, codes: str) -> npt.NDArray[np.bool_]:
        """Which events are of a list."""
        found: npt.NDArray[np.bool_] = self.source == self.lists.index(codes)
        return found

    def first_after(self, codes: str, person: Int, day: Int) -> npt.NDArray[np.float64]:
        """The first day with an event of a list on or after a day, for each (person, day); NaN."""
        mine = self.of(codes)
        return _next(self.person[mine], self.day[mine], person, day)

    def derivation_input(self, *chosen: str) -> DerivationInput:
        """The events of some lists as a derivation sees them (without age and sex)."""
        rows = np.flatnonzero(np.isin(self.source, [self.lists.index(name) for name in chosen]))
        number = np.zeros(len(self.lists), np.int8)
        number[[self.lists.index(name) for name in chosen]] = np.arange(len(chosen))
        return DerivationInput(
            day=self.day[rows].astype(np.int32),
            value=self.value[rows],
            source=number[self.source[rows]],
            person=self.person[rows],
            age=np.full(len(rows), np.nan),
            female=np.zeros(len(rows), dtype=bool),
        )


def _next(whose: Int, when: Int, person: Int, day: Int) -> npt.NDArray[np.float64]:
    """For each (person, day) the first `when` of that person that is not below the day."""
    if not len(whose) or not len(person):
        return np.full(len(person), np.nan)
    low = min(int(when.min()), int(day.min()))
    span = max(int(when.max()), int(day.max())) - low + 2
    keys = whose * span + (when - low)
    place = np.searchsorted(keys, person * span + (day - low), side="left")
    found = np.minimum(place, len(keys) - 1)
    ours = (place < len(keys)) & (whose[found] == person)
    return np.where(ours, when[found], np.nan)


def coded(run: LiveRun, lists: Sequence[str], on: date) -> Coded:
    """The events of the lists up to a day, over the run's store, resolved as the run does.

    Args:
        run: the live run. lists: code lists, each once. on: the last day that counts.
    """
    store, home = run.store, run.folder.parents[1]
    maps = home / "maps" if (home / "maps").is_dir() else None
    tables = resolved_lists(store, list(dict.fromkeys(lists)), code_folders(home), maps)
    comparators = np.array([bool(each) for each in comparators_of(store)])
    parts: list[tuple[npt.NDArray[np.generic], ...]] = []
    homes: list[Int] = []
    before, last = 0, to_day(on)
    for number in store.buckets:
        bucket = store.bucket(number, ["date", "code_id", "value", "unit_id"])
        people = people_of(bucket)
        events = (
            bucket.event["date"].combine_chunks().cast("int32").to_numpy(),
            bucket.event["code_id"].to_numpy(),
            bucket.event["value"].combine_chunks().to_numpy(zero_copy_only=False),
            bucket.event["unit_id"].to_numpy(),
        )
        until_then = events[0] <= last
        kept = tuple(column[until_then] for column in events)
        place = np.flatnonzero(until_then)
        for source, name in enumerate(lists):
            parts.append(_part(people, kept, place, tables[name], source, comparators, before))
        homes.append(_home(people, last))
        before += len(homes[-1])
    person, day, from_list, value, site = (np.concatenate(x) for x in zip(*parts, strict=True))
    order = np.lexsort((from_list, day, person))
    return Coded(
        tuple(lists),
        person[order].astype(np.int64),
        day[order].astype(np.int64),
        from_list[order].astype(np.int8),
        value[order].astype(np.float64),
        site[order].astype(np.int64),
        np.concatenate(homes),
    )


def _home(people: People, day: int) -> Int:
    persons = people.persons[:-1]
    every = np.arange(len(persons))
    site = site_on(people, every, np.full(len(every), day))
    dead = (persons["death"] != UNKNOWN_DAY) & (persons["death"] <= day)
    return np.where(dead, NOWHERE, site)


def _part(
    people: People,
    events: tuple[npt.NDArray[np.generic], ...],
    place: Int,
    table: ListTable,
    source: int,
    comparators: npt.NDArray[np.bool_],
    before: int,
) -> tuple[npt.NDArray[np.generic], ...]:
    """One list's events of one bucket: person, day, list, value, site."""
    day, code, value, unit = events
    rows = np.flatnonzero(np.isin(code, table.code_ids))
    factors = np.where(comparators, np.nan, table.factors)
    person = np.searchsorted(people.persons["first_event"], place[rows], side="right") - 1
    numbers = value[rows].astype(np.float64) * factors[unit[rows].astype(np.intp)]
    days = day[rows].astype(np.int64)
    return (
        person + before,
        days,
        np.full(len(rows), source),
        numbers,
        site_on(people, person, days),
    )


def site_on(people: People, person: Int, day: Int) -> Int:
    """The site that each person was registered at on each day; NOWHERE when at none."""
    first = people.persons["first_registration"]
    found = np.full(len(person), NOWHERE, np.int64)
    start, count = first[person], first[person + 1] - first[person]
    for turn in range(int(count.max(initial=0))):
        rows = np.flatnonzero(count > turn)
        place = people.registrations[start[rows] + turn]
        end = np.where(place["end"] == UNKNOWN_DAY, np.iinfo(np.int32).max, place["end"])
        here = (place["start"] <= day[rows]) & (day[rows] < end)
        found[rows[here]] = place["site"][here]
    return found
