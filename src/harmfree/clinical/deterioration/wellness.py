"""The daily wellness questions of Martha's Rule: how are you, and compared with yesterday?"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from harmfree.clinical.fields import Choice
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

FEELING = ("very good", "good", "fair", "poor", "very poor")
CHANGE = ("much better", "better", "same", "worse", "much worse")
ACT_ON_FEELING = frozenset({"very poor"})
ACT_ON_CHANGE = frozenset({"worse", "much worse"})


def _numbered(words: tuple[str, ...]) -> dict[str, str]:
    return {str(number): word for number, word in enumerate(words, start=1)}


class WellnessInputs(Inputs):
    """Answers of one person on one day."""

    feeling: Annotated[
        str | None,
        Choice(
            label="How are you feeling?",
            help="1 very good to 5 very poor",
            options=dict.fromkeys(FEELING, ""),
            spellings=_numbered(FEELING),
        ),
    ] = None
    change: Annotated[
        str | None,
        Choice(
            label="Compared with yesterday?",
            help="1 much better to 5 much worse",
            options=dict.fromkeys(CHANGE, ""),
            spellings=_numbered(CHANGE) | {"the same": "same"},
        ),
    ] = None
    asked_of: Annotated[
        str | None,
        Choice(
            label="Who was asked",
            options={"patient": "", "family": "", "carer": ""},
            not_recorded=("nobody",),
        ),
    ] = None


@tool(
    Card(
        name="wellness",
        title="Wellness questions (Martha's Rule)",
        topic="deterioration",
        version="2024.1",
        source=(
            Source(
                "NHS England, Martha's Rule, component 3: two daily questions", "V", "questions"
            ),
            Source(
                "Martha's Rule pilot sites: answers that call for action",
                "M",
                "cut-offs and the wording of the middle answers",
            ),
        ),
        population="Inpatients and those close to them, every day",
        use="Turns two answers into action; it adds to observations and never replaces them.",
        limits=(
            "Good answers do not cancel a raised score or the concern of staff.",
            "The words between the ends of the scale are ours.",
        ),
        formula="Act when the answer is very poor, worse or much worse.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example({"feeling": "fair", "change": "worse"}, "act"),
    )
)
def wellness(given: WellnessInputs) -> Outcome:
    """Say whether the answers call for action."""
    parts = (
        _part("feeling", "How are you feeling?", given.feeling, ACT_ON_FEELING),
        _part("change", "Compared with yesterday?", given.change, ACT_ON_CHANGE),
    )
    missing = given.absent("feeling", "change")
    if any(part.points for part in parts):
        advice = (
            "Take a full set of observations now and tell the nurse in charge.",
            "Offer the rapid review: patients, families and staff may call it themselves.",
        )
        return Outcome("act", parts, "act", advice, missing)
    if missing:
        return Outcome(None, parts, missing=missing, advice=("Ask both questions every day.",))
    return Outcome("no action", parts, "no action", ("Ask again tomorrow.",))


def _part(name: str, label: str, given: str | None, act: frozenset[str]) -> Component:
    why = "act on " + " or ".join(sorted(act))
    return Component(name, label, given, None if given is None else int(given in act), why, 1)
