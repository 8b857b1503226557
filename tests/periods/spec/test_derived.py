"""derived(): a number worked out at each event of some lists, kept until the next."""

from __future__ import annotations

import pytest

from harmfree.periods import days, derived
from periods.spec.checking import Example, check
from periods.strategies import RUNNING_MEAN as MEAN

EXAMPLES: dict[str, Example] = {
    "kept until the next": (
        "2024-01-10 a 2\n2024-02-10 b 6", derived(MEAN) < 4, ["2024-01-10 to 2024-02-10"],
    ),
    "kept for so long at most": (
        "2024-01-10 a 2", derived(MEAN, within=days(10)) < 4, ["2024-01-10 to 2024-01-21"],
    ),
    "the last event of a day counts": (
        "2024-01-10 a 2\n2024-01-10 b 6", derived(MEAN) >= 4, ["2024-01-10 on"],
    ),
    "a value with a comparator is never read as the number": (
        "2024-01-10 a >2", (derived(MEAN) < 9) | (derived(MEAN) >= 0), [],
    ),
    "an event that does not change it keeps it": (
        "2024-01-10 a 2\n2024-02-10 b", derived(MEAN, within=days(40)) < 4,
        ["2024-01-10 to 2024-03-22"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_derived(name: str):
    check(*EXAMPLES[name])
