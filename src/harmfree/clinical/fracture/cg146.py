"""NICE CG146: whose fracture risk to assess."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from harmfree.clinical.body import BMI
from harmfree.clinical.common import AGE, SEX
from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.points import above, below
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

# Recommendations 1.1 to 1.4: ages from which, and below which.
ALL_FROM = {"female": 65, "male": 75}
NOT_ROUTINELY_BELOW = 50
BONE_DENSITY_BELOW = 40
BMI_BELOW = 18.5
UNITS_ABOVE = {"female": 14.0, "male": 21.0}
# Upper ages of the tools in the guideline; above them people count as at high risk.
FRAX_AGES, QFRACTURE_AGES = (40, 90), (30, 84)

MAJOR = ("glucocorticoids", "premature_menopause", "fragility_fracture")


class Cg146Inputs(Inputs):
    """Inputs of the rule."""

    age: Annotated[float | None, AGE] = None
    sex: Annotated[str | None, SEX] = None
    fragility_fracture: Annotated[bool | None, Flag(label="Previous fragility fracture")] = None
    glucocorticoids: Annotated[
        bool | None, Flag(label="Current or frequent recent oral or systemic glucocorticoids")
    ] = None
    premature_menopause: Annotated[bool | None, Flag(label="Untreated premature menopause")] = None
    falls: Annotated[bool | None, Flag(label="History of falls")] = None
    family_hip_fracture: Annotated[bool | None, Flag(label="Family history of hip fracture")] = None
    secondary_cause: Annotated[
        bool | None,
        Flag(
            label="Another cause of secondary osteoporosis",
            help="Endocrine, digestive, rheumatological, blood, lung, metabolic or kidney disease "
            "of CG146's list, or immobility",
        ),
    ] = None
    bmi: Annotated[float | None, BMI] = None
    smoker: Annotated[bool | None, Flag(label="Smokes")] = None
    alcohol_units: Annotated[
        float | None, Measure(label="Alcohol", unit="units/week", low=0, high=500)
    ] = None


@tool(
    Card(
        name="cg146_assess",
        title="Whose fracture risk to assess (NICE CG146)",
        topic="fracture",
        version="2017",
        source=(
            Source(
                "NICE CG146, Osteoporosis: assessing the risk of fragility fracture (2012, "
                "updated 2017), recommendations 1.1 to 1.6",
                "S",
                "ages and risk factors",
            ),
        ),
        population="Adults",
        use="Says whether an assessment of fracture risk should be considered, and why.",
        limits=(
            "Whether a later NICE guideline has replaced CG146 is not confirmed.",
            "It says whom to assess, not whom to treat.",
        ),
        formula="Women from 65 and men from 75: all. Younger, from 50: with any risk factor. "
        "Under 50: only with glucocorticoids, untreated premature menopause or a fragility "
        "fracture; under 40 measure bone density then. Risk factors: those three, falls, family "
        "hip fracture, secondary cause, BMI below 18.5, smoking, alcohol above 14 units a week in "
        "women and 21 in men.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "age": 60,
                "sex": "female",
                "alcohol_units": 15,
            },
            "consider assessment",
            "A woman of 60 who drinks more than 14 units a week.",
        ),
    )
)
def cg146_assess(given: Cg146Inputs) -> Outcome:
    """Return what the guideline says, with the factors found."""
    if given.age is None or given.sex is None:
        return Outcome(None, missing=given.absent("age", "sex"))
    if given.age >= ALL_FROM[given.sex]:
        why = f"{ALL_FROM[given.sex]} or more in {'women' if given.sex == 'female' else 'men'}"
        part = Component("age", "Age", given.age, 1, why)
        return _answer(given, "consider assessment", (part,))
    found = _factors(given)
    young = given.age < NOT_ROUTINELY_BELOW
    counted = [part for part in found if not young or part.name in MAJOR]
    present = [part for part in counted if part.points]
    unknown = tuple(part.name for part in counted if part.points is None)
    if present:
        return _answer(given, "consider assessment", tuple(counted))
    if unknown:
        said = ("No risk factor is recorded, but some were not recorded either way.",)
        return Outcome(None, tuple(counted), missing=unknown, warnings=said)
    return _answer(given, "not routinely", tuple(counted))


def _factors(given: Cg146Inputs) -> list[Component]:
    limit = UNITS_ABOVE[given.sex or "female"]
    facts: list[tuple[str, object, bool | None, str]] = [
        ("fragility_fracture", given.fragility_fracture, given.fragility_fracture, "present"),
        ("glucocorticoids", given.glucocorticoids, given.glucocorticoids, "present"),
        ("premature_menopause", given.premature_menopause, given.premature_menopause, "present"),
        ("falls", given.falls, given.falls, "present"),
        ("family_hip_fracture", given.family_hip_fracture, given.family_hip_fracture, "present"),
        ("secondary_cause", given.secondary_cause, given.secondary_cause, "present"),
        ("bmi", given.bmi, below(given.bmi, BMI_BELOW), f"below {BMI_BELOW:g}"),
        ("smoker", given.smoker, given.smoker, "present"),
        ("alcohol_units", given.alcohol_units, above(given.alcohol_units, limit),
         f"above {limit:g} units a week"),
    ]  # fmt: skip
    if given.sex == "male":
        facts = [fact for fact in facts if fact[0] != "premature_menopause"]
    labels = {name: spec.label for name, spec in cg146_assess.reader.specs.items()}
    return [
        Component(name, labels[name], raw, None if met is None else int(met),
                  words if met else ("not recorded" if met is None else f"not {words}"), 1)
        for name, raw, met, words in facts
    ]  # fmt: skip


def _answer(given: Cg146Inputs, value: str, parts: tuple[Component, ...]) -> Outcome:
    age = given.age or 0
    if value == "not routinely":
        said = "Ask again when a risk factor appears."
    elif age < BONE_DENSITY_BELOW:
        said = "Under 40 with a major risk factor: measure bone density."
    elif age > FRAX_AGES[1]:
        said = "Above the upper age of the tools: count as at high risk."
    elif age > QFRACTURE_AGES[1]:
        said = "Use FRAX; above QFracture's upper age of 84 count as at high risk."
    else:
        said = "Estimate the risk with FRAX or QFracture; measure bone density only after that."
    return Outcome(value, parts, value, (said,))
