"""STEADY On: six prompts, each answered and, where it matters, acted on."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from harmfree.clinical.fields import Flag
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

# prompt -> (letter, what to look at, what to do). Our wording of the programme's six letters.
PROMPTS = {
    "slippers": ("S", "Slippers, feet and footwear", "Change footwear; refer to podiatry."),
    "tablets": ("T", "Tablets", "Ask for a medicines review."),
    "environment": ("E", "Environment and lighting", "Mend hazards; ask for a home check."),
    "activity": ("A", "Activity and exercise", "Arrange strength and balance exercise."),
    "do_you_fall": ("D", "Do you fall? A plan to get up and call", "Make a plan for a fall."),
    "your_eyes": ("Y", "Your eyes and hearing", "Arrange an eye and hearing test."),
}
AGAIN = "Go through the six prompts again after every fall and every 3 months."


def _prompt(name: str) -> Flag:
    letter, label, _ = PROMPTS[name]
    return Flag(label=f"{letter}: {label}", help="Yes when something needs doing")


class SteadyInputs(Inputs):
    """Inputs: for each prompt, whether something needs doing."""

    slippers: Annotated[bool | None, _prompt("slippers")] = None
    tablets: Annotated[bool | None, _prompt("tablets")] = None
    environment: Annotated[bool | None, _prompt("environment")] = None
    activity: Annotated[bool | None, _prompt("activity")] = None
    do_you_fall: Annotated[bool | None, _prompt("do_you_fall")] = None
    your_eyes: Annotated[bool | None, _prompt("your_eyes")] = None


@tool(
    Card(
        name="steady_on",
        title="STEADY On prompts",
        topic="falls",
        version="2016",
        source=(
            Source("Steady On!, East Lancashire falls programme, 2016", "S", "the six letters"),
        ),
        population="Older people at home or in a care home",
        use="Makes sure that six causes of falls are looked at, and lists what to do.",
        limits=(
            "It is a prompt, not a score: the number has no threshold.",
            "The falls reductions published for such programmes are before-and-after figures "
            "without controls.",
        ),
        formula="The number of prompts that need something done; each gives an action.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        unit="prompts to act on",
        example=Example(
            {
                "slippers": "yes",
                "tablets": "no",
                "environment": "yes",
                "activity": "no",
                "do_you_fall": "no",
                "your_eyes": "no",
            },
            2,
            "Footwear and the environment need something done.",
        ),
    )
)
def steady_on(given: SteadyInputs) -> Outcome:
    """Return how many prompts need something done; nothing while any is unanswered."""
    parts = tuple(_part(name, getattr(given, name)) for name in PROMPTS)
    actions = tuple(
        f"{PROMPTS[name][1]}: {PROMPTS[name][2]} Name an owner and a date."
        for name in PROMPTS
        if getattr(given, name)
    )
    missing = given.absent(*PROMPTS)
    said = ("Not all six prompts were answered.",) if missing else ()
    value = None if missing else len(actions)
    return Outcome(value, parts, advice=(*actions, AGAIN), missing=missing, warnings=said)


def _part(name: str, answer: bool | None) -> Component:
    letter, label, action = PROMPTS[name]
    shown = f"{letter}: {label}"
    if answer is None:
        return Component(name, shown, None, None, "not answered", 1)
    return Component(name, shown, answer, int(answer), action if answer else "nothing to do")
