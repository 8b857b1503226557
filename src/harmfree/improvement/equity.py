"""Inequality along an ordered scale such as deprivation: slope and relative index with intervals.

Each group stands at the middle of its share of the population, from 0 (the best-off person) to 1
(the worst-off). A line is fitted to the groups' shares, weighted by their people. The slope index
of inequality (SII) is its rise from 0 to 1; the relative index (RII) is its height at 1 over its
height at 0. Pamuk ER (1985) Population Studies 39:17-31; Mackenbach JP, Kunst AE (1997) Social
Science & Medicine 44:757-771; Regidor E (2004) J Epidemiol Community Health 58:900-903. From
memory of these papers, not read again here: review before publication of figures.

The line's heights are weighted sums of the groups' shares, so their variances follow exactly from
those of the shares, which are binomial; the variance of a share is taken at (events + 1/2) /
(people + 1), so that a group with nobody or everybody does not count as certain. The interval of
the RII is that of its logarithm (delta method).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from harmfree.errors import InputError

Floats = npt.NDArray[np.float64]
LEAST_GROUPS = 3
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Inequality:
    """How much a share differs between the worst-off and the best-off end of a population.

    Attributes:
        slope: SII, as a difference of shares: 0.05 is five percentage points more at the
            worst-off end.
        relative: RII; None where the line falls to zero or below at one end.
        best_off, worst_off: heights of the line at its ends, as shares.
    """

    slope: Estimate
    relative: Estimate | None
    best_off: float
    worst_off: float

    @property
    def differs(self) -> bool:
        """Whether the slope's interval leaves out zero."""
        return self.slope.low > 0 or self.slope.high < 0


def inequality(events: Sequence[int], people: Sequence[int]) -> Inequality:
    """SII and RII of a share over ordered groups.

    Args:
        events, people: counts of each group, the best-off group first.

    Raises:
        InputError: fewer than three groups, a group without people, or more events than people.
    """
    n, k = np.asarray(people, float), np.asarray(events, float)
    _check(k, n)
    share = k / n
    lowest, highest = _weights(n)
    variance = _variances(k, n)
    ends = float(lowest @ share), float(highest @ share)
    difference = highest - lowest
    slope = _interval(float(difference @ share), float(difference**2 @ variance))
    return Inequality(slope, _relative(lowest, highest, share, variance), *ends)


def ridits(people: Floats) -> Floats:
    """Where the middle of each group lies in the population, 0 to 1."""
    total = people.sum()
    found: Floats = (np.cumsum(people) - people / 2) / total
    return found


def _check(events: Floats, people: Floats) -> None:
    if len(events) != len(people) or len(people) < LEAST_GROUPS:
        raise InputError(
            f"Inequality along a scale needs {LEAST_GROUPS} groups or more, each with its people.",
            where=f"{len(events)} groups with events, {len(people)} with people",
        )
    if (people <= 0).any() or (events < 0).any() or (events > people).any():
        raise InputError(
            "Each group needs people, and events from none to as many as people.",
            where=f"events {events.tolist()}, people {people.tolist()}",
        )


def _weights(people: Floats) -> tuple[Floats, Floats]:
    """What each group's share adds to the fitted line's height at 0 and at 1."""
    x, weight = ridits(people), people / people.sum()
    middle = float(weight @ x)
    pull = weight * (x - middle) / float(weight @ (x - middle) ** 2)
    return weight - middle * pull, weight + (1 - middle) * pull


def _variances(events: Floats, people: Floats) -> Floats:
    share = (events + 0.5) / (people + 1)
    found: Floats = share * (1 - share) / people
    return found


def _interval(value: float, variance: float) -> Estimate:
    reach = float(stats.norm.ppf((1 + LEVEL) / 2)) * variance**0.5
    return Estimate(value, value - reach, value + reach)


def _relative(lowest: Floats, highest: Floats, share: Floats, variance: Floats) -> Estimate | None:
    low, high = float(lowest @ share), float(highest @ share)
    if low <= 0 or high <= 0:
        return None
    parts = highest / high - lowest / low
    logged = _interval(float(np.log(high / low)), float(parts**2 @ variance))
    return Estimate(*(float(np.exp(each)) for each in (logged.value, logged.low, logged.high)))
