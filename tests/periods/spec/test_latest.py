"""latest(): the value on the latest day with a usable one, compared."""

from __future__ import annotations

import pytest

from harmfree.periods import days, latest, months
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "until the next": (
        "2024-01-10 x 44.9\n2024-04-20 x 45", latest("x") < 45, ["2024-01-10 to 2024-04-20"],
    ),
    "each comparison at its boundary": (
        "2024-01-10 x 45", (latest("x") >= 45) & (latest("x") <= 45) & ~(latest("x") < 45)
        & ~(latest("x") > 45), ["2024-01-10 on"],
    ),
    "between holds its lower end, not its upper": (
        "2024-01-10 x 30\n2024-02-10 x 45", latest("x").between(30, 45),
        ["2024-01-10 to 2024-02-10"],
    ),
    "not known is neither": (
        "2024-01-10 x", (latest("x") < 45) | (latest("x") >= 45), [],
    ),
    "decimals compare as they are stored, in single precision": (
        "2024-01-10 x 0.1", latest("x") <= 0.1, ["2024-01-10 on"],
    ),
    "a missing value does not replace a known one": (
        "2024-01-10 x 40\n2024-02-10 x", latest("x") < 45, ["2024-01-10 on"],
    ),
    "within: no longer when the window has passed": (
        "2024-01-10 x 40", latest("x", within=months(3)) < 45, ["2024-01-10 to 2024-04-11"],
    ),
    "within: an older value does not come back": (
        "2024-01-10 x 40\n2024-01-20 x 50", latest("x", within=days(30)) < 45,
        ["2024-01-10 to 2024-01-20"],
    ),
    "at least so long ago: the latest of those": (
        "2024-01-10 x 40\n2024-02-10 x 50", latest("x", at_least_ago=months(3)) < 45,
        ["2024-04-10 to 2024-05-10"],
    ),
    "several on a day: the highest": ("2024-01-10 x 40\n2024-01-10 x 50", latest("x") < 45, []),
    "several on a day: the lowest, when the definition says so": (
        "2024-01-10 x 50\n2024-01-10 x 40", latest("x", ties="lowest") < 45, ["2024-01-10 on"],
    ),
    "more than 90 is not known to be below 95 or above it": (
        "2024-01-10 x >90", (latest("x") < 95) | (latest("x") > 95), [],
    ),
    "more than 90 is certainly above 90 and at least 90": (
        "2024-01-10 x >90", (latest("x") > 90) & (latest("x") >= 90), ["2024-01-10 on"],
    ),
    "at least 90 is certainly at least 90, not certainly above": (
        "2024-01-10 x >=90", (latest("x") >= 90) & ~(latest("x") > 90), ["2024-01-10 on"],
    ),
    "less than 15 is certainly below 15": ("2024-01-10 x <15", latest("x") < 15, ["2024-01-10 on"]),
    "at most 15 is certainly below 16, not certainly below 15": (
        "2024-01-10 x <=15", (latest("x") < 16) & ~(latest("x") < 15), ["2024-01-10 on"],
    ),
    "about 10 is never certain": (
        "2024-01-10 x ~10", (latest("x") < 99) | (latest("x") > 1), [],
    ),
    "a value with a comparator replaces an older one": (
        "2024-01-10 x 40\n2024-02-10 x >90", latest("x") < 45, ["2024-01-10 to 2024-02-10"],
    ),
    "the same number on one day: the plain one before the one with a comparator": (
        "2024-01-10 x >45\n2024-01-10 x 45", latest("x") <= 45, ["2024-01-10 on"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_latest(name: str):
    check(*EXAMPLES[name])
