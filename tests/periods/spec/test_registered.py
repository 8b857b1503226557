"""registered(): on the list of a site."""

from __future__ import annotations

import pytest

from harmfree.periods import months, registered
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "from the first day until before the last": (
        "registered 2024-02-01 to 2024-03-01", registered(), ["2024-02-01 to 2024-03-01"],
    ),
    "an open end lasts": ("registered 2024-02-01", registered(), ["2024-02-01 on"]),
    "a move on the day makes one period of being registered": (
        "registered 2024-01-01 to 2024-02-01 at 0\nregistered 2024-02-01 at 1",
        registered() & registered(months(2)), ["2024-03-01 on"],
    ),
    "a gap of one day makes two": (
        "registered 2024-01-01 to 2024-02-01 at 0\nregistered 2024-02-02 at 1",
        registered(), ["2024-01-01 to 2024-02-01", "2024-02-02 on"],
    ),
    "for at least so long begins when so long has passed": (
        "registered 2024-02-01", registered(for_at_least=months(3)), ["2024-05-01 on"],
    ),
    "a registration of no day counts for nothing": (
        "registered 2024-02-01 to 2024-02-01", registered(), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_registered(name: str):
    check(*EXAMPLES[name])
