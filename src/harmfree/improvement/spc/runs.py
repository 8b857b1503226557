"""Runs about a centre line: Anhøj's two rules and Perla's four, with limits computed.

Anhøj and Olesen (2014), "Run charts revisited", PLoS ONE 9:e113825: with n useful points (those
not on the centre line) an unusually long run has more than round(log2 n) + 3 points (Schilling
2012), and there are unusually few crossings when they number fewer than the 5% quantile of a
binomial with n - 1 trials and chance one half (Chen 2010).

Perla, Provost and Murray (2011), "The run chart", BMJ Qual Saf 20:46: a shift is six points or
more on one side of the median, those on it skipped; a trend is five or more all going up or all
going down, equal neighbours skipped; too few or too many runs. Their run-count table follows
Swed and Eisenhart (1943); ours is the exact distribution of runs with 2.5% in each tail. The
paper's numbers are from memory (reference tag M) and so are marked unverified.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import stats

from harmfree.improvement.spc.arrays import Floats

#: Below this many useful points Anhøj's rules have little power (qicharts2 documentation).
FEW_USEFUL = 10
PERLA_SHIFT, PERLA_TREND, PERLA_TAIL = 6, 5, 0.025
PERLA_VERIFIED = False


@dataclass(frozen=True)
class Runs:
    """Runs analysis of one stretch of points; counts are None when no point is useful."""

    observations: int
    useful: int
    longest: int | None
    longest_most: int | None
    crossings: int | None
    crossings_least: int | None

    @property
    def long_run(self) -> bool:
        """Whether the longest run is unusually long."""
        return None not in (self.longest, self.longest_most) and (
            (self.longest or 0) > (self.longest_most or 0)
        )

    @property
    def few_crossings(self) -> bool:
        """Whether the centre line is crossed unusually seldom."""
        return None not in (self.crossings, self.crossings_least) and (
            (self.crossings or 0) < (self.crossings_least or 0)
        )

    @property
    def signal(self) -> bool:
        """Whether either rule says that the process has shifted."""
        return self.long_run or self.few_crossings


def anhoej_limits(useful: int) -> tuple[int, int]:
    """Longest run that is still usual and least usual number of crossings, for n useful points."""
    longest = round(math.log2(useful)) + 3
    crossings = int(stats.binom.ppf(0.05, max(useful - 1, 0), 0.5)) if useful > 1 else 0
    return longest, crossings


def anhoej(values: Floats, centre: Floats) -> Runs:
    """Runs analysis of values in time order about their centre line; NaN is left out."""
    sides = useful_sides(values, centre)
    if not len(sides):
        return Runs(len(values), 0, None, None, None, None)
    lengths = _run_lengths(sides)
    most, least = anhoej_limits(len(sides))
    return Runs(len(values), len(sides), max(lengths), most, len(lengths) - 1, least)


def useful_sides(values: Floats, centre: Floats) -> np.ndarray:
    """+1 or -1 for every point that is neither missing nor on the centre line."""
    gap = values - centre
    gap = gap[np.isfinite(gap)]
    scale = np.nanmax(np.abs(values), initial=0.0)
    sides: np.ndarray = np.sign(gap[np.abs(gap) > 1e-12 * scale]).astype(int)
    return sides


@dataclass(frozen=True)
class PerlaSigns:
    """What Perla's rules find; the astronomical point is left to the eye, as in the paper."""

    shift: bool
    trend: bool
    runs: int
    runs_least: int | None
    runs_most: int | None

    @property
    def too_few(self) -> bool:
        """Whether there are fewer runs than chance would give."""
        return self.runs_least is not None and self.runs < self.runs_least

    @property
    def too_many(self) -> bool:
        """Whether there are more runs than chance would give."""
        return self.runs_most is not None and self.runs > self.runs_most


def perla(values: Floats, centre: Floats) -> PerlaSigns:
    """Perla's shift, trend and run-count rules about a median."""
    sides = useful_sides(values, centre)
    lengths = _run_lengths(sides)
    steps = np.diff(values[np.isfinite(values)])
    trends = _run_lengths(np.sign(steps[steps != 0]).astype(int))
    above = int((sides > 0).sum())
    least, most = run_count_limits(above, len(sides) - above)
    return PerlaSigns(
        shift=max(lengths, default=0) >= PERLA_SHIFT,
        # Five points going one way are four steps.
        trend=max(trends, default=0) >= PERLA_TREND - 1,
        runs=len(lengths),
        runs_least=least,
        runs_most=most,
    )


@cache
def run_count_limits(
    above: int, below: int, tail: float = PERLA_TAIL
) -> tuple[int | None, int | None]:
    """Least and most usual number of runs, exact (Wald and Wolfowitz 1940).

    Runs fewer than the first, or more than the second, have a chance of at most `tail` each.
    Returns (None, None) when all points lie on one side.
    """
    if not above or not below:
        return None, None
    chances = _run_count_chances(above, below)
    counts = sorted(chances)
    cumulative, least = 0.0, counts[0]
    for count in counts:
        cumulative += chances[count]
        if cumulative > tail:
            least = count
            break
    cumulative, most = 0.0, counts[-1]
    for count in reversed(counts):
        cumulative += chances[count]
        if cumulative > tail:
            most = count
            break
    return least, most


def _run_count_chances(above: int, below: int) -> dict[int, float]:
    ways = math.comb(above + below, above)
    chances = {}
    for runs in range(2, above + below + 1):
        half = runs // 2
        if runs % 2 == 0:
            found = 2 * math.comb(above - 1, half - 1) * math.comb(below - 1, half - 1)
        else:
            found = math.comb(above - 1, half) * math.comb(below - 1, half - 1)
            found += math.comb(above - 1, half - 1) * math.comb(below - 1, half)
        if found:
            chances[runs] = found / ways
    return chances


def _run_lengths(signs: np.ndarray) -> list[int]:
    if not len(signs):
        return []
    ends = np.flatnonzero(np.diff(signs)) + 1
    return [int(n) for n in np.diff([0, *ends, len(signs)])]
