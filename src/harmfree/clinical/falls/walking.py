"""Timed Up and Go: rise, walk three metres, turn, walk back, sit down."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from harmfree.clinical.fields import Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.points import at_least
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

RAISED_FROM = 12.0
# Thresholds of other sources, shown beside the answer: seconds, whether "above" or "from", source.
OTHERS = (
    (13.5, "from", "Shumway-Cook 2000"),
    (15.0, "above", "World Falls Guidelines 2022"),
)


class WalkingInputs(Inputs):
    """Inputs."""

    seconds: Annotated[
        float | None,
        Measure(
            label="Time",
            unit="s",
            low=3,
            high=300,
            help="From the word go until seated again, with the usual walking aid",
            aliases=("tug", "tug_seconds", "time"),
        ),
    ] = None


@tool(
    Card(
        name="timed_up_and_go",
        title="Timed Up and Go",
        topic="falls",
        version="2022",
        source=(
            Source("CDC STEADI and NHS leaflets: 12 seconds", "S", "the threshold of 12 seconds"),
            Source(
                "Shumway-Cook 2000 (13.5 s); World Falls Guidelines 2022 (above 15 s)",
                "M",
                "the two thresholds shown beside it",
            ),
        ),
        population="Older people who can walk, with or without an aid",
        use="Helps to find people whose gait or balance needs attention.",
        limits=(
            "NICE NG249 asks not to predict falls with a tool: use it to plan, not to exclude.",
        ),
        formula="Raised from 12 seconds.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        unit="s",
        example=Example({"seconds": 12.0}, 12.0, "12 seconds count as raised."),
    )
)
def timed_up_and_go(given: WalkingInputs) -> Outcome:
    """Return the time, with its band and how other thresholds judge it."""
    if given.seconds is None:
        return Outcome(None, missing=("seconds",))
    raised = bool(at_least(given.seconds, RAISED_FROM))
    advice = (
        ("Offer a strength and balance assessment and look for other risk factors.",)
        if raised
        else ("A fall in the last year still needs attention, whatever the time.",)
    )
    part = Component(
        "seconds", "Time", given.seconds, int(raised), f"raised from {RAISED_FROM:g} s"
    )
    others = {
        f"{source}: {word} {limit:g} s": (
            given.seconds > limit if word == "above" else given.seconds >= limit
        )
        for limit, word, source in OTHERS
    }
    return Outcome(
        given.seconds,
        (part,),
        "raised" if raised else "not raised",
        advice,
        detail={"other_thresholds_met": others},
    )
