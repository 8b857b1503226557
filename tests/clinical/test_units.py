"""Other units: each factor against a pair that any laboratory prints, and no false hint."""

from __future__ import annotations

import pytest

from harmfree.clinical.common import CREATININE, HEIGHT, SPO2, SYSTOLIC, TEMPERATURE, WEIGHT
from harmfree.clinical.errors import Problem
from harmfree.clinical.units import OTHER_UNITS, hint

# quantity, unit, value in it, the same in the tool's unit
PAIRS = [
    ("temperature", "°F", 98.6, 37.0),
    ("temperature", "°F", 104, 40.0),
    ("creatinine", "mg/dL", 1.0, 88.4),
    ("creatinine", "mmol/L", 0.1, 100),
    ("haemoglobin", "g/dL", 13.0, 130),
    ("haemoglobin", "mmol/L", 8.07, 130),
    ("glucose", "mg/dL", 90, 5.0),
    ("urea", "mg/dL of urea nitrogen", 14, 5.0),
    ("bilirubin", "mg/dL", 1.0, 17.1),
    ("height", "m", 1.75, 175),
    ("height", "inches", 70, 177.8),
    ("height", "mm", 1750, 175),
    ("weight", "lb", 150, 68.04),
    ("weight", "g", 70_000, 70),
    ("pressure", "kPa", 16, 120),
    ("gas", "mmHg", 40, 5.33),
    ("percentage", "a fraction of 1", 0.97, 97),
    ("fraction", "per cent", 65, 0.65),
    ("white_cells", "cells per microlitre", 7500, 7.5),
    ("white_cells", "cells per litre", 7.5e9, 7.5),
    ("crp", "mg/dL", 5, 50),
]


@pytest.mark.parametrize(("quantity", "unit", "value", "ours"), PAIRS)
def test_each_conversion(quantity, unit, value, ours):
    other = next(other for other in OTHER_UNITS[quantity] if other.name == unit)
    assert other.convert(value) == pytest.approx(ours, rel=2e-3)


def test_every_unit_has_its_pair():
    listed = {(quantity, other.name) for quantity, units in OTHER_UNITS.items() for other in units}
    assert listed == {(quantity, unit) for quantity, unit, _, _ in PAIRS}


@pytest.mark.parametrize(
    ("spec", "value", "unit"),
    [
        (TEMPERATURE, 98.6, "°F"),
        (CREATININE, 1.1, "mg/dL"),
        (CREATININE, 0.09, "mmol/L"),
        (HEIGHT, 1.75, "m"),
        (WEIGHT, 70_000, "g"),
        (SYSTOLIC, 16, "kPa"),
        (SPO2, 0.97, "a fraction"),
    ],
)
def test_a_value_in_another_unit_is_refused_with_the_hint_and_never_used(spec, value, unit):
    for raw in (value, str(value)):
        with pytest.raises(Problem, match=f"it looks like {unit}"):
            spec.read(raw)


def test_no_hint_where_no_unit_fits():
    assert hint("temperature", 400, 25, 45, "°C") == ""
    assert hint("", 400, 0, 45, "") == ""
