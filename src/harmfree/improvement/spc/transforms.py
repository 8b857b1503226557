"""How a funnel's limits are computed: exact, or normal on a transformed scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from harmfree.improvement.spc.arrays import Floats

Pair = tuple[Floats, Floats]


@dataclass(frozen=True)
class Level:
    """A pair of limits: their normal quantile and the chance beyond each."""

    z: float
    tail: float


#: Quantiles as printed in the SHMI specification.
LEVEL95, LEVEL998 = Level(1.959964, 0.025), Level(3.090232, 0.001)


@dataclass(frozen=True)
class Transform:
    """One method.

    Attributes:
        name, title: short and full name.
        target: fixed centre line, or None for the overall share or ratio.
        share: whether the numerator is part of the denominator.
        trim: "winsorise" or "truncate" for over-dispersion.
        forward, sd: value and standard deviation of each unit on the transformed scale.
        centre: the target on that scale.
        plain: limits without over-dispersion (target, sizes, level).
        spread: limits with it (target, sizes, level, tau squared).
        warnings: what the reader must know about the method.
    """

    name: str
    title: str
    target: float | None
    share: bool
    trim: str
    forward: Callable[[Floats, Floats], Floats]
    sd: Callable[[Floats, Floats], Floats]
    centre: Callable[[float], float]
    plain: Callable[[float, Floats, Level], Pair]
    spread: Callable[[float, Floats, Level, float], Pair]
    warnings: tuple[str, ...] = ()

    def z(self, numerator: Floats, denominator: Floats, target: float) -> Floats:
        """Z-score of each unit."""
        value = self.forward(numerator, denominator)
        result: Floats = (value - self.centre(target)) / self.sd(numerator, denominator)
        return result

    def possible(self, target: float) -> bool:
        """Whether limits about this centre exist."""
        return 0 < target < 1 if self.share else 0 < target < np.inf


def binomial_limits(target: float, sizes: Floats, level: Level) -> Pair:
    """Exact binomial limits, interpolated between counts."""
    whole = np.round(sizes)
    low, high = _interpolated(stats.binom(whole, target), level)
    return np.clip(low / whole, 0.0, 1.0), np.clip(high / whole, 0.0, 1.0)


def poisson_prediction(target: float, sizes: Floats, level: Level) -> Pair:
    """Exact Poisson limits of a rate or ratio, interpolated between counts.

    They bound the counts that the target gives a unit of each size; Seaton and Manktelow (2012),
    BMC Med Res Methodol 12:98, advise these rather than confidence intervals.
    """
    low, high = _interpolated(stats.poisson(target * sizes), level)
    return np.maximum(low / sizes, 0.0), high / sizes


def _interpolated(counts: Any, level: Level) -> Pair:
    """Quantiles of a count between whole numbers (Spiegelhalter 2005, appendix A.1.1).

    The count r is the least with P(X <= r) >= tail; the limit is moved down from r by the share
    of its probability that is not needed, which takes the steps out of the line.
    """
    ends = []
    for tail in (level.tail, 1 - level.tail):
        count = counts.ppf(tail)
        ends.append(count - (counts.cdf(count) - tail) / counts.pmf(count))
    return ends[0], ends[1]


def poisson_limits(target: float, sizes: Floats, level: Level) -> Pair:
    """Exact Poisson limits of a ratio of observed to expected, by the chi-square link.

    As in FunnelPlotR: the confidence interval that an observed count equal to the expected one
    would have, divided by it. It names fewer small units than `poisson_prediction`.
    """
    low = stats.chi2.ppf(level.tail, 2 * sizes) / 2 / sizes
    high = stats.chi2.isf(level.tail, 2 * (sizes + 1)) / 2 / sizes
    return target * low, target * high


def arcsine_limits(target: float, sizes: Floats, level: Level, tau2: float = 0.0) -> Pair:
    """Normal limits on the scale arcsine of the square root of a share."""
    centre, reach = np.arcsin(np.sqrt(target)), level.z * np.sqrt(1 / (4 * sizes) + tau2)
    # Beyond 0 and a right angle the sine would turn back.
    low, high = np.maximum(centre - reach, 0.0), np.minimum(centre + reach, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def log_limits(target: float, sizes: Floats, level: Level, tau2: float = 0.0) -> Pair:
    """Normal limits of a standardised ratio on the log scale, s = 1 / sqrt(expected)."""
    reach = level.z * np.sqrt(1 / sizes + tau2)
    return target * np.exp(-reach), target * np.exp(reach)


def root_limits(target: float, sizes: Floats, level: Level, tau2: float = 0.0) -> Pair:
    """Normal limits of a rate on the square root scale, s = 1 / (2 sqrt(size)), squared back."""
    centre, reach = np.sqrt(target), level.z * np.sqrt(1 / (4 * sizes) + tau2)
    return np.maximum(centre - reach, 0.0) ** 2, (centre + reach) ** 2


def cqc_limits(target: float, sizes: Floats, level: Level, tau2: float = 0.0) -> Pair:
    """FunnelPlotR's limits for "CQC": those of the square root, not squared back."""
    reach = level.z * np.sqrt(1 / (4 * sizes) + tau2)
    return target * (1 - reach), target * (1 + reach)


def count_ratio_limits(target: float, sizes: Floats, level: Level, tau2: float = 0.0) -> Pair:
    """FunnelPlotR's limits for "RC": on the log scale but with s = 1 / (2 sqrt(size))."""
    reach = level.z * np.sqrt(1 / (4 * sizes) + tau2)
    return target * np.exp(-reach), target * np.exp(reach)


def paired_log_limits(target: float, sizes: Floats, level: Level, tau2: float = 0.0) -> Pair:
    """Normal limits of a ratio of two counts on the log scale, s^2 = 1/events + 1/size.

    The events are those that the target gives a unit of that size.
    """
    reach = level.z * np.sqrt(1 / (target * sizes) + 1 / sizes + tau2)
    return target * np.exp(-reach), target * np.exp(reach)


def _log_ratio(numerator: Floats, denominator: Floats) -> Floats:
    # No events: half an event, so that the logarithm exists.
    result: Floats = np.log(np.where(numerator > 0, numerator, 0.5) / denominator)
    return result


def _half_sd(numerator: Floats, denominator: Floats) -> Floats:
    return 1 / (2 * np.sqrt(denominator))


def _paired_sd(numerator: Floats, denominator: Floats) -> Floats:
    """Standard deviation of the log ratio of two counts, each raised by a half."""
    n, d = numerator, denominator
    result: Floats = np.sqrt(n / (n + 0.5) ** 2 + d / (d + 0.5) ** 2)
    # No events: the variance that half an event would have.
    return np.where(n > 0, result, np.sqrt(1 / 0.5 + 1 / (d + 0.5)))


def _raised_log_ratio(numerator: Floats, denominator: Floats) -> Floats:
    result: Floats = np.log((numerator + 0.5) / (denominator + 0.5))
    return result


def _root(numerator: Floats, denominator: Floats) -> Floats:
    result: Floats = np.sqrt(numerator / denominator)
    return result


def _arcsine(numerator: Floats, denominator: Floats) -> Floats:
    result: Floats = np.arcsin(np.sqrt(numerator / denominator))
    return result


def _arcsine_centre(target: float) -> float:
    return float(np.arcsin(np.sqrt(target)))


_ROOT_TWICE = (
    "These limits are FunnelPlotR's for CQC, computed for comparison: they are not squared back "
    "from the square root scale and so are about half as wide as they should be. Use sqrt.",
)
_COUNTS_TWICE = (
    "These limits are FunnelPlotR's for a ratio of counts, computed for comparison: they use the "
    "standard deviation of a square root on a log scale and so are too narrow. Use counts.",
)

METHODS: dict[str, Transform] = {
    t.name: t
    for t in (
        Transform(
            "proportion", "a share (exact binomial)", None, True, "winsorise",
            _arcsine, _half_sd, _arcsine_centre, binomial_limits, arcsine_limits,
        ),
        Transform(
            "arcsine", "a share (arcsine)", None, True, "winsorise",
            _arcsine, _half_sd, _arcsine_centre, arcsine_limits, arcsine_limits,
        ),
        Transform(
            "rate", "a rate (exact Poisson)", None, False, "winsorise",
            _root, _half_sd, lambda t: float(np.sqrt(t)), poisson_prediction, root_limits,
        ),
        Transform(
            "ratio", "a standardised ratio (exact Poisson; log)", 1.0, False, "truncate",
            _log_ratio, lambda n, d: 1 / np.sqrt(d), lambda t: float(np.log(t)),
            poisson_limits, log_limits,
        ),
        Transform(
            "smr", "a standardised ratio (exact Poisson prediction)", 1.0, False, "truncate",
            _log_ratio, lambda n, d: 1 / np.sqrt(d), lambda t: float(np.log(t)),
            poisson_prediction, log_limits,
        ),
        Transform(
            "sqrt", "a standardised ratio (exact Poisson; square root)", 1.0, False, "winsorise",
            _root, _half_sd, lambda t: float(np.sqrt(t)), poisson_limits, root_limits,
        ),
        Transform(
            "counts", "a ratio of counts (log)", None, False, "winsorise",
            _raised_log_ratio, _paired_sd, lambda t: float(np.log(t)),
            paired_log_limits, paired_log_limits,
        ),
        Transform(
            "cqc", "a standardised ratio as FunnelPlotR does CQC", 1.0, False, "winsorise",
            _root, _half_sd, lambda t: float(np.sqrt(t)), poisson_limits, cqc_limits, _ROOT_TWICE,
        ),
        Transform(
            "rc", "a ratio of counts as FunnelPlotR does RC", None, False, "winsorise",
            _raised_log_ratio, _paired_sd, lambda t: float(np.log(t)),
            count_ratio_limits, count_ratio_limits, _COUNTS_TWICE,
        ),
    )
}  # fmt: skip

#: FunnelPlotR's (data_type, sr_method) and our name for it.
FUNNELPLOTR = {
    ("PR", None): "arcsine",
    ("SR", None): "ratio",
    ("SR", "SHMI"): "ratio",
    ("SR", "CQC"): "cqc",
    ("RC", None): "rc",
}
