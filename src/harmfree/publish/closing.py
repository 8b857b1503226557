"""Why a finding is no longer there: asked of the person's own record on the run's last day.

The answer comes from the same definition as the finding: which of its conditions held on the last
day on which the finding was open, and which of them hold today. Nothing is guessed: what the
record does not explain is said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from harmfree.periods.expressions import All, Any, Compared, Not, Predicate, Recorded, Score
from harmfree.periods.plan import list_names
from harmfree.periods.record import PersonRecord
from harmfree.periods.reference import Evaluator
from harmfree.periods.stored import comparators_of, resolved_lists
from harmfree.periods.stored_person import ListIndex
from harmfree.periods.windows import to_day
from harmfree.programmes.english import sentence
from harmfree.programmes.indicator import Indicator
from harmfree.programmes.registry import code_folders, indicators
from harmfree.records import Bucket, Store

MOST_CONDITIONS = 4
"""How many changed conditions are told of; a composite can have dozens."""


class Why(StrEnum):
    """Why a finding ended; the text is shown."""

    DIED = "The person died"
    LEFT = "The person left the practice"
    CARE_GIVEN = "The care that was missing has been given"
    MEDICINE_STOPPED = "The medicine is no longer issued"
    ENDED = "The records no longer show it"
    NOT_AT_RISK = "The person is no longer in the group at risk"
    CORRECTED = "The records were corrected or completed: it was not so when it was found either"
    DEFINITION_CHANGED = "The definition has changed"
    NOT_LOOKED_FOR = "It is no longer looked for"
    NOT_IN_RECORDS = "The person is no longer in the records"
    UNKNOWN = "The run no longer finds it, and the records do not say why"

    @property
    def by_action(self) -> bool:
        """Whether the records show that somebody acted: the hazard or gap itself is over."""
        return self in (Why.CARE_GIVEN, Why.MEDICINE_STOPPED, Why.ENDED)


@dataclass(frozen=True)
class Closing:
    """Why one finding is gone, and which conditions of its definition changed, in words."""

    why: Why
    words: str = ""


@dataclass(frozen=True)
class Gone:
    """The findings that a run no longer has.

    Attributes:
        findings: pseudonym to the indicators that were open before.
        as_of: the run's last day.
        looked_for: the indicators that the run worked out.
        before: the last day on which the findings were open; None when that is not known.
        redefined: indicators whose definition changed between the runs.
    """

    findings: Mapping[int, Iterable[str]]
    as_of: date
    looked_for: Collection[str]
    before: date | None = None
    redefined: Collection[str] = ()


def reasons(
    home: Path, store: Store, gone: Gone, progress: Callable[[int, int], None] = lambda *_: None
) -> dict[tuple[int, str], Closing]:
    """Why each finding that a run no longer has is gone.

    Args:
        home: the folder with the site's own code lists and maps.
        store: the records.
        gone: the findings.
        progress: told (people done, people in all).

    Raises:
        StoreDamagedError: the records cannot be read.
    """
    held = {e.id: e for e in indicators() if e.id in gone.looked_for and e.on_worklist}
    asked = {name for names in gone.findings.values() for name in names} & set(held)
    names = sorted(set().union(*(list_names([held[name].definition]) for name in asked)))
    maps = home / "maps"
    lists = resolved_lists(store, names, code_folders(home), maps if maps.is_dir() else None)
    index = ListIndex(lists, comparators_of(store))
    found: dict[tuple[int, str], Closing] = {}
    for done, (person, bucket) in enumerate(_records(store, gone.findings)):
        progress(done, len(gone.findings))
        if bucket is None:
            missing = Closing(Why.NOT_IN_RECORDS)
            found |= {(person, name): missing for name in gone.findings[person]}
            continue
        case = RecordAsked(index.record(bucket, 0), gone)
        for name in gone.findings[person]:
            found[person, name] = case.why(name, held.get(name))
    return found


def sites_on(store: Store, people: Iterable[int], day: date) -> dict[int, str]:
    """The id of the site where each person is registered on a day.

    People who are registered nowhere, have died or are not in the records are left out.
    """
    wanted = np.array(sorted(people), np.int64)
    ids = store.sites["id"].to_pylist()
    found: dict[int, str] = {}
    for number in np.unique(wanted % store.manifest.bucket_count):
        bucket = store.bucket(int(number), ["date"])
        pseudonyms = bucket.person["person"].to_numpy()
        died = pc.fill_null(pc.less_equal(bucket.person["death_date"], day), False).to_numpy()
        asked = np.isin(pseudonyms, wanted) & ~died
        stays = bucket.registration
        ended = pc.fill_null(pc.less_equal(stays["end"], day), False)
        stays = stays.filter(pc.and_(pc.less_equal(stays["start"], day), pc.invert(ended)))
        for row, site in zip(stays["person"].to_pylist(), stays["site"].to_pylist(), strict=True):
            if asked[row]:
                found[int(pseudonyms[row])] = ids[site]
    return found


def _records(store: Store, people: Iterable[int]) -> Iterator[tuple[int, Bucket | None]]:
    """(pseudonym, their record as a bucket of one, or None), each bucket read once."""
    count = store.manifest.bucket_count
    for number, group in groupby(sorted(people, key=lambda p: (p % count, p)), lambda p: p % count):
        bucket = store.bucket(number)
        place = {person: row for row, person in enumerate(bucket.person["person"].to_pylist())}
        stays, events = (
            np.cumsum([0, *bucket.person[name].to_pylist()]).tolist()
            for name in ("registrations", "events")
        )
        for person in group:
            row = place.get(person)
            yield (
                person,
                None
                if row is None
                else Bucket(
                    bucket.person.slice(row, 1),
                    bucket.registration.slice(stays[row], stays[row + 1] - stays[row]),
                    bucket.event.slice(events[row], events[row + 1] - events[row]),
                ),
            )


class RecordAsked:
    """One person's record, asked why findings ended."""

    def __init__(self, record: PersonRecord, gone: Gone) -> None:
        self.record = record
        self.last = to_day(gone.as_of)
        self.before = to_day(min(gone.before, gone.as_of)) if gone.before else None
        self.redefined = gone.redefined
        self.evaluator = Evaluator(record, self.last)

    def why(self, name: str, each: Indicator | None) -> Closing:
        """Why one finding is gone: the first that holds of the reasons that explain all others."""
        if self.record.death is not None and self.record.death <= self.last:
            return Closing(Why.DIED)
        if each is None:
            return Closing(Why.NOT_LOOKED_FOR)
        if not self._registered():
            return Closing(Why.LEFT)
        if name in self.redefined:
            return Closing(Why.DEFINITION_CHANGED, f"Version {each.provenance.version} counts now.")
        return self._by_definition(each)

    def _by_definition(self, each: Indicator) -> Closing:
        at_risk, has_it = (self._holds(p, self.last) for p in (each.denominator, each.numerator))
        if at_risk and has_it:
            return Closing(Why.UNKNOWN)
        if self.before is not None and not self._holds(
            each.denominator & each.numerator, self.before
        ):
            return Closing(Why.CORRECTED)
        if not at_risk:
            return Closing(Why.NOT_AT_RISK, _in_words(*self._changed(each.denominator)))
        fell, rose = self._changed(each.numerator)
        return Closing(_ended(each, fell, rose), _in_words(fell, rose))

    def _registered(self) -> bool:
        stays = self.record.registrations
        return any(
            stay.start <= self.last and (stay.end is None or self.last < stay.end) for stay in stays
        )

    def _holds(self, part: Predicate, day: int) -> bool:
        return any(start <= day < end for start, end in self.evaluator.periods(part))

    def _changed(self, part: Predicate) -> tuple[list[Predicate], list[Predicate]]:
        """Conditions that held it up and no longer hold; conditions against it that now hold."""
        fell: list[Predicate] = []
        rose: list[Predicate] = []
        if self.before is None:
            return fell, rose
        for leaf, positive in conditions(part):
            now, then = self._holds(leaf, self.last), self._holds(leaf, self.before)
            if positive and then and not now:
                fell.append(leaf)
            elif not positive and now and not then:
                rose.append(leaf)
        return fell, rose


def _ended(each: Indicator, fell: list[Predicate], rose: list[Predicate]) -> Why:
    """What became of a hazard or gap whose person is still in the group at risk."""
    if rose and each.kind == "gap":
        return Why.CARE_GIVEN
    issues = [leaf for leaf in fell if isinstance(leaf, Recorded) and leaf.verb == "issued"]
    if issues and not rose:
        return Why.MEDICINE_STOPPED
    return Why.ENDED


def conditions(part: Predicate, positive: bool = True) -> list[tuple[Predicate, bool]]:
    """The simple conditions of a definition, and whether each makes it true or keeps it false."""
    if isinstance(part, All | Any):
        found = [leaf for each in part.parts for leaf in conditions(each, positive)]
    elif isinstance(part, Not):
        found = conditions(part.part, not positive)
    else:
        found = [(part, positive)]
    return list(dict.fromkeys(found))


def _in_words(fell: list[Predicate], rose: list[Predicate]) -> str:
    said = [
        f"{head}: {'; '.join(map(_said, leaves[:MOST_CONDITIONS]))}."
        for head, leaves in (("No longer", fell), ("Now", rose))
        if leaves
    ]
    return " ".join(said)


def _said(leaf: Predicate) -> str:
    if isinstance(leaf, Compared) and isinstance(leaf.quantity, Score):
        return f"a score {leaf.operator} {leaf.threshold:g}"
    return sentence(leaf)
