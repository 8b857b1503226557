"""A series of dated values as one input: INR tests, weights, counts by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Day, Measure, Spec

# A day number beyond this is no count of days in a life.
MOST_DAYS = 1_000_000


def day_number(day: object) -> tuple[int, bool]:
    """Return a day as a number, and whether it was a date; raises `Problem`."""
    if isinstance(day, str) and re.fullmatch(r"[+-]?\d{1,6}", day.strip()):
        day = int(day)
    if isinstance(day, int | float) and not isinstance(day, bool):
        if not -MOST_DAYS <= day <= MOST_DAYS or day != int(day):
            raise Problem(f"{day!r} is not a day number")
        return int(day), False
    when = Day(label="Day").read(day)
    if when is None:
        raise Problem("a value has no day")
    found: date = when
    return found.toordinal(), True


@dataclass(frozen=True)
class Series:
    """Values on days, in the order of time.

    Args:
        days: day numbers; for dated values the proleptic ordinal, so that differences are days.
        values: one a day; several on one day are still apart here.
        dated: False when the days were given as plain numbers.
    """

    days: tuple[int, ...]
    values: tuple[float, ...]
    dated: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class DatedValues(Spec):
    """Pairs of a day and a number.

    Accepts ``[["2026-01-05", 2.4], ...]``, ``[{"date": "2026-01-05", "inr": 2.4}, ...]`` and, for
    CSV and the command line, ``2026-01-05:2.4 2026-01-19:3.1``. Days may be plain numbers.

    Args:
        value: what each number must be.
        value_names: names of the number in objects, besides "value".
    """

    value: Measure
    value_names: tuple[str, ...] = ()

    kind = "dated values"

    def parse(self, raw: object) -> Series:
        """Return the series sorted by day, or raise `Problem` naming the pair at fault."""
        read = [self._pair(pair) for pair in self._pairs(raw)]
        dated = {is_date for _, _, is_date in read}
        if len(dated) > 1:
            raise Problem("dates and plain day numbers are mixed")
        read.sort(key=lambda pair: pair[0])
        days, values = tuple(day for day, _, _ in read), tuple(value for _, value, _ in read)
        return Series(days, values, dated != {False})

    def _pairs(self, raw: object) -> Iterable[object]:
        if isinstance(raw, str):
            words = re.split(r"[\s;,]+", raw.strip())
            if any(":" not in word for word in words if word):
                raise Problem(f"{raw!r}: give {self.accepts}")
            return [tuple(word.rpartition(":")[::2]) for word in words if word]
        if isinstance(raw, list | tuple):
            return raw
        raise Problem(f"{raw!r} is not a series; give {self.accepts}")

    def _pair(self, pair: object) -> tuple[int, float, bool]:
        if isinstance(pair, Mapping):
            day = pair.get("date", pair.get("day"))
            names = ("value", *self.value_names)
            value = next((pair[name] for name in names if name in pair), None)
        elif isinstance(pair, list | tuple) and len(pair) == 2:
            day, value = pair
        else:
            raise Problem(f"{pair!r} is not a day with a value; give {self.accepts}")
        number = self.value.read(value)
        if number is None:
            raise Problem(f"{pair!r} has no value")
        place, is_date = day_number(day)
        return place, number, is_date

    @property
    def accepts(self) -> str:
        """How a series is written."""
        return f"day:value pairs, values {self.value.accepts}"

    def json_schema(self) -> dict[str, Any]:
        """Describe the list as JSON Schema."""
        pair = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]}
        return {"type": ["array", "null"], "items": pair}


@dataclass(frozen=True, kw_only=True, eq=False)
class DayList(Spec):
    """Days without values: ``["2026-01-05", ...]``, or ``2026-01-05 2026-03-01`` as text."""

    kind = "days"

    def parse(self, raw: object) -> tuple[int, ...]:
        """Return the days as the numbers that `Series` uses, or raise `Problem`."""
        if isinstance(raw, str):
            raw = [word for word in re.split(r"[\s;,]+", raw.strip()) if word]
        if not isinstance(raw, list | tuple):
            raise Problem(f"{raw!r}: give {self.accepts}")
        return tuple(sorted(day_number(day)[0] for day in raw))

    @property
    def accepts(self) -> str:
        """How days are written."""
        return "days such as 2026-01-05 2026-03-01"

    def json_schema(self) -> dict[str, Any]:
        """Describe the list as JSON Schema."""
        return {"type": ["array", "null"], "items": {"type": "string", "format": "date"}}


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts(Spec):
    """Numbers by name: an object, or for CSV ``name=number; name=number``.

    Args:
        value: what each number must be.
    """

    value: Measure

    kind = "numbers by name"

    def parse(self, raw: object) -> dict[str, float]:
        """Return name -> number, or raise `Problem`."""
        if isinstance(raw, str):
            pairs = [word.partition("=") for word in re.split(r"[;,]", raw) if word.strip()]
            if any(not sign for _, sign, _ in pairs):
                raise Problem(f"{raw!r}: write {self.accepts}")
            raw = {name.strip(): value.strip() for name, _, value in pairs}
        if not isinstance(raw, Mapping):
            raise Problem(f"{raw!r}: write {self.accepts}")
        read = {str(name): self.value.read(value) for name, value in raw.items()}
        return {name: value for name, value in read.items() if value is not None}

    @property
    def accepts(self) -> str:
        """How counts are written."""
        return "name=number, separated by semicolons"

    def json_schema(self) -> dict[str, Any]:
        """Describe the object as JSON Schema."""
        return {"type": ["object", "null"], "additionalProperties": {"type": "number"}}
