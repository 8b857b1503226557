"""A computed chart as plain values for JSON, under our names and those of the peers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from harmfree.improvement.spc import icons
from harmfree.improvement.spc.arrays import Floats
from harmfree.improvement.spc.chart import ControlChart
from harmfree.improvement.spc.funnel import Funnel
from harmfree.improvement.spc.pareto import Pareto
from harmfree.improvement.spc.rebasing import suggestion
from harmfree.improvement.spc.runs import PERLA_VERIFIED, Runs, perla
from harmfree.improvement.spc.small_shifts import SmallShiftChart
from harmfree.improvement.spc.words import sentence

#: NHSRplotthedots calls a segment of this many points or fewer short.
_NHSR_SHORT = 12


def chart_report(chart: ControlChart) -> dict[str, Any]:
    """Points, icons, runs, messages and the sentence of a control or run chart."""
    proposal = suggestion(chart)
    # The variation icon is Making Data Count's: with other rules the runs analysis decides.
    mdc = (chart.settings.rules or chart.kind.rules) == "mdc"
    verdict, promise = icons.variation(chart) if mdc else None, icons.assurance(chart)
    return {
        "kind": chart.kind.name,
        "points": _points(chart),
        "icons": {"variation": verdict, "assurance": promise},
        "variation_icon_point_type": verdict,
        "assurance": promise,
        "runs": [_runs(r) for r in chart.runs],
        "perla": _perla(chart),
        "suggested_rebase": None
        if proposal is None
        else {
            "date": proposal.when.isoformat() if proposal.when else None,
            "point": proposal.point + 1,
            "why": proposal.sentence,
        },
        "sentence": sentence(chart),
        "messages": list(chart.messages),
    }


def _points(chart: ControlChart) -> list[dict[str, Any]]:
    cause, kinds, fired = icons.cause_names(chart), icons.point_types(chart), icons.flags(chart)
    sizes = np.bincount(chart.segment)
    return [
        {
            **_numbers(chart, i),
            "flags": fired[i],
            "special_cause_type": cause[i],
            "point_type": kinds[i],
            "relative_to_mean": int(chart.signals.side[i]),
            "outside_limits": bool(chart.signals.outside[i]),
            "close_to_limits": bool(chart.signals.near[i]),
            "rebase_group": int(chart.segment[i]),
            "short_group_warning": bool(sizes[chart.segment[i]] <= _NHSR_SHORT),
            "trial_limits": bool(chart.trial[i]),
            **_qicharts_names(chart, i),
        }
        for i in range(len(chart.series))
    ]


def _numbers(chart: ControlChart, i: int) -> dict[str, Any]:
    limits, series = chart.limits, chart.series
    lower, upper = plain(limits.lower[i]), plain(limits.upper[i])
    return {
        "date": series.dates[i].isoformat() if series.dates else None,
        "value": plain(chart.values[i]),
        "mean": plain(limits.mean[i]),
        "lower": lower,
        "upper": upper,
        "lpl": lower,
        "upl": upper,
        "near_lower": plain(limits.near_lower[i]),
        "near_upper": plain(limits.near_upper[i]),
    }


def _qicharts_names(chart: ControlChart, i: int) -> dict[str, Any]:
    """The same numbers under the names of qicharts2, with what it does differently.

    Its sigma signal covers ghosted points; its t chart has no near line where ours is zero.
    """
    limits, value = chart.limits, chart.values[i]
    no_near = chart.kind.name == "t" and limits.near_lower[i] == 0
    outside = value > limits.upper[i] or value < limits.lower[i]
    return {
        "y": plain(value),
        "cl": plain(limits.mean[i]),
        "lcl": plain(limits.lower[i]),
        "lcl.95": None if no_near else plain(limits.near_lower[i]),
        "ucl.95": plain(limits.near_upper[i]),
        "ucl": plain(limits.upper[i]),
        "sigma.signal": bool(chart.signals.outside[i] if chart.included[i] else outside),
        "part": int(chart.segment[i]) + 1,
        "include": bool(chart.included[i]),
        "baseline": bool(chart.base[i]),
        **_runs(chart.runs[int(chart.segment[i])]),
    }


def _runs(runs: Runs) -> dict[str, Any]:
    return {
        "n.obs": runs.observations,
        "n.useful": runs.useful,
        "longest.run": runs.longest,
        "longest.run.max": runs.longest_most,
        "n.crossings": runs.crossings,
        "n.crossings.min": runs.crossings_least,
        "runs.signal": runs.signal,
    }


def _perla(chart: ControlChart) -> dict[str, Any] | None:
    """Perla's rules on the latest segment of a run chart."""
    if chart.kind.name != "run":
        return None
    here = (chart.segment == chart.segment.max()) & chart.included
    signs = perla(chart.values[here], chart.limits.mean[here])
    return {
        "shift": signs.shift,
        "trend": signs.trend,
        "runs": signs.runs,
        "runs_least": signs.runs_least,
        "runs_most": signs.runs_most,
        "too_few_runs": signs.too_few,
        "too_many_runs": signs.too_many,
        "verified": PERLA_VERIFIED,
    }


def funnel_report(f: Funnel) -> dict[str, Any]:
    """Units, over-dispersion and limits of a funnel, in the order given: no ranks."""
    sizes = np.sort(f.denominator)
    here, verdicts = f.limits(f.denominator), f.verdicts()
    return {
        "kind": "funnel",
        "method": f.method.name,
        "target": f.target,
        "phi": f.phi,
        "tau2": f.tau2,
        "n": f.used,
        "adjusted": f.adjusted_used,
        "z": plain_list(f.z),
        "trimmed_z": plain_list(f.trimmed_z),
        "points": [
            {
                "unit": name,
                "numerator": plain(f.numerator[i]),
                "denominator": plain(f.denominator[i]),
                "value": plain(f.values[i]),
                "z": plain(f.z[i]),
                "trimmed_z": plain(f.trimmed_z[i]),
                "lower95": plain(here.lower95[i]),
                "upper95": plain(here.upper95[i]),
                "lower998": plain(here.lower998[i]),
                "upper998": plain(here.upper998[i]),
                "flags": [] if verdicts[i] == "within" else [verdicts[i]],
            }
            for i, name in enumerate(f.names)
        ],
        "limits_at_sorted_denominator": {
            "denominator": plain_list(sizes),
            "unadjusted": _limit_rows(f, sizes, False, ""),
            "adjusted": _limit_rows(f, sizes, True, "od"),
        },
        "messages": list(f.messages),
    }


def _limit_rows(f: Funnel, sizes: Floats, adjusted: bool, prefix: str) -> list[dict[str, Any]]:
    at = f.limits(sizes, adjusted)
    names = {"ll95": at.lower95, "ul95": at.upper95, "ll998": at.lower998, "ul998": at.upper998}
    return [
        {prefix + name: plain(line[i]) for name, line in names.items()} for i in range(len(sizes))
    ]


def small_shift_report(chart: SmallShiftChart) -> dict[str, Any]:
    """Points, design and run lengths of a CUSUM or EWMA."""
    return {
        "kind": chart.name,
        "mean": chart.control.mean,
        "sd": chart.control.sd,
        **chart.design,
        "arl_two": plain(chart.run_length),
        "run_length_in_control": plain(chart.run_length),
        "run_length_to_find_the_shift": plain(chart.detection),
        "points": [
            {
                "date": chart.series.dates[i].isoformat() if chart.series.dates else None,
                "value": plain(chart.series.values[i]),
                "mean": 0.0 if chart.name == "cusum" else chart.control.mean,
                "upper_sum" if chart.name == "cusum" else "ewma": plain(chart.upper[i]),
                **({"lower_sum": plain(chart.lower[i])} if chart.name == "cusum" else {}),
                "lower": plain(chart.lower_limit[i]),
                "upper": plain(chart.upper_limit[i]),
                "flags": _side_flags(int(chart.signal[i])),
            }
            for i in range(len(chart.series))
        ],
        "messages": list(chart.messages),
    }


def _side_flags(side: int) -> list[str]:
    return ["outside_high" if side > 0 else "outside_low"] if side else []


def pareto_report(p: Pareto) -> dict[str, Any]:
    """Causes, counts and cumulative shares."""
    rows = zip(p.causes, p.counts, p.cumulative, strict=True)
    return {
        "kind": "pareto",
        "points": [
            {"cause": cause, "count": float(count), "cumulative": float(share)}
            for cause, count, share in rows
        ],
        "vital_few": p.vital,
    }


def plain(value: float) -> float | None:
    """A number for JSON; nothing for NaN or infinity."""
    return float(value) if math.isfinite(value) else None


def plain_list(values: Floats) -> list[float | None]:
    """Numbers for JSON."""
    return [plain(v) for v in values]
