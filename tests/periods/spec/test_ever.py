"""ever(): on any day up to today."""

from __future__ import annotations

import pytest

from harmfree.periods import ever, months, years
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "from the first on": ("2024-03-01 x\n2024-05-01 x", ever("x"), ["2024-03-01 on"]),
    "at least so long ago: by the first": (
        "2024-01-10 x\n2024-05-01 x", ever("x", at_least_ago=months(3)), ["2024-04-10 on"],
    ),
    "never when nothing was": ("2024-03-01 y", ever("x"), []),
    "not until then": ("2024-03-01 x", ~ever("x"), ["1850-01-01 to 2024-03-01"]),
    "a year after 29 February is 1 March": (
        "2020-02-29 x", ever("x", at_least_ago=years(1)), ["2021-03-01 on"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_ever(name: str):
    check(*EXAMPLES[name])
