"""Funnel plots: units compared with what chance would give units of their size; never ranked.

Spiegelhalter (2005), "Funnel plots for comparing institutional performance", Stat Med 24:1185:
exact binomial and Poisson limits. Over-dispersion (Spiegelhalter 2005, "Handling over-dispersion
of performance indicators", Qual Saf Health Care 14:347): z-scores are winsorised, or the extremes
left out (SHMI), phi = mean z squared, tau squared by DerSimonian and Laird's moments, and the
limits use sqrt(s^2 + tau^2). Limits are at 95% and 99.8%.

FunnelPlotR 0.6.0 is reproduced under its own names ("PR", "SR" with "SHMI" or "CQC", "RC") so that
its users see the same numbers; where it errs, our own methods differ and `docs/deviations.md`
says how.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from harmfree.improvement.spc.arrays import Floats
from harmfree.improvement.spc.errors import ChartError
from harmfree.improvement.spc.transforms import LEVEL95, LEVEL998, METHODS, Transform

#: Above this over-dispersion a funnel compares unlike with unlike. Our own judgement, after
#: Spiegelhalter (2005): widening limits is no remedy for very different units.
UNLIKE_PHI = 10.0
#: Share winsorised or left out at each end.
TRIM = 0.1


@dataclass(frozen=True)
class Unit:
    """Limits for one size of unit."""

    lower95: Floats
    upper95: Floats
    lower998: Floats
    upper998: Floats


@dataclass(frozen=True)
class Funnel:
    """A computed funnel; arrays hold one number for each unit, in the order given.

    Attributes:
        names: the units.
        numerator, denominator: events, and size or expected events.
        method: how limits are computed.
        target: centre line.
        values: share or ratio of each unit.
        z: z-scores on the transformed scale.
        trimmed_z: the same winsorised, or NaN where left out.
        used: number of z-scores that phi was computed from.
        phi: over-dispersion ratio; above 1 the units vary more than chance.
        tau2: variance between units on the transformed scale.
        adjusted_used: whether the picture and the verdicts use the adjusted limits.
        messages: what the reader must know.
    """

    names: tuple[str, ...]
    numerator: Floats
    denominator: Floats
    method: Transform
    target: float
    values: Floats
    z: Floats
    trimmed_z: Floats
    used: int
    phi: float
    tau2: float
    adjusted_used: bool
    messages: tuple[str, ...]

    def limits(self, sizes: Floats, adjusted: bool | None = None) -> Unit:
        """Limits for units of these sizes, adjusted for over-dispersion or not."""
        adjusted = self.adjusted_used if adjusted is None else adjusted
        levels = (LEVEL95, LEVEL998)
        if adjusted:
            pairs = [self.method.spread(self.target, sizes, level, self.tau2) for level in levels]
        else:
            pairs = [self.method.plain(self.target, sizes, level) for level in levels]
        return Unit(pairs[0][0], pairs[0][1], pairs[1][0], pairs[1][1])

    def verdicts(self) -> list[str]:
        """For each unit: within, high or low, and beyond which pair of limits."""
        at = self.limits(self.denominator)
        found = []
        for i, value in enumerate(self.values):
            if value > at.upper998[i] or value < at.lower998[i]:
                found.append("high_998" if value > at.upper998[i] else "low_998")
            elif value > at.upper95[i] or value < at.lower95[i]:
                found.append("high_95" if value > at.upper95[i] else "low_95")
            else:
                found.append("within")
        return found


def funnel(
    names: tuple[str, ...],
    numerator: Floats,
    denominator: Floats,
    *,
    method: str = "proportion",
    target: float | None = None,
    trim_by: float = TRIM,
    trim: str | None = None,
    adjust: bool | None = None,
) -> Funnel:
    """Compute a funnel.

    Args:
        names: one per unit.
        numerator: events (observed).
        denominator: people at risk, or expected events.
        method: a name in `transforms.METHODS`.
        target: centre; the overall share or ratio when None (1 for standardised ratios).
        trim_by: share of z-scores winsorised or left out at each end.
        trim: "winsorise" or "truncate"; the method's own when None.
        adjust: whether to use over-dispersed limits; when None, only if phi is above 1.

    Raises:
        ChartError: a unit's numbers do not fit the method; the message names it.
    """
    transform = METHODS[method]
    _check(names, numerator, denominator, transform)
    if not 0 <= trim_by < 0.5:
        raise ChartError(f"trim_by must be from 0 to below 0.5, not {trim_by:g}", do="use 0.1")
    centre = _target(transform, numerator, denominator) if target is None else target
    if not transform.possible(centre):
        raise ChartError(f"{centre:g} cannot be the target of {transform.title}",
                         do="give a target inside the range of the values")  # fmt: skip
    z = transform.z(numerator, denominator, centre)
    how = trim or transform.trim
    trimmed = _truncated(z, trim_by) if how == "truncate" else _winsorised(z, trim_by)
    kept = np.isfinite(trimmed)
    used = int(kept.sum())
    phi = float((trimmed[kept] ** 2).sum() / used) if used else 0.0
    spread = transform.sd(numerator, denominator)[kept]
    tau2 = _tau2(used, phi, spread)
    chosen = phi > 1 and tau2 > 0 if adjust is None else adjust
    return Funnel(
        names, numerator, denominator, transform, centre, numerator / denominator, z, trimmed,
        used, phi, tau2, chosen, _messages(names, transform, phi, chosen, how, trim_by),
    )  # fmt: skip


def _check(
    names: tuple[str, ...], numerator: Floats, denominator: Floats, method: Transform
) -> None:
    if len(names) < 3:
        raise ChartError(
            f"A funnel compares units; there are only {len(names)}", do="give three or more"
        )
    for i, name in enumerate(names):
        problem = ""
        if not np.isfinite([numerator[i], denominator[i]]).all():
            problem = "A number is missing"
        elif method.share and denominator[i] < 1:
            problem = f"The denominator must be 1 or more, not {denominator[i]:g}"
        elif denominator[i] <= 0:
            problem = f"The denominator must be above zero, not {denominator[i]:g}"
        elif numerator[i] < 0:
            problem = f"The numerator cannot be below zero: {numerator[i]:g}"
        elif method.share and numerator[i] > denominator[i]:
            problem = f"n is smaller than the events: {denominator[i]:g} < {numerator[i]:g}"
        if problem:
            raise ChartError(problem, where=f"row {i + 1}, {name}", do="correct the row")


def _target(method: Transform, numerator: Floats, denominator: Floats) -> float:
    if method.target is not None:
        return method.target
    return float(numerator.sum() / denominator.sum())


def _winsorised(z: Floats, share: float) -> Floats:
    """Z-scores beyond the quantiles (R's type 7, linear) pulled in to them."""
    low, high = np.quantile(z, [share, 1 - share])
    result: Floats = np.clip(z, low, high)
    return result


def _truncated(z: Floats, share: float) -> Floats:
    """Z-scores of the lowest and highest 1/share-th group left out, as in the SHMI."""
    if not share:
        return z
    groups = 1 / share
    group = np.floor(stats.rankdata(z) * groups / (len(z) + 1))
    return np.where((group > 0) & (group < groups - 1), z, np.nan)


def _tau2(used: int, phi: float, sd: Floats) -> float:
    if used * phi < used - 1 or not used:
        return 0.0
    weight = 1 / sd**2
    return max(
        0.0, float((used * phi - (used - 1)) / (weight.sum() - (weight**2).sum() / weight.sum()))
    )


def _messages(
    names: tuple[str, ...], method: Transform, phi: float, adjusted: bool, how: str, share: float
) -> tuple[str, ...]:
    done = "winsorised" if how == "winsorise" else "left out"
    if adjusted:
        first = (
            f"The units vary more than chance (phi = {phi:.2f}, {share:.0%} {done} at each end), "
            "so the limits are widened for over-dispersion."
        )
    elif phi > 1:
        first = f"The units vary more than chance (phi = {phi:.2f}) but the limits are not widened."
    else:
        first = f"The units vary no more than chance (phi = {phi:.2f}): the limits are not widened."
    unlike = (
        "The units differ so much that they may not be doing the same work: check the data and "
        "the case mix before comparing them.",
    )
    return (first, *(unlike if phi > UNLIKE_PHI else ()), *method.warnings)
