"""The QFracture-2012 equations: one person in plain Python, populations in NumPy.

Both read the same coefficients (`data/qfracture_2012.json`); a test holds them together.
Risk in per cent = 100 (1 - S0(years) ^ exp(a)), a = sum of the terms.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Column = NDArray[Any]

# The programs clamp the body mass index to these values.
BMI_LOW, BMI_HIGH = 20.0, 40.0
OUTCOMES = ("osteoporotic", "hip")

# Transforms of age/10 (a) and BMI/10 (b).
TRANSFORMS: Mapping[str, Callable[[float, float], float]] = {
    "age^0.5": lambda a, b: math.sqrt(a),
    "age": lambda a, b: a,
    "age^2": lambda a, b: a**2,
    "age^3": lambda a, b: a**3,
    "age^3 ln age": lambda a, b: a**3 * math.log(a),
    "bmi^-0.5": lambda a, b: b**-0.5,
    "bmi^-1": lambda a, b: 1 / b,
    "bmi^-2": lambda a, b: b**-2,
}


@dataclass(frozen=True)
class Equation:
    """One equation: an outcome in one sex.

    Args:
        survivor: baseline survival at 1, 2 ... 18 years.
        alcohol: coefficients of categories 0 to 5.
        ethnicity: coefficients of groups 1 to 9.
        smoking: coefficients of categories 0 to 4.
        terms: (transform, centre, coefficient) of age and body mass index.
        flags: condition -> coefficient when it is present.
    """

    survivor: tuple[float, ...]
    alcohol: tuple[float, ...]
    ethnicity: tuple[float, ...]
    smoking: tuple[float, ...]
    terms: tuple[tuple[str, float, float], ...]
    flags: Mapping[str, float]

    def of_age(self, age: float) -> float:
        """Return what age in years adds to `a`."""
        return self._part("a", age / 10, 1.0)

    def of_bmi(self, bmi: float) -> float:
        """Return what a body mass index in kg/m2 adds to `a`."""
        return self._part("b", 1.0, min(max(bmi, BMI_LOW), BMI_HIGH) / 10)

    def _part(self, letter: str, dage: float, dbmi: float) -> float:
        total = 0.0
        for name, centre, coefficient in self.terms:
            if name[0] == letter:
                total += coefficient * (TRANSFORMS[name](dage, dbmi) - centre)
        return total

    def risk(self, a: float, years: int) -> float:
        """Return the risk in per cent over 1 to 18 years for the sum `a`."""
        return -100 * math.expm1(math.log(self.survivor[years - 1]) * math.exp(a))


@lru_cache(maxsize=1)
def published() -> Mapping[str, Any]:
    """Return the data file as read: source, disclaimer, equations."""
    text = files(__package__).joinpath("data/qfracture_2012.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@lru_cache(maxsize=4)
def equation(outcome: str, sex: str) -> Equation:
    """Return one equation.

    Args:
        outcome: "osteoporotic" or "hip".
        sex: "male" or "female".
    """
    held = published()["equations"][f"{outcome}_{sex}"]
    return Equation(
        survivor=tuple(held["survivor"]),
        alcohol=tuple(held["alcohol"]),
        ethnicity=tuple(held["ethnicity"]),
        smoking=tuple(held["smoking"]),
        terms=tuple((t["transform"], t["centre"], t["coefficient"]) for t in held["terms"]),
        flags=held["flags"],
    )


@lru_cache(maxsize=1)
def flag_names() -> tuple[str, ...]:
    """Return the names of all conditions that any of the four equations uses."""
    used = {name for held in published()["equations"].values() for name in held["flags"]}
    return tuple(sorted(used))
