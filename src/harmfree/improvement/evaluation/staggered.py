"""A change that reached sites one after another: the effect by time since go-live.

Main estimator: GEE with a column for every period and the effect as a function of time since
go-live. Check: imputation from rows not yet live. One constant two-way fixed-effects coefficient is
not used: it compares newly live sites with sites already live, and misleads when the effect grows
(Goodman-Bacon, J Econometrics 2021;225:254-277).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import stats

from harmfree.errors import HarmfreeError
from harmfree.improvement.datafile import Floats, TooFewError
from harmfree.improvement.evaluation import effects, exposure_time, gee, imputation, staggered_words
from harmfree.improvement.evaluation.panel import Panel, check
from harmfree.improvement.result import Estimate, Result

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps are done, and of how many."""


def _silent(what: str, done: int, steps: int) -> None:
    """Progress that nobody watches."""


def evaluate(
    panel: Panel,
    *,
    after: Sequence[float] = (6.0, 12.0),
    phase_in: int = 1,
    progress: Progress = _silent,
) -> Result:
    """Evaluate a roll-out.

    Args:
        panel: one row per site and period.
        after: periods after going live at which the effect is stated.
        phase_in: periods from going live on that are left out (the first is only partly live).
        progress: called after each of three steps.

    Raises:
        TooFewError: fewer than 4 sites, 3 live sites, or 3 periods before or after.
        DataError: two rows of one site and period, or all sites went live together.
        FitError: the model cannot be estimated.
    """
    check(panel)
    used = panel.without_phase_in(phase_in).usable()
    check(used)
    _check_live(used)
    knots = exposure_time.knots(used)
    columns = exposure_time.calendar(used) | exposure_time.basis(used.since, used.live, knots)
    design, names = np.column_stack(list(columns.values())), tuple(columns)
    found = gee.fit(used, design, names)
    estimates, beyond = _effects(used, found, knots, after)
    estimates["total"] = _total(used, found, design)
    progress("Evaluating the roll-out", 1, 3)
    imputed = imputation.effects(used, after)
    progress("Evaluating the roll-out", 2, 3)
    before = leads(used)
    progress("Evaluating the roll-out", 3, 3)
    return Result(
        method="staggered",
        estimator=found.fit.estimator,
        n=len(used.events),
        estimates=estimates,
        sentence=staggered_words.sentence(estimates, after, used),
        details={
            "sites": used.site_count,
            "sites_live": len(used.sites_where(used.live)),
            "periods": len(np.unique(used.period)),
            "rows_left_out": len(panel.events) - len(used.events),
            "knots": list(knots),
            "fits": {"gee": terms(found)},
            "imputation": imputed,
            "autocorrelation": within_site(used, found),
            "placebo": before,
        },
        warnings=tuple(staggered_words.warnings(used, estimates, imputed, before) + beyond),
        plotted=_plotted(used, found, design, knots),
    )


def _check_live(panel: Panel) -> None:
    count = len(panel.sites_where(panel.live))
    least = exposure_time.FEWEST_SITES_BEYOND
    if count < least:
        raise TooFewError(f"{count} sites went live and were followed; the least is {least}.")


def _effects(
    panel: Panel, found: gee.Estimated, knots: tuple[float, ...], after: Sequence[float]
) -> tuple[dict[str, Estimate], list[str]]:
    estimates: dict[str, Estimate] = {}
    beyond = []
    for since in after:
        count = exposure_time.sites_at(panel, since)
        if count < exposure_time.FEWEST_SITES_BEYOND:
            beyond.append(f"{count} sites were followed for {since:g} periods: no effect stated.")
            continue
        weights = exposure_time.contrast(since, found.fit.names, knots)
        effect = found.fit.combination(weights)
        name = "difference" if panel.size is None else "ratio"
        estimates[f"{name}_after_{since:g}"] = (
            effect if panel.size is None else effects.exponential(effect)
        )
    return estimates, beyond


def _total(panel: Panel, found: gee.Estimated, design: Floats) -> Estimate:
    """Events (or units of the outcome) more or fewer over all live rows."""
    effect = [n == "live" or n.startswith("per_period") for n in found.fit.names]
    without = np.where(effect, 0.0, design)
    rows = (design[panel.live], without[panel.live])
    if panel.size is None:
        return effects.difference(found.fit, "identity", rows, np.ones(int(panel.live.sum())))
    return effects.difference(found.fit, "log", rows, panel.size[panel.live])


def leads(panel: Panel) -> dict[str, Any]:
    """Placebo in time: were sites already changing in the six periods before they went live?

    Only rows before go-live are used; a joint Wald test of two steps (1 to 3 and 4 to 6 periods
    before) against earlier periods and sites further from going live.
    """
    earlier = panel.only(~panel.live)
    ahead = -np.nan_to_num(earlier.since, nan=-99.0)
    steps = {
        "1_to_3_before": ((ahead >= 1) & (ahead <= 3)).astype(float),
        "4_to_6_before": ((ahead >= 4) & (ahead <= 6)).astype(float),
    }
    columns = exposure_time.calendar(earlier) | steps
    try:
        found = gee.fit(earlier, np.column_stack(list(columns.values())), tuple(columns))
    except HarmfreeError as error:
        return {"note": f"could not be tried: {error.what}"}
    fit = found.fit
    picked = [fit.names.index(name) for name in steps]
    values, covariance = fit.params[picked], fit.covariance[np.ix_(picked, picked)]
    f = float(values @ np.linalg.solve(covariance, values)) / len(picked)
    p = float(stats.f.sf(f, len(picked), fit.df))
    return {"steps": {name: fit.term(name).as_dict() for name in steps}, "F": f, "p": p}


def terms(found: gee.Estimated) -> dict[str, Any]:
    """The effect's coefficients with every kind of standard error."""
    fit = found.fit
    shown = [n for n in fit.names if not n.startswith(("period_", "const"))]
    coefficients = {}
    for name in shown:
        errors = {k: v[fit.names.index(name)] for k, v in found.standard_errors.items()}
        coefficients[name] = {**fit.term(name).as_dict(), "p": fit.p(name), "se_by": errors}
    return {"estimator": fit.estimator, "coefficients": coefficients}


def within_site(panel: Panel, found: gee.Estimated) -> dict[str, float]:
    """Correlation between periods of one site: any two, and neighbours."""
    residuals = found.fit.residuals
    order = np.lexsort((panel.period, panel.codes))
    same = np.diff(panel.codes[order]) == 0
    first, second = residuals[order][:-1][same], residuals[order][1:][same]
    neighbours = float(np.corrcoef(first, second)[0, 1]) if len(first) > 2 else float("nan")
    return {"exchangeable": found.within_site, "lag_one": neighbours}


def _plotted(
    panel: Panel, found: gee.Estimated, design: Floats, knots: tuple[float, ...]
) -> dict[str, dict[str, Any]]:
    """Effect by time since go-live, and observed and expected over the calendar."""
    longest = max(
        s
        for s in np.unique(panel.since[panel.live])
        if exposure_time.sites_at(panel, s) >= exposure_time.FEWEST_SITES_BEYOND
    )
    times = np.arange(0, longest + 1)
    effect = [
        found.fit.combination(exposure_time.contrast(t, found.fit.names, knots)) for t in times
    ]
    if panel.size is not None:
        effect = [effects.exponential(e) for e in effect]
    return {
        "by_time_live": {
            "since": times,
            "effect": [e.value for e in effect],
            "lower": [e.lower for e in effect],
            "upper": [e.upper for e in effect],
        },
        "calendar": by_period(panel, found, design),
    }


def by_period(panel: Panel, found: gee.Estimated, design: Floats) -> dict[str, Any]:
    """Observed mean of each period, what it would have been unchanged, and the share live."""
    effect = [n == "live" or n.startswith("per_period") for n in found.fit.names]
    linear = np.where(effect, 0.0, design) @ found.fit.params
    without = linear if panel.size is None else panel.size * np.exp(linear)
    periods, code = np.unique(panel.period, return_inverse=True)
    size = np.ones(len(code)) if panel.size is None else panel.size
    bottom = np.bincount(code, size)
    return {
        "period": periods,
        "label": [panel.labels.get(float(p), f"{p:g}") for p in periods],
        "observed": np.bincount(code, panel.events) / bottom,
        "without_change": np.bincount(code, without) / bottom,
        "live_share": np.bincount(code, panel.live) / np.bincount(code),
    }
