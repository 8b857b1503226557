"""The picture of an evaluation: one drawing for each kind of numbers that a result plots."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from harmfree.errors import InputError
from harmfree.improvement.evaluation import drawings as change
from harmfree.improvement.method_evaluation import drawings as device
from harmfree.improvement.result import Result
from harmfree.pictures import Canvas, Picture, Size, Table

Columns = dict[str, Any]


def picture(result: Result) -> Picture:
    """Draw a result.

    Raises:
        InputError: this kind of result has no picture.
    """
    for layer, (title, draw) in _DRAWINGS.items():
        if any(name.startswith(layer) for name in result.plotted):
            plotted = {k: plain(v) for k, v in result.plotted.items()}
            return Picture(
                title.format(method=result.method.replace("-", " ")),
                result.sentence,
                partial(draw, plotted),
                table(plotted),
                (f"Estimator: {result.estimator}.", *result.warnings),
            )
    raise InputError(f"There is no picture of '{result.method}'.", do="Write the numbers to .json.")


def plain(columns: Any) -> Columns:
    """Columns as plain lists, NaN as nothing; anything else as it is."""
    return {
        key: [_cell(v) for v in values] if isinstance(values, (list, tuple, np.ndarray)) else values
        for key, values in dict(columns).items()
    }


def _cell(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not np.isfinite(value) else value


def table(plotted: dict[str, Columns]) -> Table:
    """Every plotted number, one layer under the other."""
    layers = {
        layer: {k: v for k, v in columns.items() if isinstance(v, list) and v}
        or {"name": list(leaves(columns)), "value": list(leaves(columns).values())}
        for layer, columns in plotted.items()
    }
    names = list(dict.fromkeys(k for columns in layers.values() for k in columns))
    rows: list[list[Any]] = []
    for layer, columns in layers.items():
        for i in range(max(len(v) for v in columns.values())):
            cells = [columns[n][i] if n in columns and i < len(columns[n]) else None for n in names]
            rows.append([layer.replace("_", " "), *cells])
    return Table(("part", *(n.replace("_", " ") for n in names)), rows)


def leaves(tree: Columns, above: str = "") -> dict[str, Any]:
    """Numbers of a nested record under their full names."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        name = f"{above} {key}".strip().replace("_", " ")
        found |= leaves(value, name) if isinstance(value, dict) else {name: value}
    return found


_DRAWINGS: dict[str, tuple[str, Callable[[dict[str, Columns], Size], Canvas]]] = {
    "series": ("Interrupted time series", change.series),
    "stard": ("Flow of people (STARD)", device.stard),
    "rounds": ("External quality assessment", device.rounds),
    "risks": ("Reclassification", device.risks),
    "by_time_live": ("Roll-out: effect by time since going live", change.by_time_live),
    "calendar": ("Stepped wedge: observed and expected", change.calendar),
    "differences": ("Agreement of two methods", device.agreement),
    "roc": ("ROC curve", device.roc),
    "decision_curve": ("Decision curve", device.decision_curve),
    "levey_jennings": ("Quality control", device.levey_jennings),
    "curve_": ("Time to action", change.curves),
    "forest": ("Estimates with intervals: {method}", change.forest),
    "arms": ("Before and after", change.forest),
}
