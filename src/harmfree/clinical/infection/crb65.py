"""CRB65: severity of community-acquired pneumonia without a blood test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Annotated

from harmfree.clinical.common import AGE, DIASTOLIC, RESPIRATION, SYSTOLIC
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Flag
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.points import above, at_least, below, either, item, summed
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Outcome, Source

# Thresholds: Lim et al., Thorax 2003;58:377-82.
RESPIRATION_AT_LEAST = 30
SYSTOLIC_BELOW = 90
DIASTOLIC_AT_MOST = 60
AGE_AT_LEAST = 65

BANDS = {0: "low", 1: "intermediate", 2: "intermediate", 3: "high", 4: "high"}
MORTALITY = {"low": "below 1%", "intermediate": "1% to 10%", "high": "above 10%"}
PLACE_OF_CARE = {
    0: "Usually care at home.",
    1: "Use clinical judgement about referral to hospital.",
    2: "Consider hospital assessment.",
}


class CRB65Inputs(Inputs):
    """Inputs of CRB65."""

    confusion: Annotated[
        bool | None,
        Flag(
            label="New confusion",
            help="Abbreviated Mental Test score 8 or less, or newly disoriented",
        ),
    ] = None
    respiration: Annotated[float | None, RESPIRATION] = None
    systolic: Annotated[float | None, SYSTOLIC] = None
    diastolic: Annotated[float | None, DIASTOLIC] = None
    age: Annotated[float | None, replace(AGE, low=16)] = None

    def conflicts(self) -> Iterable[Problem]:
        """A diastolic pressure above the systolic one is a slip of the pen."""
        if (
            self.systolic is not None
            and self.diastolic is not None
            and self.diastolic > self.systolic
        ):
            yield Problem("is above the systolic pressure", "diastolic")


@tool(
    Card(
        name="crb65",
        title="CRB65",
        topic="infection",
        version="2003.1",
        source=(
            Source("Lim WS et al., Thorax 2003;58:377-82", "V", "items and mortality bands"),
            Source("NICE NG250 (2025)", "S", "place of care by score"),
        ),
        population="Adults (16 and over) with a clinical diagnosis of community-acquired pneumonia",
        use="Supports the decision where to care for an adult with pneumonia; no diagnosis.",
        limits=(
            "Not for hospital-acquired pneumonia or immunosuppression.",
            "Social circumstances and oxygen saturation are not part of the score.",
        ),
        formula="One point each: new confusion; respiratory rate 30 or more; systolic pressure "
        "below 90 or diastolic 60 or less; age 65 or more.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=Example(
            {"confusion": "no", "respiration": 29, "systolic": 95, "diastolic": 60, "age": 65},
            2,
            "A point for a diastolic pressure of 60 and a point for age.",
        ),
    )
)
def crb65(given: CRB65Inputs) -> Outcome:
    """Score one adult with pneumonia, 0 to 4."""
    parts = (
        item("confusion", "New confusion", given.confusion, given.confusion, "new confusion"),
        item(
            "respiration",
            "Respiratory rate",
            given.respiration,
            at_least(given.respiration, RESPIRATION_AT_LEAST),
            f"{RESPIRATION_AT_LEAST} or more",
        ),
        item(
            "blood_pressure",
            "Blood pressure",
            (given.systolic, given.diastolic),
            _low_pressure(given),
            f"systolic below {SYSTOLIC_BELOW} or diastolic {DIASTOLIC_AT_MOST} or less",
        ),
        item(
            "age",
            "Age",
            given.age,
            at_least(given.age, AGE_AT_LEAST),
            f"{AGE_AT_LEAST} or more",
        ),
    )
    return summed(parts, _missing(given), _conclude)


def _low_pressure(given: CRB65Inputs) -> bool | None:
    """Either pressure alone can score; only both together can say that neither does."""
    # "60 or less" is "not above 60"; above(...) keeps a missing value missing.
    high_diastolic = above(given.diastolic, DIASTOLIC_AT_MOST)
    low_diastolic = None if high_diastolic is None else not high_diastolic
    return either(below(given.systolic, SYSTOLIC_BELOW), low_diastolic)


def _missing(given: CRB65Inputs) -> tuple[str, ...]:
    missing = given.absent("confusion", "respiration", "systolic", "diastolic", "age")
    if _low_pressure(given):
        missing = tuple(name for name in missing if name not in ("systolic", "diastolic"))
    return missing


def _conclude(score: int) -> tuple[str, tuple[str, ...]]:
    band = BANDS[score]
    return band, (
        PLACE_OF_CARE[min(score, 2)],
        f"Death within 30 days in the derivation study: {MORTALITY[band]}.",
    )
