"""Lying and standing blood pressure: orthostatic hypotension by the RCP's criteria."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Annotated

from harmfree.clinical.common import DIASTOLIC, SYSTOLIC
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Flag
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

# Criteria in mmHg.
SYSTOLIC_FALL = 20
SYSTOLIC_BELOW = 90
DIASTOLIC_FALL = 10
MINUTES = ("0", "1", "3")


class StandingInputs(Inputs):
    """Inputs: lying after five minutes, then standing at once, after 1 and after 3 minutes."""

    lying_systolic: Annotated[
        float | None,
        replace(SYSTOLIC, label="Lying systolic", help="After lying for 5 minutes", aliases=()),
    ] = None
    lying_diastolic: Annotated[
        float | None, replace(DIASTOLIC, label="Lying diastolic", aliases=())
    ] = None
    standing_systolic_0: Annotated[
        float | None,
        replace(SYSTOLIC, label="Standing systolic, at once", aliases=("standing_systolic",)),
    ] = None
    standing_diastolic_0: Annotated[
        float | None,
        replace(DIASTOLIC, label="Standing diastolic, at once", aliases=("standing_diastolic",)),
    ] = None
    standing_systolic_1: Annotated[
        float | None, replace(SYSTOLIC, label="Standing systolic, 1 minute", aliases=())
    ] = None
    standing_diastolic_1: Annotated[
        float | None, replace(DIASTOLIC, label="Standing diastolic, 1 minute", aliases=())
    ] = None
    standing_systolic_3: Annotated[
        float | None, replace(SYSTOLIC, label="Standing systolic, 3 minutes", aliases=())
    ] = None
    standing_diastolic_3: Annotated[
        float | None, replace(DIASTOLIC, label="Standing diastolic, 3 minutes", aliases=())
    ] = None
    symptoms: Annotated[
        bool | None, Flag(label="Symptoms on standing", help="Dizzy, light-headed, faint, unsteady")
    ] = None

    def conflicts(self) -> Iterable[Problem]:
        """A diastolic pressure above its systolic one is a slip of the pen."""
        for when in ("lying_{}", "standing_{}_0", "standing_{}_1", "standing_{}_3"):
            high = getattr(self, when.format("systolic"))
            low = getattr(self, when.format("diastolic"))
            if high is not None and low is not None and low > high:
                yield Problem("is above the systolic pressure", when.format("diastolic"))


@tool(
    Card(
        name="lying_standing_bp",
        title="Lying and standing blood pressure",
        topic="falls",
        version="2017",
        source=(
            Source(
                "Royal College of Physicians, Measurement of lying and standing blood pressure, "
                "2017",
                "S",
                "procedure and criteria",
            ),
        ),
        population="Adults who can stand, above all older people at risk of falls",
        use="Says whether blood pressure falls too much on standing.",
        limits=(
            "A negative result needs all three standing readings.",
            "A diastolic fall matters less than a systolic one, and the RCP counts it with "
            "symptoms.",
        ),
        formula="Positive at any standing reading: systolic 20 mmHg or more lower, or lower and "
        "below 90; or diastolic 10 mmHg or more lower.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=Example(
            {
                "lying_systolic": 140,
                "lying_diastolic": 80,
                "standing_systolic_0": 120,
                "standing_diastolic_0": 75,
            },
            "positive",
            "A fall of 20 in the systolic pressure.",
        ),
    )
)
def lying_standing_bp(given: StandingInputs) -> Outcome:
    """Return positive, negative, or nothing while readings that could be positive are missing."""
    parts = tuple(part for minute in MINUTES for part in _judged(given, minute))
    met = [part for part in parts if part.points]
    if met:
        return Outcome("positive", parts, "positive", ADVICE, warnings=_caution(given, met))
    unread = [part for part in parts if part.points is None]
    if unread:
        missing = given.absent(*(name for name in type(given).model_fields if name != "symptoms"))
        said = ("No criterion is met so far; readings are missing, so it is not negative.",)
        return Outcome(None, parts, missing=missing, warnings=said)
    again = ("Repeat when symptoms or medicines change.",)
    return Outcome("negative", parts, "negative", again)


ADVICE = (
    "Review the medicines that lower blood pressure, fluids and causes; advise rising slowly.",
    "Tell the team and repeat the measurement regularly until resolved.",
)


def _judged(given: StandingInputs, minute: str) -> tuple[Component, Component]:
    lying, up = given.lying_systolic, getattr(given, f"standing_systolic_{minute}")
    systolic = None
    if lying is not None and up is not None:
        systolic = lying - up >= SYSTOLIC_FALL or (up < SYSTOLIC_BELOW and up < lying)
    low, stood = given.lying_diastolic, getattr(given, f"standing_diastolic_{minute}")
    diastolic = None if low is None or stood is None else low - stood >= DIASTOLIC_FALL
    when = "at once" if minute == "0" else f"{minute} minute{'s' if minute == '3' else ''}"
    return (
        _part(f"systolic_{minute}", f"Systolic, {when}", lying, up, systolic),
        _part(f"diastolic_{minute}", f"Diastolic, {when}", low, stood, diastolic),
    )


def _part(
    name: str, label: str, lying: float | None, up: float | None, met: bool | None
) -> Component:
    if lying is None or up is None or met is None:
        return Component(name, label, None, None, "not recorded", 1)
    change = f"{up - lying:+g} mmHg"
    return Component(name, label, f"{lying:g} to {up:g}", int(met), change)


def _caution(given: StandingInputs, met: list[Component]) -> tuple[str, ...]:
    if given.symptoms or any(part.name.startswith("systolic") for part in met):
        return ()
    asked = "are not recorded" if given.symptoms is None else "are denied"
    return (f"Only the diastolic pressure falls, and symptoms {asked}: the RCP counts this fall "
            "with symptoms.",)  # fmt: skip
