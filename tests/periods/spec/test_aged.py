"""aged(): completed years, changing on the birthday."""

from __future__ import annotations

import pytest

from harmfree.periods import aged
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "from the birthday on": ("born 2000-06-15, male", aged(at_least=24), ["2024-06-15 on"]),
    "until the day before another": (
        "born 2000-06-15, male", aged(at_least=23, below=24), ["2023-06-15 to 2024-06-15"],
    ),
    "below alone begins at birth": (
        "born 2024-03-01, male", aged(below=18), ["2024-03-01 on"],
    ),
    "at least 0 is from birth": ("born 2024-03-01, male", aged(at_least=0), ["2024-03-01 on"]),
    "born on 29 February: on 1 March of other years": (
        "born 2000-02-29, male", aged(23, 24), ["2023-03-01 to 2024-02-29"],
    ),
    "born on 29 February: on 29 February of leap years": (
        "born 2000-02-29, male", aged(at_least=24), ["2024-02-29 on"],
    ),
    "of unknown birth: never": ("born unknown, male", aged(at_least=0) | aged(below=18), []),
    "no age is both": ("born 2000-06-15, male", aged(below=10) & aged(at_least=10), []),
    "the dead keep their age: alive() says who lives": (
        "born 2000-06-15, male, died 2010-01-01", aged(at_least=24), ["2024-06-15 on"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_aged(name: str):
    check(*EXAMPLES[name])
