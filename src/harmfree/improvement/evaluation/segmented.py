"""The design of a segmented regression: one series, or one series with its control."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from harmfree.improvement.datafile import DataError, Floats, TooFewError
from harmfree.improvement.evaluation.model import Model

FEWEST_POINTS = 3
"""Points each side of the change below which we refuse (Turner 2021: estimators then disagree)."""
COMFORTABLE_POINTS = 8
"""Points each side below which the result carries a warning."""


@dataclass(frozen=True)
class Shape:
    """What the change is allowed to do, and what the season.

    Args:
        start: time of the first point with the change.
        slope: whether the trend may change too.
        slope_zero: time at which the change of slope is 0; `start` when absent.
        harmonics: pairs of sine and cosine terms.
        period: points of a season, in units of time.
        phase_in: times from and to which points are left out, both included.
    """

    start: float
    slope: bool = True
    slope_zero: float | None = None
    harmonics: int = 0
    period: float = 12.0
    phase_in: tuple[float, float] | None = None


@dataclass(frozen=True)
class Series:
    """Points in time order.

    Args:
        outcome: values or counts.
        time: times, strictly rising.
        exposure: person-time, population or denominator of each point.
        labels: how each time is written in the file.
        name: what the outcome is called.
    """

    outcome: Floats
    time: Floats
    exposure: Floats | None = None
    labels: Sequence[str] = field(default_factory=list)
    name: str = "outcome"


def columns(time: Floats, shape: Shape) -> dict[str, Floats]:
    """Named columns of one series: constant, trend, level change, slope change, season."""
    after = (time >= shape.start).astype(float)
    zero = shape.start if shape.slope_zero is None else shape.slope_zero
    found = {"const": np.ones_like(time), "time": time, "level_change": after}
    if shape.slope:
        found["slope_change"] = after * (time - zero)
    for k in range(1, shape.harmonics + 1):
        angle = 2 * np.pi * k * time / shape.period
        found |= {f"sin{k}": np.sin(angle), f"cos{k}": np.cos(angle)}
    return found


def single(series: Series, shape: Shape, family: str) -> Model:
    """Model of one series.

    Raises:
        TooFewError: fewer than three points in a segment, or no freedom left.
    """
    keep = kept(series.time, shape)
    found = columns(series.time[keep], shape)
    effect = tuple(n for n in ("level_change", "slope_change") if n in found)
    model = Model(
        series.outcome[keep],
        np.column_stack(list(found.values())),
        tuple(found),
        series.time[keep],
        effect,
        family,
        None if series.exposure is None else series.exposure[keep],
    )
    check_points(model.time, shape.start)
    check_freedom(model)
    return model


def controlled(series: Series, control: Series, shape: Shape, family: str) -> Model:
    """Model of a series and its control; the effect is what the control did not show.

    Raises:
        TooFewError: as `single`.
        DataError: the two do not share their times.
    """
    if not np.array_equal(series.time, control.time):
        raise DataError("The series and its control do not have the same times.")
    keep = kept(series.time, shape)
    found = columns(series.time[keep], shape)
    check_points(series.time[keep], shape.start)
    own = {n: v for n, v in found.items() if not n.startswith(("sin", "cos"))}
    zeros, names = np.zeros(int(keep.sum())), [f"group_{n}" for n in own]
    top = np.column_stack([*found.values(), *own.values()])
    bottom = np.column_stack([*found.values(), *[zeros for _ in own]])
    pairs = [(s.outcome[keep], s.exposure) for s in (series, control)]
    exposure = [e[keep] for _, e in pairs if e is not None]
    model = Model(
        np.concatenate([y for y, _ in pairs]),
        np.vstack([top, bottom]),
        (*found, *names),
        np.concatenate([series.time[keep]] * 2),
        tuple(n for n in names if n in ("group_level_change", "group_slope_change")),
        family,
        np.concatenate(exposure) if len(exposure) == 2 else None,
        np.repeat([1.0, 0.0], int(keep.sum())),
    )
    check_freedom(model)
    return model


def kept(time: Floats, shape: Shape) -> np.ndarray:
    """Which points stay when the phase-in is left out."""
    if shape.phase_in is None:
        return np.ones(len(time), dtype=bool)
    first, last = shape.phase_in
    if first > last:
        raise DataError(f"The phase-in ends ({last:g}) before it begins ({first:g}).")
    return np.asarray((time < first) | (time > last))


def check_points(time: Floats, start: float) -> None:
    """Refuse a segment of fewer than three points.

    Raises:
        TooFewError: a segment is that short.
    """
    before, after = int(np.sum(time < start)), int(np.sum(time >= start))
    if min(before, after) < FEWEST_POINTS:
        raise TooFewError(
            f"{before} points before and {after} after the change: each side needs "
            f"{FEWEST_POINTS} or more.",
            do="Collect more points, or draw a run chart instead.",
        )


def check_freedom(model: Model) -> None:
    """Refuse a model with as many terms as points.

    Raises:
        TooFewError: there is no freedom left to judge the errors.
    """
    if len(model.outcome) <= len(model.names) + 1:
        raise TooFewError(
            f"{len(model.outcome)} points cannot carry {len(model.names)} terms.",
            do="Leave out the seasonal terms or the change of slope.",
        )
