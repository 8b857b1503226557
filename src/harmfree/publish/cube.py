"""The counts of a run at every level: each place with all that is below it counted in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.improvement.spc.batch import xmr_batch
from harmfree.programmes.registry import indicator
from harmfree.publish.places import Places
from harmfree.publish.reading import LiveRun
from harmfree.publish.trend import JUDGED_FROM, TOO_FEW

Counts = npt.NDArray[np.int64]
IMPROVE = {"lower": "down", "higher": "up", "none": "neutral"}


@dataclass(frozen=True, eq=False)
class Cube:
    """Counts of people by place, indicator and index date.

    Attributes:
        indicators: ids, in the run's order.
        dates: index dates, ascending.
        denominator, numerator: int64[place, indicator, date]; places as in `LiveRun.places`.
    """

    indicators: tuple[str, ...]
    dates: tuple[date, ...]
    denominator: Counts
    numerator: Counts


def cube(run: LiveRun) -> Cube:
    """The run's trend at every place."""
    table = run.table("trend")
    dates = sorted(set(table["date"].unique().to_pylist()))
    names = tuple(run.info.indicators)
    at = (
        table["site"].to_numpy(),
        _codes(table["indicator"], names),
        np.searchsorted(np.array(dates, "datetime64[D]"), table["date"].to_numpy()),
    )
    shape = (len(run.places.every), len(names), len(dates))
    above = containment(run.places)
    denominator, numerator = (
        rolled_up(_dense(shape, at, table[name].to_numpy()), above)
        for name in ("denominator", "numerator")
    )
    return Cube(names, tuple(dates), denominator, numerator)


def _codes(column: pa.ChunkedArray, names: Sequence[str]) -> npt.NDArray[np.intp]:
    """Each row's indicator as its place in `names`."""
    number = {name: i for i, name in enumerate(names)}
    encoded = column.combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    order = np.array([number[name] for name in encoded.dictionary.to_pylist()], np.intp)
    found: npt.NDArray[np.intp] = order[encoded.indices.to_numpy()]
    return found


def _dense(shape: tuple[int, ...], at: tuple[npt.NDArray[np.intp], ...], counts: Counts) -> Counts:
    made = np.zeros(shape, np.int64)
    made[at] = counts
    return made


def containment(places: Places) -> npt.NDArray[np.bool_]:
    """bool[place, site]: whether the place holds the site (itself included)."""
    held = np.eye(len(places.every), dtype=bool)
    number = {each.id: each.number for each in places.every}
    for each in places.every:
        up, seen = each.parent, {each.number}
        while up in number and number[up] not in seen:
            held[number[up], each.number] = True
            seen.add(number[up])
            up = places.every[number[up]].parent
    return held


def rolled_up(counts: Counts, above: npt.NDArray[np.bool_]) -> Counts:
    """Counts by site summed for every place that holds it."""
    flat = counts.reshape(len(counts), -1)
    summed = np.stack([flat[row].sum(axis=0) for row in above])
    return summed.reshape(counts.shape)


def variations(found: Cube) -> npt.NDArray[np.str_]:
    """str[place, indicator]: what an XmR chart says of the latest month of each series."""
    with np.errstate(invalid="ignore", divide="ignore"):
        percent = 100 * found.numerator / found.denominator
    verdicts = np.full(percent.shape[:2], TOO_FEW, dtype="<U30")
    enough = np.median(found.numerator, axis=2) >= JUDGED_FROM
    directions = np.array([IMPROVE[indicator(name).direction] for name in found.indicators])
    for improve in set(IMPROVE.values()):
        chosen = enough & (directions == improve)[None, :]
        if chosen.any():
            said = xmr_batch(percent[chosen], improve=improve).variation
            verdicts[chosen] = np.array([str(each) for each in said])
    return verdicts
