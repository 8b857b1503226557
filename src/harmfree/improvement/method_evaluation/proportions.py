"""Confidence intervals of a proportion, by Wilson and by Clopper and Pearson (statsmodels).

Sources: Wilson, JASA 1927;22:209-212; Clopper and Pearson, Biometrika 1934;26:404-413; compared in
Newcombe, Stat Med 1998;17:857-872.
"""

from __future__ import annotations

import math
from typing import Any

from statsmodels.stats.proportion import proportion_confint

from harmfree.improvement.datafile import DataError
from harmfree.improvement.result import Estimate


def wilson(events: int, total: int) -> Estimate:
    """Proportion with Wilson's score interval."""
    return _interval(events, total, "wilson")


def clopper_pearson(events: int, total: int) -> Estimate:
    """Proportion with the exact interval, which never covers less than 95%."""
    return _interval(events, total, "beta")


def both(events: int, total: int) -> dict[str, Any]:
    """Plain values: count, proportion and the two intervals."""
    exact, score = clopper_pearson(events, total), wilson(events, total)
    return {
        "events": events,
        "total": total,
        "estimate": score.value,
        "wilson": [score.lower, score.upper],
        "clopper_pearson": [exact.lower, exact.upper],
    }


def _interval(events: int, total: int, method: str) -> Estimate:
    if not 0 <= events <= total:
        raise DataError(f"{events} events of {total} is not a proportion.")
    if total == 0:
        return Estimate(math.nan, note="not estimable: nobody in the denominator")
    lower, upper = proportion_confint(events, total, alpha=0.05, method=method)
    lower = 0.0 if events == 0 else float(lower)
    upper = 1.0 if events == total else float(upper)
    return Estimate(events / total, lower, upper)
