"""alive(): from birth to death."""

from __future__ import annotations

import pytest

from harmfree.periods import aged, alive
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "from the day of birth": ("born 2024-02-29, male", alive(), ["2024-02-29 on"]),
    "not any more on the day of death": (
        "born 2024-01-10, male, died 2024-03-01", alive(), ["2024-01-10 to 2024-03-01"],
    ),
    "a death after the last day that counts has not happened": (
        "born 2024-01-10, male, died 2025-03-01", alive(), ["2024-01-10 on"],
    ),
    "of unknown birth: always, until death": (
        "born unknown, male, died 2024-03-01", alive() & ~aged(at_least=0),
        ["1850-01-01 to 2024-03-01"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_alive(name: str):
    check(*EXAMPLES[name])
