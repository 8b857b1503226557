"""Creatinine clearance by Cockcroft and Gault, for dosing of medicines."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from harmfree.clinical.common import ADULT_AGE, CREATININE, SEX, WEIGHT
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Cockcroft DW, Gault MH. Nephron 1976;16:31-41, constants for creatinine in µmol/L.
CONSTANT = {"male": 1.23, "female": 1.04}
ABOVE_AGE = 140


def cockcroft_gault(age: float, sex: str, weight: float, creatinine: float) -> float:
    """Return creatinine clearance in ml/min.

    Args:
        age: years.
        sex: "male" or "female".
        weight: actual body weight in kg.
        creatinine: serum creatinine in µmol/L.
    """
    # Rounded so that a clearance of exactly 50 does not become 50.000000000000007.
    return round((ABOVE_AGE - age) * weight * CONSTANT[sex] / creatinine, 9)


def cockcroft_gault_array(
    age: NDArray[np.float64],
    female: NDArray[np.bool_],
    weight: NDArray[np.float64],
    creatinine: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return creatinine clearance of many people in ml/min; the twin of `cockcroft_gault`.

    Args:
        age: years.
        female: the constant for women; otherwise the one for men.
        weight: actual body weight in kg.
        creatinine: serum creatinine in µmol/L; NaN or 0 gives NaN.
    """
    import numpy as np

    constant = np.where(female, CONSTANT["female"], CONSTANT["male"])
    known = np.where(creatinine > 0, creatinine, np.nan)
    found: NDArray[np.float64] = np.round((ABOVE_AGE - age) * weight * constant / known, 9)
    return found


class ClearanceInputs(Inputs):
    """Inputs of creatinine clearance."""

    age: Annotated[float | None, ADULT_AGE] = None
    sex: Annotated[str | None, SEX] = None
    weight: Annotated[float | None, WEIGHT] = None
    creatinine: Annotated[float | None, CREATININE] = None


@tool(
    Card(
        name="creatinine_clearance",
        title="Creatinine clearance (Cockcroft-Gault)",
        topic="atrial fibrillation",
        version="1976.1",
        unit="ml/min",
        source=(
            Source("Cockcroft DW, Gault MH. Nephron 1976;16:31-41", "V", "form of the equation"),
            Source("Cockcroft and Gault, as before", "M", "constants 1.23 and 1.04 for µmol/L"),
        ),
        population="Adults with stable kidney function",
        use="For doses of medicines licensed by creatinine clearance. Never use eGFR instead.",
        limits=(
            "Actual body weight is used; at extremes of weight ask a pharmacist.",
            "Not in acute kidney injury or pregnancy.",
        ),
        formula="(140 - age) x weight x k / creatinine; k is 1.23 for men and 1.04 for women.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=Example(
            {"age": 80, "sex": "male", "weight": 60, "creatinine": 133}, 33.29323308, "33.3."
        ),
    )
)
def creatinine_clearance(given: ClearanceInputs) -> Outcome:
    """Return the clearance of one adult."""
    missing = given.absent("age", "sex", "weight", "creatinine")
    if given.age is None or given.sex is None or given.weight is None or given.creatinine is None:
        return Outcome(None, missing=missing)
    parts = (
        Component("age", "140 - age", given.age, None, f"factor {ABOVE_AGE - given.age:g}"),
        Component("weight", "Weight", given.weight, None, f"factor {given.weight:g}"),
        Component("sex", "Sex", given.sex, None, f"factor {CONSTANT[given.sex]:g}"),
        Component("creatinine", "Creatinine", given.creatinine, None, "divides the product"),
    )
    value = cockcroft_gault(given.age, given.sex, given.weight, given.creatinine)
    return Outcome(value, parts)
