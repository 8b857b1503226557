"""Diagnostic accuracy of a test with two (or, with indeterminate results, three) outcomes.

Sources: STARD 2015 (Bossuyt et al., BMJ 2015;351:h5527); intervals of likelihood ratios on the log
scale, Simel, Samsa and Matchar, J Clin Epidemiol 1991;44:763-770.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scipy import stats

from harmfree.improvement.datafile import DataError, TooFewError
from harmfree.improvement.method_evaluation import proportions
from harmfree.improvement.result import Estimate, Result, say

_Z = float(stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Counts:
    """The table of test against reference standard.

    Args:
        tp: test positive, target present.
        fp: test positive, target absent.
        fn: test negative, target present.
        tn: test negative, target absent.
        indeterminate_present: no valid test result, target present.
        indeterminate_absent: no valid test result, target absent.
    """

    tp: int
    fp: int
    fn: int
    tn: int
    indeterminate_present: int = 0
    indeterminate_absent: int = 0

    def __post_init__(self) -> None:
        for name, count in vars(self).items():
            if count < 0:
                raise DataError(f"The count '{name}' is {count}; a count cannot be below 0.")

    @property
    def indeterminate(self) -> int:
        """How many had no valid test result."""
        return self.indeterminate_present + self.indeterminate_absent

    @property
    def valid(self) -> int:
        """How many had a test result."""
        return self.tp + self.fp + self.fn + self.tn


def evaluate(counts: Counts, prevalences: Sequence[float] = (), *, correct: bool = False) -> Result:
    """Sensitivity, specificity, predictive values, likelihood ratios and their intervals.

    Args:
        counts: the table.
        prevalences: prevalences at which to state the predictive values (Bayes).
        correct: add 0.5 to every cell for the ratios where a cell is zero (labelled).

    Raises:
        TooFewError: nobody with, or nobody without, the target condition has a result.
        DataError: a prevalence is not between 0 and 1.
    """
    if counts.tp + counts.fn == 0 or counts.fp + counts.tn == 0:
        raise TooFewError("Accuracy needs people with and people without the target condition.")
    estimates = _proportions(counts) | ratios(counts, correct=correct)
    for prevalence in prevalences:
        estimates |= predictive_values(counts, prevalence)
    return Result(
        method="accuracy",
        estimator="Wilson intervals; likelihood ratios and odds ratio on the log scale",
        n=counts.valid + counts.indeterminate,
        estimates=estimates,
        sentence=_sentence(counts, estimates),
        details={"counts": vars(counts), **_tables(counts)},
        warnings=tuple(_warnings(counts, correct)),
        plotted={"forest": _forest(estimates)},
    )


def _pairs(counts: Counts) -> dict[str, tuple[int, int]]:
    c = counts
    return {
        "sensitivity": (c.tp, c.tp + c.fn),
        "specificity": (c.tn, c.tn + c.fp),
        "ppv": (c.tp, c.tp + c.fp),
        "npv": (c.tn, c.tn + c.fn),
        "prevalence": (c.tp + c.fn, c.valid),
        "accuracy": (c.tp + c.tn, c.valid),
    }


def _proportions(counts: Counts) -> dict[str, Estimate]:
    found = {name: proportions.wilson(*pair) for name, pair in _pairs(counts).items()}
    youden = found["sensitivity"].value + found["specificity"].value - 1
    return {**found, "youden": Estimate(youden)}


def _tables(counts: Counts) -> dict[str, Any]:
    intervals = {name: proportions.both(*pair) for name, pair in _pairs(counts).items()}
    tables: dict[str, Any] = {"intervals": intervals}
    if counts.indeterminate:
        tables["indeterminate"] = _with_indeterminate(counts)
    return tables


def _with_indeterminate(counts: Counts) -> dict[str, Any]:
    """The 3 x 2 table, and accuracy if every indeterminate result counts against the test."""
    c = counts
    present, absent = c.tp + c.fn + c.indeterminate_present, c.fp + c.tn + c.indeterminate_absent
    return {
        "table": {
            "positive": [c.tp, c.fp],
            "indeterminate": [c.indeterminate_present, c.indeterminate_absent],
            "negative": [c.fn, c.tn],
        },
        "columns": ["target present", "target absent"],
        "share": proportions.both(c.indeterminate, c.valid + c.indeterminate),
        "yield": proportions.both(c.valid, c.valid + c.indeterminate),
        "sensitivity_worst_case": proportions.both(c.tp, present),
        "specificity_worst_case": proportions.both(c.tn, absent),
    }


def ratios(counts: Counts, *, correct: bool = False) -> dict[str, Estimate]:
    """Likelihood ratios and the diagnostic odds ratio; not estimable where a cell is zero.

    Args:
        counts: the table.
        correct: add 0.5 to every cell when one is zero, and say so.
    """
    cells = [float(v) for v in (counts.tp, counts.fp, counts.fn, counts.tn)]
    note = ""
    if correct and 0 in cells:
        cells, note = [v + 0.5 for v in cells], "0.5 added to every cell"
    tp, fp, fn, tn = cells
    positive = _log_ratio((tp, tp + fn), (fp, fp + tn), note)
    negative = _log_ratio((fn, tp + fn), (tn, fp + tn), note)
    odds = Estimate(math.nan, note="not estimable: a cell is zero")
    if min(cells) > 0:
        odds = _log_interval(tp * tn / (fp * fn), sum(1 / v for v in cells), note)
    return {
        "likelihood_ratio_positive": positive,
        "likelihood_ratio_negative": negative,
        "diagnostic_odds_ratio": odds,
    }


def _log_ratio(present: tuple[float, float], absent: tuple[float, float], note: str) -> Estimate:
    (a, n), (b, m) = present, absent
    if a == 0 or b == 0:
        return Estimate(math.nan, note="not estimable: a cell is zero")
    return _log_interval((a / n) / (b / m), 1 / a - 1 / n + 1 / b - 1 / m, note)


def _log_interval(value: float, variance: float, note: str) -> Estimate:
    se = math.sqrt(variance)
    return Estimate(value, value * math.exp(-_Z * se), value * math.exp(_Z * se), se, note)


def predictive_values(counts: Counts, prevalence: float) -> dict[str, Estimate]:
    """PPV and NPV at a prevalence of the user's, by Bayes, through the likelihood ratios.

    The interval carries the uncertainty of the likelihood ratio and none of the prevalence.

    Raises:
        DataError: the prevalence is not strictly between 0 and 1.
    """
    if not 0 < prevalence < 1:
        raise DataError(
            f"The prevalence {prevalence:g} is not between 0 and 1.", where="--prevalence"
        )
    sensitivity = counts.tp / (counts.tp + counts.fn)
    specificity = counts.tn / (counts.tn + counts.fp)
    odds = prevalence / (1 - prevalence)
    found = ratios(counts)
    positive, negative = found["likelihood_ratio_positive"], found["likelihood_ratio_negative"]
    true_positive, false_positive = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    true_negative, false_negative = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
    after = [_chance(odds * v) for v in (positive.lower, positive.upper)]
    missed = [_chance(odds * v) for v in (negative.upper, negative.lower)]
    label = f"at_prevalence_{prevalence:g}"
    return {
        f"ppv_{label}": Estimate(_share(true_positive, false_positive), after[0], after[1]),
        f"npv_{label}": Estimate(
            _share(true_negative, false_negative), 1 - missed[0], 1 - missed[1]
        ),
    }


def _share(part: float, rest: float) -> float:
    return part / (part + rest) if part + rest > 0 else math.nan


def _chance(odds: float) -> float:
    return odds / (1 + odds)


def _warnings(counts: Counts, correct: bool) -> list[str]:
    warnings = []
    if counts.indeterminate:
        warnings.append(
            f"{counts.indeterminate} results were indeterminate; they are left out of sensitivity "
            "and specificity and shown apart, with the worst case."
        )
    if 0 in (counts.tp, counts.fp, counts.fn, counts.tn):
        done = "0.5 was added to every cell for the ratios." if correct else "ratios may not exist."
        warnings.append(f"A cell of the table is zero: {done}")
    return warnings


def _sentence(counts: Counts, estimates: dict[str, Estimate]) -> str:
    sensitivity, specificity = estimates["sensitivity"], estimates["specificity"]
    sentence = (
        f"Of 100 people with the condition the test finds {_hundred(sensitivity)}, and of 100 "
        f"without it the test clears {_hundred(specificity)}. In this sample, where "
        f"{_hundred(estimates['prevalence'], False)} of 100 had the condition, a positive result "
        f"was right {_hundred(estimates['ppv'])} times in 100 and a negative one "
        f"{_hundred(estimates['npv'])} times in 100."
    )
    ratio = estimates["likelihood_ratio_positive"]
    if math.isfinite(ratio.value):
        sentence += (
            f" A positive result multiplies the odds of the condition by {say(ratio.value)}."
        )
    if counts.indeterminate:
        sentence += f" The test gave no valid result in {counts.indeterminate} people."
    return sentence


def _hundred(estimate: Estimate, interval: bool = True) -> str:
    if not math.isfinite(estimate.value):
        return "an unknown number"
    value = f"{100 * estimate.value:.0f}"
    if not interval:
        return value
    return f"{value} (95% CI {100 * estimate.lower:.0f} to {100 * estimate.upper:.0f})"


def _forest(estimates: dict[str, Estimate]) -> dict[str, list[Any]]:
    names = ["sensitivity", "specificity", "ppv", "npv"]
    return {
        "name": names,
        "value": [estimates[n].value for n in names],
        "lower": [estimates[n].lower for n in names],
        "upper": [estimates[n].upper for n in names],
    }
