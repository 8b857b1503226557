"""NG249: who fell, who needs a comprehensive assessment, and who had none.

No score decides here. NG249 says not to use falls prediction tools, so each rule looks at what
happened: falls, injuries, a long lie, a blackout, frailty coded by a clinician.
"""

from __future__ import annotations

from harmfree.periods import days, recorded
from harmfree.periods.expressions import Predicate
from harmfree.programmes.falls.vocabulary import (
    ASSESSED,
    COULD_NOT_GET_UP,
    FALLER,
    FELL,
    FELL_TWICE,
    FRAIL,
    INJURED,
    LOST_CONSCIOUSNESS,
    NEEDS_ASSESSMENT,
    NG249,
    NOT_DYING,
    OLDER,
    RESIDENT,
    YEAR,
    awaited,
    recent,
)
from harmfree.programmes.indicator import Indicator, context, gap
from harmfree.programmes.medicines_optimisation.vocabulary import from_source, history

QS86 = from_source("NICE QS86, Falls in older people (updated 2025), statement 2", "S")
WHY_FALLS = "A fall is the best sign of the next one."
RULE = (
    "A fall in a year and any of: frailty coded, an injury, a blackout on the day of a fall or the "
    "next, not being able to get up, two or more falls; from 50. No score is used."
)
ASK = (
    "Assess what makes the person fall: gait, blood pressure standing, medicines, vision, feet, "
    "memory, continence, home. Agree a plan."
)


def _fell(suffix: str, title: str, what: Predicate, note: str = "") -> Indicator:
    return context(
        f"falls_{suffix}",
        title,
        denominator=OLDER,
        numerator=what,
        direction="lower",
        why=WHY_FALLS,
        provenance=NG249,
        note=note or "Falls on different days count; what was not coded is not seen.",
    )


INDICATORS = (
    _fell("in_year", "A fall in the last year", FELL),
    _fell("two_in_year", "Two or more falls in the last year", FELL_TWICE),
    _fell("injury", "A fall with an injury in the last year", FELL & INJURED),
    _fell("long_lie", "Could not get up after a fall in the last year", COULD_NOT_GET_UP),
    _fell("blackout", "A fall with loss of consciousness in the last year", LOST_CONSCIOUSNESS,
          "Syncope or loss of consciousness coded on the day of a fall or next to it."),
    context(
        "falls_at_risk",
        "At risk of falling: a care home, a fall in a year, poor gait or fear of falling",
        denominator=OLDER,
        numerator=RESIDENT | FELL | history("gait_problem") | history("fear_of_falling"),
        why="NG249 treats everybody in residential care as at risk.",
        provenance=NG249,
    ),
    context(
        "falls_assessment_needed",
        "Needs a comprehensive falls assessment, of people who fell",
        denominator=FALLER,
        numerator=NEEDS_ASSESSMENT,
        why="These people gain from an assessment of everything that makes them fall.",
        provenance=NG249,
        note=RULE,
    ),
    gap(
        "falls_assessment_missing",
        "Needs a comprehensive falls assessment and had none in a year",
        denominator=NEEDS_ASSESSMENT & NOT_DYING,
        numerator=~ASSESSED,
        why="Assessment and a plan reduce further falls.",
        action=ASK,
        provenance=NG249,
        note=RULE,
    ),
    context(
        "falls_assessed_with_plan",
        "Needs a comprehensive assessment, and has it with a plan",
        denominator=NEEDS_ASSESSMENT,
        numerator=ASSESSED & recorded("falls_plan", within=YEAR),
        direction="higher",
        why="The national quality statement: an assessment without a plan changes nothing.",
        provenance=QS86,
        note=RULE,
    ),
    gap(
        "falls_gait_not_tested",
        "One fall, and gait and balance not tested in a year",
        denominator=FALLER & ~NEEDS_ASSESSMENT & NOT_DYING,
        numerator=~recent("gait_test") & ~ASSESSED,
        why="Poor gait after one fall calls for exercise, which prevents the second.",
        action="Do a timed up and go test; refer to strength and balance exercise if slow.",
        provenance=NG249,
        note="People from 65 who fell once in a year, without injury, frailty, blackout or long "
        "lie.",
    ),
    gap(
        "falls_home_not_checked",
        "Needs a comprehensive falls assessment, and the home was not checked in a year",
        denominator=NEEDS_ASSESSMENT & ~RESIDENT & NOT_DYING,
        numerator=~recent("home_hazard_assessment"),
        why="Loose rugs, dark stairs and missing rails can be put right.",
        action="Ask occupational therapy for a home hazard assessment.",
        provenance=NG249,
    ),
    gap(
        "falls_exercise_not_begun",
        "Fell in the last year, and no strength and balance exercise",
        denominator=FALLER & ~FRAIL & ~RESIDENT & NOT_DYING,
        numerator=~recent("strength_and_balance"),
        why="Strength and balance exercise prevents falls.",
        action="Refer to strength and balance exercise.",
        provenance=NG249,
        note="People with frailty coded and care home residents need a programme of their own.",
    ),
    context(
        "falls_ambulance",
        "An ambulance came to a fall in the last year",
        denominator=OLDER,
        numerator=recent("fall_ambulance"),
        direction="lower",
        why="In the Steady On pilot 30 of 50 people had had such a fall.",
        provenance=from_source("Steady On pilot, Hyndburn, as reported", "S"),
    ),
    gap(
        "falls_ambulance_not_followed_up",
        "An ambulance came to a fall 14 days ago or longer, and nothing was done since",
        denominator=OLDER
        & recorded("fall_ambulance", within=YEAR, at_least_ago=days(14))
        & ~recorded("fall_ambulance", within=days(13))
        & NOT_DYING,
        numerator=awaited("fall_ambulance", "falls_follow_up"),
        why="Somebody who was lifted off the floor is likely to be there again.",
        action="Refer to the falls service or offer Steady On.",
        provenance=from_source("Steady On, Lancashire: target group as reported", "S"),
        note="Follow-up: a referral, an assessment, a plan, or Steady On offered. Counts from the "
        "latest such fall; 14 days is a choice.",
    ),
    gap(
        "falls_resident_without_plan",
        "Care home resident without an individual falls assessment or plan in a year",
        denominator=OLDER & RESIDENT & NOT_DYING,
        numerator=~ASSESSED & ~recent("falls_plan"),
        why="NG249: everybody in residential care is at risk of falling.",
        action=ASK,
        provenance=NG249,
        note="A resident is anyone with a care home coded; the record rarely says when they left.",
    ),
)  # fmt: skip
