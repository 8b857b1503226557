"""The trend: counts by month of a site, a place or the region, with what SPC says of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from harmfree.errors import NotFoundError
from harmfree.improvement.spc.batch import xmr_batch
from harmfree.programmes.indicator import Indicator
from harmfree.programmes.registry import indicator
from harmfree.publish.reading import LiveRun

TOO_FEW = "too few to judge"
JUDGED_FROM = 5
"""People in the numerator of a middling month from which an XmR chart is asked: below that most
points sit on a few values and the rules signal by rounding alone."""


@dataclass(frozen=True)
class Series:
    """One indicator at one place over the months.

    Attributes:
        place: the site's id. name: its name.
        indicator: what is counted.
        dates: index dates, ascending.
        denominator, numerator: people on each date.
        variation: what an XmR chart (Making Data Count rules) says of the latest month.
    """

    place: str
    name: str
    indicator: Indicator
    dates: tuple[date, ...]
    denominator: tuple[int, ...]
    numerator: tuple[int, ...]
    variation: str = ""

    @property
    def percent(self) -> list[float]:
        """Numerator as a percentage of the denominator; NaN where nobody is in it."""
        pairs = zip(self.numerator, self.denominator, strict=True)
        return [100 * n / d if d else float("nan") for n, d in pairs]


def trends(
    run: LiveRun, by: str = "region", only: str | None = None, at: str | None = None
) -> list[Series]:
    """The series of every indicator (or one) at every place of a level (or at one).

    Args:
        run: the live run.
        by: "site" (practices and homes as they are), or a level above: network, place, system,
            region.
        only: an indicator's id.
        at: a site's id: only this one, whatever its level.

    Raises:
        NotFoundError: no such site, level or indicator.
    """
    table = run.table("trend")
    if only is not None:
        indicator(only)
        table = table.filter(pc.equal(table["indicator"].cast(pa.string()), only))
    groups = _groups(run, by, at)
    if not groups:
        raise NotFoundError(
            f"These records have no {by}.", do="Use --by site, or load a table of sites."
        )
    table = table.filter(pc.is_in(table["site"], pa.array(sorted(groups), pa.int32())))
    place = pa.array([groups[site] for site in table["site"].to_pylist()], pa.int32())
    table = table.append_column("place", place).set_column(
        0, "indicator", table["indicator"].cast(pa.string())
    )
    sums = table.group_by(["indicator", "place", "date"]).aggregate(
        [("denominator", "sum"), ("numerator", "sum")]
    )
    return _judged(_series(run, sums))


def _groups(run: LiveRun, by: str, at: str | None) -> dict[int, int]:
    """Site to the place that it is counted in."""
    if at is not None:
        place = run.places.find(at)
        return dict.fromkeys(run.places.below(place), place.number)
    if by == "site":
        return {each.number: each.number for each in run.places.every}
    above = {each.number: run.places.above(each.number, by) for each in run.places.every}
    return {site: place.number for site, place in above.items() if place is not None}


def _series(run: LiveRun, sums: pa.Table) -> list[Series]:
    dates = sorted(set(sums["date"].to_pylist()))
    at = {day: i for i, day in enumerate(dates)}
    cells: dict[tuple[str, int], tuple[list[int], list[int]]] = {}
    for row in sums.to_pylist():
        key = row["indicator"], row["place"]
        below, above = cells.setdefault(key, ([0] * len(dates), [0] * len(dates)))
        below[at[row["date"]]] = row["denominator_sum"]
        above[at[row["date"]]] = row["numerator_sum"]
    order = {name: i for i, name in enumerate(run.info.indicators)}
    return [
        Series(
            run.places.every[place].id,
            run.places.every[place].name,
            indicator(name),
            tuple(dates),
            tuple(below),
            tuple(above),
        )
        for (name, place), (below, above) in sorted(
            cells.items(), key=lambda cell: (order[cell[0][0]], run.places.every[cell[0][1]].id)
        )
    ]


def _enough(each: Series) -> bool:
    return float(np.median(each.numerator)) >= JUDGED_FROM


def _judged(series: list[Series]) -> list[Series]:
    """The series with the verdict of an XmR chart on each; none where numbers are too small."""
    found: list[Series] = []
    for direction, improve in (("lower", "down"), ("higher", "up"), ("none", "neutral")):
        same = [each for each in series if each.indicator.direction == direction]
        if not same:
            continue
        verdicts = xmr_batch(np.array([each.percent for each in same]), improve=improve).variation
        found += [
            replace(each, variation=str(verdict) if _enough(each) else TOO_FEW)
            for each, verdict in zip(same, verdicts, strict=True)
        ]
    place = {id(each.indicator): i for i, each in enumerate(series)}
    return sorted(found, key=lambda each: (place[id(each.indicator)], each.place))
