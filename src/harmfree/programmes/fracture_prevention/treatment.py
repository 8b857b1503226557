"""Bone treatment that is unsafe, late or due for review."""

from __future__ import annotations

from functools import reduce
from operator import and_

from harmfree.periods import days, issued, months, recorded, years
from harmfree.periods.expressions import Predicate
from harmfree.programmes.fracture_prevention.vocabulary import NOGG
from harmfree.programmes.indicator import Indicator, gap, hazard
from harmfree.programmes.medicines_optimisation.vocabulary import (
    current,
    from_source,
    history,
    kidney_function,
)

LABELS = from_source("Summaries of product characteristics of alendronate and risedronate", "M")
DENOSUMAB = from_source(
    "NOGG 2021 on late denosumab, by a public summary; 4 weeks: our choice", "S"
)
EGFR_LIMIT = {"alendronate": 35, "risedronate": 30}
"""mL/min: the labels advise against use below it. They mean creatinine clearance."""
OVERDUE_DAYS = 183 + 28
"""Denosumab is given every 6 months; 4 weeks later protection is being lost."""

ORAL = "bisphosphonate_oral"
REVIEWED = recorded("bone_treatment_review", within=years(1))
REVIEW = (
    "Assess the risk again: pause if it has fallen; go on (to 10 years by mouth) after a hip or "
    "spine fracture, from 70 at the start, or with steroids."
)


def _kidneys(medicine: str, name: str) -> Indicator:
    limit = EGFR_LIMIT[medicine]
    return hazard(
        f"bone_{medicine}_egfr",
        f"{name} with an eGFR under {limit}",
        denominator=current(medicine),
        numerator=kidney_function() < limit,
        why="The medicine builds up and can damage the kidneys.",
        action="Stop it; ask the bone clinic which treatment suits weak kidneys.",
        provenance=LABELS,
        note="The latest eGFR of the last two years; the label speaks of creatinine clearance. "
        "STOPP E9 looks at any oral bisphosphonate below 30 from the age of 65.",
    )


def each_year(medicine: str, count: int) -> Predicate:
    """Issued in each of the last `count` years, and before them."""
    spans = [
        issued(medicine, within=years(back + 1), at_least_ago=years(back)) for back in range(count)
    ]
    return reduce(and_, spans) & issued(medicine, at_least_ago=years(count))


INDICATORS = (
    _kidneys("alendronate", "Alendronate"),
    _kidneys("risedronate", "Risedronate"),
    gap(
        "bone_oral_over_5_years",
        "Oral bisphosphonate for over 5 years, not reviewed in a year",
        denominator=current(ORAL) & each_year(ORAL, 5),
        numerator=~REVIEWED,
        why="After some years the risk of atypical fractures grows, and a pause may be safe.",
        action=REVIEW,
        provenance=NOGG,
        note="Issued in each of the last 5 years and before, whichever tablet it was.",
    ),
    gap(
        "bone_zoledronate_over_3_years",
        "Zoledronate for over 3 years, not reviewed in a year",
        denominator=issued("zoledronate", within=months(18))
        & issued("zoledronate", within=years(5), at_least=3)
        & issued("zoledronate", within=years(5), at_least_ago=years(3)),
        numerator=~REVIEWED,
        why="After three infusions a pause may be safe.",
        action=REVIEW,
        provenance=NOGG,
        note="Three infusions in 5 years, the first of them 3 years ago. Hospital infusions are "
        "seen only where they are coded.",
    ),
    hazard(
        "bone_denosumab_overdue",
        "Denosumab overdue by 4 weeks or more",
        denominator=issued("denosumab", within=months(24)) & ~history("palliative_care"),
        numerator=~issued("denosumab", within=days(OVERDUE_DAYS))
        & ~issued("antiresorptive_after", within=months(7)),
        why="When denosumab is late or stops without cover, vertebrae break.",
        action="Give it now; if it must stop, start another bone treatment at once.",
        provenance=DENOSUMAB,
        note="No dose for 183 + 28 days, a dose within 2 years, and no other treatment begun.",
    ),
)
