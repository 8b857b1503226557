"""Repeatability and within-laboratory precision from a nested design (EP05, EP15).

Variance components of day, run within day and replicate, by the balanced analysis of variance.
The designs (20 days x 2 runs x 2 results; 5 days x 5 results) are quoted from memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harmfree.improvement.datafile import DataError, Floats, TooFewError
from harmfree.improvement.result import Estimate, Result, say


def evaluate(values: Floats, days: Sequence[str], runs: Sequence[str] | None = None) -> Result:
    """Precision of one material measured over days, with or without several runs a day.

    Args:
        values: the results.
        days: day of each.
        runs: run of each within its day; one run a day when absent.

    Raises:
        TooFewError: fewer than two days, or one result a cell.
        DataError: the design is not balanced.
    """
    parts = _components(values, list(days), list(runs) if runs is not None else None)
    mean = float(values.mean())
    repeatability = float(np.sqrt(parts["replicate"]))
    within = float(np.sqrt(sum(parts.values())))
    estimates = {"mean": Estimate(mean)}
    for name, sd in (("repeatability", repeatability), ("within_laboratory", within)):
        estimates[f"{name}_sd"] = Estimate(sd)
        estimates[f"{name}_cv_percent"] = Estimate(100 * sd / mean if mean else np.nan)
    return Result(
        method="precision",
        estimator="balanced nested analysis of variance (EP05 / EP15 design)",
        n=len(values),
        estimates=estimates,
        sentence=(
            f"Repeating a measurement at once varies by a standard deviation of "
            f"{say(repeatability)} ({say(100 * repeatability / mean)}%); over days it varies by "
            f"{say(within)} ({say(100 * within / mean)}%)."
        ),
        details={"variance_components": parts},
        warnings=("The EP05 and EP15 designs are quoted from memory, not checked.",),
        plotted={"precision": {"day": list(days), "value": values}},
    )


def _components(values: Floats, days: list[str], runs: list[str] | None) -> dict[str, float]:
    cells = days if runs is None else [f"{d}\x1f{r}" for d, r in zip(days, runs, strict=True)]
    n, day_count, cell_count = len(values), len(set(days)), len(set(cells))
    _check(cells, days, n)
    total = float(np.sum((values - values.mean()) ** 2))
    after_day, after_cell = _residual(values, days), _residual(values, cells)
    mean_replicate = after_cell / (n - cell_count)
    mean_day = (total - after_day) / (day_count - 1)
    replicates = n / cell_count
    if runs is None or cell_count == day_count:
        day = max(0.0, (mean_day - mean_replicate) / replicates)
        return {"replicate": mean_replicate, "day": day}
    mean_run = (after_day - after_cell) / (cell_count - day_count)
    run = max(0.0, (mean_run - mean_replicate) / replicates)
    day = max(0.0, (mean_day - mean_run) / (n / day_count))
    return {"replicate": mean_replicate, "run": run, "day": day}


def _residual(values: Floats, labels: list[str]) -> float:
    """Residual sum of squares after one mean per label."""
    codes = np.unique(labels, return_inverse=True)[1]
    means = np.bincount(codes, values) / np.bincount(codes)
    return float(np.sum((values - means[codes]) ** 2))


def _check(cells: list[str], days: list[str], n: int) -> None:
    if len(set(days)) < 2 or n <= len(set(cells)):
        raise TooFewError("Precision needs two or more days, and two or more results in each run.")
    for labels in (cells, days):
        if len(set(np.unique(labels, return_counts=True)[1])) > 1:
            do = "Give the same number of runs and replicates on every day."
            raise DataError("The design is not balanced.", do=do)
