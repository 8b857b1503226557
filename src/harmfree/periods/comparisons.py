"""Comparing values that may carry a comparator, the same way in every evaluator."""

from __future__ import annotations

import numpy as np

from harmfree.periods.expressions import Operator


def exact(value: float, operator: Operator, threshold: float) -> bool:
    """Compare a plain number; both sides rounded to single precision, as values are stored."""
    value, threshold = float(np.float32(value)), float(np.float32(threshold))
    if operator == "<":
        return value < threshold
    if operator == "<=":
        return value <= threshold
    if operator == ">":
        return value > threshold
    return value >= threshold


def certain(value: float, comparator: str, operator: Operator, threshold: float) -> bool:
    """True only when the comparison holds for every number that ``comparator value`` allows.

    ">90" is certainly >= 90 and > 90, never certainly < 100; "~" (about) is never certain.
    """
    if comparator == "":
        return exact(value, operator, threshold)
    if comparator == "~" or (comparator[0] == "<") != (operator[0] == "<"):
        return False
    bound, limit = float(np.float32(value)), float(np.float32(threshold))
    if operator == "<":
        return bound < limit or (comparator == "<" and bound == limit)
    if operator == "<=":
        return bound <= limit
    if operator == ">":
        return bound > limit or (comparator == ">" and bound == limit)
    return bound >= limit
