"""Stepped-wedge trial: clusters cross from control to intervention in a planned order.

Counts: GEE with a column for each period and one effect. Values: the mixed model of Hussey and
Hughes (Contemp Clin Trials 2007;28:182-191) with a random intercept for each cluster, beside GEE.
One effect for all times since crossing misleads when the effect grows (Kenny et al., Stat Med
2022;41:4311-4339), so the effect by time since crossing is given too.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import statsmodels.api as sm
from scipy import stats

from harmfree.errors import HarmfreeError
from harmfree.improvement.datafile import FitError, Floats
from harmfree.improvement.evaluation import effects, exposure_time, gee, staggered
from harmfree.improvement.evaluation.panel import COMFORTABLE_SITES, Panel, check
from harmfree.improvement.result import Estimate, Result, say, say_p


def evaluate(panel: Panel, *, phase_in: int = 0) -> Result:
    """Estimate the effect of the intervention.

    Args:
        panel: one row per cluster and period.
        phase_in: periods from crossing on that are left out.

    Raises:
        TooFewError, DataError: as `panel.check`.
        FitError: the model cannot be estimated.
    """
    check(panel)
    used = panel.without_phase_in(phase_in).usable()
    check(used)
    columns = exposure_time.calendar(used) | {"live": used.live.astype(float)}
    design, names = np.column_stack(list(columns.values())), tuple(columns)
    found = gee.fit(used, design, names)
    estimates = _estimates(used, found)
    varying = by_time_live(used)
    return Result(
        method="stepped-wedge",
        estimator=found.fit.estimator if used.size is not None else "mixed model and GEE",
        n=len(used.events),
        estimates=estimates | (_mixed(used, design, names) if used.size is None else {}),
        sentence=_sentence(used, estimates),
        details={
            "sites": used.site_count,
            "periods": len(np.unique(used.period)),
            "rows_left_out": len(panel.events) - len(used.events),
            "fits": {"gee": staggered.terms(found)},
            "effect_by_time_live": varying,
            "autocorrelation": staggered.within_site(used, found),
            "placebo": staggered.leads(used),
        },
        warnings=tuple(_warnings(used, varying)),
        plotted={"calendar": staggered.by_period(used, found, design), "cells": _cells(used)},
    )


def _estimates(panel: Panel, found: gee.Estimated) -> dict[str, Estimate]:
    effect = found.fit.term("live")
    if panel.size is None:
        return {"difference": effect}
    return {"ratio": effects.exponential(effect)}


def _mixed(panel: Panel, design: Floats, names: tuple[str, ...]) -> dict[str, Estimate]:
    """Random intercept of each cluster, by REML; normal interval."""
    try:
        with warnings.catch_warnings():
            # A variance at zero is reported as such by the estimate itself.
            warnings.simplefilter("ignore")
            found = sm.MixedLM(panel.events, design, groups=panel.codes).fit(reml=True)
    except (np.linalg.LinAlgError, ValueError) as error:
        raise FitError(f"The mixed model cannot be fitted: {error}.") from error
    place = names.index("live")
    value, se = float(found.fe_params[place]), float(found.bse_fe[place])
    half = float(stats.norm.ppf(0.975)) * se
    between, within = float(np.asarray(found.cov_re)[0, 0]), float(found.scale)
    return {
        "difference_mixed_model": Estimate(value, value - half, value + half, se),
        "intraclass_correlation": Estimate(between / (between + within)),
    }


def by_time_live(panel: Panel) -> dict[str, Any]:
    """Does the effect change with time since crossing? Slope per period, and its p-value."""
    passed = np.where(panel.live, np.nan_to_num(panel.since), 0.0)
    slope = {"live": panel.live.astype(float), "per_period": passed}
    columns = exposure_time.calendar(panel) | slope
    try:
        found = gee.fit(panel, np.column_stack(list(columns.values())), tuple(columns))
    except HarmfreeError as error:
        return {"note": f"could not be tried: {error.what}"}
    term = found.fit.term("per_period")
    return {"per_period": term.as_dict(), "p": found.fit.p("per_period")}


def _sentence(panel: Panel, estimates: dict[str, Estimate]) -> str:
    where = f"Across {panel.site_count} clusters and {len(np.unique(panel.period))} periods, "
    if panel.size is None:
        effect = estimates["difference"]
        clear = "" if effect.lower > 0 or effect.upper < 0 else "; no clear difference"
        side = "higher" if effect.value > 0 else "lower"
        return (
            f"{where}the outcome was {say(abs(effect.value))} {side} with the intervention than "
            f"without (95% CI of the difference {say(effect.lower)} to {say(effect.upper)}{clear})."
        )
    ratio = estimates["ratio"]
    clear = "; no clear difference" if ratio.lower <= 1 <= ratio.upper else ""
    change = 100 * (ratio.value - 1)
    side = "higher" if change > 0 else "lower"
    return (
        f"{where}the outcome was {abs(change):.1f}% {side} with the intervention than without "
        f"(ratio {ratio}{clear})."
    )


def _warnings(panel: Panel, varying: dict[str, Any]) -> list[str]:
    found = []
    if panel.site_count < COMFORTABLE_SITES:
        found.append(f"Only {panel.site_count} clusters: intervals may still be too narrow.")
    if varying.get("p", 1.0) < 0.05:
        found.append(
            f"The effect changes with time since crossing ({say_p(varying['p'])}): one average "
            "misleads. Use 'evaluate staggered' for the effect at 6 and 12 periods."
        )
    return found


def _cells(panel: Panel) -> dict[str, Any]:
    size = np.ones(len(panel.events)) if panel.size is None else panel.size
    return {
        "site": list(panel.sites),
        "period": panel.period,
        "value": panel.events / size,
        "live": panel.live.astype(int),
    }
