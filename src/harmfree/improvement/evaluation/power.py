"""Power of a design before any data are collected.

Stepped wedge and staggered roll-out: Hussey and Hughes, Contemp Clin Trials 2007;28:182-191
(formula from memory in the reference, its worked number recomputed). Interrupted time series: the
exact variance of generalised least squares under AR(1). Before and after: two proportions with the
design effect of clustering.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from harmfree.improvement.datafile import DataError, Floats, TooFewError
from harmfree.improvement.evaluation.prais_winsten import correlation_matrix
from harmfree.improvement.evaluation.segmented import FEWEST_POINTS, Shape, columns
from harmfree.improvement.result import Estimate, Result, say

_Z = 1.959964
"""Two-sided 5% quantile as printed in the worked example."""


@dataclass(frozen=True)
class Wedge:
    """A stepped-wedge design.

    Args:
        schedule: clusters by periods, 1 where the cluster has crossed.
        within: variance of a cluster-period mean.
        between: variance between clusters.
    """

    schedule: Floats
    within: float
    between: float


def wedge_schedule(crossing: Sequence[int]) -> Floats:
    """Schedule from the number of clusters crossing at each period after the first.

    Raises:
        DataError: a number is below zero or none crosses.
    """
    if not crossing or min(crossing) < 0 or sum(crossing) == 0:
        raise DataError("Give how many clusters cross at each step, such as 6,6,6,6.")
    rows = []
    for step, count in enumerate(crossing, start=1):
        rows += [[float(t >= step) for t in range(len(crossing) + 1)]] * count
    return np.array(rows)


def wedge_variance(wedge: Wedge) -> float:
    """Variance of the effect: Hussey and Hughes, equation 8.

    Raises:
        DataError: the schedule does not let the effect be told from the calendar.
    """
    x, within, between = wedge.schedule, wedge.within, wedge.between
    clusters, periods = x.shape
    u, w, v = x.sum(), float(np.sum(x.sum(axis=0) ** 2)), float(np.sum(x.sum(axis=1) ** 2))
    top = clusters * within * (within + periods * between)
    bottom = (clusters * u - w) * within
    bottom += (u**2 + clusters * periods * u - periods * w - clusters * v) * between
    if bottom <= 0:
        raise DataError("With this schedule the effect cannot be told from the calendar.")
    return float(top / bottom)


def normal_power(effect: float, se: float) -> float:
    """Power of a two-sided 5% test, ignoring the far tail as the source does."""
    return float(stats.norm.cdf(abs(effect) / se - _Z))


def stepped_wedge(wedge: Wedge, effect: float) -> Result:
    """Power for a difference in means or proportions."""
    variance = wedge_variance(wedge)
    se = float(np.sqrt(variance))
    clusters, periods = wedge.schedule.shape
    x = wedge.schedule
    return _result(
        "stepped-wedge",
        "Hussey and Hughes, closed form",
        normal_power(effect, se),
        {"variance": Estimate(variance), "se": Estimate(se)},
        {
            "clusters": clusters,
            "periods": periods,
            "effect": effect,
            "U": float(x.sum()),
            "W": float(np.sum(x.sum(axis=0) ** 2)),
            "V": float(np.sum(x.sum(axis=1) ** 2)),
            "smallest_effect_for_80_percent": (_Z + float(stats.norm.ppf(0.8))) * se,
        },
    )


def roll_out(
    go_live: Sequence[float], periods: int, within: float, between: float, effect: float
) -> Result:
    """Power of a staggered roll-out with any go-live periods (NaN for a site that never does)."""
    live = np.array(go_live)[:, None]
    schedule = (np.arange(periods)[None, :] >= live).astype(float)
    result = stepped_wedge(Wedge(schedule, within, between), effect)
    return _result(
        "staggered",
        "Hussey and Hughes, closed form, one constant effect",
        result.estimates["power"].value,
        {k: v for k, v in result.estimates.items() if k != "power"},
        result.details,
    )


@dataclass(frozen=True)
class SeriesDesign:
    """A planned interrupted time series.

    Args:
        before: points before the change.
        after: points after it.
        sd: standard deviation of a point round the lines.
        rho: lag-one autocorrelation.
        control: whether a control series of the same kind is followed.
        slope: whether a change of slope is estimated too.
    """

    before: int
    after: int
    sd: float
    rho: float = 0.0
    control: bool = False
    slope: bool = True


def series(design: SeriesDesign, effect: float, at: float = 0.0) -> Result:
    """Power to find a level change (or the effect `at` points after the change).

    Raises:
        TooFewError: fewer than three points in a segment.
        DataError: the standard deviation or the autocorrelation makes no sense.
    """
    if min(design.before, design.after) < FEWEST_POINTS:
        raise TooFewError(f"Each side of the change needs {FEWEST_POINTS} points or more.")
    if design.sd <= 0 or not -1 < design.rho < 1:
        raise DataError("The SD must be above 0 and the autocorrelation between -1 and 1.")
    time = np.arange(design.before + design.after, dtype=float)
    found = columns(time, Shape(float(design.before), slope=design.slope))
    x = np.column_stack(list(found.values()))
    matrix = correlation_matrix(np.abs(time[:, None] - time[None, :]), design.rho)
    covariance = np.linalg.inv(x.T @ np.linalg.solve(matrix, x)) * design.sd**2
    c = np.array([{"level_change": 1.0, "slope_change": at}.get(name, 0.0) for name in found])
    # A control series of its own doubles the variance of the contrast.
    variance = float(c @ covariance @ c) * (2 if design.control else 1)
    df = (len(time) - len(found)) * (2 if design.control else 1)
    se = float(np.sqrt(variance))
    critical = float(stats.t.ppf(0.975, df))
    shift = abs(effect) / se
    power = float(stats.nct.sf(critical, df, shift) + stats.nct.cdf(-critical, df, shift))
    return _result(
        "controlled-its" if design.control else "its",
        "generalised least squares with known AR(1), noncentral t",
        power,
        {"se": Estimate(se)},
        {**vars(design), "effect": effect, "at": at},
    )


def before_after(
    rates: tuple[float, float], size: int, cluster_size: float = 1.0, icc: float = 0.0
) -> Result:
    """Power to tell two proportions apart, each measured on `size` people.

    Args:
        rates: proportion before and after.
        size: people in each period.
        cluster_size: mean people per site.
        icc: intraclass correlation within sites.

    Raises:
        DataError: a proportion or the intraclass correlation is out of range.
    """
    if not all(0 < r < 1 for r in rates) or not 0 <= icc < 1:
        raise DataError("Proportions must lie between 0 and 1, the intraclass correlation too.")
    inflation = 1 + (cluster_size - 1) * icc
    power = NormalIndPower().power(
        proportion_effectsize(rates[1], rates[0]), size / inflation, 0.05
    )
    return _result(
        "before-after",
        "two proportions, arcsine scale, design effect 1 + (m - 1) ICC",
        float(power),
        {"design_effect": Estimate(inflation)},
        {"rates": list(rates), "size": size},
    )


def _result(
    design: str,
    estimator: str,
    power: float,
    estimates: dict[str, Estimate],
    details: object,
) -> Result:
    plain = dict(details) if isinstance(details, dict) else {}
    enough = "enough" if power >= 0.8 else "too little" if power < 0.5 else "less than usual"
    return Result(
        method=f"power {design}",
        estimator=estimator,
        n=0,
        estimates={"power": Estimate(power), **estimates},
        sentence=(
            f"If the effect is real and as large as stated, this design would show it in "
            f"{100 * power:.0f} of 100 such studies: {enough} (80 is the usual aim; standard error "
            f"{say(estimates['se'].value)})."
            if "se" in estimates
            else f"If the effect is real, this design would show it in {100 * power:.0f} of 100 "
            f"such studies: {enough} (80 is the usual aim)."
        ),
        details=plain,
        warnings=("Power rests on the variances you gave: try worse ones too.",),
    )
