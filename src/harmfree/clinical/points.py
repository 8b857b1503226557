"""Sums of points: items that are met, not met or not known, and what may be said of their sum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harmfree.clinical.result import Component, Outcome, Shared

# What a rule says about a complete score: its band and its advice.
Conclude = Callable[[int], tuple[str, tuple[str, ...]]]


# A batch meets the same few thousand items again; typed, because True is not 1 to a reader.
@lru_cache(maxsize=65_536, typed=True)
def item(
    name: str, label: str, given: Any, met: bool | None, why: str, points: int = 1
) -> Component:
    """Return one item of a score.

    Args:
        name: the input it comes from.
        label: as shown to people.
        given: the value or values it is judged by; a tuple is shown with slashes.
        met: True, False, or None when the record does not say.
        why: the criterion in a few words.
        points: what the item adds when it is met.
    """
    if isinstance(given, tuple):
        given = "/".join("?" if value is None else f"{value:g}" for value in given)
    if met is None:
        return Component(name, label, given, None, f"not recorded; {points} if {why}", points)
    return Component(name, label, given, points if met else 0, why if met else f"not: {why}")


def limits(parts: tuple[Component, ...]) -> tuple[int, int]:
    """Return the least and the most that the sum can be; equal when every item is known."""
    least = int(sum(part.points for part in parts if part.points is not None))
    return least, least + int(sum(part.most for part in parts if part.points is None))


def summed(parts: tuple[Component, ...], missing: tuple[str, ...], conclude: Conclude) -> Outcome:
    """Return a score when every item is known; otherwise its limits, never a total.

    Args:
        parts: the items.
        missing: names of inputs that are not recorded and matter.
        conclude: band and advice of a complete score.
    """
    least, most = limits(parts)
    span = _span(least, most)
    if all(part.points is not None for part in parts):
        band, advice = conclude(least)
        return Outcome(least, parts, band, advice, detail=span)
    low, high = conclude(least)[0], conclude(most)[0]
    bands = low if low == high else f"{low} to {high}"
    said = f"Incomplete: the score is between {least} and {most} ({bands})."
    return Outcome(None, parts, missing=missing, warnings=(said,), detail=span)


@lru_cache(maxsize=1024)
def _span(least: int, most: int) -> Shared:
    return Shared(minimum=least, maximum=most)


def at_least(value: float | None, threshold: float) -> bool | None:
    """Compare, keeping "not recorded" apart from "no"."""
    return None if value is None else value >= threshold


def below(value: float | None, threshold: float) -> bool | None:
    """Compare, keeping "not recorded" apart from "no"."""
    return None if value is None else value < threshold


def above(value: float | None, threshold: float) -> bool | None:
    """Compare, keeping "not recorded" apart from "no"."""
    return None if value is None else value > threshold


def either(*facts: bool | None) -> bool | None:
    """Say whether any fact holds: True beats not recorded, which beats False."""
    if any(fact is True for fact in facts):
        return True
    return None if any(fact is None for fact in facts) else False


@dataclass(frozen=True)
class Item:
    """One row of a printed score.

    Args:
        name: the input it is judged by.
        label: as shown to people.
        why: the criterion in a few words.
        met: from the inputs to True, False, or None when the record does not say.
        points: what the item adds when it is met.
        given: from the inputs to what is shown as given; the input `name` when absent.
    """

    name: str
    label: str
    why: str
    met: Callable[[Any], bool | None]
    points: int = 1
    given: Callable[[Any], Any] | None = None


def judge(items: Sequence[Item], given: Any) -> tuple[Component, ...]:
    """Return the contribution of every row of a score."""
    return tuple(
        item(
            row.name,
            row.label,
            row.given(given) if row.given else getattr(given, row.name),
            row.met(given),
            row.why,
            row.points,
        )
        for row in items
    )


def unknown(parts: Sequence[Component]) -> tuple[str, ...]:
    """Return the names of the items that the record does not settle, each once."""
    return tuple(dict.fromkeys(part.name for part in parts if part.points is None))
