"""The flow of people through a diagnostic accuracy study (STARD 2015, item 19)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from harmfree.improvement.datafile import DataError

POSITIVE = frozenset({"1", "+", "pos", "positive", "yes", "true", "present", "detected"})
NEGATIVE = frozenset({"0", "-", "neg", "negative", "no", "false", "absent", "not detected"})
MISSING = frozenset({"", "na", "nan", "none", "missing", "not done"})


def reading(text: str, *, where: str) -> str:
    """One result as "positive", "negative", "missing" or "indeterminate".

    Anything named indeterminate, invalid, failed, error, borderline or equivocal is indeterminate.

    Raises:
        DataError: the word is none that we know.
    """
    word = text.strip().lower().removesuffix(".0")
    for name, words in (("positive", POSITIVE), ("negative", NEGATIVE), ("missing", MISSING)):
        if word in words:
            return name
    if word in {"indeterminate", "invalid", "failed", "error", "borderline", "equivocal", "?"}:
        return "indeterminate"
    do = "Write positive, negative, indeterminate, or leave it blank where it was not done."
    raise DataError(f"'{text}' is not a test result.", where=where, do=do)


def flow(tests: Sequence[str], references: Sequence[str]) -> dict[str, Any]:
    """Counts for the boxes of the STARD diagram.

    Args:
        tests: index test of each eligible person, as `reading` gives it.
        references: reference standard of each.
    """
    arms = {}
    for name in ("positive", "indeterminate", "negative"):
        rows = Counter(r for t, r in zip(tests, references, strict=True) if t == name)
        arms[name] = {
            "n": sum(rows.values()),
            "reference_missing": rows["missing"],
            "reference_indeterminate": rows["indeterminate"],
            "target_present": rows["positive"],
            "target_absent": rows["negative"],
        }
    return {
        "eligible": len(tests),
        "no_index_test": sum(t == "missing" for t in tests),
        "index_test": arms,
    }
