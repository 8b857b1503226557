"""Tests at the point of care: whether they were indicated, and whether they were heeded."""

from __future__ import annotations

from harmfree.periods import aged, days, derived, latest, recorded
from harmfree.periods.timing import days_since
from harmfree.programmes.indicator import context
from harmfree.programmes.medicines_optimisation.vocabulary import from_source
from harmfree.programmes.point_of_care_testing.vocabulary import (
    CG191,
    CRB65,
    SAME_DAY,
    YEAR,
    same_day,
    until_first,
)

PILOT = from_source("Influenza test and treat pilot, North West Coast, 2022/23, as reported", "S")
LOW, HIGH = 20, 100
"""mg/L; 20 and 100 themselves belong to the middle band (NICE CG191)."""
DIAGNOSED_BEFORE = 14
CRP = latest("crp_poct", within=YEAR)
SINCE_PNEUMONIA = derived(
    days_since(
        "crp_poct",
        "pneumonia",
        "the number of days from the last pneumonia to the latest CRP at the point of care",
    )
)

INDICATORS = (
    context(
        "poct_crp_not_indicated",
        "CRP at the point of care after pneumonia was diagnosed",
        denominator=recorded("crp_poct", within=YEAR),
        numerator=SINCE_PNEUMONIA.between(1, DIAGNOSED_BEFORE + 1),
        direction="lower",
        why="The test helps only while it is unclear whether an antibiotic is needed.",
        provenance=CG191,
        note="The latest test of a year; pneumonia coded 1 to 14 days before (14 is a choice). "
        "Pneumonia of the same day is left out: the record does not say which came first.",
    ),
    context(
        "poct_crp_low_antibiotic",
        "CRP under 20 mg/L at the point of care, and an antibiotic that day",
        denominator=CRP < LOW,
        numerator=same_day("crp_poct", "antibacterial"),
        direction="lower",
        why="Under 20 mg/L an antibiotic is seldom needed: the test was done and not heeded.",
        provenance=CG191,
        note=f"A result below the device's range counts as under 20. {SAME_DAY}",
    ),
    context(
        "poct_crp_high_no_antibiotic",
        "CRP over 100 mg/L at the point of care, and no antibiotic that day or the next",
        denominator=(CRP > HIGH) & ~recorded("crp_poct", within=days(0)),
        numerator=~(until_first("crp_poct", "antibacterial") <= 1),
        direction="lower",
        why="Over 100 mg/L an antibiotic should be offered, or the person admitted.",
        provenance=CG191,
        note="People sent to hospital the same day count: the record does not hold what was given "
        "there.",
    ),
    context(
        "poct_crb65_recorded",
        "Pneumonia of an adult with CRB65 coded that day",
        denominator=recorded("pneumonia", within=YEAR) & aged(at_least=18),
        numerator=same_day("pneumonia", "crb65_score"),
        direction="higher",
        why="CRB65 tells who can be treated at home.",
        provenance=CRB65,
        note="The latest pneumonia of a year.",
    ),
    context(
        "poct_influenza_antiviral",
        "Influenza found at the point of care, and an antiviral that day or the next",
        denominator=recorded("influenza_poct_positive", within=YEAR),
        numerator=until_first("influenza_poct_positive", "influenza_antiviral") <= 1,
        direction="higher",
        why="An antiviral works only when it begins early; in a pilot 6 of 9 people got one.",
        provenance=PILOT,
    ),
)  # fmt: skip
