"""sex(): administrative sex as recorded."""

from __future__ import annotations

import pytest

from harmfree.periods import sex
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "always of one": ("born 2000-01-01, female", sex("female"), ["1850-01-01 on"]),
    "never of another": ("born 2000-01-01, female", sex("male"), []),
    "unknown is recorded as such": ("born 2000-01-01, unknown", sex("unknown"), ["1850-01-01 on"]),
    "not male is not the same as female": (
        "born 2000-01-01, other", ~sex("male") & ~sex("female"), ["1850-01-01 on"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_sex(name: str):
    check(*EXAMPLES[name])
