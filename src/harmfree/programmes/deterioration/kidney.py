"""Acute kidney injury: whether the creatinine was repeated after a laboratory's warning."""

from __future__ import annotations

from harmfree.periods import days, derived, months, recorded, unresolved
from harmfree.periods.timing import days_to_next
from harmfree.programmes.deterioration.vocabulary import THINK_KIDNEYS, YEAR
from harmfree.programmes.indicator import context, gap
from harmfree.programmes.medicines_optimisation.vocabulary import history

REPEAT_WITHIN = 7
REPEATED = derived(
    days_to_next(
        "aki_alert",
        "creatinine",
        "the number of days from the latest AKI alert to the next creatinine on a later day",
    )
)
SAME_DAY = "A creatinine of the alert's own day is the one that raised it and does not count."
NO_LATER = ~recorded("aki_alert", within=days(REPEAT_WITHIN))

INDICATORS = (
    gap(
        "deterioration_aki_not_repeated",
        "AKI alert over 7 days ago, and creatinine not repeated since",
        denominator=recorded("aki_alert", within=months(3), at_least_ago=days(REPEAT_WITHIN + 1))
        & NO_LATER
        & ~history("palliative_care"),
        numerator=unresolved("aki_alert", resolved_by="creatinine", same_day="active"),
        why="Kidney injury goes on silently; a repeat tells whether it recovers or gets worse.",
        action="Repeat the kidney tests now; look for illness, dehydration, NSAID, ACE inhibitor.",
        provenance=THINK_KIDNEYS,
        note=f"{SAME_DAY} Counts from the latest alert of three months. 7 days is the longest time "
        "for stage 1 as remembered; higher stages need it sooner.",
    ),
    context(
        "deterioration_aki_repeated_in_time",
        "AKI alert with creatinine repeated within 7 days",
        denominator=recorded("aki_alert", within=YEAR, at_least_ago=days(REPEAT_WITHIN + 1))
        & NO_LATER,
        numerator=REPEATED <= REPEAT_WITHIN,
        direction="higher",
        why="Kidney injury goes on silently; a repeat tells whether it recovers or gets worse.",
        provenance=THINK_KIDNEYS,
        note=f"{SAME_DAY} The latest alert of a year, once 7 days have passed.",
    ),
)
