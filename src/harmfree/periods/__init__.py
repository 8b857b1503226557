"""When something is true: expressions, the reference evaluator, the kernel, the runners.

Definitions import their words from here::

    from harmfree.periods import aged, issued, months
"""

from harmfree.periods.windows import Window, contract_year, days, months, weeks, years
from harmfree.periods.words import (
    aged,
    alive,
    burden,
    derived,
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
    "derived",
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
    "together",
    "unresolved",
    "weeks",
    "years",
]
