"""When something is true: expressions, the reference evaluator, the kernel, the runners.

Definitions import their words from here::

    from harmfree.periods import aged, issued, months
"""

from harmfree.periods.windows import Window, contract_year, days, months, weeks, years
from harmfree.periods.words import (
    aged,
    alive,
    burden,
    distinct,
    ever,
    issued,
    latest,
    recorded,
    registered,
    score,
    sex,
    started,
    supply,
    sustained,
    time_in_range,
    together,
    unresolved,
)

__all__ = [
    "Window",
    "aged",
    "alive",
    "burden",
    "contract_year",
    "days",
    "distinct",
    "ever",
    "issued",
    "latest",
    "months",
    "recorded",
    "registered",
    "score",
    "sex",
    "started",
    "supply",
    "sustained",
    "time_in_range",
    "together",
    "unresolved",
    "weeks",
    "years",
]
