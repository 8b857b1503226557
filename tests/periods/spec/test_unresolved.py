"""unresolved(): recorded, and not resolved afterwards."""

from __future__ import annotations

import pytest

from harmfree.periods import unresolved
from periods.spec.checking import Example, check

EXAMPLES: dict[str, Example] = {
    "until resolved": (
        "2024-01-10 x\n2024-02-10 r", unresolved("x", "r"), ["2024-01-10 to 2024-02-10"],
    ),
    "again when recorded again": (
        "2024-01-10 x\n2024-02-10 r\n2024-04-10 x", unresolved("x", "r"),
        ["2024-01-10 to 2024-02-10", "2024-04-10 on"],
    ),
    "resolved before it was recorded means nothing": (
        "2024-01-10 r\n2024-02-10 x", unresolved("x", "r"), ["2024-02-10 on"],
    ),
    "both on one day: active, unless the definition says otherwise": (
        "2024-01-10 x\n2024-01-10 r", unresolved("x", "r"), ["2024-01-10 on"],
    ),
    "both on one day: resolved, when the definition says so": (
        "2024-01-10 x\n2024-01-10 r", unresolved("x", "r", "resolved"), [],
    ),
    "one code in both lists is both on one day": (
        "2024-01-10 x+r", unresolved("x", "r", "resolved"), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_unresolved(name: str):
    check(*EXAMPLES[name])
