"""The ten sites most like one: by size, age and deprivation, from what the run published.

Rule: among sites of the same level, the ten nearest by the distance between

- the logarithm of the list size (the largest denominator of an indicator that looks at everyone),
- the share of the list aged 65 and over (denominators of an indicator that looks at all of them),
- the mean deprivation fifth of the place that the site is in (1 most deprived to 5 least),

each divided by its standard deviation over all sites of the level, squared and added up. Like
OpenPrescribing's and PHE's "similar ten" it says who faces similar demand, not who is alike in
everything. The deprivation of single sites is not published, hence that of their place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmfree.periods.expressions import Aged, Alive, Registered
from harmfree.programmes import Indicator
from harmfree.web.dashboards.figures import Figures, Reader, every_indicator
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import Breakdown, PublishedRun

NEAREST = 10
OLD = 65


@dataclass(frozen=True)
class Similar:
    """The most similar sites, nearest first.

    Attributes:
        rows: their figures; None of them is the site itself.
        median: the middle of their percentages that are shown; None with fewer than three.
        used: the measures that were at hand, in words.
    """

    rows: tuple[Figures, ...]
    median: float | None
    used: tuple[str, ...]


def looks_at_everyone(indicator: Indicator) -> bool:
    """Whether its denominator is everyone on the list."""
    return isinstance(indicator.denominator, Alive | Registered)


def looks_at_older(indicator: Indicator) -> bool:
    """Whether its denominator is everyone aged 65 and over."""
    who = indicator.denominator
    return isinstance(who, Aged) and (who.at_least, who.below) == (OLD, None)


def similar(reader: Reader, node: Node, indicator: Indicator) -> Similar:
    """The ten sites most like this one; two queries and the figures."""
    peers = [each for each in reader.viewer.tree.of_kind(node.kind) if not each.closed]
    every = every_indicator()
    whole = next((name for name, each in every.items() if looks_at_everyone(each)), "")
    older = next((name for name, each in every.items() if looks_at_older(each)), "")
    ids = [each.id for each in peers]
    series = reader.series(ids, [whole, older, indicator.id])
    held = {(each.organisation.id, each.indicator.id): each for each in series}
    size, old = (_latest(held, ids, name) for name in (whole, older))
    deprivation = _deprivation(reader, peers, whole)
    measures = {
        "list size": np.log(size),
        "share aged 65 and over": old / size,
        "deprivation of its place": deprivation,
    }
    order, used = nearest(measures, ids.index(node.id) if node.id in ids else -1)
    rows = [held[ids[at], indicator.id] for at in order if (ids[at], indicator.id) in held]
    shown = [float(each.percent[-1]) for each in rows if np.isfinite(each.percent[-1])]
    return Similar(tuple(rows), float(np.median(shown)) if len(shown) > 2 else None, used)


def nearest(
    measures: dict[str, np.ndarray], at: int, most: int = NEAREST
) -> tuple[list[int], tuple[str, ...]]:
    """Places of the nearest to one by the measures that are known of it and that vary.

    Args:
        measures: by name, one number for each site; NaN where unknown.
        at: the place of the site.
        most: how many.

    Returns:
        Places, nearest first, and the names of the measures used.
    """
    if at < 0:
        return [], ()
    total, used = np.zeros(len(next(iter(measures.values())))), []
    for name, values in measures.items():
        spread = np.nanstd(values) if np.isfinite(values).sum() > 1 else 0.0
        if np.isfinite(values[at]) and spread > 0:
            total = total + ((values - values[at]) / spread) ** 2
            used.append(name)
    if not used:
        return [], ()
    total[at] = np.nan
    order = [int(each) for each in np.argsort(total, kind="stable") if np.isfinite(total[each])]
    return order[:most], tuple(used)


def _latest(held: dict[tuple[int, str], Figures], ids: list[int], indicator: str) -> np.ndarray:
    """The latest denominators; NaN where hidden, unknown or nobody."""
    found = []
    for each in ids:
        figures = held.get((each, indicator))
        people = figures.denominators[-1] if figures else None
        found.append(float(people) if people else np.nan)
    return np.array(found)


def _deprivation(reader: Reader, peers: list[Node], indicator: str) -> np.ndarray:
    fifths = mean_fifths(reader.run, indicator)
    places = []
    for each in peers:
        over = (up.id for up in reader.viewer.tree.above(each.id))
        places.append(next((fifths[up] for up in over if up in fifths), np.nan))
    return np.array(places)


def mean_fifths(run: PublishedRun, indicator: str) -> dict[int, float]:
    """The mean deprivation fifth of the people of each place, 1 most deprived to 5 least."""
    rows = Breakdown.objects.filter(
        run=run, indicator=indicator, dimension="deprivation", organisation__kind="place"
    ).values_list("organisation_id", "category", "denominators")
    sums: dict[int, list[float]] = {}
    for organisation, category, denominators in rows:
        if category[:1].isdigit():
            held = sums.setdefault(organisation, [0.0, 0.0])
            held[0] += int(category[0]) * denominators[-1]
            held[1] += denominators[-1]
    return {place: total / people for place, (total, people) in sums.items() if people}
