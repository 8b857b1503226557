"""Early warning scores in the record: whether they were made, whole, and acted on."""

from __future__ import annotations

from functools import reduce
from operator import and_

from harmfree.periods import derived, latest
from harmfree.periods.expressions import Predicate
from harmfree.periods.timing import days_since, days_to_first
from harmfree.programmes.deterioration.vocabulary import (
    PRIMARY_CARE,
    RCP,
    RCP_RESPONSE,
    SCORED,
    SEPSIS,
    SEVEN,
    YEAR,
    last_year,
)
from harmfree.programmes.indicator import context

URGENT = 5
"""NEWS2 total from which a clinician is asked to assess urgently."""


def _same_day(first: str, second: str) -> Predicate:
    words = (
        f"the number of days from the latest {first.replace('_', ' ')} to the first "
        f"{second.replace('_', ' ')} on that day or later"
    )
    return derived(days_to_first(first, second, words)) <= 0


SCORE_BEFORE_SEPSIS = derived(
    days_since(
        "sepsis", "news2_score", "the number of days from the last NEWS2 to the latest sepsis"
    )
)
REVIEW = derived(
    days_to_first(
        "news2_score",
        "reviewed_in_time",
        "the number of days from the latest NEWS2 to the first review in time on that day or later",
    )
)
WHOLE = reduce(and_, [_same_day(SEVEN[0], part) for part in SEVEN[1:]])
DATES = "The record has dates without times: the 24 hours before are the same day and the day "

INDICATORS = (
    context(
        "deterioration_sepsis_in_year",
        "Sepsis coded in the last year",
        denominator=SCORED,
        numerator=last_year("sepsis"),
        direction="lower",
        why="The outcome that early recognition should make rarer and milder.",
        provenance=SEPSIS,
        note="Sepsis is coded in the practice, often from a hospital letter; many are missed.",
    ),
    context(
        "deterioration_sepsis_with_news2",
        "Sepsis with a NEWS2 on the same day or the day before; the others had none",
        denominator=SCORED & last_year("sepsis"),
        numerator=SCORE_BEFORE_SEPSIS <= 1,
        direction="higher",
        why="A score made before sepsis is found is a chance to find it earlier.",
        provenance=SEPSIS,
        note=f"{DATES}before. The latest sepsis of a year counts.",
    ),
    context(
        "deterioration_news2_in_infection",
        "Suspected infection in primary care with NEWS2 coded that day",
        denominator=SCORED & last_year("suspected_infection"),
        numerator=_same_day("suspected_infection", "news2_score"),
        direction="higher",
        why="A score gives the hospital and the ambulance a common language.",
        provenance=PRIMARY_CARE,
        note="NG253 does not make NEWS2 the gate in the community: its table of criteria decides.",
    ),
    context(
        "deterioration_observations_incomplete",
        "Observations coded without all seven of NEWS2",
        denominator=SCORED & last_year(SEVEN[0]),
        numerator=~WHOLE,
        direction="lower",
        why="NEWS2 has no meaning on part of a set; a missing value is no normal value.",
        provenance=RCP,
        note="The latest day of a year with a respiratory rate is taken as a set: respiratory "
        "rate, saturation, air or oxygen, systolic pressure, pulse, consciousness, temperature.",
    ),
    context(
        "deterioration_review_in_time",
        "NEWS2 of 5 or more, and a review in the recommended time coded that day or the next",
        denominator=SCORED & (latest("news2_score", within=YEAR) >= URGENT),
        numerator=REVIEW <= 1,
        direction="higher",
        why="A score that nobody acts on saves nobody.",
        provenance=RCP_RESPONSE,
        note="Only where the review is coded as in time: the record's dates cannot tell hours. The "
        "latest NEWS2 of a year counts; on a day with several, the highest.",
    ),
)
