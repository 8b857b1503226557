"""The national Paediatric Early Warning System of England (NHS England SPOT, 2023 charts)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from harmfree.clinical.deterioration.pews_inputs import EXPORTED, LEVELS, PewsInputs, age_band_on
from harmfree.clinical.points import limits
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source
from harmfree.clinical.tables import ScoreTable, shipped_table

HIGH_FLOW = frozenset({"HF", "BiP", "CP"})
# A pressure that could not be taken: points by reason. U4 is "unsuccessful, with concern".
PRESSURE_SKIPPED = {"NCO": 0, "U0": 0, "U4": 4}


@lru_cache(maxsize=1)
def chart() -> ScoreTable:
    """Return the charts of all ages as data."""
    return shipped_table("harmfree.clinical.deterioration", "pews_england")


@tool(
    Card(
        name="pews_england",
        title="PEWS (England)",
        topic="deterioration",
        version="2023.1",
        source=(
            Source(
                "NHS England, System-wide Paediatric Observations Tracking programme: national "
                "PEWS charts, 2023; digital specification as transcribed by the RCPCH, July 2026",
                "V",
                "points, age bands, triggers and response",
            ),
        ),
        population="Children in hospital wards in England, from birth to the children's ward's "
        "upper age; not neonatal, maternity or intensive care",
        use="Tracks illness of a child from one set of observations, with the concern of staff "
        "and carers, and says who should come and how soon.",
        limits=(
            "An incomplete set gives a minimum and a maximum, never a total.",
            "A value between two printed bands takes the band that scores more.",
            "Consciousness and temperature are triggers; they add no points.",
            "The help texts for respiratory distress differ below and above five years.",
        ),
        formula="Seven observations score 0, 1, 2 or 4 by the chart of the child's age. Level by "
        "sum: low 1 to 4, medium 5 to 8, high 9 to 12, emergency 13 or more. A suspicion of "
        "sepsis is at least medium; septic shock or response to voice only at least high; "
        "response to pain only, no response or an abnormal pupil is an emergency. Concern can set "
        "any level.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "age_band": "0-11m",
                "respiratory_rate": 65,
                "respiratory_distress": "moderate",
                "oxygen_saturation": 93,
                "oxygen_device": "NP",
                "oxygen_delivery": "2 L/min",
                "heart_rate": 175,
                "blood_pressure": 65,
                "capillary_refill": 3,
            },
            12,
            "2 + 2 + 1 + 2 + 2 + 1 + 2.",
        ),
    )
)
def pews_england(given: PewsInputs) -> Outcome:
    """Score one set of observations of a child."""
    given = _with_single(given)
    band = given.age_band or _own_band(given)
    parts = components(given, band)
    least, most = limits(parts)
    complete = all(part.points is not None for part in parts)
    triggers = _triggers(given)
    by_score = chart().level(least).name
    level = max([by_score, *triggers.values()], key=LEVELS.index)
    detail: dict[str, Any] = {
        "minimum": least,
        "maximum": most,
        "fields": {EXPORTED[part.name]: part.points for part in parts},
        "age_band": band,
        "level_by_score": by_score,
        "triggers": triggers,
        "escalation": None if level == "none" else level,
    }
    if given.parameter is not None:
        detail["score"] = detail["fields"][EXPORTED[given.parameter]]
    return Outcome(
        least if complete else None,
        parts,
        level if complete or level != "none" else "",
        next(step.advice for step in chart().levels if step.name == level),
        _missing(given, band, parts),
        _warnings(given, least, most, complete),
        detail,
    )


def _with_single(given: PewsInputs) -> PewsInputs:
    """Put the single parameter, when one is given, into its own field."""
    if given.parameter is None or given.value is None:
        return given
    return given.model_copy(update={given.parameter: given.value})


def _own_band(given: PewsInputs) -> str | None:
    if given.birth_date is None or given.observed_at is None:
        return None
    return age_band_on(given.birth_date, given.observed_at.date())


def components(given: PewsInputs, band: str | None) -> tuple[Component, ...]:
    """Return the seven contributions on the chart of an age band."""
    rows = chart().by_name

    def by_age(name: str, value: float | None) -> Component:
        if band is None and value is not None:
            return rows[name].unknown(value, rows[name].most, "age band not known")
        return rows[name].component(value, band or "")

    return (
        by_age("respiratory_rate", given.respiratory_rate),
        rows["respiratory_distress"].component(given.respiratory_distress),
        rows["oxygen_saturation"].component(given.oxygen_saturation),
        _oxygen(given),
        by_age("heart_rate", given.heart_rate),
        _pressure(given, by_age("blood_pressure", given.blood_pressure)),
        rows["capillary_refill"].component(given.capillary_refill),
    )


def _oxygen(given: PewsInputs) -> Component:
    device, most = given.oxygen_device, 4
    if device is None:
        return Component("oxygen", "Oxygen", None, None, "not recorded; 0 to 4", most)
    if device == "air":
        return Component("oxygen", "Oxygen", device, 0, "air")
    if device in HIGH_FLOW:
        return Component("oxygen", "Oxygen", device, 4, "high flow, BiPAP or CPAP")
    if given.oxygen_delivery is None:
        why = "amount of oxygen not recorded; 0 to 4"
        return Component("oxygen", "Oxygen", device, None, why, most)
    amount, unit = given.oxygen_delivery
    row = chart().by_name["oxygen_flow" if unit == "L/min" else "oxygen_percent"]
    scored = row.component(amount)
    return Component("oxygen", "Oxygen", f"{device} {amount:g} {unit}", scored.points, scored.why)


def _pressure(given: PewsInputs, measured: Component) -> Component:
    skipped = given.blood_pressure_skipped
    if skipped is None:
        return measured
    points = PRESSURE_SKIPPED[skipped]
    return Component(measured.name, measured.label, skipped, points, f"not taken, {skipped}")


def _triggers(given: PewsInputs) -> dict[str, str]:
    """Return the levels that hold whatever the score, by what calls for them."""
    avpu = {"V": "high", "P": "emergency", "U": "emergency"}.get(given.avpu or "")
    sepsis = {"sepsis": "medium", "septic-shock": "high"}.get(given.sepsis_suspicion or "")
    called = {
        "AVPU": avpu,
        "abnormal pupil": "emergency" if given.abnormal_pupil else None,
        "sepsis": sepsis,
        "concern": given.concern_level if given.concern_level != "none" else None,
    }
    return {what: level for what, level in called.items() if level is not None}


def _missing(given: PewsInputs, band: str | None, parts: tuple[Component, ...]) -> tuple[str, ...]:
    unknown = [part.name for part in parts if part.points is None and part.given is None]
    needs = ["age_band"] if band is None else []
    if given.oxygen_device not in (None, "air", *HIGH_FLOW) and given.oxygen_delivery is None:
        needs.append("oxygen_delivery")
    return (*needs, *("oxygen_device" if name == "oxygen" else name for name in unknown))


def _warnings(given: PewsInputs, least: int, most: int, complete: bool) -> tuple[str, ...]:
    said = []
    if not complete:
        said.append(f"Incomplete: the score is between {least} and {most}; complete the set.")
    if given.temperature is not None and (given.temperature >= 38 or given.temperature < 36):
        said.append("Temperature 38 °C or more, or below 36 °C: think of sepsis.")
    if given.carer_question == "W" and given.concern_level is None:
        said.append("The carer says worse: decide which level that calls for.")
    own = _own_band(given)
    if own is not None and given.age_band not in (None, own):
        said.append(f"The date of birth gives the chart {own}; {given.age_band} was chosen.")
    if given.avpu == "C":
        said.append("New confusion is not a level of AVPU: it scores nothing here; judge it.")
    return tuple(said)
