"""Counts that are suppressed ("<5") or rounded: the least and most that each may be."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from harmfree.improvement.spc.errors import ChartError

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-"})
_BELOW = re.compile(r"^(<|<=|≤)\s*(\d+(?:\.\d+)?)$")
_RANGE = re.compile(r"^(\d+)\s*(?:-|–|to)\s*(\d+)$")
_HIDDEN = frozenset({"*", "**", "[c]", "suppressed"})
_THOUSANDS = re.compile(r"^[-−]?\d{1,3}(,\d{3})+(\.\d+)?$")


@dataclass(frozen=True)
class Reading:
    """A value with the least and most that it may be; all equal when it is exact."""

    value: float
    least: float
    most: float

    @property
    def exact(self) -> bool:
        """Whether the value is known."""
        return self.least == self.most or self.value != self.value


@dataclass(frozen=True)
class Disclosure:
    """How the source hides small numbers.

    Attributes:
        hidden: least and most of a cell that shows only a sign such as "*"; None refuses it.
        rounded_to: counts are rounded to the nearest multiple of this; 0 for not at all.
    """

    hidden: tuple[float, float] | None = None
    rounded_to: float = 0.0


def read_cell(cell: str | float | None, where: str, rule: Disclosure) -> Reading:
    """Read one cell: a number, blank, "<5", "1-4" or a sign for a hidden number.

    "<5" may be any of 0 to 4 and "≤5" any of 0 to 5; the middle is plotted.

    Raises:
        ChartError: the cell is text, or hidden without a rule; the message says where.
    """
    if cell is None:
        return _exact(float("nan"))
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _rounded(_finite(cell, where), rule)
    if not isinstance(cell, str):
        raise ChartError(f"'{cell}' is not a number", where=where, do="correct the value")
    text = cell.strip().replace("\N{MINUS SIGN}", "-")
    if text.lower() in MISSING:
        return _exact(float("nan"))
    span = _span(text, rule)
    if span is not None:
        return Reading((span[0] + span[1]) / 2, *span)
    if text.lower() in _HIDDEN:
        raise ChartError(
            f"'{text}' is a suppressed count",
            where=where,
            do="say what it may be with --suppressed, such as --suppressed 1-7",
        )
    if _THOUSANDS.match(text):
        text = text.replace(",", "")
    percent = text.endswith("%")
    try:
        number = float(text.rstrip("%")) / (100 if percent else 1)
    except ValueError:
        raise ChartError(f"'{cell}' is not a number", where=where, do="correct the cell") from None
    return _rounded(_finite(number, where), rule)


def _finite(value: float, where: str) -> float:
    """The number; blank cells have been read before, so not-a-number is a mistake here."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ChartError(f"{value} is not a finite number", where=where, do="correct the cell")
    return number


def _span(text: str, rule: Disclosure) -> tuple[float, float] | None:
    below = _BELOW.match(text)
    if below:
        bound = float(below[2])
        return 0.0, bound - 1 if below[1] == "<" and bound == int(bound) else bound
    between = _RANGE.match(text)
    if between:
        return float(between[1]), float(between[2])
    return rule.hidden if text.lower() in _HIDDEN else None


def _rounded(value: float, rule: Disclosure) -> Reading:
    if not rule.rounded_to:
        return _exact(value)
    half = rule.rounded_to / 2
    return Reading(value, max(0.0, value - half), value + half)


def _exact(value: float) -> Reading:
    return Reading(value, value, value)
