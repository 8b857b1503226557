"""Bone treatment that is missing: after fractures, with steroids, with hormone treatment."""

from __future__ import annotations

from harmfree.periods import days, derived, ever, issued, latest, months, recorded, sex, years
from harmfree.periods.expressions import Predicate
from harmfree.periods.timing import NEVER, days_to_first, span_of_issues
from harmfree.programmes.fracture_prevention.vocabulary import (
    ADULT_50,
    CASE_FINDING,
    INDEX,
    protected,
    spared,
)
from harmfree.programmes.indicator import Indicator, Provenance, any_of, gap
from harmfree.programmes.medicines_optimisation.criteria import Start
from harmfree.programmes.medicines_optimisation.start import INDICATORS as START
from harmfree.programmes.medicines_optimisation.vocabulary import from_source, history

STEROID_SPAN = derived(
    span_of_issues(
        "corticosteroid_systemic",
        183,
        "the number of days over which systemic steroids were issued, looking back half a year "
        "from the latest issue,",
    ),
    within=months(3),
)
TO_DXA = derived(
    days_to_first(
        "dxa_requested",
        "dxa_result",
        "the number of days from the latest request of a bone density scan to its result",
    )
)
TREAT = "Offer treatment after checking kidney function, calcium, vitamin D, gullet and teeth."
NOTE_EXEMPT = (
    "Treated: bone treatment in 6 months (denosumab 7, zoledronate 18). Left out: palliative care, "
    "and treatment declined or unsuitable within a year. Infusions in hospital may not be seen."
)
HORMONES = "Taking the hormone away thins bone within a year."


def _untreated(suffix: str, title: str, who: Predicate, why: str) -> Indicator:
    return gap(
        f"bone_{suffix}_untreated",
        title,
        denominator=ADULT_50 & who & ~spared(),
        numerator=~protected(),
        why=why,
        action=TREAT,
        provenance=CASE_FINDING,
        note=NOTE_EXEMPT,
    )


def _hormones(suffix: str, title: str, who: Predicate, provenance: Provenance) -> Indicator:
    return gap(
        f"bone_{suffix}",
        title,
        denominator=who & ~spared(),
        numerator=~recorded("fracture_risk_assessment", within=years(2)) & ~protected(),
        why=HORMONES,
        action="Measure bone density; advise on exercise, calcium and vitamin D; treat if needed.",
        provenance=provenance,
        note="Assessed within 2 years, or treated.",
    )


GAPS = (
    _untreated(
        "fracture_5y",
        "Fragility fracture in the last 5 years without bone treatment",
        recorded(INDEX, within=years(5)),
        "The next fracture is likeliest in the years after the first.",
    ),
    _untreated(
        "fracture_ever",
        "Fragility fracture ever without bone treatment",
        history(INDEX),
        "A fragility fracture makes another more likely, also years later.",
    ),
    _untreated(
        "osteoporosis",
        "Osteoporosis without bone treatment",
        history("osteoporosis"),
        "Treatment prevents fractures in people with osteoporosis.",
    ),
    gap(
        "bone_steroid_unprotected",
        "Long-term systemic steroid without bone treatment at 50 or over",
        denominator=ADULT_50 & (STEROID_SPAN >= 60) & ~spared(),
        numerator=~protected(),
        why="Steroids thin bone within months.",
        action="Assess the fracture risk now and offer protection; lower the steroid if possible.",
        provenance=CASE_FINDING,
        note="Long-term: issued within 3 months, and at least 60 days after another issue of the "
        "half year before. " + NOTE_EXEMPT,
    ),
    _hormones(
        "aromatase_unassessed",
        "Aromatase inhibitor without bone assessment or treatment",
        issued("aromatase_inhibitor", within=months(6)),
        from_source("NICE NG101, early breast cancer, bone health", "M"),
    ),
    _hormones(
        "androgen_unassessed",
        "Androgen deprivation without bone assessment or treatment",
        ~sex("female") & issued("androgen_deprivation", within=months(6)),
        from_source("NICE NG131, prostate cancer, fracture risk", "M"),
    ),
    gap(
        "bone_dxa_not_resulted",
        "Bone density scan asked for 90 days ago or longer, and no result",
        denominator=recorded("dxa_requested", within=years(2), at_least_ago=days(90))
        & ~recorded("dxa_requested", within=days(89)),
        numerator=~(TO_DXA < NEVER),
        why="A scan that never happened, or whose result was not read, protects nobody.",
        action="Ask the scanning service; book again or file the result.",
        provenance=CASE_FINDING,
        note="Counts from the latest request of the last 2 years; 90 days is a choice.",
    ),
    gap(
        "bone_treated_without_vitamin_d",
        "Bone treatment without vitamin D or calcium",
        denominator=ADULT_50 & protected() & ~history("palliative_care"),
        numerator=~issued("calcium_or_vitamin_d", within=months(6)),
        why="Bone treatment works less well, and denosumab can lower calcium, without them.",
        action="Check diet and vitamin D; prescribe unless intake is enough.",
        provenance=CASE_FINDING,
        note="What is bought over the counter is not seen.",
    ),
)  # fmt: skip

START_H5 = Start(
    "H5",
    "Low vitamin D with falls, osteopenia or being housebound, without vitamin D",
    (latest("vitamin_d_level", within=months(24)) < 50)
    & (
        history("housebound")
        | recorded("falls", within=years(1))
        | ever("osteopenia")
        | latest("t_score", ties="lowest").between(-2.5, -1.0)
    ),
    ~issued("vitamin_d", within=months(6)),
    "Muscles and bones weaken without it.",
    "Low: under 50 nmol/L in the last 2 years. A T-score from -2.5 to below -1.0 counts as "
    "osteopenia.",
).indicator

REUSED = tuple(
    each
    for each in START
    if each.id in {"start_h2", "start_h3", "start_h4", "start_h6", "start_h7"}
)
"""START criteria on bones that the medicines programme defines: never defined twice."""

ANY_START = any_of(
    "bone_start_any",
    "Any START version 3 criterion on bones (H2 to H7)",
    (*REUSED, START_H5),
    why="How many older people have at least one gap in the treatment of their bones.",
    provenance=from_source("STOPP/START version 3, O'Mahony et al. 2023, START section H", "V"),
)
INDICATORS = (*GAPS, START_H5, ANY_START)
