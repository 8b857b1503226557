"""burden(): the sum of the weights of the groups that occur within the window."""

from __future__ import annotations

import pytest

from harmfree.periods import burden, days
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "adds the weights of different groups": (
        "2024-01-10 m weight 1 group 0\n2024-01-12 m weight 2 group 1", burden("m", days(10)) >= 3,
        ["2024-01-12 to 2024-01-21"],
    ),
    "one group counts once": (
        "2024-01-10 m weight 2 group 1\n2024-01-12 m weight 2 group 1", burden("m", days(10)) >= 3,
        [],
    ),
    "exactly the number is at least it, not above it": (
        "2024-01-10 m weight 2 group 1",
        (burden("m", days(10)) >= 2) & ~(burden("m", days(10)) > 2), ["2024-01-10 to 2024-01-21"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_burden(name: str):
    check(*EXAMPLES[name])
