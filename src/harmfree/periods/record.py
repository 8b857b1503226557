"""One person's record as the evaluators read it: events already sorted into code lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

Span = tuple[int, int]


@dataclass(frozen=True)
class Event:
    """One event of one code list.

    Attributes:
        day: days since 1970-01-01.
        value: in the list's unit, rounded to single precision as stored; None when not usable.
        comparator: "", "<", "<=", ">", ">=" or "~".
        until: end of supply (exclusive), when known.
        group: what counts as the same within the list (a medicine's substance).
        weight: the code's weight within the list (0 when the list has none).
        row: number of the event in the person's whole record, for evidence.
    """

    day: int
    value: float | None = None
    comparator: str = ""
    until: int | None = None
    group: int = 0
    weight: float = 0.0
    row: int = -1

    @staticmethod
    def rounded(value: float | None) -> float | None:
        """The value as the store keeps it (single precision)."""
        return None if value is None else float(np.float32(value))


@dataclass(frozen=True)
class Registration:
    """On a site's list from `start` until before `end` (None: still)."""

    site: int
    start: int
    end: int | None = None


@dataclass(frozen=True)
class PersonRecord:
    """One person: who they are, where they were registered, what was coded."""

    birth: int | None
    sex: str
    death: int | None = None
    registrations: tuple[Registration, ...] = ()
    lists: Mapping[str, tuple[Event, ...]] = field(default_factory=dict)

    def events(self, codes: str) -> tuple[Event, ...]:
        """The events of a list in order of day; empty when there are none."""
        return self.lists.get(codes, ())
