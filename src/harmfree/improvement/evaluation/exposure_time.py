"""The effect as a function of the time a site has been live.

A jump on going live and straight pieces between 0, 3, 6 and 12 periods and beyond, each only where
enough sites were observed so long. Letting the effect vary with time since go-live avoids the
bias of one constant effect in stepped designs: Kenny et al., Stat Med 2022;41:4311-4339;
Goodman-Bacon, J Econometrics 2021;225:254-277.
"""

from __future__ import annotations

import numpy as np

from harmfree.improvement.datafile import Floats
from harmfree.improvement.evaluation.panel import Panel

KNOTS = (0.0, 3.0, 6.0, 12.0)
FEWEST_SITES_BEYOND = 3


def sites_at(panel: Panel, since: float) -> int:
    """How many sites were observed so long after going live, or longer."""
    rows = panel.live & (np.nan_to_num(panel.since, nan=-1.0) >= since)
    return len(panel.sites_where(rows))


def knots(panel: Panel) -> tuple[float, ...]:
    """Knots beyond which enough sites were followed for a slope to be estimated."""
    first = float(panel.since[panel.live].min())
    return tuple(
        knot for knot in KNOTS if sites_at(panel, max(knot, first) + 2) >= FEWEST_SITES_BEYOND
    )


def basis(since: Floats, live: np.ndarray, at: tuple[float, ...]) -> dict[str, Floats]:
    """Columns of the effect: `live`, then a slope after each knot; all zero before go-live."""
    passed = np.where(live, np.nan_to_num(since), 0.0)
    columns = {"live": live.astype(float)}
    for i, knot in enumerate(at):
        top = at[i + 1] if i + 1 < len(at) else np.inf
        columns[f"per_period_from_{knot:g}"] = np.clip(passed - knot, 0.0, top - knot)
    return columns


def contrast(since: float, names: tuple[str, ...], at: tuple[float, ...]) -> Floats:
    """Weights of the coefficients for the effect so long after going live."""
    columns = basis(np.array([since]), np.array([True]), at)
    return np.array([float(columns[name][0]) if name in columns else 0.0 for name in names])


def calendar(panel: Panel) -> dict[str, Floats]:
    """A constant and one column per period after the first: what happened everywhere."""
    periods = np.unique(panel.period)
    columns = {"const": np.ones(len(panel.period))}
    columns |= {f"period_{p:g}": (panel.period == p).astype(float) for p in periods[1:]}
    return columns
