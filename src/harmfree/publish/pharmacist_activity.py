"""What the pharmacists did, and what became of the hazards that they looked at.

A hazard counts as looked at when it was open on a day on which the person had a review by a
pharmacist. It is resolved when it ended within 12 weeks of that day because something changed (a
medicine, a protector, a test): not when the person died or left the site. A recurrence is the same
hazard of the same person again within a year of its end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from harmfree.periods.stored import resolved_lists
from harmfree.periods.windows import to_day
from harmfree.programmes.registry import code_folders, indicator
from harmfree.publish.reading import LiveRun
from harmfree.records import Bucket

Days = npt.NDArray[np.int64]
LISTS = ("pharmacist_review", "intervention_offered", "intervention_accepted", "hazard_accepted")
WEEKS_12 = 84
YEAR = 365
FOREVER = np.iinfo(np.int32).max


@dataclass
class Activity:
    """Counts at one site (or over all).

    Attributes:
        site: the site's id; empty for all together.
        reviews, offered, accepted: reviews by a pharmacist, interventions offered and accepted.
        risks_accepted: hazards that were reviewed and left as they are.
        looked_at: hazards and gaps open on the day of a review (each once).
        followed: those of them with 12 weeks of records after the review.
        resolved: of the followed, those that ended within 12 weeks because of a change.
        ended_otherwise: of the followed, those whose person died or left within 12 weeks.
        recurred: of the resolved, those that came back within a year.
    """

    site: str
    reviews: int = 0
    offered: int = 0
    accepted: int = 0
    risks_accepted: int = 0
    looked_at: int = 0
    followed: int = 0
    resolved: int = 0
    ended_otherwise: int = 0
    recurred: int = 0

    def add(self, other: Activity) -> None:
        """Add another site's counts."""
        for name, count in asdict(other).items():
            if name != "site":
                setattr(self, name, getattr(self, name) + count)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, with the shares that can be given."""
        return asdict(self) | {
            "accepted_share": self.accepted / self.offered if self.offered else None,
            "resolved_share": self.resolved / self.followed if self.followed else None,
        }


def activity(run: LiveRun, first: date | None = None) -> list[Activity]:
    """What was done at each site up to the run's last day, and over all (last).

    Args:
        run: the live run; its periods are read.
        first: reviews before this day do not count.
    """
    lists = resolved_lists(run.store, LISTS, code_folders())
    codes = {name: lists[name].code_ids for name in LISTS}
    shown = [n for n, name in enumerate(run.info.indicators) if indicator(name).on_worklist]
    found: dict[int, Activity] = {}
    start = to_day(first) if first else 0
    for number in run.store.buckets:
        bucket = run.store.bucket(number, ["person", "date", "code_id"])
        periods = pq.read_table(run.folder / "periods" / f"{number:04d}.parquet")
        for site, counts in _of_bucket(run, bucket, periods, codes, shown, start):
            found.setdefault(site, Activity(run.places.every[site].id)).add(counts)
    total = Activity("")
    for each in found.values():
        total.add(each)
    return [*sorted(found.values(), key=lambda each: each.site), total]


def _of_bucket(
    run: LiveRun,
    bucket: Bucket,
    periods: pa.Table,
    codes: dict[str, npt.NDArray[np.int32]],
    shown: list[int],
    start: int,
) -> Iterator[tuple[int, Activity]]:
    """(site, counts) of one bucket's people, a row for each thing that is counted."""
    people = _People(bucket)
    person, day = _column(bucket.event, "person"), _column(bucket.event, "date")
    code = _column(bucket.event, "code_id")
    names = {"pharmacist_review": "reviews", "intervention_offered": "offered"}
    names |= {"intervention_accepted": "accepted", "hazard_accepted": "risks_accepted"}
    for name, count in names.items():
        rows = np.isin(code, codes[name]) & (day >= start)
        sites = people.sites(person[rows], day[rows])
        for site, times in Counter(sites[sites >= 0].tolist()).items():
            yield site, Activity("", **{count: times})
    reviews = np.isin(code, codes["pharmacist_review"]) & (day >= start)
    found = _Followed(people, periods, shown, to_day(run.as_of))
    yield from found.outcomes(person[reviews], day[reviews])


def _column(table: pa.Table, name: str) -> Days:
    column = table[name].combine_chunks()
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32()).fill_null(FOREVER)
    found: Days = column.to_numpy(zero_copy_only=False).astype(np.int64)
    return found


class _People:
    """Where each person of a bucket was on a day, and when they died."""

    def __init__(self, bucket: Bucket) -> None:
        self.pseudonyms = bucket.person["person"].to_numpy()
        self.died = _column(bucket.person, "death_date")
        table = bucket.registration
        self.person, self.site = _column(table, "person"), _column(table, "site")
        self.start, self.end = _column(table, "start"), _column(table, "end")
        self.first = np.searchsorted(self.person, np.arange(len(self.died) + 1))

    def site_on(self, person: int, day: int) -> int:
        """The site of a person on a day; -1 for none, or once they have died."""
        if day >= self.died[person]:
            return -1
        for row in range(self.first[person], self.first[person + 1]):
            if self.start[row] <= day < self.end[row]:
                return int(self.site[row])
        return -1

    def sites(self, people: Days, days: Days) -> Days:
        """The same for many."""
        pairs = zip(people.tolist(), days.tolist(), strict=True)
        return np.array([self.site_on(person, day) for person, day in pairs], np.int64)


class _Followed:
    """The hazards that were open on the day of a review, and what became of them."""

    def __init__(self, people: _People, periods: pa.Table, shown: list[int], last: int) -> None:
        self.people, self.last = people, last
        row = {int(p): i for i, p in enumerate(people.pseudonyms)}
        self.of: dict[int, list[tuple[int, int, int]]] = {}
        keep = np.isin(periods["definition"].to_numpy(), shown)
        columns = zip(
            periods["person"].to_numpy()[keep].tolist(),
            periods["definition"].to_numpy()[keep].tolist(),
            _column(periods, "start")[keep].tolist(),
            _column(periods, "end")[keep].tolist(),
            strict=True,
        )
        for pseudonym, definition, start, end in columns:
            self.of.setdefault(row[pseudonym], []).append((definition, start, end))

    def outcomes(self, person: Days, day: Days) -> Iterator[tuple[int, Activity]]:
        """(site, counts) of each hazard that was open on the day of a review, each once."""
        seen: set[tuple[int, int, int]] = set()
        for who, when in sorted(zip(person.tolist(), day.tolist(), strict=True)):
            site = self.people.site_on(who, when)
            for definition, start, end in self.of.get(who, ()):
                if site < 0 or not start <= when < end or (who, definition, start) in seen:
                    continue
                seen.add((who, definition, start))
                yield site, self._outcome(who, when, definition, end, site)

    def _outcome(self, who: int, when: int, definition: int, end: int, site: int) -> Activity:
        counts = Activity("", looked_at=1)
        if when + WEEKS_12 > self.last:
            return counts
        counts.followed = 1
        if end > when + WEEKS_12:
            return counts
        if self.people.site_on(who, end) != site:
            counts.ended_otherwise = 1
            return counts
        counts.resolved = 1
        again = any(
            other == definition and end < start <= end + YEAR
            for other, start, _ in self.of.get(who, ())
        )
        counts.recurred = int(again)
        return counts
