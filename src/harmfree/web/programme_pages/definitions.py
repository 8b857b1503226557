"""A definition as a page: its English as a nested list, its code lists, its worked examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import chain

from harmfree.programmes.check import lists_of
from harmfree.programmes.english import outline
from harmfree.programmes.examples import AS_OF, Example, examples
from harmfree.programmes.indicator import TAG_MEANING, Indicator
from harmfree.programmes.page import flags
from harmfree.programmes.registry import indicators, shipped_code_folders
from harmfree.records.codes import CodeList, canonical_unit, load_library
from harmfree.records.codes.report import UNVERIFIED

INDENT = 2
KINDS = {
    "hazard": "Hazard: something risky",
    "gap": "Gap: care that is missing",
    "context": "Counted, not on worklists",
}
BETTER = {"lower": ". Lower is better", "higher": ". Higher is better", "none": ""}


@dataclass
class Point:
    """A line of a definition with the lines below it."""

    text: str
    inner: list[Point] = field(default_factory=list)


@dataclass(frozen=True)
class ListRow:
    """One code list as a page names it.

    Args:
        unverified: how many of its rules nobody has confirmed.
    """

    name: str
    description: str
    unit: str
    rules: int
    unverified: int


@dataclass(frozen=True)
class Definition:
    """Everything that the page of an indicator says."""

    indicator: Indicator
    kind: str
    denominator: list[Point]
    numerator: list[Point]
    lists: list[ListRow]
    examples: tuple[Example, ...]
    examples_until: date
    tag_means: str
    flags: list[str]


def definition(indicator: Indicator, today: date) -> Definition:
    """The definition of an indicator, ready for a page."""
    return Definition(
        indicator=indicator,
        kind=KINDS[indicator.kind] + BETTER[indicator.direction],
        denominator=nested(outline(indicator.denominator)),
        numerator=nested(outline(indicator.numerator)),
        lists=[list_row(name) for name in lists_of(indicator)],
        examples=examples().get(indicator.id, ()),
        examples_until=date.fromisoformat(AS_OF),
        tag_means=TAG_MEANING[indicator.provenance.tag],
        flags=flags(indicator, today),
    )


def nested(lines: Sequence[str]) -> list[Point]:
    """Indented lines as a tree."""
    top = Point("")
    path = [top]
    for line in lines:
        depth = (len(line) - len(line.lstrip())) // INDENT
        point = Point(line.strip())
        del path[depth + 1 :]
        path[-1].inner.append(point)
        path.append(point)
    return top.inner


@lru_cache(maxsize=1)
def library() -> dict[str, CodeList]:
    """Every code list that ships, by name."""
    return load_library(shipped_code_folders())


def list_row(name: str) -> ListRow:
    """One code list as a row."""
    held = library()[name]
    typed = sum(UNVERIFIED in rule.source for rule in held.rules)
    return ListRow(name, held.description, canonical_unit(name) or "", len(held.rules), typed)


@lru_cache(maxsize=1)
def users_of_lists() -> dict[str, tuple[Indicator, ...]]:
    """Code list to the indicators that read it, directly or through another list."""
    found: dict[str, list[Indicator]] = {name: [] for name in library()}
    for each in indicators():
        for name in chain.from_iterable(_with_inner(name) for name in lists_of(each)):
            if each not in found[name]:
                found[name].append(each)
    return {name: tuple(held) for name, held in found.items()}


def _with_inner(name: str) -> list[str]:
    """A list and those that it takes in."""
    waiting, found = [name], [name]
    while waiting:
        held = library()[waiting.pop()]
        inner = [rule.code for rule in held.rules if rule.system == "list"]
        fresh = [each for each in inner if each not in found and each in library()]
        found += fresh
        waiting += fresh
    return found
