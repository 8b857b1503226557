"""Bland-Altman limits of agreement, with proportional bias and repeated measures.

Differences are first method minus second. Sources: Bland and Altman, Lancet 1986;1:307-310 and
Stat Methods Med Res 1999;8:135-160 (sections 2, 3.2 and 5); Giavarina, Biochem Med 2015;25:141-151.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from scipy import stats

from harmfree.improvement.datafile import Floats, TooFewError
from harmfree.improvement.method_evaluation.lines import interval
from harmfree.improvement.result import Estimate

FEWEST_PAIRS = 3
_Z = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Agreement:
    """Bias and limits of agreement.

    Args:
        bias: mean difference.
        sd: standard deviation of the differences.
        lower: lower limit of agreement.
        upper: upper limit of agreement.
        scale: unit of the difference, "units" or "percent of the mean".
    """

    bias: Estimate
    sd: float
    lower: Estimate
    upper: Estimate
    scale: str = "units"

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        limits = {"lower_limit": self.lower.as_dict(), "upper_limit": self.upper.as_dict()}
        return {"bias": self.bias.as_dict(), "sd": self.sd, **limits, "scale": self.scale}


def limits_of_agreement(
    differences: Floats, multiple: float = 1.96, scale: str = "units"
) -> Agreement:
    """Limits from one difference per person.

    Args:
        differences: first minus second.
        multiple: standard deviations between bias and limit; the 1986 paper used 2.
        scale: unit of the differences.

    Raises:
        TooFewError: fewer than three pairs.
    """
    n = len(differences)
    if n < FEWEST_PAIRS:
        raise TooFewError(f"{n} pairs are too few for limits of agreement; the least is 3.")
    mean, sd = float(differences.mean()), float(differences.std(ddof=1))
    bias = interval(mean, sd / np.sqrt(n), n - 1)
    # Bland and Altman 1986: the variance of a limit is about 3 s^2 / n.
    se_limit = sd * np.sqrt(3 / n)
    lower = interval(mean - multiple * sd, se_limit, n - 1)
    upper = interval(mean + multiple * sd, se_limit, n - 1)
    return Agreement(bias, sd, lower, upper, scale)


def percent_differences(first: Floats, second: Floats) -> Floats | None:
    """Differences as per cent of the mean of the two, or None where a mean is not above zero."""
    means = (first + second) / 2
    return None if np.any(means <= 0) else 100 * (first - second) / means


@dataclass(frozen=True)
class ProportionalBias:
    """Whether the difference depends on the size of the measurement.

    Args:
        slope: change in difference per unit of the mean.
        p: p-value of that slope.
        limits: coefficients of the limits that change with the mean m,
            (b0 + b1 m) plus or minus 1.96 sqrt(pi / 2) (c0 + c1 m).
    """

    slope: Estimate
    p: float
    limits: dict[str, float]


def proportional_bias(first: Floats, second: Floats) -> ProportionalBias | None:
    """Regress the difference on the mean, and its absolute residual on the mean.

    Returns None where the means do not vary.
    """
    means, differences = (first + second) / 2, first - second
    if len(means) < 4 or np.ptp(means) == 0:
        return None
    design = sm.add_constant(means)
    fitted = sm.OLS(differences, design).fit()
    spread = sm.OLS(np.abs(fitted.resid), design).fit()
    slope = interval(float(fitted.params[1]), float(fitted.bse[1]), fitted.df_resid)
    named = zip(("b0", "b1", "c0", "c1"), [*fitted.params, *spread.params], strict=True)
    return ProportionalBias(slope, float(fitted.pvalues[1]), {k: float(v) for k, v in named})


def repeatability(first: Floats, second: Floats) -> dict[str, float]:
    """Two readings by one method: within-person SD and the coefficient of repeatability.

    Source: Bland and Altman 1986; two readings differ by less than 1.96 sqrt(2) s_w in 95% of
    people.
    """
    sd = float((first - second).std(ddof=1))
    within = float(np.sqrt(np.mean((first - second) ** 2) / 2))
    return {
        "n": float(len(first)),
        "sd_of_differences": sd,
        "within_person_sd": within,
        "coefficient_of_repeatability": _Z * np.sqrt(2) * within,
    }


def repeated_measures(subjects: list[str], differences: Floats) -> Agreement:
    """Limits where each person has several pairs of readings and the true value may change.

    One-way analysis of variance of the differences (Bland and Altman, J Biopharm Stat
    2007;17:571-582, section 3); intervals by the method of variance estimates recovery (Zou, Stat
    Methods Med Res 2013;22:630-642).

    Raises:
        TooFewError: fewer than three people, or nobody with two pairs.
    """
    names, codes, counts = np.unique(subjects, return_inverse=True, return_counts=True)
    n, total = len(names), len(differences)
    if n < FEWEST_PAIRS or total <= n:
        raise TooFewError(
            f"{n} people with {total} pairs of readings cannot give repeated-measures limits.",
            do="Give at least three people, some with two or more pairs.",
        )
    means = np.bincount(codes, differences) / counts
    within = float(np.sum((differences - means[codes]) ** 2) / (total - n))
    between = float(np.sum(counts * (means - differences.mean()) ** 2) / (n - 1))
    size = (total**2 - float(np.sum(counts**2))) / ((n - 1) * total)
    variance = max(0.0, (between - within) / size) + within
    bias = interval(float(means.mean()), float(means.std(ddof=1)) / np.sqrt(n), n - 1)
    low, high = _variance_limits(variance, (float(means.var(ddof=1)), within), counts, total)
    return _recovered(bias, variance, (low, high))


def _variance_limits(
    variance: float, parts: tuple[float, float], counts: np.ndarray, total: int
) -> tuple[float, float]:
    """95% limits of the total variance from those of its two parts."""
    n = len(counts)
    harmonic = n / float(np.sum(1 / counts))
    scaled = (parts[0], (1 - 1 / harmonic) * parts[1])
    down = up = 0.0
    for part, df in zip(scaled, (n - 1, total - n), strict=True):
        down += (part * (1 - df / float(stats.chi2.ppf(0.975, df)))) ** 2
        up += (part * (df / float(stats.chi2.ppf(0.025, df)) - 1)) ** 2
    return max(0.0, variance - np.sqrt(down)), variance + np.sqrt(up)


def _recovered(bias: Estimate, variance: float, limits: tuple[float, float]) -> Agreement:
    sd, (least, most) = float(np.sqrt(variance)), np.sqrt(limits)
    wide, narrow = _Z * (float(most) - sd), _Z * (sd - float(least))
    below, above = bias.value - bias.lower, bias.upper - bias.value
    low, high = bias.value - _Z * sd, bias.value + _Z * sd
    return Agreement(
        bias,
        sd,
        Estimate(low, low - float(np.hypot(below, wide)), low + float(np.hypot(above, narrow))),
        Estimate(high, high - float(np.hypot(below, narrow)), high + float(np.hypot(above, wide))),
    )
