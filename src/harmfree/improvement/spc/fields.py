"""Reads the fields of a JSON case, each error naming the field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from harmfree.improvement.spc.arrays import Bools, Floats
from harmfree.improvement.spc.errors import CaseError
from harmfree.improvement.spc.series import Annotation, Moment, Rebase
from harmfree.improvement.spc.uncertain import Reading

Case = Mapping[str, Any]
_MONTH, _YEAR = re.compile(r"^\d{4}-\d{2}$"), re.compile(r"^[12]\d{3}$")
_SPAN = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(?:-|:|–|to)\s*(\d+(?:\.\d+)?)\s*$")


def first(case: Case, *names: str) -> Any:
    """The first of these fields that is there and not null."""
    return next((case[n] for n in names if case.get(n) is not None), None)


def moment(value: Any, where: str = "dates") -> Moment:
    """A date, a month or a year (its first day), or a date with a time, as ISO text."""
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        if _MONTH.match(text):
            return date.fromisoformat(text + "-01")
        if _YEAR.match(text):
            return date(int(text), 1, 1)
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise CaseError(
            f"'{value}' is not a date", where=where, do="write it as 2025-01-31"
        ) from None


def maybe_float(value: Any, where: str = "") -> float | None:
    """A number, or None."""
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise CaseError(f"'{value}' is not a number", where=where, do="give a number") from None
    if not np.isfinite(number):
        raise CaseError(f"'{value}' is not a finite number", where=where, do="give a number")
    return number


def whole(value: Any, where: str) -> int | None:
    """A whole number, or None."""
    number = maybe_float(value, where)
    if number is not None and number != int(number):
        raise CaseError(f"{number:g} is not a whole number", where=where, do="give a whole number")
    return None if number is None else int(number)


def wholes(value: Any, where: str) -> list[int]:
    """One whole number or a list of them."""
    return [n for n in (whole(v, where) for v in many(value)) if n is not None]


def one_of(value: Any, allowed: tuple[str, ...], where: str) -> Any:
    """One of the allowed words, or None."""
    if value is not None and value not in allowed:
        raise CaseError(f"'{value}' is not one of {', '.join(allowed)}", where=where,
                        do="use one of them")  # fmt: skip
    return value


def annotation(value: Any) -> Annotation:
    """An object with date and text."""
    if not isinstance(value, Mapping):
        raise CaseError("An annotation has a date and a text", where="annotations",
                        do='write {"date": "2025-01-31", "text": "..."}')  # fmt: skip
    return Annotation(moment(value.get("date"), "annotations"), str(value.get("text") or ""))


def floats(values: Any, where: str) -> Floats:
    """A list of numbers; null becomes NaN."""
    if not isinstance(values, list):
        raise CaseError(f"'{where}' is not a list", where=where, do="give a list of numbers")
    found = [maybe_float(v, f"{where}, point {i + 1}") for i, v in enumerate(values)]
    return np.array([np.nan if v is None else v for v in found], float)


def numbers(case: Case, *names: str) -> Floats:
    """The list of numbers in the first of these fields that is there."""
    values = first(case, *names)
    if values is None:
        raise CaseError(f"The case has no {names[0]}", do=f'give "{names[0]}": [...]')
    return floats(values, names[0])


def texts(case: Case, *names: str) -> list[str]:
    """The list of texts in the first of these fields that is there."""
    values = first(case, *names)
    if not isinstance(values, list):
        raise CaseError(f"The case has no {names[0]}", do=f'give "{names[0]}": [...]')
    return [str(v) for v in values]


def many(value: Any) -> Sequence[Any]:
    """A list as it is; one value as a list of one; nothing as an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def rebase(value: Any) -> Rebase:
    """A date, or an object with date, reason, author and evidence."""
    if isinstance(value, Mapping):
        parts = (str(value.get(name) or "") for name in ("reason", "author", "evidence"))
        return Rebase(moment(value.get("date"), "rebase"), *parts)
    return Rebase(moment(value, "rebase"))


def ghosted(case: Case, count: int) -> Bools | None:
    """Points left out: a list of true and false, or positions counted from 1."""
    given = many(first(case, "ghosted", "exclude"))
    if not given:
        return None
    if len(given) == count and all(isinstance(g, bool) for g in given):
        return np.array(given, bool)
    result = np.zeros(count, bool)
    for position in given:
        place = whole(position, "ghosted") or 0
        if not 1 <= place <= count:
            raise CaseError(f"There is no point {position}", where="ghosted",
                            do=f"count from 1 to {count}")  # fmt: skip
        result[place - 1] = True
    return result


def span(value: Any) -> tuple[float, float] | None:
    """The least and most of a hidden number: [1, 7] or "1-7"."""
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2:
        low, high = (maybe_float(v, "suppressed") or 0.0 for v in value)
    else:
        match = _SPAN.match(str(value))
        if not match:
            raise CaseError(f"'{value}' is not a range", where="suppressed", do="write it as 1-7")
        low, high = float(match[1]), float(match[2])
    if low > high:
        raise CaseError(f"{low:g} is more than {high:g}", where="suppressed", do="swap them")
    return low, high


def ends(readings: Sequence[Reading], which: str) -> Floats:
    """Least or most of every reading."""
    return np.array([getattr(r, which) for r in readings], float)
