"""Who lived in which care home, from when until when, and the falls they had there.

A stay is an event with a local code that begins with ``HF-RESIDENT-`` and ends with the home's id,
dated at its start, with `until` on the day after the last; or a registration at a site that is a
care home. Death and the last day that counts end a stay. Overlapping stays in one home are one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from harmfree.periods.definition import ListTable
from harmfree.publish.person_events import PersonEvents
from harmfree.records import Bucket, Store

Ints = npt.NDArray[np.int64]

RESIDENT = "HF-RESIDENT-"
FALL_LISTS = ("falls", "fall_injury", "fall_long_lie", "fall_ambulance")
INJURY = "fall_injury"
_FAR = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Stays:
    """Stays, one entry each, ordered by person and start.

    Attributes:
        person: row in the bucket. home: site number. start, stop: days since 1970-01-01; the
            resident is there from `start` up to and not including `stop`.
    """

    person: Ints
    home: Ints
    start: Ints
    stop: Ints

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True)
class Falls:
    """Falls in care homes, one entry for each person, home and day with any fall coded."""

    person: Ints
    home: Ints
    day: Ints
    injured: npt.NDArray[np.bool_]


def home_of_code(store: Store) -> dict[int, int]:
    """Code of the store to the number of the care home whose residents it marks."""
    number = dict(zip(store.sites["id"].to_pylist(), store.sites["site"].to_pylist(), strict=True))
    codes = store.codes.filter(pc.starts_with(store.codes["code"], RESIDENT))
    named = zip(codes["code_id"].to_pylist(), codes["code"].to_pylist(), strict=True)
    return {
        code_id: number[home]
        for code_id, code in named
        if (home := code.removeprefix(RESIDENT)) in number
    }


def stays_of(bucket: Bucket, homes: Mapping[int, int], sites: frozenset[int], as_of: int) -> Stays:
    """The stays of a bucket's people up to a day.

    Args:
        bucket: a bucket of the store.
        homes: `home_of_code` of the store.
        sites: numbers of the sites that are care homes.
        as_of: the last day that counts.
    """
    event, registration = bucket.event, bucket.registration
    coded = np.isin(event["code_id"].to_numpy(), np.array(list(homes), np.int64))
    listed = np.isin(registration["site"].to_numpy(), np.array(sorted(sites), np.int64))
    home = [homes[code] for code in event["code_id"].to_numpy()[coded].tolist()]
    parts = (
        (event["person"], event["date"], event["until"], np.array(home, np.int64), coded),
        (
            registration["person"],
            registration["start"],
            registration["end"],
            registration["site"].to_numpy()[listed].astype(np.int64),
            listed,
        ),
    )
    person = np.concatenate([_days(who)[rows] for who, _, _, _, rows in parts])
    start = np.concatenate([_days(begin)[rows] for _, begin, _, _, rows in parts])
    stop = np.concatenate([_days(end)[rows] for _, _, end, _, rows in parts])
    where = np.concatenate([home for _, _, _, home, _ in parts])
    death = _days(bucket.person["death_date"])[person]
    stop = np.minimum(np.minimum(stop, death), as_of + 1)
    kept = start < stop
    return _merged(person[kept], where[kept], start[kept], stop[kept])


def _days(column: object) -> Ints:
    """Days, or numbers; a missing one lies far in the future."""
    whole = pc.fill_null(column.combine_chunks().cast("int32"), _FAR)  # type: ignore[attr-defined]
    return np.asarray(whole.to_numpy(zero_copy_only=False), np.int64)


def _merged(person: Ints, home: Ints, start: Ints, stop: Ints) -> Stays:
    """Overlapping and touching stays of one person in one home as one."""
    order = np.lexsort((start, home, person))
    found: list[list[int]] = []
    for each in zip(person[order], home[order], start[order], stop[order], strict=True):
        who, where, begin, end = (int(number) for number in each)
        last = found[-1] if found else None
        if last and last[:2] == [who, where] and begin <= last[3]:
            last[3] = max(last[3], end)
        else:
            found.append([who, where, begin, end])
    table = np.array(found, np.int64).reshape(-1, 4)
    table = table[np.lexsort((table[:, 2], table[:, 0]))]
    return Stays(*table.T)


def falls_in(events: PersonEvents, lists: Mapping[str, ListTable], stays: Stays) -> Falls:
    """The falls that residents had during their stays.

    Several entries of one day are one fall: records code a fall, its injury and the ambulance
    apart. A resident of two homes on one day, which the record does not settle, counts in both.
    """
    rows = np.unique(np.concatenate([events.rows(lists[name]) for name in FALL_LISTS]))
    hurt = np.isin(rows, events.rows(lists[INJURY]))
    keys = np.stack([events.person[rows], events.day[rows]]).astype(np.int64)
    pairs, which = np.unique(keys, axis=1, return_inverse=True)
    injured = np.zeros(pairs.shape[1], bool)
    injured[which.ravel()[hurt]] = True
    first = np.searchsorted(pairs[0], stays.person, side="left")
    last = np.searchsorted(pairs[0], stays.person, side="right")
    stay = np.repeat(np.arange(len(stays)), last - first)
    at = np.arange(len(stay)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    fall = first[stay] + at
    inside = (pairs[1][fall] >= stays.start[stay]) & (pairs[1][fall] < stays.stop[stay])
    fall, stay = fall[inside], stay[inside]
    return Falls(pairs[0][fall], stays.home[stay], pairs[1][fall], injured[fall])
