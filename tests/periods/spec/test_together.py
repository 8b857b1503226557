"""together(): events of two lists close together, both within the window."""

from __future__ import annotations

import pytest

from harmfree.periods import days, months, together
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "27 days apart is fewer than 28": (
        "2024-03-10 a\n2024-04-06 b", together("a", "b", 28, months(3)),
        ["2024-04-06 to 2024-06-11"],
    ),
    "28 days apart is not": ("2024-03-10 a\n2024-04-07 b", together("a", "b", 28, months(3)), []),
    "on one day": (
        "2024-03-10 a\n2024-03-10 b", together("a", "b", 1, days(5)), ["2024-03-10 to 2024-03-16"],
    ),
    "in the other order": (
        "2024-03-10 b\n2024-03-12 a", together("a", "b", 28, days(5)), ["2024-03-12 to 2024-03-16"],
    ),
    "it ends when the earlier of the two has left the window": (
        "2024-03-10 a\n2024-03-12 b\n2024-03-14 a", together("a", "b", 28, days(5)),
        ["2024-03-12 to 2024-03-18"],
    ),
    "one code in both lists is together with itself": (
        "2024-03-10 a+b", together("a", "b", 28, days(5)), ["2024-03-10 to 2024-03-16"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_together(name: str):
    check(*EXAMPLES[name])
