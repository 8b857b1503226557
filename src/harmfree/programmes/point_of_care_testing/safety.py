"""Courses that follow on each other, and the harm that withholding an antibiotic could do."""

from __future__ import annotations

from harmfree.periods import days, derived, issued, months
from harmfree.periods.expressions import Predicate
from harmfree.periods.timing import span_of_issues
from harmfree.programmes.indicator import Indicator, context, hazard
from harmfree.programmes.medicines_optimisation.vocabulary import from_source
from harmfree.programmes.point_of_care_testing.vocabulary import (
    STEWARDSHIP,
    YEAR,
    followed,
    same_day,
    until_first,
)

PREVENTIVE = issued("antibacterial", within=months(12), at_least=6)
"""Six or more courses in a year: most likely taken to prevent infection, or for skin (a choice)."""
PREVENTED = (
    "People with antibiotics on six or more days of the year are left out: they most likely take "
    "them to prevent infection or for skin. The six is a choice."
)
MONTH = 30
ADMITTED = until_first("infection_consultation", "sepsis_or_admission")
HARM = from_source(
    "OpenSAFELY amr-uom-brit: admission within 30 days of an infection; sepsis added here", "V"
)


def _balance(suffix: str, title: str, treated: Predicate) -> Indicator:
    return context(
        f"poct_harm_{suffix}",
        title,
        denominator=followed("infection_consultation", MONTH) & treated & ~(ADMITTED <= 0),
        numerator=ADMITTED <= MONTH,
        direction="lower",
        why="Fewer antibiotics must not mean more sepsis: this is the balancing measure.",
        provenance=HARM,
        note="The latest consultation of a year, once 30 days have passed. An event of the same "
        "day is left out: it belongs to the consultation. Compare over time within one group, "
        "never the two groups: who gets an antibiotic is more ill.",
    )


TREATED = same_day("infection_consultation", "antibacterial")

INDICATORS = (
    hazard(
        "poct_repeat_course",
        "Two antibiotic courses within 30 days",
        denominator=issued("antibacterial", within=days(MONTH)) & ~PREVENTIVE,
        numerator=issued("antibacterial", within=days(MONTH), at_least=2),
        why="A second course so soon means that the first was not needed, not right or not taken.",
        action="Check the diagnosis; send a culture; look up the last results before a third.",
        provenance=STEWARDSHIP,
        note=f"Issues on two different days, at most 30 days apart. {PREVENTED}",
    ),
    context(
        "poct_repeat_course_in_year",
        "The latest antibiotic of a year came within 30 days of the one before",
        denominator=issued("antibacterial", within=YEAR) & ~PREVENTIVE,
        numerator=derived(
            span_of_issues(
                "antibacterial", MONTH, "the number of days over which antibacterials were issued, "
                "of the 30 days up to the latest,"
            )
        )
        > 0,
        direction="lower",
        why="A second course so soon means that the first was not needed, not right or not taken.",
        provenance=STEWARDSHIP,
        note=PREVENTED,
    ),
    _balance(
        "without_antibiotic",
        "Sepsis or emergency admission in the 30 days after an infection without antibiotic",
        ~TREATED,
    ),
    _balance(
        "with_antibiotic",
        "Sepsis or emergency admission in the 30 days after an infection with antibiotic",
        TREATED,
    ),
)  # fmt: skip
