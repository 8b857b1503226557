"""One indicator by sex, age, ethnicity and deprivation, and the inequality along deprivation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from django.core.cache import cache

from harmfree.improvement.equity import Inequality, inequality
from harmfree.web.dashboards.figures import HIDDEN, Reader
from harmfree.web.dashboards.patterns import pattern
from harmfree.web.dashboards.suppression import Hidden
from harmfree.web.dashboards.suppression_by_category import suppressed_by_category
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import Breakdown

DIMENSIONS = {
    "sex": "Sex",
    "age": "Age",
    "ethnicity": "Ethnicity",
    "deprivation": "Deprivation fifth",
}


@dataclass(frozen=True)
class Part:
    """One category, as the viewer may see it; None where hidden."""

    category: str
    numerator: int | None
    denominator: int | None

    @property
    def percent(self) -> float | None:
        """The percentage; None where hidden or nobody is in it."""
        if self.numerator is None or not self.denominator:
            return None
        return 100 * self.numerator / self.denominator

    @property
    def shown(self) -> tuple[str, str, str]:
        """Numerator, denominator and percentage in words."""
        counts = [HIDDEN if n is None else f"{n:,}" for n in (self.numerator, self.denominator)]
        nobody = "nobody" if self.denominator == 0 else HIDDEN
        return counts[0], counts[1], nobody if self.percent is None else f"{self.percent:.1f}%"


@dataclass(frozen=True)
class Split:
    """The categories of one dimension."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Breakdowns:
    """The latest month of one indicator, split, at an organisation.

    Attributes:
        organisation: whose people; the nearest that breakdowns are published for.
        splits: one for each dimension.
        inequality: along deprivation; None with `reason` when it cannot be given.
    """

    organisation: Node
    splits: tuple[Split, ...]
    inequality: Inequality | None
    reason: str


def breakdowns(reader: Reader, node: Node, indicator: str) -> Breakdowns | None:
    """The breakdowns at the organisation or the nearest above that has some; one query.

    Only the latest month is ever shown: what is hidden is worked out for that month alone.
    """
    rows = list(
        Breakdown.objects.filter(run=reader.run, indicator=indicator).values_list(
            "organisation_id", "dimension", "category", "numerators", "denominators"
        )
    )
    there = {row[0] for row in rows}
    line = [node, *reader.viewer.tree.above(node.id)]
    at = next((each for each in line if each.id in there), None)
    if at is None:
        return None
    splits = {
        name: _split(reader, at, indicator, name, [row for row in rows if row[1] == name])
        for name in DIMENSIONS
    }
    found, reason = _inequality(splits["deprivation"])
    return Breakdowns(at, tuple(splits.values()), found, reason)


def _split(
    reader: Reader, node: Node, indicator: str, dimension: str, rows: Sequence[tuple[Any, ...]]
) -> Split:
    places = sorted({row[0] for row in rows})
    categories = sorted({row[2] for row in rows}, key=lambda name: (name == "unknown", name))
    above, below = np.zeros((2, len(places), len(categories)), np.int64)
    for organisation, _, category, numerators, denominators in rows:
        at = places.index(organisation), categories.index(category)
        above[at], below[at] = numerators[-1], denominators[-1]
    if node.id not in places:
        return Split(DIMENSIONS[dimension], ())
    row = places.index(node.id)
    if reader.viewer.sees_small(node.id):
        hidden = Hidden(*np.zeros((2, *above.shape), bool))
    else:
        hidden = _hidden(reader, indicator, dimension, places, above, below)
    parts = [
        Part(
            category,
            None if hidden.numerator[row, i] else int(above[row, i]),
            None if hidden.denominator[row, i] else int(below[row, i]),
        )
        for i, category in enumerate(categories)
    ]
    return Split(DIMENSIONS[dimension], tuple(parts))


def _hidden(  # noqa: PLR0913 - one table with where it comes from
    reader: Reader,
    indicator: str,
    dimension: str,
    places: list[int],
    above: np.ndarray,
    below: np.ndarray,
) -> Hidden:
    """What is hidden of the table; kept, because it takes a while and is the same for everyone."""
    told = f"{reader.run.pk}-{reader.run.number}-{settings.SMALLEST}-{indicator}-{dimension}"
    key = f"hidden-by-{told}"
    found: Hidden | None = cache.get(key)
    if found is None:
        tree = reader.viewer.tree
        parents = [_nearest(tree.above(each), places) for each in places]
        # What anyone is shown of the totals counts, not what this viewer is.
        totals = [pattern(reader.run, tree).of(each, indicator) for each in places]
        total = Hidden(*(np.array([each[i][-1] for each in totals]) for i in (0, 1)))
        found = suppressed_by_category(above, below, total, parents, settings.SMALLEST)
        cache.set(key, found, None)
    return found


def _nearest(above: Sequence[Node], places: list[int]) -> int:
    return next((places.index(each.id) for each in above if each.id in places), -1)


def _inequality(split: Split) -> tuple[Inequality | None, str]:
    """Along the five fifths, least deprived first; those of unknown deprivation are left out."""
    fifths = [each for each in split.parts if each.category[:1].isdigit()][::-1]
    if len(fifths) < 5:
        return None, "There are not people in every fifth."
    counts = [(each.numerator, each.denominator) for each in fifths]
    known = [(n, d) for n, d in counts if n is not None and d]
    if len(known) < len(counts):
        return None, "Some fifths are hidden because their numbers are small, or have nobody."
    return inequality([n for n, _ in known], [d for _, d in known]), ""
