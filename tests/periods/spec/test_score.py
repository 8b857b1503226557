"""score(): the sum of the weights of what is true, compared."""

from __future__ import annotations

import pytest

from harmfree.periods import aged, days, ever, issued, score
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "adds up": (
        "2024-01-10 s\n2024-05-10 d",
        score({ever("s"): 2, ever("d"): 1, aged(at_least=65): 1}) >= 3, ["2024-05-10 on"],
    ),
    "and falls again": (
        "2024-01-10 s\n2024-05-10 d", score({issued("s", days(200)): 2, ever("d"): 1}) >= 3,
        ["2024-05-10 to 2024-07-29"],
    ),
    "nothing known is 0, and 0 is known": ("", score({ever("s"): 2}) < 1, ["1850-01-01 on"]),
    "weights may be negative": (
        "2024-01-10 s\n2024-05-10 d", score({ever("s"): 1, ever("d"): -1}) >= 1,
        ["2024-01-10 to 2024-05-10"],
    ),
    "what is not true can be given a weight": (
        "2024-01-10 s", score({~ever("s"): 2}) > 1, ["1850-01-01 to 2024-01-10"],
    ),
    "a threshold between whole numbers": (
        "2024-01-10 s", score({ever("s"): 1}) > 0.5, ["2024-01-10 on"],
    ),
    "changes of one day take place together": (
        "2024-01-10 s+d", score({ever("s"): 1, ever("d"): -1}) >= 1, [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_score(name: str):
    check(*EXAMPLES[name])
