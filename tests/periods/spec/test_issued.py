"""issued(): a medicine issued, by the dates of issue."""

from __future__ import annotations

import pytest

from harmfree.periods import days, issued
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "issues that follow closely make one period": (
        "2024-01-10 m\n2024-02-07 m", issued("m", days(28)), ["2024-01-10 to 2024-03-07"],
    ),
    "a day without any between them makes two": (
        "2024-01-10 m\n2024-02-09 m", issued("m", days(28)),
        ["2024-01-10 to 2024-02-08", "2024-02-09 to 2024-03-09"],
    ),
    "the days of supply do not matter": (
        "2024-01-10 m 28 until 2024-12-31", issued("m", days(28)), ["2024-01-10 to 2024-02-08"],
    ),
    "an event that two lists hold counts for both": (
        "2024-01-10 m+n", issued("m", days(5)) & issued("n", days(3)), ["2024-01-10 to 2024-01-14"],
    ),
    "twice": (
        "2024-01-10 m\n2024-01-20 m", issued("m", days(28), at_least=2),
        ["2024-01-20 to 2024-02-08"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_issued(name: str):
    check(*EXAMPLES[name])
