"""Centre and limits of each kind of Shewhart chart, for one segment of points.

Montgomery, Introduction to Statistical Quality Control (6th edition), equations in brackets:
individuals (6.33), x-bar and s with equal and unequal subgroups (6.29 to 6.31), c (7.17),
u (7.19), g. Laney (2002), "Improved control charts for attributes", Qual Eng 14:531 for p′ and u′.
Taylor (2018), "Normalized individuals (I_N) chart" for I′. Nelson (1994), "A control chart for
parts-per-million nonconforming items" for the power 3.6 of the t chart. Provost and Murray (2011)
for the median as centre of a g chart, 0.693 of the mean when the mean is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from harmfree.improvement.spc.arrays import SCREEN_FACTOR, Bools, Floats
from harmfree.improvement.spc.errors import ChartError

#: Mean moving range of two normal values in standard deviations (d2 for n = 2).
D2 = 1.128
#: The t chart's values are raised to the power 1 / 3.6, which makes Weibull gaps near normal.
T_POWER = 3.6
#: Median of a geometric distribution in means (ln 2), for a given mean.
G_MEDIAN = 0.693


@dataclass(frozen=True)
class Stretch:
    """The points of one segment.

    Attributes:
        values: what is plotted (for p and u charts the share or rate).
        sizes: denominators, or subgroup sizes for x-bar and s charts.
        spreads: standard deviations of the subgroups, for x-bar and s charts.
        base: points that the limits are computed from.
        screen: whether large moving ranges are left out once.
        given: centre given by the user, or None to compute it.
        least, most: bounds of values that are suppressed or rounded; the values themselves when
            all are exact.
    """

    values: Floats
    sizes: Floats
    spreads: Floats
    base: Bools
    screen: bool
    given: float | None
    least: Floats
    most: Floats


@dataclass(frozen=True)
class Lines:
    """Centre and standard deviation of every point, before they are cut to what is possible.

    With suppressed or rounded counts the centre may lie anywhere from `lowest` to `highest`, and
    `sd` is the largest that the counts allow, so that the limits are wide enough for all of them.
    """

    centre: Floats
    sd: Floats
    lowest: Floats
    highest: Floats


def individuals(s: Stretch) -> Lines:
    """Individuals (X, I): mean and mean moving range / 1.128."""
    return _lines(s, _mean, _full(s, _mean_range(s.least[s.base], s.most[s.base], s.screen) / D2))


def moving_range(s: Stretch) -> Lines:
    """Moving ranges themselves; the upper limit is 3.267 times their mean, the lower one zero."""
    return _lines(s, _mean, _full(s, _mean(s, s.values) * (SCREEN_FACTOR - 1) / 3))


def proportion(s: Stretch) -> Lines:
    """p: binomial variation about the overall share."""
    ends = [_weighted(s, x) for x in (s.least, s.most)]
    # The variation is largest at one half, or at the end that lies nearest to it.
    widest = 0.5 if ends[0] <= 0.5 <= ends[1] else max(ends, key=lambda p: p * (1 - p))
    return _lines(s, _weighted, np.sqrt(widest * (1 - widest) / s.sizes))


def rate(s: Stretch) -> Lines:
    """u: Poisson variation about the overall rate."""
    return _lines(s, _weighted, np.sqrt(_weighted(s, s.most) / s.sizes))


def count(s: Stretch) -> Lines:
    """c: Poisson variation about the mean count."""
    return _lines(s, _mean, _full(s, float(np.sqrt(_mean(s, s.most)))))


def laney_proportion(s: Stretch) -> Lines:
    """p′: the p chart's standard deviation times that of the z-scores from point to point."""
    return _laney(s, lambda share: np.sqrt(share * (1 - share) / s.sizes))


def laney_rate(s: Stretch) -> Lines:
    """u′: the u chart's standard deviation times that of the z-scores from point to point."""
    return _laney(s, lambda mean: np.sqrt(mean / s.sizes))


def individuals_prime(s: Stretch) -> Lines:
    """I′: individuals weighted by their denominators."""
    n = s.sizes[s.base]
    ranges = _widest_ranges(s.least[s.base], s.most[s.base])
    spread = np.sqrt(np.pi / 2) * ranges / np.sqrt(1 / n[1:] + 1 / n[:-1])
    return _lines(s, _weighted, _screened_mean(spread, s.screen) / np.sqrt(s.sizes))


def subgroup_means(s: Stretch) -> Lines:
    """x-bar: means of subgroups, limits from the variation within them."""
    return _lines(s, _weighted, _within(s) / (c4(s.sizes) * np.sqrt(s.sizes)))


def subgroup_spreads(s: Stretch) -> Lines:
    """s: standard deviations of subgroups."""
    centre = _full(s, s.given if s.given is not None else _within(s))
    correction = c4(s.sizes)
    sd = centre * np.sqrt(1 - correction**2) / correction
    return Lines(centre, sd, centre, centre)


def between_events(s: Stretch) -> Lines:
    """g: opportunities between rare events, limits about their mean."""
    mean = _mean(s, s.values)
    return _lines(s, _mean, _full(s, float(np.sqrt(mean * (mean + 1)))))


def c4(sizes: Floats) -> Floats:
    """Mean of the standard deviation of n normal values, in standard deviations."""
    sizes = np.where(sizes > 1, sizes, np.nan)
    result: Floats = np.sqrt(2 / (sizes - 1)) * np.exp(
        gammaln(sizes / 2) - gammaln((sizes - 1) / 2)
    )
    return result


#: Kind of chart: its formula. The t chart is `individuals` on transformed gaps.
FORMULAS: dict[str, Callable[[Stretch], Lines]] = {
    "i": individuals,
    "mr": moving_range,
    "p": proportion,
    "pp": laney_proportion,
    "u": rate,
    "up": laney_rate,
    "c": count,
    "ip": individuals_prime,
    "xbar": subgroup_means,
    "s": subgroup_spreads,
    "g": between_events,
    "t": individuals,
}


def power_in(gaps: Floats) -> Floats:
    """Gaps between events made near normal for the t chart.

    Raises:
        ChartError: a gap of zero or less has no place on a t chart.
    """
    bad = np.flatnonzero(gaps <= 0)
    if len(bad):
        raise ChartError(
            "Time between events must be greater than zero",
            where=f"point {bad[0] + 1}, value {gaps[bad[0]]:g}",
            do="give the times of events on one day, or the dates of all events so that they are "
            "spread over the day, or use a g chart",
        )
    result: Floats = gaps ** (1 / T_POWER)
    return result


def power_out(values: Floats) -> Floats:
    """Back from the t chart's scale to time; what fell below zero becomes zero."""
    result: Floats = np.maximum(values, 0.0) ** T_POWER
    return result


def _lines(s: Stretch, centre: Callable[[Stretch, Floats], float], sd: Floats) -> Lines:
    return Lines(
        centre=_full(s, centre(s, s.values)),
        sd=sd,
        lowest=_full(s, centre(s, s.least)),
        highest=_full(s, centre(s, s.most)),
    )


def _laney(s: Stretch, sd_at: Callable[[float], Floats]) -> Lines:
    """Limits from the ordinary standard deviation times that of z from point to point.

    With hidden counts the centre is one of a range; the widest of the limits at its ends and its
    middle is taken.
    """
    reach = np.zeros(len(s.values))
    for centre in {_weighted(s, values) for values in (s.least, s.values, s.most)}:
        sd = sd_at(centre)
        # No variation at all (every share 0 or 1): the z-scores are 0.
        divisor = np.where(sd > 0, sd, np.inf)
        least, most = ((x - centre) / divisor for x in (s.least, s.most))
        spread = _mean_range(least[s.base], most[s.base], s.screen) / D2
        reach = np.maximum(reach, sd * spread)
    return _lines(s, _weighted, reach)


def _mean(s: Stretch, values: Floats) -> float:
    if s.given is not None:
        return s.given
    chosen = values[s.base & np.isfinite(values)]
    return float(chosen.mean()) if len(chosen) else float("nan")


def _weighted(s: Stretch, values: Floats) -> float:
    """Sum of numerators over sum of denominators."""
    if s.given is not None:
        return s.given
    known = s.base & np.isfinite(values) & np.isfinite(s.sizes)
    total = s.sizes[known].sum()
    return float((values[known] * s.sizes[known]).sum() / total) if total else float("nan")


def _within(s: Stretch) -> float:
    """Standard deviation within subgroups: their mean when all are of one size, else pooled."""
    known = s.base & np.isfinite(s.spreads)
    sizes, spreads = s.sizes[known], s.spreads[known]
    if len(np.unique(sizes)) <= 1:
        return float(spreads.mean()) if len(spreads) else float("nan")
    return float(np.sqrt(((sizes - 1) * spreads**2).sum() / (sizes - 1).sum()))


def _mean_range(least: Floats, most: Floats, screen: bool) -> float:
    return _screened_mean(_widest_ranges(least, most), screen)


def _widest_ranges(least: Floats, most: Floats) -> Floats:
    """The largest that each moving range can be; for exact values, the moving range."""
    ups, downs = most[1:] - least[:-1], most[:-1] - least[1:]
    result: Floats = np.maximum(ups, downs)
    return result


def _screened_mean(ranges: Floats, screen: bool) -> float:
    """Mean of the known ranges, without those of 3.267 times the mean or more when screened."""
    known = ranges[np.isfinite(ranges)]
    if screen and len(known):
        kept = known[known < SCREEN_FACTOR * known.mean()]
        # All ranges zero: nothing to screen.
        known = kept if len(kept) else known
    return float(known.mean()) if len(known) else float("nan")


def _full(s: Stretch, value: float) -> Floats:
    return np.full(len(s.values), value)
