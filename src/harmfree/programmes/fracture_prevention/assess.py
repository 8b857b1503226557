"""NICE CG146: whose fracture risk to assess, and who of them was not."""

from __future__ import annotations

from harmfree.clinical.fracture.cg146 import (
    ALL_FROM,
    BMI_BELOW,
    NOT_ROUTINELY_BELOW,
    UNITS_ABOVE,
)
from harmfree.clinical.fracture.nogg import Levels, levels
from harmfree.periods import (
    aged,
    alive,
    issued,
    latest,
    months,
    recorded,
    sex,
    unresolved,
    years,
)
from harmfree.periods.expressions import Predicate
from harmfree.programmes.fracture_prevention.vocabulary import (
    CASE_FINDING,
    CG146,
    INDEX,
    NOGG,
    NORTHERN,
    protected,
    spared,
)
from harmfree.programmes.indicator import context, gap
from harmfree.programmes.medicines_optimisation.vocabulary import history, long_term

DRINKING = unresolved("alcohol_units", resolved_by="non_drinker")
STEROIDS = issued("corticosteroid_systemic", within=years(1), at_least=2)
EARLY_MENOPAUSE = (
    sex("female")
    & history("premature_menopause")
    & ~issued("oestrogen_systemic", within=months(6))
    & ~issued("combined_hormonal_contraceptive", within=months(6))
)
MAJOR = history(INDEX) | STEROIDS | EARLY_MENOPAUSE
"""The factors that count below 50 too."""
FACTOR = (
    MAJOR
    | history("falls")
    | history("parental_hip_fracture")
    | history("secondary_osteoporosis")
    | (latest("bmi") < BMI_BELOW)
    | unresolved("smoker", resolved_by="not_smoking_now")
    | (DRINKING & sex("female") & (latest("alcohol_units") > UNITS_ABOVE["female"]))
    | (DRINKING & ~sex("female") & (latest("alcohol_units") > UNITS_ABOVE["male"]))
)
BY_AGE = aged(at_least=ALL_FROM["male"]) | (sex("female") & aged(at_least=ALL_FROM["female"]))
ASSESS = BY_AGE | (aged(at_least=NOT_ROUTINELY_BELOW) & FACTOR)
ASSESSED = recorded("fracture_risk_assessment", within=years(5))
RECENT_FRAX_DXA = recorded("dxa_result", within=years(2)) | recorded(
    "dxa_requested", within=years(1)
)

NOGG_AGES = ((50, 55), (55, 60), (60, 65), (65, 70), (70, 121))


def _frax_at_least(which: str) -> Predicate:
    """An entered FRAX of the last 5 years at or above a NOGG threshold of the person's age."""
    found: Predicate | None = None
    for low, below in NOGG_AGES:
        major, hip = (_level(each, which) for each in levels(low))
        here = aged(at_least=low, below=below) & (
            (latest("frax_major", within=years(5)) >= major)
            | (latest("frax_hip", within=years(5)) >= hip)
        )
        found = here if found is None else found | here
    assert found is not None
    return found


def _level(held: Levels, which: str) -> float:
    return held.upper if which == "upper" else held.lower


FRAX = recorded("frax_major", within=years(5)) | recorded("frax_hip", within=years(5))
FRAX_HIGH = _frax_at_least("upper")
FRAX_MIDDLE = _frax_at_least("lower") & ~FRAX_HIGH
HIGH_RISK = (
    history(INDEX) | history("osteoporosis") | long_term("corticosteroid_systemic") | FRAX_HIGH
)
FRAX_NOTE = (
    "NOGG's thresholds are applied to a FRAX probability that somebody entered, never to "
    "QFracture; the person's age today chooses the row."
)

INDICATORS = (
    context(
        "bone_assess_group",
        "Fracture risk should be assessed (CG146), of everybody on the list",
        denominator=alive(),
        numerator=ASSESS,
        why="Risk factors are often in the record years before a bone breaks.",
        provenance=CG146,
        note="Women from 65, anyone from 75, and from 50 with a risk factor: fracture, steroids "
        "on 2 days in a year, untreated early menopause, any fall, parental hip fracture, a "
        "secondary cause, BMI under 18.5, smoking, alcohol above 14 (women) or 21 units a week.",
    ),
    context(
        "bone_assess_under_50",
        "A major risk factor for fracture under 50",
        denominator=aged(at_least=18, below=NOT_ROUTINELY_BELOW),
        numerator=MAJOR,
        why="Below 50 only steroids, untreated early menopause and a fragility fracture count.",
        provenance=CG146,
        note="Under 40 bone density is measured at once. At this age a wrist fracture is often no "
        "sign of weak bone.",
    ),
    gap(
        "bone_not_assessed",
        "Fracture risk not assessed in 5 years",
        denominator=ASSESS & ~history("palliative_care"),
        numerator=~ASSESSED & ~protected(),
        why="Nobody can offer treatment for a risk that was never estimated.",
        action="Estimate the risk with FRAX or QFracture; measure bone density only after that.",
        provenance=CASE_FINDING,
        note="Assessed: FRAX, QFracture, a bone density scan or an assessment coded. People on "
        "bone treatment are past this step.",
    ),
    context(
        "bone_high_risk",
        "High risk of fracture, of those to assess",
        denominator=ASSESS,
        numerator=HIGH_RISK,
        why="These people gain most from treatment.",
        provenance=NORTHERN,
        note="A fragility fracture, osteoporosis, a long-term systemic steroid, or an entered FRAX "
        "at or above NOGG's upper assessment threshold. QFracture is not used here.",
    ),
    context(
        "bone_high_risk_reviewed",
        "High risk of fracture, and bones assessed or treatment reviewed in 5 years",
        denominator=ASSESS & HIGH_RISK,
        numerator=ASSESSED | recorded("bone_treatment_review", within=years(5)),
        direction="higher",
        why="Half of those at high risk in the Northern Bone Health Project were never reviewed.",
        provenance=NORTHERN,
    ),
    context(
        "bone_high_risk_treated",
        "High risk of fracture, and on bone treatment",
        denominator=ASSESS & HIGH_RISK,
        numerator=protected(),
        direction="higher",
        why="Treatment prevents the next fracture.",
        provenance=NORTHERN,
    ),
    gap(
        "bone_frax_high_untreated",
        "FRAX above the upper assessment threshold without bone treatment",
        denominator=FRAX & FRAX_HIGH & ~spared(),
        numerator=~protected(),
        why="Above this threshold treatment is advised without waiting for bone density.",
        action="Offer treatment; bone density is still useful.",
        provenance=NOGG,
        note=FRAX_NOTE,
    ),
    gap(
        "bone_frax_no_dxa",
        "FRAX between the assessment thresholds without a bone density scan",
        denominator=FRAX & FRAX_MIDDLE & ~spared(),
        numerator=~RECENT_FRAX_DXA & ~protected(),
        why="In this band bone density decides whether treatment is worth it.",
        action="Ask for a DXA scan and recalculate FRAX with it.",
        provenance=NOGG,
        note=FRAX_NOTE + " A scan of the last 2 years or a request of the last year counts.",
    ),
)  # fmt: skip
