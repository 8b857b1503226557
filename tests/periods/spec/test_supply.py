"""supply(): the daily amount of all issues that cover the day."""

from __future__ import annotations

import pytest

from harmfree.periods import supply
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "quantity times strength by days: 60 times 10 mg over 30 days is 20 mg a day": (
        "2024-01-01 m 60 until 2024-01-31 weight 10", supply("m") >= 20,
        ["2024-01-01 to 2024-01-31"],
    ),
    "supplies that overlap add up": (
        "2024-01-01 m 30 until 2024-01-31 weight 60\n2024-01-15 m 30 until 2024-02-14 weight 60",
        supply("m") >= 120, ["2024-01-15 to 2024-01-31"],
    ),
    "one ends on the day on which the next begins": (
        "2024-01-01 m 30 until 2024-01-31 weight 60\n2024-01-31 m 30 until 2024-03-01 weight 60",
        supply("m").between(60, 61), ["2024-01-01 to 2024-03-01"],
    ),
    "no end, no quantity, an end before the issue, a comparator: no amount": (
        "2024-01-01 m 30 weight 60\n2024-02-01 m until 2024-03-01 weight 60\n"
        "2024-03-01 m 30 until 2024-02-01 weight 60\n2024-04-01 m >30 until 2024-05-01 weight 60",
        supply("m") > 0, [],
    ),
    "nothing is 0, and 0 is known": ("", supply("m") < 1, ["1850-01-01 on"]),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_supply(name: str):
    check(*EXAMPLES[name])
