"""distinct(): how many different groups of a list occur within the window."""

from __future__ import annotations

import pytest

from harmfree.periods import days, distinct
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "different medicines count by their group": (
        "2024-01-10 m group 1\n2024-01-10 m group 2\n2024-02-10 m group 2",
        distinct("m", days(30)) >= 2, ["2024-01-10 to 2024-02-10"],
    ),
    "one medicine twice is one": (
        "2024-01-10 m group 1\n2024-01-12 m group 1", distinct("m", days(30)) >= 2, [],
    ),
    "one that is issued again stays": (
        "2024-01-10 m group 1\n2024-01-20 m group 2\n2024-01-30 m group 1",
        distinct("m", days(20)) >= 2, ["2024-01-20 to 2024-02-10"],
    ),
    "one leaves on the day on which another comes": (
        "2024-01-10 m group 1\n2024-01-15 m group 2\n2024-01-21 m group 0",
        distinct("m", days(10)) >= 2, ["2024-01-15 to 2024-01-26"],
    ),
    "none is fewer than one": (
        "2024-01-10 m group 1", distinct("m", days(10)) < 1,
        ["1850-01-01 to 2024-01-10", "2024-01-21 on"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_distinct(name: str):
    check(*EXAMPLES[name])
