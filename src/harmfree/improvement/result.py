"""What an evaluation returns: a table of estimates, the checks behind it, and a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """One number with its 95% confidence interval (NaN where there is none).

    Args:
        value: the estimate.
        lower: lower limit of the interval.
        upper: upper limit of the interval.
        se: its standard error, on the scale the model was fitted on.
        note: what the number is, or why it has no interval.
    """

    value: float
    lower: float = math.nan
    upper: float = math.nan
    se: float = math.nan
    note: str = ""

    @classmethod
    def within(
        cls, value: float, limits: Iterable[float], se: float = math.nan, note: str = ""
    ) -> Estimate:
        """An estimate from its value and a pair of limits of any number type."""
        low, high = (float(v) for v in limits)
        return cls(float(value), low, high, float(se), note)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = {"estimate": self.value, "lower": self.lower, "upper": self.upper}
        extra = {"se": self.se} if not math.isnan(self.se) else {}
        return {**plain, **extra, **({"note": self.note} if self.note else {})}

    def __str__(self) -> str:
        if math.isnan(self.lower) or math.isnan(self.upper):
            return say(self.value)
        return f"{say(self.value)} (95% CI {say(self.lower)} to {say(self.upper)})"


@dataclass(frozen=True, kw_only=True)
class Result:
    """A finished evaluation.

    Args:
        method: name of the command or method.
        estimator: how the numbers were estimated, named so that a statistician can judge it.
        n: how many rows, pairs or points were used.
        estimates: name -> estimate; the rows of the table.
        sentence: what it means in plain English, made from the numbers.
        details: checks, coefficients and tables, as plain values.
        warnings: what the reader must know before quoting the numbers.
        plotted: every number that the picture draws, as equally long columns per layer.
    """

    method: str
    estimator: str
    n: int
    estimates: Mapping[str, Estimate]
    sentence: str
    details: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    plotted: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The whole result as plain values; NaN and infinity become null."""
        document = {
            "method": self.method,
            "estimator": self.estimator,
            "n": self.n,
            "estimates": {name: value.as_dict() for name, value in self.estimates.items()},
            **self.details,
            "sentence": self.sentence,
            "warnings": list(self.warnings),
            "plotted": self.plotted,
        }
        plain: dict[str, Any] = plain_values(document)
        return plain


def plain_values(value: Any) -> Any:
    """Turn NumPy values, estimates and tuples into what JSON can hold."""
    if isinstance(value, Estimate):
        return plain_values(value.as_dict())
    if isinstance(value, Mapping):
        return {str(k): plain_values(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain_values(v) for v in value]
    if isinstance(value, np.generic):
        return plain_values(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


def say(value: float) -> str:
    """Write a number for a reader: three figures, no exponent where it can be avoided."""
    if not math.isfinite(value):
        return "not estimable"
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    # Ratios sit near 1, where three figures would hide the difference.
    fine = abs(value) >= 100 or 0.9 <= abs(value) < 1.1
    return f"{value:.4g}" if fine else f"{value:.3g}"


def say_p(p: float) -> str:
    """Write a p-value: two figures, never as zero."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"
