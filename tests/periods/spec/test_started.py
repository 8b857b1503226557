"""started(): an event that none preceded for the clear time, within the window."""

from __future__ import annotations

import pytest

from harmfree.periods import days, months, started
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "the first of all": (
        "2024-02-01 m", started("m", clear=months(6), within=months(1)),
        ["2024-02-01 to 2024-03-02"],
    ),
    "one within the clear time is no start": (
        "2023-12-01 m\n2024-02-01 m", started("m", clear=months(6), within=months(1)),
        ["2023-12-01 to 2024-01-02"],
    ),
    "exactly the clear time before is still within it": (
        "2024-01-10 m\n2024-01-20 m", started("m", clear=days(10), within=days(1)),
        ["2024-01-10 to 2024-01-12"],
    ),
    "a day more is clear": (
        "2024-01-10 m\n2024-01-21 m", started("m", clear=days(10), within=days(1)),
        ["2024-01-10 to 2024-01-12", "2024-01-21 to 2024-01-23"],
    ),
    "twice on the first day is one start": (
        "2024-01-10 m\n2024-01-10 m", started("m", clear=days(10), within=days(1)),
        ["2024-01-10 to 2024-01-12"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_started(name: str):
    check(*EXAMPLES[name])
