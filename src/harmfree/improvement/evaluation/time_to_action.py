"""How long until someone acts: Kaplan-Meier curves and Cox regression (lifelines).

A hazard still open at the end, or closed otherwise (death, left the site), counts as not yet acted
on from that day. Where closing otherwise is common, the curve says what would be seen if those
people had stayed.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.exceptions import ConvergenceError
from lifelines.statistics import logrank_test, proportional_hazard_test
from lifelines.utils import median_survival_times

from harmfree.improvement.datafile import DataError, FitError, Floats, TooFewError
from harmfree.improvement.result import Estimate, Result, say

DAYS = (7.0, 30.0, 90.0)


@dataclass(frozen=True)
class Waits:
    """One row per hazard.

    Args:
        days: days from opening to action, or to the end of watching.
        acted: whether it ended in action.
        group: group of each row ("before", "after" ...); empty for one group.
        sites: site of each row, to allow for clustering; empty for none.
    """

    days: Floats
    acted: np.ndarray
    group: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


def evaluate(waits: Waits, days: Sequence[float] = DAYS) -> Result:
    """Median time to action, share acted on by given days, and the groups compared.

    Raises:
        TooFewError: fewer than 3 rows, no action at all, or a group without rows.
        DataError: a time below zero, or more than two groups.
    """
    names = list(dict.fromkeys(waits.group)) or ["all"]
    _check(waits, names)
    estimates: dict[str, Estimate] = {}
    layers: dict[str, dict[str, Any]] = {}
    for name in names:
        rows = (
            np.array([g == name for g in waits.group])
            if waits.group
            else np.ones(len(waits.days), bool)
        )
        found, layers[f"curve_{name}"] = _curve(waits, rows, days)
        estimates |= {f"{name}_{key}": value for key, value in found.items()}
    compared, details = _compared(waits, names) if len(names) == 2 else ({}, {})
    return Result(
        method="time-to-action",
        estimator="Kaplan-Meier; Cox regression with Efron ties",
        n=len(waits.days),
        estimates=estimates | compared,
        sentence=_sentence(names, estimates, compared),
        details={"groups": names, "actions": int(waits.acted.sum()), **details},
        warnings=tuple(_warnings(details, waits)),
        plotted=layers,
    )


def median_wait(days: Floats, acted: np.ndarray) -> Estimate:
    """Days within which half were acted on (Kaplan-Meier), with 95% limits (log-log).

    Infinite where fewer than half were while they were watched.

    Raises:
        TooFewError: there are no rows.
    """
    if not len(days):
        raise TooFewError("A median wait needs at least one row.")
    return _median(KaplanMeierFitter().fit(days, acted))


def _median(fitted: KaplanMeierFitter) -> Estimate:
    interval = np.asarray(median_survival_times(fitted.confidence_interval_)).ravel()
    return Estimate.within(fitted.median_survival_time_, interval)


def _check(waits: Waits, names: list[str]) -> None:
    if len(waits.days) < 3 or not waits.acted.any():
        raise TooFewError("Time to action needs three or more rows and at least one action.")
    if np.any(waits.days < 0):
        row = int(np.flatnonzero(waits.days < 0)[0])
        raise DataError("The action comes before the opening.", where=f"row {row + 1}")
    if len(names) > 2:
        raise DataError(f"There are {len(names)} groups; two can be compared.", do="Use --where.")


def _curve(
    waits: Waits, rows: np.ndarray, days: Sequence[float]
) -> tuple[dict[str, Estimate], dict[str, Any]]:
    fitted = KaplanMeierFitter().fit(waits.days[rows], waits.acted[rows])
    found = {"median_days": _median(fitted)}
    table = fitted.confidence_interval_survival_function_
    for day in days:
        if day > waits.days[rows].max():
            continue
        waiting = float(fitted.predict(day))
        low, high = table[table.index <= day].iloc[-1].to_numpy()
        found[f"acted_by_{day:g}"] = Estimate(1 - waiting, 1 - float(high), 1 - float(low))
    curve = fitted.survival_function_
    drawn = {
        "days": curve.index.to_numpy(dtype=float),
        "acted": 1 - curve.iloc[:, 0].to_numpy(),
        "lower": 1 - table.iloc[:, 1].to_numpy(),
        "upper": 1 - table.iloc[:, 0].to_numpy(),
    }
    return found, drawn


def _compared(waits: Waits, names: list[str]) -> tuple[dict[str, Estimate], dict[str, Any]]:
    """Cox hazard ratio of the second group, log-rank test, test of proportional hazards."""
    second = np.array([g == names[1] for g in waits.group], dtype=float)
    frame = pd.DataFrame({"days": waits.days, "acted": waits.acted.astype(int), "second": second})
    if waits.sites:
        frame["site"] = list(waits.sites)
    try:
        with warnings.catch_warnings():
            # lifelines warns of separation, which the check of the coefficient below reports.
            warnings.simplefilter("ignore")
            cox = CoxPHFitter().fit(
                frame, "days", "acted", cluster_col="site" if waits.sites else None
            )
            held = proportional_hazard_test(cox, frame, time_transform="rank")
    except ConvergenceError as error:
        raise FitError("Cox regression does not converge: a group has no action.") from error
    low, high = (float(v) for v in cox.confidence_intervals_.to_numpy().ravel())
    value, se = float(cox.params_["second"]), float(cox.standard_errors_["second"])
    if abs(value) > 10:
        raise FitError("Cox regression cannot compare them: one group has hardly any action.")
    rank = logrank_test(waits.days[second == 0], waits.days[second == 1],
                        waits.acted[second == 0], waits.acted[second == 1])  # fmt: skip
    note = "robust to sites" if waits.sites else ""
    ratio = Estimate(math.exp(value), math.exp(low), math.exp(high), se, note)
    details = {
        "log_rank_p": float(rank.p_value),
        "proportional_hazards_p": float(np.ravel(held.p_value)[0]),
    }
    return {"hazard_ratio": ratio}, details


def _warnings(details: dict[str, Any], waits: Waits) -> list[str]:
    found = []
    if details.get("proportional_hazards_p", 1.0) < 0.05:
        found.append("The ratio changes over time: read the curves, not the one hazard ratio.")
    if waits.acted.mean() < 0.5:
        found.append("Fewer than half ended in action: later parts of the curve are uncertain.")
    return found


def _sentence(
    names: list[str], estimates: dict[str, Estimate], compared: dict[str, Estimate]
) -> str:
    parts = []
    for name in names:
        median = estimates[f"{name}_median_days"]
        label = "" if names == ["all"] else f" in '{name}'"
        if math.isfinite(median.value):
            parts.append(f"Half were acted on within {say(median.value)} days{label}.")
        else:
            parts.append(f"Fewer than half were acted on while watched{label}.")
    if compared:
        ratio = compared["hazard_ratio"]
        pace = "faster" if ratio.value > 1 else "slower"
        clear = ", no clear difference" if ratio.lower <= 1 <= ratio.upper else ""
        parts.append(f"Action came {pace} in '{names[1]}' (hazard ratio {ratio}{clear}).")
    return " ".join(parts)
