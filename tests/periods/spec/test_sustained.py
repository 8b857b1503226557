"""sustained(): true on every day of the window up to today."""

from __future__ import annotations

import pytest

from harmfree.periods import aged, days, issued, latest, months, sustained, weeks
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "begins when it has lasted long enough": (
        "2024-01-01 m\n2024-02-10 m", sustained(issued("m", months(2)), weeks(6)),
        ["2024-02-12 to 2024-04-11"],
    ),
    "of 0 days: the same as the part": (
        "2024-01-01 m", sustained(issued("m", days(3)), days(0)), ["2024-01-01 to 2024-01-05"],
    ),
    "one day too short is never": (
        "2024-01-01 m", sustained(issued("m", days(3)), days(4)), [],
    ),
    "a break of one day begins it anew": (
        "2024-01-01 m\n2024-01-05 m", sustained(issued("m", days(2)), days(2)),
        ["2024-01-03 to 2024-01-04", "2024-01-07 to 2024-01-08"],
    ),
    "what was true from the first day of all has always been": (
        "2024-03-01 x 9", sustained(~(latest("x") > 5), months(6)), ["1850-01-01 to 2024-03-01"],
    ),
    "of something sustained": (
        "2024-01-01 m", sustained(sustained(issued("m", days(9)), days(3)), days(3)),
        ["2024-01-07 to 2024-01-11"],
    ),
    "a month that is too short: from 31 January for a month ends with February": (
        "born 2006-01-31, male", sustained(aged(at_least=18), months(1)), ["2024-03-01 on"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_sustained(name: str):
    check(*EXAMPLES[name])
