"""CUSUM and EWMA charts: they find small lasting shifts sooner than a Shewhart chart.

Montgomery, Introduction to Statistical Quality Control, chapter 9: tabular CUSUM and EWMA with
limits that widen to their constant value. The in-control mean and standard deviation are given,
or come from a baseline (mean, and mean moving range / 1.128).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmfree.improvement.spc.arrays import Floats, Ints
from harmfree.improvement.spc.errors import ChartError
from harmfree.improvement.spc.formulas import D2
from harmfree.improvement.spc.run_length import (
    cusum_design,
    cusum_two_sided,
    ewma_design,
    ewma_two_sided,
)
from harmfree.improvement.spc.series import Series


@dataclass(frozen=True)
class InControl:
    """Mean and standard deviation of the process when nothing has changed."""

    mean: float
    sd: float
    source: str


@dataclass(frozen=True)
class SmallShiftChart:
    """A computed CUSUM or EWMA.

    Attributes:
        name: "cusum" or "ewma".
        series: the data in time order.
        control: the process in control.
        upper, lower: the two sums (lower one drawn below zero), or the EWMA twice.
        upper_limit, lower_limit: signal beyond these.
        signal: +1 or -1 where the chart signals.
        design: the parameters, by name.
        run_length: average number of points between false alarms.
        detection: average number of points to find the designed shift.
        messages: what the reader must know.
    """

    name: str
    series: Series
    control: InControl
    upper: Floats
    lower: Floats
    upper_limit: Floats
    lower_limit: Floats
    signal: Ints
    design: dict[str, float]
    run_length: float
    detection: float
    messages: tuple[str, ...]


def in_control(
    series: Series, mean: float | None, sd: float | None, baseline: int | None
) -> InControl:
    """The given mean and sd, the missing ones from the first `baseline` values (all when None)."""
    known = series.values[:baseline]
    used = known[np.isfinite(known)]
    if sd is None and len(used) < 2:
        raise ChartError(
            "There are too few values to estimate the standard deviation",
            do="give --sd, or at least 2 values",
        )
    ranges = np.abs(np.diff(known))
    ranges = ranges[np.isfinite(ranges)]
    found_sd = float(ranges.mean() / D2) if sd is None and len(ranges) else (sd or 0.0)
    if not found_sd > 0:
        raise ChartError("The standard deviation is zero", do="give --sd above zero")
    parts = [x for x, given in (("mean", mean), ("standard deviation", sd)) if given is None]
    where = "all values" if baseline is None else f"the first {baseline} values"
    source = f"{' and '.join(parts)} from {where}" if parts else "given"
    return InControl(float(used.mean()) if mean is None else mean, found_sd, source)


def cusum(
    series: Series,
    control: InControl,
    *,
    k: float | None = None,
    h: float | None = None,
    shift: float = 1.0,
    run_length: float = 370.0,
) -> SmallShiftChart:
    """Two-sided tabular CUSUM in standard deviations; h is designed when it is not given.

    Args:
        series: the data.
        control: process in control.
        k: reference value; half of `shift` when None.
        h: decision interval; designed for `run_length` when None.
        shift: shift to find, in standard deviations.
        run_length: wanted average number of points between false alarms.
    """
    series = series.in_time_order()
    k = shift / 2 if k is None else k
    h = cusum_design(run_length, 2 * k)[1] if h is None else h
    z = (series.values - control.mean) / control.sd
    upper, lower = _sums(z, k)
    signal = (upper > h).astype(np.int64) - (lower < -h)
    flat = np.full(len(series), h)
    return SmallShiftChart(
        "cusum", series, control, upper, lower, flat, -flat, signal, {"k": k, "h": h},
        cusum_two_sided(k, h), cusum_two_sided(k, h, 2 * k), _messages(series, control),
    )  # fmt: skip


def ewma(
    series: Series,
    control: InControl,
    *,
    weight: float = 0.2,
    width: float | None = None,
    shift: float = 1.0,
    run_length: float = 370.0,
) -> SmallShiftChart:
    """EWMA in the units of the data, with limits that widen to their constant value.

    Args:
        series: the data.
        control: process in control.
        weight: share of the newest value.
        width: limits in standard deviations of the EWMA; designed for `run_length` when None.
        shift: shift whose average detection time is reported, in standard deviations.
        run_length: wanted average number of points between false alarms.
    """
    series = series.in_time_order()
    width = ewma_design(run_length, weight) if width is None else width
    # Computed first: it refuses a weight or a width out of range.
    false_alarm, detection = (ewma_two_sided(weight, width, mu) for mu in (0.0, shift))
    smooth = _smoothed(series.values, control.mean, weight)
    steps = np.cumsum(np.isfinite(series.values))
    growth = 1 - (1 - weight) ** (2 * steps)
    reach = width * control.sd * np.sqrt(weight / (2 - weight) * growth)
    upper, lower = control.mean + reach, control.mean - reach
    signal = (smooth > upper).astype(np.int64) - (smooth < lower)
    return SmallShiftChart(
        "ewma", series, control, smooth, smooth, upper, lower, signal,
        {"weight": weight, "width": width}, false_alarm,
        detection, _messages(series, control),
    )  # fmt: skip


def _sums(z: Floats, k: float) -> tuple[Floats, Floats]:
    upper, lower = np.full(len(z), np.nan), np.full(len(z), np.nan)
    high = low = 0.0
    for i, value in enumerate(z):
        # A missing value leaves both sums where they are.
        if np.isfinite(value):
            high, low = max(0.0, high + value - k), min(0.0, low + value + k)
            upper[i], lower[i] = high, low
    return upper, lower


def _smoothed(values: Floats, start: float, weight: float) -> Floats:
    result, level = np.full(len(values), np.nan), start
    for i, value in enumerate(values):
        if np.isfinite(value):
            level = weight * value + (1 - weight) * level
            result[i] = level
    return result


def _messages(series: Series, control: InControl) -> tuple[str, ...]:
    found = []
    if control.source != "given":
        found.append(
            f"The {control.source} were taken as the process in control; if it was already "
            "changing, the chart finds changes late."
        )
    missing = int((~np.isfinite(series.values)).sum())
    if missing:
        found.append(f"{missing} of {len(series)} values are missing and are passed over.")
    return tuple(found)
