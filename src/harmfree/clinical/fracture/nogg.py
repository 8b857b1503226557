"""NOGG bands: what a FRAX probability calculated elsewhere means at a given age."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any

from harmfree.clinical.common import AGE
from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

# From the lowest to the highest; the higher of hip and major fracture decides.
BANDS = ("low", "intermediate", "high", "very high")
ADVICE = {
    "low": "Lifestyle advice; assess again within 5 years, or sooner if the risk changes.",
    "intermediate": "Measure bone density and recalculate with it.",
    "high": "Offer treatment; bone density is still useful.",
    "very high": "Refer to a specialist; consider starting with an anabolic drug.",
}


@lru_cache(maxsize=1)
def thresholds() -> dict[str, Any]:
    """Return the data file."""
    text = files(__package__).joinpath("data/nogg.json").read_text(encoding="utf-8")
    held: dict[str, Any] = json.loads(text)
    return held


@dataclass(frozen=True)
class Levels:
    """The thresholds of one outcome at one age, in per cent.

    Args:
        lower: lower assessment threshold; below it the risk is low.
        intervention: threshold for treatment once bone density is in the probability.
        upper: upper assessment threshold; from it on treat without bone density.
    """

    lower: float
    intervention: float
    upper: float

    @property
    def very_high(self) -> float:
        """1.6 times the intervention threshold, as the product and not as its printed rounding."""
        times: float = thresholds()["very_high"]["times_intervention"]
        return round(times * self.intervention, 6)

    def band(self, probability: float, with_bmd: bool) -> str:
        """Return the band; every threshold belongs to the band above it."""
        if probability >= self.very_high:
            return "very high"
        if with_bmd:
            return "high" if probability >= self.intervention else "low"
        if probability >= self.upper:
            return "high"
        return "intermediate" if probability >= self.lower else "low"


def levels(age: float) -> tuple[Levels, Levels]:
    """Return the thresholds of major and of hip fracture at a completed age of 50 or more."""
    for row in thresholds()["bands"]:
        if row[0] <= int(age) <= row[1]:
            return Levels(*row[2:5]), Levels(*row[5:8])
    raise ValueError(f"no thresholds for the age of {age:g}")


class NoggInputs(Inputs):
    """Inputs of the bands."""

    age: Annotated[float | None, replace(AGE, low=50)] = None
    mof_pct: Annotated[
        float | None,
        Measure(
            label="FRAX: major osteoporotic fracture",
            unit="%",
            low=0,
            high=100,
            help="Ten-year probability, calculated with FRAX elsewhere",
            aliases=("mof", "frax_mof"),
        ),
    ] = None
    hip_pct: Annotated[
        float | None,
        Measure(label="FRAX: hip fracture", unit="%", low=0, high=100, aliases=("hip", "frax_hip")),
    ] = None
    with_bmd: Annotated[
        bool | None, Flag(label="Probability includes bone density", aliases=("bmd",))
    ] = None
    dxa_impractical: Annotated[bool | None, Flag(label="Bone density cannot be measured")] = None
    t_score: Annotated[float | None, Measure(label="T-score, lowest site", low=-8, high=6)] = None
    vertebral_fractures: Annotated[
        int | None, Measure(label="Vertebral fractures", low=0, high=24, whole=True)
    ] = None
    recent_vertebral_fracture: Annotated[
        bool | None, Flag(label="Vertebral fracture in the last 2 years")
    ] = None
    glucocorticoid_mg: Annotated[
        float | None,
        Measure(label="Prednisolone or equivalent", unit="mg/day", low=0, high=1000),
    ] = None
    glucocorticoid_months: Annotated[
        float | None, Measure(label="Duration of glucocorticoid", unit="months", low=0, high=1200)
    ] = None


@tool(
    Card(
        name="nogg",
        title="NOGG intervention bands",
        topic="fracture",
        version="2024",
        source=(
            Source(
                "National Osteoporosis Guideline Group 2021, updated 2024",
                "M",
                "all thresholds, transcribed second hand",
            ),
        ),
        population="People of 50 and over in the UK with a FRAX probability",
        use="Places a FRAX probability in NOGG's bands. FRAX itself is closed and is not "
        "calculated here.",
        limits=(
            "For FRAX only: do not enter a QFracture risk.",
            "FRAX's own adjustments (dose of glucocorticoid, falls, diabetes) are not made here.",
        ),
        formula="Without bone density: below the lower threshold low, from the upper one high, "
        "between them measure bone density. With it, or if it cannot be measured: high from the "
        "intervention threshold. Very high: 1.6 times that, or a criterion of its own. The higher "
        "band of major and hip fracture counts. A threshold belongs to the band above it.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 5, 23),
        example=Example(
            {"age": 67, "mof_pct": 17.0, "hip_pct": 2.0, "with_bmd": "no"},
            "intermediate",
            "17% lies between 8.6 and 19.8 at 65 to 69.",
        ),
    )
)
def nogg(given: NoggInputs) -> Outcome:
    """Return the band as the value."""
    own = _own_criteria(given)
    missing = given.absent("age", "mof_pct", "hip_pct", "with_bmd")
    if given.dxa_impractical:
        missing = tuple(name for name in missing if name != "with_bmd")
    if missing and not own:
        return Outcome(None, missing=missing)
    parts = [_criterion(words) for words in own]
    if not missing and given.age is not None:
        by_bmd = bool(given.with_bmd or given.dxa_impractical)
        for name, label, probability, held in zip(
            ("mof_pct", "hip_pct"),
            ("Major fracture", "Hip fracture"),
            (given.mof_pct or 0.0, given.hip_pct or 0.0),
            levels(given.age),
            strict=True,
        ):
            parts.append(_placed(name, label, probability, held, by_bmd))
    band = BANDS[int(max(part.points or 0 for part in parts))]
    return Outcome(band, tuple(parts), band, (ADVICE[band],), missing, detail=_detail(given))


def _own_criteria(given: NoggInputs) -> list[str]:
    """Name the criteria of very high risk that need no probability."""
    held = thresholds()["very_high"]
    said = []
    if given.recent_vertebral_fracture:
        said.append("vertebral fracture in the last 2 years")
    if (given.vertebral_fractures or 0) >= held["vertebral_fractures_at_least"]:
        said.append("two or more vertebral fractures")
    if given.t_score is not None and given.t_score <= held["t_score_at_most"]:
        said.append("T-score of -3.5 or lower")
    if (given.glucocorticoid_mg or 0) >= held["glucocorticoid_mg_at_least"] and (
        given.glucocorticoid_months or 0
    ) >= held["glucocorticoid_months_at_least"]:
        said.append("glucocorticoid of 7.5 mg a day or more for 3 months or longer")
    return said


def _criterion(words: str) -> Component:
    return Component("criterion", words.capitalize(), True, len(BANDS) - 1, "very high on its own")


def _placed(name: str, label: str, probability: float, held: Levels, by_bmd: bool) -> Component:
    band = held.band(probability, by_bmd)
    spoken = (
        f"intervention threshold {held.intervention:g}%"
        if by_bmd
        else f"assessment thresholds {held.lower:g} and {held.upper:g}%"
    )
    why = f"{band}: {spoken}, very high from {held.very_high:g}%"
    return Component(name, label, probability, BANDS.index(band), why)


def _detail(given: NoggInputs) -> dict[str, Any]:
    if given.age is None:
        return {}
    mof, hip = levels(given.age)
    return {
        name: {
            "lower": held.lower,
            "intervention": held.intervention,
            "upper": held.upper,
            "very_high": held.very_high,
        }
        for name, held in (("mof", mof), ("hip", hip))
    }
