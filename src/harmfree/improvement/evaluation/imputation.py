"""Effect by imputation: what would the live sites have shown had they not gone live?

Site and period effects are fitted to the rows not yet live only, then every live row is compared
with what they predict. No live site ever serves as a control, so the result is unbiased when the
effect differs between sites and grows with time. Source: Borusyak, Jaravel and Spiess, Rev Econ
Stud 2024;91:3253-3285. The two-way Poisson model is fitted by iterative proportional fitting,
which gives the same fit as a Poisson regression with a dummy for each site and period (a test
compares them). Intervals resample whole sites.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from harmfree.improvement.datafile import Floats
from harmfree.improvement.evaluation.panel import Panel
from harmfree.improvement.result import Estimate

DRAWS = 399
_SEED = 20261123
_ROUNDS = 200


def two_way(
    events: Floats, size: Floats, rows: tuple[np.ndarray, np.ndarray], fitted_on: np.ndarray
) -> Floats:
    """Expected events of every row; NaN where its site or period has no row to learn from.

    Args:
        events: counts.
        size: denominators.
        rows: site number and period number of each row.
        fitted_on: weight of each row in the fit (0 leaves it out).
    """
    site, period = rows
    n_sites, n_periods = int(site.max()) + 1, int(period.max()) + 1
    weighted, seen = events * fitted_on, size * fitted_on
    site_total = np.bincount(site, weighted, n_sites)
    period_total = np.bincount(period, weighted, n_periods)
    by_site, by_period = np.ones(n_sites), np.ones(n_periods)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(_ROUNDS):
            before = by_period
            by_site = site_total / np.bincount(site, seen * by_period[period], n_sites)
            by_site = np.where(np.isfinite(by_site), by_site, 0.0)
            by_period = period_total / np.bincount(period, seen * by_site[site], n_periods)
            by_period = np.where(np.isfinite(by_period), by_period, 0.0)
            if np.allclose(before, by_period, rtol=1e-8, atol=0):
                break
    known = (np.bincount(site, seen, n_sites)[site] > 0) & (
        np.bincount(period, seen, n_periods)[period] > 0
    )
    return np.where(known, size * by_site[site] * by_period[period], np.nan)


def effects(panel: Panel, after: Sequence[float], width: float = 1.0) -> dict[str, Estimate]:
    """Ratio of observed to imputed events at each time since go-live, and over all live rows.

    Args:
        panel: rows with counts and denominators, without the phase-in.
        after: times since go-live; rows within `width` of each are pooled.
        width: half width of that window.
    """
    if panel.size is None:
        return {}
    site = panel.codes
    period = np.unique(panel.period, return_inverse=True)[1]
    windows = {f"ratio_after_{h:g}": panel.live & (np.abs(panel.since - h) <= width) for h in after}
    windows["ratio_all"] = panel.live
    whole = _ratios(panel, (site, period), windows, np.ones(panel.site_count))
    generator = np.random.default_rng(_SEED)
    drawn = [
        _ratios(panel, (site, period), windows, _drawn(pick, panel.site_count))
        for pick in generator.integers(0, panel.site_count, (DRAWS, panel.site_count))
    ]
    found = {}
    for name in windows:
        values = [d[name] for d in drawn if math.isfinite(d[name]) and d[name] > 0]
        if not whole[name] > 0 or len(values) < DRAWS * 0.8:
            continue
        found[name] = _interval(whole[name], np.log(values), panel.site_count)
    return found


def _interval(value: float, logs: Floats, sites: int) -> Estimate:
    """A t interval on the log scale; percentiles are too narrow with few sites."""
    se = float(np.std(logs, ddof=1))
    half = float(stats.t.ppf(0.975, sites - 1)) * se
    limits = value * np.exp([-half, half])
    return Estimate.within(value, limits, se, "sites resampled")


def _drawn(pick: np.ndarray, sites: int) -> Floats:
    """How often each site was drawn."""
    return np.asarray(np.bincount(pick, minlength=sites), dtype=np.float64)


def _ratios(
    panel: Panel,
    rows: tuple[np.ndarray, np.ndarray],
    windows: dict[str, np.ndarray],
    times_drawn: Floats,
) -> dict[str, float]:
    if panel.size is None:
        return {}
    weight = times_drawn[rows[0]]
    expected = two_way(panel.events, panel.size, rows, weight * ~panel.live)
    known = np.isfinite(expected)
    found = {}
    for name, window in windows.items():
        use = window & known & (weight > 0)
        bottom = float(np.sum((expected * weight)[use]))
        found[name] = float(np.sum((panel.events * weight)[use])) / bottom if bottom else math.nan
    return found
