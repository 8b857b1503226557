"""The region's figures for everyone: the latest of each indicator and its trend.

Small numbers are hidden as for anyone who knows no site (`dashboards.suppression`). A page that
needs no sign-in is read by people of the sites too, who know their own counts exactly. So a count
is also hidden here when taking any one organisation's count off the region's would leave a small
one: nobody can work out what others have from this page and their own list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from django.conf import settings
from django.core.cache import cache

from harmfree.web.access.scope import NOBODY
from harmfree.web.dashboards.figures import Figures, Reader
from harmfree.web.dashboards.suppression import Bools, Ints, is_small
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.models import Kind
from harmfree.web.organisations.tree import Node, tree
from harmfree.web.publication.models import PublishedRun, Series

Months = tuple[list[int], list[int]]
"""Places of the months in which numerator and denominator are hidden."""


def regions() -> list[Node]:
    """The regions that figures are published of; usually one."""
    return tree().of_kind(Kind.REGION)


def region_figures(run: PublishedRun, indicators: Sequence[str]) -> list[Figures]:
    """Figures of each region, in the order of the programmes."""
    reader = Reader(run, Viewer(NOBODY))
    found = reader.series([each.id for each in regions()], indicators)
    return [_without(each, given_away(run, each.organisation.id)) for each in found]


def _without(figures: Figures, hidden: dict[str, Months]) -> Figures:
    above, below = map(set, hidden.get(figures.indicator.id, ([], [])))
    return replace(
        figures,
        numerators=tuple(None if i in above else n for i, n in enumerate(figures.numerators)),
        denominators=tuple(None if i in below else n for i, n in enumerate(figures.denominators)),
    )


def given_away(run: PublishedRun, region: int) -> dict[str, Months]:
    """What a region's figures would give away to someone who knows one organisation's.

    Worked out once for a run and kept in the cache.

    Returns:
        indicator to the months whose counts must go.
    """
    key = f"given-away-{run.pk}-{run.number}-{run.published}-{region}-{settings.SMALLEST}"
    key = key.replace(" ", "_").replace(":", ".")
    held: dict[str, Months] | None = cache.get(key)
    if held is None:
        held = _worked_out(run, region)
        cache.set(key, held, None)
    return held


def _worked_out(run: PublishedRun, region: int) -> dict[str, Months]:
    found: dict[str, Months] = {}
    for name, rows in _series(run, region):
        whole = rows.pop(region, None)
        parts = np.array(list(rows.values()), np.int64)
        if whole is None or not parts.size:
            continue
        above, below = left(np.array(whole), parts)
        if above.any():
            found[name] = np.flatnonzero(above).tolist(), np.flatnonzero(below).tolist()
    return found


def left(whole: Ints, parts: Ints, smallest: int | None = None) -> tuple[Bools, Bools]:
    """Where the region's counts less one organisation's would be small.

    Args:
        whole: int[2, month], numerators and denominators of the region.
        parts: int[organisation, 2, month].
        smallest: the smallest count that is shown; of the settings by default.

    Returns:
        bool[month] for numerator and denominator.
    """
    least = settings.SMALLEST if smallest is None else smallest
    rest = whole[None] - parts
    above, below, outside = (
        np.asarray(is_small(each, least).any(axis=0), np.bool_)
        for each in (rest[:, 0], rest[:, 1], rest[:, 1] - rest[:, 0])
    )
    return above | outside | below, below


def _series(
    run: PublishedRun, region: int
) -> Iterable[tuple[str, dict[int, tuple[list[int], list[int]]]]]:
    """Each indicator with numerators and denominators by organisation of the region."""
    inside = tree().below(region)
    rows = Series.objects.filter(run=run).values_list(
        "indicator", "organisation_id", "numerators", "denominators"
    )
    held: dict[str, dict[int, tuple[list[int], list[int]]]] = defaultdict(dict)
    for name, organisation, above, below in rows.iterator():
        if organisation in inside:
            held[name][organisation] = above, below
    return held.items()
