"""When genotype-guided or equation-guided dosing must not be offered, and what to say first."""

from __future__ import annotations

from typing import Annotated

from harmfree.clinical.common import ADULT_AGE, HEIGHT, WEIGHT
from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.warfarin.tables import table

DOAC_FIRST = (
    "First: is a direct oral anticoagulant (DOAC) suitable? NICE recommends a DOAC before "
    "warfarin in atrial fibrillation and venous thromboembolism."
)
TARGET_INR = Measure(label="Target INR", low=1.5, high=4.5, help="The middle of the target range")


class Course(Inputs):
    """Where the person stands: what decides whether a starting dose may be calculated."""

    age: Annotated[float | None, ADULT_AGE] = None
    height: Annotated[float | None, HEIGHT] = None
    weight: Annotated[float | None, WEIGHT] = None
    target_inr: Annotated[float | None, TARGET_INR] = None
    doac_suitable: Annotated[bool | None, Flag(label="A DOAC is suitable")] = None
    stable_on_warfarin: Annotated[bool | None, Flag(label="Already stable on warfarin")] = None
    treatment_day: Annotated[
        int | None,
        Measure(
            label="Day of treatment",
            low=0,
            high=36500,
            whole=True,
            help="1 on the day of the first dose; 0 before it",
        ),
    ] = None


def stops(given: Course, *, inr_2_to_3: bool = True) -> tuple[str, ...]:
    """Return the reasons why no dose may be given, empty when there is none.

    Args:
        given: the inputs.
        inr_2_to_3: False for an equation that has the target INR as a term.
    """
    limits = table("limits")
    target = limits["target_inr"]
    said = []
    if given.doac_suitable:
        said.append("A DOAC is suitable: NICE offers it first, so warfarin is not to be started.")
    if given.stable_on_warfarin:
        said.append("The dose is already stable: an equation would only disturb it.")
    last = limits["last_useful_day"]["value"]
    if given.treatment_day is not None and given.treatment_day > last:
        said.append(f"After day {last} the INR guides the dose better than any equation.")
    if (
        inr_2_to_3
        and given.target_inr is not None
        and not target["low"] <= given.target_inr <= target["high"]
    ):
        said.append(
            f"The equation was derived for a target INR of {target['low']:g} to "
            f"{target['high']:g}, not {given.target_inr:g}."
        )
    return tuple(said)


def cautions(given: Course) -> tuple[str, ...]:
    """Return what is assumed because it was not recorded."""
    said = []
    if given.target_inr is None:
        said.append("Target INR not recorded: the dose is for a target of 2 to 3.")
    if given.stable_on_warfarin is None and given.treatment_day is None:
        said.append("Only for the start of treatment (days 0 to 5), not for a stable dose.")
    return tuple(said)
