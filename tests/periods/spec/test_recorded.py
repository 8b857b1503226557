"""recorded(): at least so many days with an event between two look-backs."""

from __future__ import annotations

import pytest

from harmfree.periods import contract_year, days, months, recorded
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "the window holds both its ends: 3 months to the day": (
        "2024-03-01 x", recorded("x", months(3)), ["2024-03-01 to 2024-06-02"],
    ),
    "a window of 0 days is the day itself": (
        "2024-03-01 x", recorded("x", days(0)), ["2024-03-01 to 2024-03-02"],
    ),
    "a short month: three months after 30 November ends with February": (
        "2023-11-30 x", recorded("x", months(3)), ["2023-11-30 to 2024-03-01"],
    ),
    "looking back from 31 May for 3 months reaches 29 February": (
        "2024-02-29 x", recorded("x", months(3)), ["2024-02-29 to 2024-06-01"],
    ),
    "without a window for good": ("2024-03-01 x", recorded("x"), ["2024-03-01 on"]),
    "at least so long ago": (
        "2024-03-02 x", recorded("x", at_least_ago=months(3)), ["2024-06-02 on"],
    ),
    "between two look-backs": (
        "2024-01-10 x", recorded("x", months(6), at_least_ago=months(3)),
        ["2024-04-10 to 2024-07-11"],
    ),
    "two look-backs that leave nothing between them": (
        "2024-01-10 x", recorded("x", months(3), at_least_ago=months(6)), [],
    ),
    "two on one day are one": (
        "2024-01-10 x\n2024-01-10 x", recorded("x", months(3), at_least=2), [],
    ),
    "the third of three days, until the first leaves": (
        "2024-01-10 x\n2024-01-20 x\n2024-02-10 x", recorded("x", days(40), at_least=3),
        ["2024-02-10 to 2024-02-20"],
    ),
    "an event without a value is recorded all the same": (
        "2024-03-01 x", recorded("x", days(1)), ["2024-03-01 to 2024-03-03"],
    ),
    "a condition on the own value": (
        "2024-03-01 x 5\n2024-04-01 x 6", recorded("x", days(9), where=(">", 5)),
        ["2024-04-01 to 2024-04-11"],
    ),
    "a condition is not met by a missing value, nor by a comparator that leaves it open": (
        "2024-03-01 x\n2024-04-01 x >4\n2024-05-01 x ~9", recorded("x", where=(">", 5)), [],
    ),
    "a condition is met by a comparator that makes it certain": (
        "2024-04-01 x >5", recorded("x", where=(">", 5)), ["2024-04-01 on"],
    ),
    "the contract year begins on 1 April": (
        "2024-04-01 x", recorded("x", contract_year()), ["2024-04-01 on"],
    ),
    "and what came on 31 March is last year's": (
        "2024-03-31 x", recorded("x", contract_year()), ["2024-03-31 to 2024-04-01"],
    ),
    "an event after the last day that counts has not happened": (
        "2025-01-01 x", recorded("x"), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_recorded(name: str):
    check(*EXAMPLES[name])
