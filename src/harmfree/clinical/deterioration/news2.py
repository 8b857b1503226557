"""NEWS2, the National Early Warning Score of the Royal College of Physicians (December 2017)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from harmfree.clinical.common import (
    ACVPU,
    AGE,
    PULSE,
    RESPIRATION,
    SPO2,
    SYSTOLIC,
    TEMPERATURE,
)
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Day, Flag, Measure, Moment
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.points import limits
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Shared, Source
from harmfree.clinical.tables import Level, Scored, ScoreTable, shipped_table

YOUNGEST = 16
# Names under which the parts of a NEWS2 are usually exported.
EXPORTED = {
    "respiration": "rr",
    "spo2": "spo2",
    "oxygen": "oxygen",
    "systolic": "sbp",
    "pulse": "pulse",
    "consciousness": "consciousness",
    "temperature": "temp",
}


@lru_cache(maxsize=1)
def chart() -> ScoreTable:
    """Return the chart as data."""
    return shipped_table("harmfree.clinical.deterioration", "news2")


class News2Inputs(Inputs):
    """One set of observations of a person aged 16 or over."""

    respiration: Annotated[float | None, RESPIRATION] = None
    spo2: Annotated[float | None, SPO2] = None
    scale: Annotated[
        str,
        Choice(
            label="SpO2 scale",
            help="1 for everyone, unless a clinician has confirmed hypercapnic respiratory "
            "failure and prescribed a target of 88 to 92%; never chosen from a diagnosis",
            options={"1": "target 94 to 98%", "2": "prescribed target 88 to 92%"},
            spellings={"scale 1": "1", "scale 2": "2"},
            aliases=("spo2_scale",),
        ),
    ] = "1"
    oxygen: Annotated[
        bool | None,
        Flag(
            label="On supplemental oxygen",
            yes=("oxygen", "o2"),
            no=("air", "room air"),
            aliases=("o2", "on_oxygen", "air_or_oxygen"),
        ),
    ] = None
    systolic: Annotated[float | None, SYSTOLIC] = None
    pulse: Annotated[float | None, PULSE] = None
    consciousness: Annotated[str | None, ACVPU] = None
    temperature: Annotated[float | None, TEMPERATURE] = None
    age: Annotated[float | None, replace(AGE, help="Not for under 16")] = None
    pregnant: Annotated[
        bool | None, Flag(label="Pregnant or recently pregnant", help="NEWS2 is not for them")
    ] = None
    scale_2_prescribed: Annotated[
        date | None,
        Day(label="Scale 2 prescribed on", help="When a clinician decided on a target of 88-92%"),
    ] = None
    concern: Annotated[
        bool | None, Flag(label="Someone is worried", help="Staff, patient, family or carer")
    ] = None
    usual: Annotated[
        float | None,
        Measure(label="Usual NEWS2 of this person", low=0, high=20, whole=True),
    ] = None
    observed_at: Annotated[datetime | None, Moment(label="Observed at")] = None

    def conflicts(self) -> Iterable[Problem]:
        """Refuse people whom the score is not for."""
        if self.age is not None and self.age < YOUNGEST:
            yield Problem("NEWS2 is not for people under 16; use a children's chart", "age")
        if self.pregnant:
            yield Problem("NEWS2 is not for pregnancy; use the maternity score", "pregnant")


@tool(
    Card(
        name="news2",
        title="NEWS2",
        topic="deterioration",
        version="2017.1",
        source=(
            Source(
                "Royal College of Physicians. National Early Warning Score (NEWS) 2, "
                "December 2017, chart 1",
                "V",
                "points and bands",
            ),
            Source(
                "Royal College of Physicians, as before, clinical response table",
                "M",
                "minimum frequency of observations and wording of the response",
            ),
        ),
        population="People aged 16 and over, not pregnant; with care in spinal cord injury",
        use="Tracks acute illness from one set of observations and says how soon to repeat it and "
        "who should come. It never overrides concern or clinical judgement.",
        limits=(
            "An incomplete set gives a minimum and a maximum, never a total.",
            "Scale 2 is for a prescribed target of 88 to 92% only, not for a label of COPD.",
            "A usual value is shown as a difference; it never lowers the score.",
            "A set is only as current as the time it was observed.",
        ),
        formula="Each observation scores 0 to 3 by the chart's bands and oxygen scores 2; the sum "
        "is 0 to 20. Low 0 to 4, low-medium when one observation alone scores 3 and the sum is "
        "below 5, medium 5 to 6, high 7 or more. Temperature is first rounded half up to 0.1 and "
        "the other values to whole numbers, as the chart prints them.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "respiration": 21,
                "spo2": 94,
                "scale": "1",
                "oxygen": "yes",
                "systolic": 101,
                "pulse": 91,
                "consciousness": "A",
                "temperature": 38.1,
            },
            8,
            "2 + 1 + 2 + 1 + 1 + 0 + 1.",
        ),
    )
)
def news2(given: News2Inputs) -> Outcome:
    """Score one set of observations."""
    parts = components(given)
    points = tuple([part.points for part in parts])
    if None in points:
        return _incomplete(given, parts)
    total, level, detail = _concluded(points)
    extras = _extras(given, total, level)
    return Outcome(
        total,
        parts,
        level.name,
        _advice(given, level.advice),
        (),
        _warnings(given),
        detail | extras if extras else detail,
    )


@lru_cache(maxsize=16_384)
def _concluded(points: tuple[int, ...]) -> tuple[int, Level, Shared]:
    """Return total, level and details of a complete set; there are some 5,000 different ones."""
    total, highest = sum(points), max(points)
    level = chart().level(total, highest)
    detail = Shared(
        minimum=total,
        maximum=total,
        any_three=highest == 3,
        parts=dict(zip(EXPORTED.values(), points, strict=True)),
        repeat_within_minutes=level.review_minutes,
    )
    return total, level, detail


def components(given: News2Inputs) -> tuple[Component, ...]:
    """Return the seven contributions; one that the record does not settle has no points."""
    rows = _rows()
    on_oxygen = given.oxygen
    return (
        rows.respiration[given.respiration],
        rows.spo2[given.spo2] if given.scale != "2" else _second_scale(given, rows),
        rows.oxygen[None if on_oxygen is None else "oxygen" if on_oxygen else "air"],
        rows.systolic[given.systolic],
        rows.pulse[given.pulse],
        rows.consciousness[given.consciousness],
        rows.temperature[given.temperature],
    )


class Rows(NamedTuple):
    """The rows of the chart, ready to look values up in."""

    respiration: Scored
    spo2: Scored
    on_air: Scored
    on_oxygen: Scored
    oxygen: Scored
    systolic: Scored
    pulse: Scored
    consciousness: Scored
    temperature: Scored


@lru_cache(maxsize=1)
def _rows() -> Rows:
    row = {name: parameter.scored for name, parameter in chart().by_name.items()}
    return Rows(
        row["respiration"]["all"],
        row["spo2"]["scale 1"],
        row["spo2"]["scale 2, on air"],
        row["spo2"]["scale 2, on oxygen"],
        *(row[name]["all"] for name in ("oxygen", "systolic", "pulse")),
        *(row[name]["all"] for name in ("consciousness", "temperature")),
    )


def _second_scale(given: News2Inputs, rows: Rows) -> Component:
    if given.oxygen is not None:
        return (rows.on_oxygen if given.oxygen else rows.on_air)[given.spo2]
    # Air or oxygen unknown: settled only where both columns agree.
    air, oxygen = rows.on_air[given.spo2], rows.on_oxygen[given.spo2]
    if air.points == oxygen.points:
        return air
    most = int(oxygen.points or 0)
    return chart().by_name["spo2"].unknown(given.spo2, most, "air or oxygen not recorded")


def _parts(parts: tuple[Component, ...]) -> dict[str, Any]:
    return {EXPORTED[part.name]: part.points for part in parts}


def _incomplete(given: News2Inputs, parts: tuple[Component, ...]) -> Outcome:
    least, most = limits(parts)
    known = [part.points for part in parts if part.points is not None]
    highest = max(known, default=0)
    level = chart().level(least, highest)
    red = [part.label for part in parts if part.points == 3]
    said = [f"Incomplete: the score is between {least} and {most}; complete the set."]
    if red:
        said.append(f"Already scores 3 alone: {', '.join(red)}. Act on it now.")
    detail = {
        "minimum": least,
        "maximum": most,
        "any_three": bool(red),
        "parts": _parts(parts),
        "band_at_least": level.name,
    }
    missing = given.absent(*EXPORTED)
    advice = level.advice if least or red else ()
    return Outcome(
        None, parts, "", _advice(given, advice), missing, (*said, *_warnings(given)), detail
    )


def _advice(given: News2Inputs, advice: tuple[str, ...]) -> tuple[str, ...]:
    if given.concern:
        return ("Someone is worried: escalate, whatever the score.", *advice)
    return advice


def _warnings(given: News2Inputs) -> tuple[str, ...]:
    if given.scale == "2" and given.scale_2_prescribed is None:
        return (
            "Scale 2 is used but no date is given on which a clinician confirmed hypercapnic "
            "respiratory failure and prescribed a target of 88 to 92%.",
        )
    return ()


def _extras(given: News2Inputs, total: int, level: Level) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    if given.usual is not None:
        extras["change_from_usual"] = total - given.usual
    if given.observed_at is not None and level.review_minutes is not None:
        extras["next_due"] = given.observed_at + timedelta(minutes=level.review_minutes)
    return extras
