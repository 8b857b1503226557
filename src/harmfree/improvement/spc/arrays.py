"""XmR limits and Making Data Count rules for many series at once.

Arrays have the shape (series, points), each row one series in time order; NaN is a missing value.
One series is a batch of one, so there is one implementation of every rule.

Sources: limits, NHS England Making Data Count and NHSRplotthedots 0.2.2 (mean ± 2.66 mean moving
range; 2.66 = 3 / 1.128); screening of moving ranges at 3.267 times their mean, Nelson (1982),
"Control charts for individual measurements", J Qual Technol 14:172.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T", bound=np.generic)
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
#: +1 for a signal on the high side (or rising), -1 on the low side, 0 for none.
Sides = npt.NDArray[np.int8]

#: Limits stand this many mean moving ranges from the mean, near lines at two thirds of it.
XMR_FACTOR = 2.66
NEAR_SHARE = 2 / 3
#: Upper limit of a moving range in mean moving ranges (D4 for subgroups of two).
SCREEN_FACTOR = 3.267


@dataclass(frozen=True)
class Limits:
    """Centre and limits of every point."""

    mean: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats


@dataclass(frozen=True)
class Signals:
    """Which rule fired at every point, and on which side."""

    side: Sides
    near: Sides
    outside: Sides
    trend: Sides
    two_of_three: Sides
    shift: Sides

    @property
    def direction(self) -> Sides:
        """Side of the leading signal; the rules take rank in the order below."""
        ranked = (self.outside, self.trend, self.two_of_three, self.shift)
        return np.select([r != 0 for r in ranked], ranked, np.int8(0)).astype(np.int8)


def xmr_limits(
    values: Floats,
    segment: Ints | None = None,
    baseline: Bools | None = None,
    *,
    screen: bool = False,
    factor: float = XMR_FACTOR,
) -> Limits:
    """Mean and natural process limits of each segment of each series.

    Args:
        values: (series, points); a moving range next to a missing value is not computed.
        segment: number of the segment of each point, 0 upwards; one segment when None. No moving
            range is taken across a boundary.
        baseline: points that the limits are computed from; all when None.
        screen: whether to leave out moving ranges of 3.267 times their mean or more, once.
        factor: limits stand this many mean moving ranges from the mean.

    Returns:
        Limits for every point. A segment with no moving range has NaN limits; a constant one has
        limits equal to its mean.
    """
    segment = np.zeros(values.shape, np.int64) if segment is None else segment
    used = np.isfinite(values) if baseline is None else np.isfinite(values) & baseline
    start = _first_finite(values)
    shifted = values - start
    groups = _Groups(segment)
    mean = groups.mean(shifted, used)
    ranges, known = moving_ranges(shifted, segment, used)
    average = groups.mean(ranges, known)
    if screen:
        # In a constant segment every range is zero and none is large.
        known = known & ((ranges < SCREEN_FACTOR * average) | (average == 0))
        average = groups.mean(ranges, known)
    reach = factor * average
    centre = mean + start
    near = reach * NEAR_SHARE
    return Limits(centre, centre - reach, centre + reach, centre - near, centre + near)


def moving_ranges(values: Floats, segment: Ints, used: Bools) -> tuple[Floats, Bools]:
    """|x(i) - x(i-1)| at point i, and where it is known: both used and in the same segment."""
    ranges = np.zeros(values.shape)
    known = np.zeros(values.shape, bool)
    known[:, 1:] = used[:, 1:] & used[:, :-1] & (segment[:, 1:] == segment[:, :-1])
    with np.errstate(invalid="ignore"):
        ranges[:, 1:] = np.abs(np.diff(values, axis=1))
    return np.where(known, ranges, 0.0), known


def making_data_count(
    values: Floats,
    limits: Limits,
    segment: Ints | None = None,
    included: Bools | None = None,
    *,
    shift_points: int = 7,
    trend_points: int = 7,
    least: Floats | None = None,
    most: Floats | None = None,
) -> Signals:
    """The four rules of NHS England's Making Data Count, within each segment.

    1. Outside: strictly above the upper or below the lower limit.
    2. Trend: `trend_points` points, each strictly above (or below) the one before.
    3. Two of three: three neighbours strictly on one side of the mean, of which two or three lie
       beyond the near line but not outside the limit; only those are marked.
    4. Shift: `shift_points` points in a row strictly on one side of the mean.

    Runs pass over missing and excluded points, which carry no signal themselves.

    `least` and `most` bound values that are not known exactly (suppressed or rounded counts): a
    point is above a line only when its least value is, below only when its most is.
    """
    segment = np.zeros(values.shape, np.int64) if segment is None else segment
    taken = np.isfinite(values) if included is None else np.isfinite(values) & included
    order = np.argsort(~taken, axis=1, kind="stable")
    seg, kept = _take(segment, order), _take(taken, order)
    low, high = (_take(values if a is None else a, order) for a in (least, most))
    packed = Limits(*(_take(getattr(limits, f), order) for f in Limits.__dataclass_fields__))
    # A marker no segment has keeps the left-out points at the end apart from all runs.
    seg = np.where(kept, seg, -1 - np.arange(seg.shape[1]))
    found = _rules(_Span(low, high, kept), packed, seg, shift_points, trend_points)
    back = np.argsort(order, axis=1, kind="stable")
    return Signals(*(_take(side, back) for side in found))


@dataclass(frozen=True)
class _Span:
    """The least and the most that each value may be, and which values are known."""

    least: Floats
    most: Floats
    kept: Bools

    def against(self, low: Floats, high: Floats) -> Sides:
        """+1 where surely above `high`, -1 where surely below `low`."""
        slack = self._rounding()
        with np.errstate(invalid="ignore"):
            above, below = self.least > high + slack, self.most < low - slack
        signs = above.astype(np.int8) - below.astype(np.int8)
        return np.where(self.kept, signs, 0).astype(np.int8)

    def _rounding(self) -> Floats:
        """How far apart two numbers of a series may be and still be equal but for rounding."""
        size = _largest(np.abs(self.most), self.kept)
        spread = _largest(np.abs(self.most - _first_finite(self.most)), self.kept)
        result: Floats = 1e-12 * spread + 8 * np.finfo(float).eps * size
        return result


def _rules(span: _Span, limits: Limits, segment: Ints, shift: int, trend: int) -> tuple[Sides, ...]:
    side = span.against(limits.mean, limits.mean)
    outside = span.against(limits.lower, limits.upper)
    beyond = span.against(limits.near_lower, limits.near_upper)
    near = np.where(outside == 0, beyond, 0).astype(np.int8)
    return (
        side,
        near,
        outside,
        _trends(span, segment, trend),
        _two_of_three(side, near, segment),
        _shifts(side, segment, shift),
    )


def _trends(span: _Span, segment: Ints, points: int) -> Sides:
    joined = (segment[:, 1:] == segment[:, :-1]) & span.kept[:, 1:]
    with np.errstate(invalid="ignore"):
        rises = (span.least[:, 1:] > span.most[:, :-1]) & joined
        falls = (span.most[:, 1:] < span.least[:, :-1]) & joined
    width = segment.shape[1]
    up = _spread(_all_of(rises, points - 1), points, width)
    down = _spread(_all_of(falls, points - 1), points, width)
    # Where a fall ends and a rise begins (or the reverse), the later trend names the point.
    rising_next = np.zeros(segment.shape, bool)
    rising_next[:, :-1] = rises
    sign = np.where(up & down, np.where(rising_next, 1, -1), up.astype(int) - down.astype(int))
    return sign.astype(np.int8)


def _shifts(side: Sides, segment: Ints, points: int) -> Sides:
    same = segment[:, : max(0, side.shape[1] - points + 1)] == segment[:, points - 1 :]
    found = [_spread(_all_of(side == s, points) & same, points, side.shape[1]) for s in (1, -1)]
    return (found[0].astype(np.int8) - found[1].astype(np.int8)).astype(np.int8)


def _two_of_three(side: Sides, near: Sides, segment: Ints) -> Sides:
    result = np.zeros(side.shape, np.int8)
    width = side.shape[1]
    if width < 3:
        return result
    same = segment[:, :-2] == segment[:, 2:]
    for sign in (1, -1):
        close = near == sign
        count = close[:, :-2].astype(np.int8) + close[:, 1:-1] + close[:, 2:]
        starts = _all_of(side == sign, 3) & same & (count >= 2)
        result[_spread(starts, 3, width) & close] = sign
    return result


def _all_of(flags: Bools, length: int) -> Bools:
    """Whether `length` flags in a row are set, for each possible start."""
    width = max(0, flags.shape[1] - length + 1)
    result = flags[:, :width].copy()
    for k in range(1, length):
        result &= flags[:, k : k + width]
    return result


def _spread(starts: Bools, length: int, width: int) -> Bools:
    """Every point of a window of `length` whose start is set."""
    result = np.zeros((starts.shape[0], width), bool)
    for k in range(length):
        result[:, k : k + starts.shape[1]] |= starts
    return result


def _largest(values: Floats, kept: Bools) -> Floats:
    result: Floats = np.where(kept, values, 0.0).max(axis=1, initial=0.0, keepdims=True)
    return result


def _first_finite(values: Floats) -> Floats:
    """First known value of each row, taken away before sums so that large offsets cost nothing."""
    known: Bools = np.isfinite(values)
    first = np.take_along_axis(values, known.argmax(axis=1)[:, np.newaxis], axis=1)
    result: Floats = np.where(known.any(axis=1, keepdims=True), first, 0.0)
    return result


def _take(array: npt.NDArray[T], order: npt.NDArray[np.intp]) -> npt.NDArray[T]:
    return np.take_along_axis(array, order, axis=1)


class _Groups:
    """Averages over the points of each segment of each series."""

    def __init__(self, segment: Ints) -> None:
        self.shape = segment.shape
        per_row = int(segment.max(initial=0)) + 1
        self.index = (np.arange(segment.shape[0])[:, None] * per_row + segment).ravel()
        self.count = segment.shape[0] * per_row

    def mean(self, values: Floats, used: Bools) -> Floats:
        """Mean of the used values of a point's segment, at every point; NaN when there is none."""
        weights = np.where(used, values, 0.0).ravel()
        total = np.bincount(self.index, weights, self.count)
        number = np.bincount(self.index, used.ravel(), self.count)
        with np.errstate(invalid="ignore"):
            means: Floats = (total / number)[self.index].reshape(self.shape)
        return means
