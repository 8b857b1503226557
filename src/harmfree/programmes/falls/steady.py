"""Steady On as a register: offered, attended, six prompts, a plan."""

from __future__ import annotations

from harmfree.periods import days, recorded, years
from harmfree.programmes.falls.vocabulary import (
    FELL,
    NOT_DYING,
    OLDER,
    RESIDENT,
    STEADY_ON,
    YEAR,
    awaited,
    since_latest,
)
from harmfree.programmes.indicator import context, gap

TWO_YEARS = years(2)
SIX = (
    "The six prompts: Slippers and feet, Tablets, Environment, Activity, Do you have a plan for "
    "getting up, Your eyes and ears."
)

INDICATORS = (
    gap(
        "steady_faller_not_offered",
        "Fell in the last year and was not offered Steady On in two years",
        denominator=OLDER & FELL & ~RESIDENT & NOT_DYING,
        numerator=~recorded("steady_offered", within=TWO_YEARS)
        & ~recorded("steady_attended", within=TWO_YEARS),
        why="People who fell are those whom the session was made for.",
        action="Offer a Steady On session.",
        provenance=STEADY_ON,
        note="Care home residents are assessed where they live.",
    ),
    context(
        "steady_attended_of_offered",
        "Steady On offered in two years, and attended",
        denominator=recorded("steady_offered", within=TWO_YEARS),
        numerator=since_latest("steady_offered", "steady_attended", TWO_YEARS),
        direction="higher",
        why="A session helps those who come.",
        provenance=STEADY_ON,
        note="Attended on the day of the latest offer or later.",
    ),
    gap(
        "steady_not_attended",
        "Steady On offered 60 days ago or longer, and not attended",
        denominator=recorded("steady_offered", within=YEAR, at_least_ago=days(60))
        & ~recorded("steady_offered", within=days(59))
        & NOT_DYING,
        numerator=awaited("steady_offered", "steady_attended"),
        why="Many need a second invitation, a lift or a session nearer by.",
        action="Ask what kept the person away; offer another date or a visit at home.",
        provenance=STEADY_ON,
        note="Counts from the latest offer of the year; 60 days is a choice.",
    ),
    context(
        "steady_six_prompts",
        "Steady On attended in two years, and all six prompts completed",
        denominator=recorded("steady_attended", within=TWO_YEARS),
        numerator=since_latest("steady_attended", "steady_prompts", TWO_YEARS),
        direction="higher",
        why=SIX,
        provenance=STEADY_ON,
    ),
    context(
        "steady_plan_agreed",
        "Steady On attended in two years, and a plan agreed",
        denominator=recorded("steady_attended", within=TWO_YEARS),
        numerator=since_latest("steady_attended", "falls_plan", TWO_YEARS),
        direction="higher",
        why="The plan is what changes after the session.",
        provenance=STEADY_ON,
    ),
    gap(
        "steady_no_plan",
        "Steady On attended 28 days ago or longer, and no plan agreed",
        denominator=recorded("steady_attended", within=YEAR, at_least_ago=days(28))
        & ~recorded("steady_attended", within=days(27))
        & NOT_DYING,
        numerator=awaited("steady_attended", "falls_plan"),
        why="Without a plan nothing changes at home.",
        action="Agree who does what by when for each of the six prompts.",
        provenance=STEADY_ON,
        note="28 days is a choice.",
    ),
)
