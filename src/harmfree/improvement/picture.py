"""The picture of an evaluation: one drawing for each kind of numbers that a result plots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
        found = [name for name in result.plotted if name.startswith(layer)]
        if found:
            plotted = {k: plain(v) for k, v in result.plotted.items()}
            return Picture(
                title.format(method=result.method.replace("-", " ")),
                result.sentence,
                partial(draw, plotted),
                table(plotted, found if layer == "curve_" else [layer]),
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


def table(plotted: dict[str, Columns], layers: Sequence[str]) -> Table:
    """Every plotted number of the layers, one under the other."""
    names = list(dict.fromkeys(k for layer in layers for k in plotted[layer]))
    rows: list[list[Any]] = []
    for layer in layers:
        columns = {k: v for k, v in plotted[layer].items() if isinstance(v, list) and v}
        length = max((len(v) for v in columns.values()), default=0)
        rows += [
            [layer, *(columns[n][i] if n in columns else None for n in names)]
            for i in range(length)
        ]
    return Table(("part", *names), rows)


_DRAWINGS: dict[str, tuple[str, Callable[[dict[str, Columns], Size], Canvas]]] = {
    "series": ("Interrupted time series", change.series),
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
