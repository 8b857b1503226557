"""MUST: the Malnutrition Universal Screening Tool."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from harmfree.clinical.body import BMI, body_mass_index, disagreement
from harmfree.clinical.common import ADULT_AGE, HEIGHT, WEIGHT
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.points import summed
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

# Steps 1 to 3. Body mass index: above 20 none, 18.5 to 20 one, below 18.5 two. Unplanned loss over
# 3 to 6 months: below 5% none, 5 to 10% one, above 10% two.
BMI_NONE_ABOVE, BMI_TWO_BELOW = 20.0, 18.5
LOSS_ONE_FROM, LOSS_TWO_ABOVE = 5.0, 10.0
ACUTE_POINTS = 2

BANDS = ("low", "medium", "high")
ADVICE = {
    "low": "Repeat: in hospital weekly, in a care home monthly, at home yearly in those at risk.",
    "medium": "Record what is eaten and drunk for 3 days; act if it is too little; repeat.",
    "high": "Refer to a dietitian or the nutrition team; improve and watch intake; repeat.",
}


class MustInputs(Inputs):
    """Inputs of MUST."""

    age: Annotated[float | None, ADULT_AGE] = None
    bmi: Annotated[float | None, BMI] = None
    height: Annotated[float | None, HEIGHT] = None
    weight: Annotated[float | None, WEIGHT] = None
    weight_loss_pct: Annotated[
        float | None,
        Measure(
            label="Unplanned weight loss in 3 to 6 months",
            unit="%",
            low=0,
            high=70,
            aliases=("weight_loss",),
        ),
    ] = None
    previous_weight: Annotated[
        float | None,
        Measure(
            label="Weight 3 to 6 months ago",
            unit="kg",
            low=20,
            high=350,
            quantity="weight",
            help="Instead of the loss",
        ),
    ] = None
    acutely_ill_no_intake: Annotated[
        bool | None,
        Flag(
            label="Acutely ill, and no or hardly any intake for more than 5 days",
            help="Has been, or is likely to be",
        ),
    ] = None

    def conflicts(self) -> Iterable[Problem]:
        """The BMI must agree with height and weight."""
        return disagreement(self.bmi, self.height, self.weight)


@tool(
    Card(
        name="must",
        title="MUST",
        topic="nutrition",
        version="2003",
        source=(
            Source(
                "BAPEN, Malnutrition Universal Screening Tool, 2003",
                "M",
                "all thresholds and actions",
            ),
        ),
        population="Adults; with care in people with oedema, and not in pregnancy",
        use="Screens for malnutrition and says what to do next.",
        limits=(
            "When neither weight nor height can be measured MUST uses other measures, which are "
            "not in this tool.",
        ),
        formula="BMI above 20: 0, 18.5 to 20: 1, below 18.5: 2; unplanned loss below 5%: 0, 5 to "
        "10%: 1, above 10%: 2; acutely ill without intake for more than 5 days: 2. 0 low, 1 "
        "medium, 2 or more high.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 5, 23),
        example=Example(
            {"bmi": 20, "weight_loss_pct": 4.9, "acutely_ill_no_intake": "no"},
            1,
            "A body mass index of 20 scores 1.",
        ),
    )
)
def must(given: MustInputs) -> Outcome:
    """Score one adult, 0 to 6."""
    bmi, loss = body_mass_index(given.bmi, given.height, given.weight), _loss(given)
    parts = (
        _part("bmi", "Body mass index", bmi, None if bmi is None else _bmi_points(bmi)),
        _part(
            "weight_loss_pct",
            "Unplanned weight loss",
            loss,
            None if loss is None else _loss_points(loss),
        ),
        _part(
            "acutely_ill_no_intake",
            "Acutely ill without intake",
            given.acutely_ill_no_intake,
            None if given.acutely_ill_no_intake is None
            else ACUTE_POINTS * given.acutely_ill_no_intake,
        ),
    )  # fmt: skip
    missing = tuple(part.name for part in parts if part.points is None)
    return summed(parts, missing, _conclude)


def _conclude(score: int) -> tuple[str, tuple[str, ...]]:
    band = BANDS[min(score, 2)]
    return band, (ADVICE[band],)


def _part(name: str, label: str, given: float | bool | None, points: int | None) -> Component:
    if points is None:
        return Component(name, label, None, None, "not recorded", 2)
    shown = round(given, 2) if isinstance(given, float) else given
    return Component(name, label, shown, points, "")


def _loss(given: MustInputs) -> float | None:
    """Return the loss in per cent; a gain is no loss."""
    if given.weight_loss_pct is not None:
        return given.weight_loss_pct
    if given.previous_weight is None or given.weight is None:
        return None
    # Rounded so that 47.5 of 50 kg is 5%, not 4.999...%.
    return max(0.0, round(100 * (1 - given.weight / given.previous_weight), 9))


def _bmi_points(bmi: float) -> int:
    if bmi < BMI_TWO_BELOW:
        return 2
    return 0 if bmi > BMI_NONE_ABOVE else 1


def _loss_points(loss: float) -> int:
    if loss > LOSS_TWO_ABOVE:
        return 2
    return 1 if loss >= LOSS_ONE_FROM else 0
