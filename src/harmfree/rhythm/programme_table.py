"""A deployment's figures as a table for people and as JSON values."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from harmfree.rhythm.errors import DeploymentLogError
from harmfree.rhythm.model import STORED
from harmfree.rhythm.programme import (
    Costs,
    ProgrammeSummary,
    predictive_values,
    read_log,
    summarise,
)


def programme_figures(log: Path, given: dict[str, float | None]) -> dict[str, Any]:
    """Return what a deployment achieved.

    Args:
        log: the deployment log (see `programme`).
        given: prevalence, sensitivity and specificity (None for the classifier's own, as
            cross-validated at the screening point), device_cost, strip_cost, ecg_cost.

    Raises:
        DeploymentLogError: the log cannot be read, or a share is not between 0 and 1.
    """
    own = json.loads((STORED.parent / "metrics.json").read_text("utf-8"))["headline"]["screening"]
    sensitivity = _share(given, "sensitivity", own["sensitivity"]["value"])
    specificity = _share(given, "specificity", own["specificity"]["value"])
    prevalence = _share(given, "prevalence", 0.0)
    costs = Costs(
        *(float(given[name] or 0.0) for name in ("device_cost", "strip_cost", "ecg_cost"))
    )
    found = summarise(read_log(log), costs)
    ppv, npv = predictive_values(sensitivity, specificity, prevalence)
    expected = {
        "prevalence": prevalence,
        "sensitivity": sensitivity,
        "specificity": specificity,
        "ppv": _known(ppv),
        "npv": _known(npv),
    }
    return {"summary": _plain(found), "expected": expected, "table": _table(found, expected)}


def _share(given: dict[str, float | None], name: str, otherwise: float) -> float:
    value = given.get(name)
    value = otherwise if value is None else value
    if not 0.0 <= value <= 1.0:
        raise DeploymentLogError(
            f"{value:g} is not a share.", where=f"--{name}", do="give a number from 0 to 1"
        )
    return value


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 5)


def _plain(found: ProgrammeSummary) -> dict[str, Any]:
    return {
        name: [_known(end) for end in value] if name in {"observed_ppv", "ecg_yield"} else value
        for name, value in vars(found).items()
    }


def _table(found: ProgrammeSummary, expected: dict[str, float | None]) -> list[dict[str, str]]:
    outcomes = ", ".join(f"{name} {count:,}" for name, count in found.outcomes.items())
    rows = [
        ("Strips", f"{found.strips:,} on {found.devices:,} devices at {found.sites:,} sites"),
        ("Taken by trained staff", f"{found.trained[0]:,} of {found.trained[1]:,} that say"),
        ("Outcomes", outcomes),
        ("Possible AF, not known before", f"{found.possible_af:,}"),
        ("  with a 12-lead ECG result", f"{found.with_ecg:,} ({found.waiting:,} still waiting)"),
        ("  AF on it", f"{found.confirmed:,}"),
        ("New cases of AF", f"{found.new_cases:,}"),
        ("  coded in the record", f"{found.coded:,}"),
        ("  on an anticoagulant", f"{found.anticoagulated:,}"),
        ("Yield: new cases per strip", _percent(found.ecg_yield)),
        ("Predictive value seen here", _percent(found.observed_ppv)),
        (
            f"Predictive value expected if {100 * (expected['prevalence'] or 0):g}% have AF",
            _percent((expected["ppv"],)),
        ),
        ("  of a strip without possible AF", _percent((expected["npv"],))),
        ("Median days to the 12-lead ECG", _number(found.days_to_ecg)),
        ("  longest", _number(found.longest_wait)),
        ("Cost", f"£{found.cost:,.0f}"),
        (
            "Cost per new case",
            "no new case yet"
            if found.cost_per_new_case is None
            else f"£{found.cost_per_new_case:,.0f}",
        ),
    ]
    return [{"measure": measure, "value": value} for measure, value in rows]


def _percent(values: tuple[float | None, ...]) -> str:
    if values[0] is None or math.isnan(values[0]):
        return "not known"
    said = f"{100 * values[0]:.1f}%"
    if len(values) == 3 and values[1] is not None and values[2] is not None:
        said += f" (95% interval {100 * values[1]:.1f} to {100 * values[2]:.1f})"
    return said


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:g}"
