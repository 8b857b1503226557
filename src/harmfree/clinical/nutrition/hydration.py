"""Hydration: a personal drinking target, what was drunk so far, and the help that is needed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from harmfree.clinical.common import SEX
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.lists import Names
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

# From drinks, unless a condition forbids it.
ESPEN_ML = {"female": 1600.0, "male": 2000.0}
HELP_BANDS = ("green", "amber", "red")
_HELP = {"0": "none", "1": "some", "2": "full"}


# A mug holds nearly twice as much as a cup (sizes as in the care-home hydration material).
VESSELS_ML = {"cup": 150.0, "mug": 280.0}
MOST_ML = 10_000.0
LEAST_HOURS_AWAKE = 1.0
"""Of a shorter time no day is projected (ours): one mug at waking would become litres."""
_DRINK = re.compile(r"(?:(\d{1,2})\s*x\s*)?(?:(cup|mug)s?|(\d{1,5}(?:\.\d+)?)\s*(?:ml)?)")


@dataclass(frozen=True, kw_only=True, eq=False)
class Volumes(Names):
    """Drinks in millilitres: `mug; 2 x cup; 200 ml`, or a list of numbers."""

    def parse(self, raw: object) -> Any:
        """Return the millilitres of each, or raise `Problem`."""
        if isinstance(raw, list | tuple):
            raw = [str(item) if isinstance(item, int | float) else item for item in raw]
        elif isinstance(raw, int | float) and not isinstance(raw, bool):
            raw = str(raw)
        return tuple(_millilitres(text) for text in super().parse(raw))

    @property
    def accepts(self) -> str:
        """The form in words."""
        return "mug, cup or millilitres with ; between them, or none"


def _millilitres(text: str) -> float:
    match = _DRINK.fullmatch(text.lower())
    if match is None:
        raise Problem(f"{text!r}: write mug, cup or millilitres, such as mug; 2 x cup; 200 ml")
    times, vessel, number = match.groups()
    volume = int(times or 1) * (VESSELS_ML[vessel] if vessel else float(number))
    if volume > MOST_ML:
        raise Problem(f"{text!r}: more than {MOST_ML:g} ml")
    return volume


class HydrationInputs(Inputs):
    """Inputs; millilitres of drinks."""

    sex: Annotated[str | None, SEX] = None
    personal_target: Annotated[
        float | None,
        Measure(
            label="Personal target",
            unit="ml/day",
            low=300,
            high=6000,
            help="Agreed for this person; it goes before the guideline's",
        ),
    ] = None
    fluid_limit: Annotated[
        float | None,
        Measure(
            label="Fluid limit",
            unit="ml/day",
            low=300,
            high=6000,
            help="Ordered for heart or kidney failure: not to be exceeded",
        ),
    ] = None
    drunk: Annotated[
        float | None, Measure(label="Drunk so far today", unit="ml", low=0, high=10000)
    ] = None
    drinks: Annotated[
        tuple[float, ...] | None,
        Volumes(label="Drinks of today", help="Each drink, instead of their sum"),
    ] = None
    last_days: Annotated[
        tuple[float, ...] | None,
        Volumes(label="Totals of the last days", help="Millilitres of each recorded day"),
    ] = None
    hours_awake: Annotated[
        float | None, Measure(label="Hours awake so far", unit="h", low=0, high=24)
    ] = None
    waking_hours: Annotated[
        float | None, Measure(label="Waking hours of the whole day", unit="h", low=4, high=24)
    ] = None
    help_to_drink: Annotated[
        str | None,
        Choice(label="Help needed to swallow, lift or hold", options=_HELP, aliases=("help",)),
    ] = None
    encouragement: Annotated[
        str | None, Choice(label="Encouragement needed to drink enough", options=_HELP)
    ] = None

    def conflicts(self) -> Iterable[Problem]:
        """A target above the limit, more hours awake than the day has, or two sums."""
        if self.drunk is not None and self.drinks is not None and self.drunk != sum(self.drinks):
            yield Problem(f"the drinks add up to {sum(self.drinks):g} ml", "drunk")
        if _exceeds(self.personal_target, self.fluid_limit):
            yield Problem("is above the fluid limit", "personal_target")
        if _exceeds(self.hours_awake, self.waking_hours):
            yield Problem("is above the waking hours of the day", "hours_awake")


def _exceeds(value: float | None, limit: float | None) -> bool:
    return value is not None and limit is not None and value > limit


@tool(
    Card(
        name="hydration_target",
        title="Hydration target",
        topic="nutrition",
        version="2022.1",
        source=(
            Source(
                "ESPEN guideline on clinical nutrition and hydration in geriatrics",
                "M",
                "1.6 litres a day for women and 2.0 for men, from drinks",
            ),
            Source(
                "Care-home hydration material, Quality Compliance Systems",
                "S",
                "a cup of 150 ml and a mug of 280 ml",
            ),
            Source("Reliance on a Carer (ROC) to Drink, N. Campbell", "S", "the level of help"),
        ),
        population="Older people in care homes and at home",
        use="Shows a person's drinking target, how the day is going and the help that is needed.",
        limits=(
            "There is no single right volume: sources disagree, and a personal target goes first.",
            "The projection assumes drinking at an even pace; there is none in the first hour.",
        ),
        formula="Target: the personal one, else the guideline's by sex, never above the fluid "
        "limit. Projected: drunk / hours awake x waking hours. Help: the higher of both answers.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 5, 23),
        unit="ml/day",
        example=Example(
            {"sex": "female", "drunk": 600, "hours_awake": 8, "waking_hours": 16},
            1600.0,
            "On course for 1,200 ml, below the target.",
        ),
    )
)
def hydration_target(given: HydrationInputs) -> Outcome:
    """Return the target as the value; the day so far in the band and the detail."""
    target, reason = _target(given)
    if target is None:
        return Outcome(None, missing=("sex",), band="", detail=_help_level(given))
    drunk = _drunk(given)
    projected = _projected(given, drunk)
    band, advice = _judged(given, target, drunk, projected)
    detail: dict[str, Any] = {"reason": reason, "fluid_limit": given.fluid_limit, "drunk": drunk}
    if given.last_days is not None:
        detail["days_below_target"] = sum(total < target for total in given.last_days)
        detail["days_recorded"] = len(given.last_days)
    return Outcome(
        target,
        (Component("target", "Target", target, target, reason),),
        band,
        advice,
        missing=("drunk",) if drunk is None else (),
        detail=detail | {"projected": projected} | _help_level(given),
    )


def _target(given: HydrationInputs) -> tuple[float | None, str]:
    if given.personal_target is not None:
        return given.personal_target, "personal target"
    if given.sex is None:
        return (given.fluid_limit, "fluid limit") if given.fluid_limit is not None else (None, "")
    usual = ESPEN_ML[given.sex]
    if given.fluid_limit is not None and given.fluid_limit < usual:
        return given.fluid_limit, "fluid limit, below the guideline's volume"
    return usual, "guideline's volume by sex; agree a personal target"


def _drunk(given: HydrationInputs) -> float | None:
    return given.drunk if given.drinks is None else sum(given.drinks)


def _projected(given: HydrationInputs, drunk: float | None) -> float | None:
    if drunk is None or given.hours_awake is None or given.waking_hours is None:
        return None
    if given.hours_awake < LEAST_HOURS_AWAKE:
        return None
    return drunk / given.hours_awake * given.waking_hours


def _judged(
    given: HydrationInputs, target: float, drunk: float | None, projected: float | None
) -> tuple[str, tuple[str, ...]]:
    limit = given.fluid_limit
    if limit is not None and drunk is not None and drunk > limit:
        return "above the limit", ("The fluid limit is exceeded: tell the nurse or clinician.",)
    if drunk is None:
        return "", ()
    if drunk >= target:
        return "reached", ()
    if limit is not None and projected is not None and projected > limit:
        return "heading above the limit", ("Space the drinks: the fluid limit would be exceeded.",)
    if projected is None:
        return "below so far", ()
    if projected >= target:
        return "on course", ()
    return "below course", ("Offer a drink now and more often, in the cup the person likes.",)


def _help_level(given: HydrationInputs) -> dict[str, Any]:
    """Return the level of help: the higher of the two answers, once both are known."""
    if given.help_to_drink is None or given.encouragement is None:
        return {"help_level": None}
    return {"help_level": HELP_BANDS[max(int(given.help_to_drink), int(given.encouragement))]}
