"""Net reclassification: does adding a test move people the right way?

Categorical and category-free forms, with the integrated discrimination improvement. Sources:
Pencina et al., Stat Med 2008;27:157-172 and 2011;30:11-21. Both can rise for a useless marker in
a badly calibrated model (Hilden and Gerds, Stat Med 2014;33:3405-3414): read them beside the
change in area and the decision curve.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from harmfree.improvement.datafile import DataError, Floats
from harmfree.improvement.method_evaluation import roc
from harmfree.improvement.result import Estimate, Result, say_p

_Z = float(stats.norm.ppf(0.975))


def evaluate(old: Floats, new: Floats, truth: Floats, cuts: Sequence[float] = ()) -> Result:
    """Compare two sets of predicted risks of the same people.

    Args:
        old: risk without the new test.
        new: risk with it.
        truth: 1 where the outcome happened.
        cuts: risk categories; none gives the category-free form only.

    Raises:
        DataError: a risk lies outside 0 to 1.
        TooFewError: fewer than two people on either side.
    """
    for name, risk in (("old", old), ("new", new)):
        if np.any((risk < 0) | (risk > 1)):
            raise DataError(f"The {name} risks hold values outside 0 to 1.")
    roc.split(old, truth)
    change, p = roc.area_difference(new, old, truth)
    estimates = {"auc_difference": change, **_net("category_free_nri", np.sign(new - old), truth)}
    details: dict[str, object] = {"auc_difference_p": p}
    if cuts:
        before, after = (np.digitize(risk, sorted(cuts)) for risk in (old, new))
        estimates |= _net("nri", np.sign(after - before).astype(float), truth)
        details["tables"] = _tables(before, after, truth, len(cuts) + 1)
    estimates["idi"] = _integrated(new - old, truth)
    return Result(
        method="net reclassification",
        estimator="Pencina's NRI and IDI; change in area by DeLong",
        n=len(truth),
        estimates=estimates,
        sentence=_sentence(estimates, p),
        details=details,
        warnings=("Net reclassification alone is not evidence of a useful test.",),
        plotted={"risks": {"old": old, "new": new, "outcome": truth}},
    )


def _net(name: str, moves: Floats, truth: Floats) -> dict[str, Estimate]:
    with_outcome, without = moves[truth == 1], moves[truth == 0]
    up, down = _mean(with_outcome), _mean(-without)
    total, se = up.value + down.value, float(np.hypot(up.se, down.se))
    return {
        name: Estimate(total, total - _Z * se, total + _Z * se, se),
        f"{name}_with_outcome": up,
        f"{name}_without_outcome": down,
    }


def _mean(values: Floats) -> Estimate:
    value, se = float(values.mean()), float(values.std()) / np.sqrt(len(values))
    return Estimate(value, value - _Z * se, value + _Z * se, se)


def _integrated(change: Floats, truth: Floats) -> Estimate:
    up, down = _mean(change[truth == 1]), _mean(-change[truth == 0])
    total, se = up.value + down.value, float(np.hypot(up.se, down.se))
    return Estimate(total, total - _Z * se, total + _Z * se, se)


def _tables(
    before: np.ndarray, after: np.ndarray, truth: Floats, size: int
) -> dict[str, list[list[int]]]:
    """Old category (rows) by new category (columns), with and without the outcome."""
    tables = {}
    for label, mark in (("with_outcome", 1), ("without_outcome", 0)):
        table = np.zeros((size, size), dtype=int)
        np.add.at(table, (before[truth == mark], after[truth == mark]), 1)
        tables[label] = table.tolist()
    return tables


def _sentence(estimates: dict[str, Estimate], p: float) -> str:
    change = estimates["auc_difference"]
    verdict = "changes" if p < 0.05 else "does not clearly change"
    up = 100 * estimates["category_free_nri_with_outcome"].value
    down = 100 * estimates["category_free_nri_without_outcome"].value
    return (
        f"Adding the test {verdict} how well people are ranked (change in area {change}, "
        f"{say_p(p)}). Net {up:.0f} of 100 people with the outcome moved to a higher risk, and "
        f"net {down:.0f} of 100 without it to a lower one."
    )
