"""Which other unit a value seems to be in.

A value outside its plausible range is refused. When it would be plausible after a usual
conversion the message says so, because the commonest reason for an impossible value is a unit.
Nothing is ever converted silently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class OtherUnit:
    """A unit that a value of some quantity may wrongly be in.

    Args:
        name: the other unit, as printed.
        convert: from the other unit to the tool's unit.
    """

    name: str
    convert: Callable[[float], float]


def _times(factor: float) -> Callable[[float], float]:
    return lambda value: value * factor


# quantity -> units it is wrongly given in. Factors are definitions (inch, pound, mmHg) or molar
# masses: creatinine 113.12 g/mol, glucose 180.16, urea nitrogen 28.01, bilirubin 584.7.
OTHER_UNITS: Mapping[str, tuple[OtherUnit, ...]] = MappingProxyType(
    {
        "temperature": (OtherUnit("°F", lambda value: (value - 32) / 1.8),),
        "creatinine": (OtherUnit("mg/dL", _times(88.4)), OtherUnit("mmol/L", _times(1000.0))),
        "haemoglobin": (OtherUnit("g/dL", _times(10.0)), OtherUnit("mmol/L", _times(16.114))),
        "glucose": (OtherUnit("mg/dL", _times(1 / 18.016)),),
        "urea": (OtherUnit("mg/dL of urea nitrogen", _times(1 / 2.801)),),
        "bilirubin": (OtherUnit("mg/dL", _times(17.10)),),
        "height": (
            OtherUnit("m", _times(100.0)),
            OtherUnit("inches", _times(2.54)),
            OtherUnit("mm", _times(0.1)),
        ),
        "weight": (OtherUnit("g", _times(0.001)), OtherUnit("lb", _times(0.45359237))),
        "pressure": (OtherUnit("kPa", _times(7.50062)),),
        "gas": (OtherUnit("mmHg", _times(0.133322)),),
        "percentage": (OtherUnit("a fraction of 1", _times(100.0)),),
        "fraction": (OtherUnit("per cent", _times(0.01)),),
        "white_cells": (
            OtherUnit("cells per microlitre", _times(0.001)),
            OtherUnit("cells per litre", _times(1e-9)),
        ),
        "crp": (OtherUnit("mg/dL", _times(10.0)),),
    }
)


def hint(quantity: str, value: float, low: float, high: float, unit: str) -> str:
    """Say which other unit `value` seems to be in, or "" when none fits.

    Args:
        quantity: a key of `OTHER_UNITS`, or "" for a quantity with one unit only.
        value: the value given, outside [low, high].
        low: smallest plausible value in `unit`.
        high: largest plausible value in `unit`.
        unit: the unit that the tool wants.
    """
    for other in OTHER_UNITS.get(quantity, ()):
        converted = other.convert(value)
        if low <= converted <= high:
            return f"it looks like {other.name}: {value:g} would be {converted:.4g} {unit}"
    return ""
