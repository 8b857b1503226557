"""Risk of severe illness or death from sepsis in people aged 16 and over (NICE NG253, 2025).

In acute hospitals, acute mental health settings and ambulances the risk starts from NEWS2; in
the community it does not, and a table of criteria is used instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from harmfree.clinical.deterioration.news2 import YOUNGEST, News2Inputs, components
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Flag, Measure, Moment
from harmfree.clinical.points import above, at_least, below, either, item, limits
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source, Tag

VERSION = "NG253-2025.1"
RISKS = ("very low", "low", "moderate", "high")
# Smallest NEWS2 of each risk.
RISK_FROM = {"very low": 0, "low": 1, "moderate": 5, "high": 7}
# Hours to the decided antibiotic, and minutes to the next NEWS2.
ANTIBIOTIC_HOURS = {"high": 1, "moderate": 3, "low": 6}
REPEAT_MINUTES = {"high": 30, "moderate": 60, "low": 240}
LACTATE_ABOVE = 2.0
WITHOUT_NEWS2 = frozenset({"community", "custodial"})


class SepsisInputs(News2Inputs):
    """A NEWS2 set (or its total) with what NICE asks besides."""

    setting: Annotated[
        str | None,
        Choice(
            label="Setting",
            options={
                "acute hospital": "",
                "acute mental health": "",
                "ambulance": "",
                "community": "general practice, care home, own home",
                "custodial": "",
            },
            spellings={
                "hospital": "acute hospital",
                "mental health": "acute mental health",
                "care home": "community",
                "primary care": "community",
                "prison": "custodial",
            },
        ),
    ] = None
    news2: Annotated[
        float | None,
        Measure(
            label="NEWS2 total",
            help="When the single observations are not at hand",
            low=0,
            high=20,
            whole=True,
        ),
    ] = None
    single_three: Annotated[
        bool | None,
        Flag(label="One observation alone scores 3", help="Only with a NEWS2 total"),
    ] = None
    mottled_or_ashen: Annotated[bool | None, Flag(label="Mottled or ashen skin")] = None
    cyanosis: Annotated[bool | None, Flag(label="Cyanosis of skin, lips or tongue")] = None
    rash: Annotated[bool | None, Flag(label="Non-blanching petechial or purpuric rash")] = None
    worse: Annotated[bool | None, Flag(label="Getting worse, or no better after treatment")] = None
    lactate: Annotated[float | None, Measure(label="Lactate", unit="mmol/L", low=0.1, high=40)] = (
        None
    )
    acute_kidney_injury: Annotated[bool | None, Flag(label="Acute kidney injury")] = None
    altered_mental_state: Annotated[
        bool | None, Flag(label="New altered mental state, seen by a professional")
    ] = None
    altered_by_report: Annotated[
        bool | None, Flag(label="New altered behaviour or mental state, by report")
    ] = None
    functional_decline: Annotated[bool | None, Flag(label="Acute decline in function")] = None
    immunosuppressed: Annotated[bool | None, Flag(label="Impaired immunity")] = None
    recent_procedure: Annotated[
        bool | None, Flag(label="Trauma, surgery or invasive procedure in 6 weeks")
    ] = None
    wound_infection: Annotated[bool | None, Flag(label="Signs of wound infection")] = None
    new_arrhythmia: Annotated[bool | None, Flag(label="New arrhythmia")] = None
    oxygen_40: Annotated[
        bool | None,
        Flag(label="New need of 40% oxygen or more to keep the saturation"),
    ] = None
    systolic_fall: Annotated[
        float | None,
        Measure(label="Fall of systolic pressure below usual", unit="mmHg", low=-150, high=250),
    ] = None
    hours_without_urine: Annotated[
        float | None, Measure(label="Hours without passing urine", unit="h", low=0, high=96)
    ] = None
    assessed_at: Annotated[
        datetime | None, Moment(label="Risk first assessed at", help="Time zero; never edited")
    ] = None

    def conflicts(self) -> Iterable[Problem]:
        """Refuse people whom this guideline is not for."""
        if self.age is not None and self.age < YOUNGEST:
            yield Problem("under 16: NICE NG254 applies", "age")
        if self.pregnant:
            yield Problem("pregnant or recently pregnant: NICE NG255 applies", "pregnant")


@dataclass(frozen=True)
class Criterion:
    """One row of the criteria used where NEWS2 is not the gate.

    Args:
        name: the main input.
        label: as shown.
        risk: "high" or "moderate".
        tag: how far the row was checked.
        met: True, False, or None when it is not recorded.
    """

    name: str
    label: str
    risk: str
    tag: Tag
    met: Callable[[SepsisInputs], bool | None]


def _at_most(value: float | None, threshold: float) -> bool | None:
    return None if value is None else value <= threshold


def _within(value: float | None, low: float, high: float) -> bool | None:
    return None if value is None else low <= value <= high


# NICE NG51 (2024) box for people aged 12 and over, carried into NG253; [M] rows from memory.
CRITERIA = (
    Criterion("altered_mental_state", "New altered mental state", "high", "V",
              lambda g: g.altered_mental_state),
    Criterion("respiration", "Respiratory rate 25 or more, or 40% oxygen", "high", "V",
              lambda g: True if g.oxygen_40 else at_least(g.respiration, 25)),
    Criterion("pulse", "Pulse 130 or more", "high", "V", lambda g: at_least(g.pulse, 130)),
    Criterion("systolic", "Systolic 90 or less, or over 40 below usual", "high", "V",
              lambda g: True if above(g.systolic_fall, 40) else _at_most(g.systolic, 90)),
    Criterion("hours_without_urine", "No urine for 18 hours", "high", "V",
              lambda g: at_least(g.hours_without_urine, 18)),
    Criterion("mottled_or_ashen", "Mottled or ashen", "high", "V", lambda g: g.mottled_or_ashen),
    Criterion("cyanosis", "Cyanosis", "high", "V", lambda g: g.cyanosis),
    Criterion("rash", "Non-blanching rash", "high", "V", lambda g: g.rash),
    Criterion("altered_by_report", "Altered by report", "moderate", "M",
              lambda g: g.altered_by_report),
    Criterion("functional_decline", "Decline in function", "moderate", "M",
              lambda g: g.functional_decline),
    Criterion("immunosuppressed", "Impaired immunity", "moderate", "M",
              lambda g: g.immunosuppressed),
    Criterion("recent_procedure", "Recent procedure", "moderate", "M",
              lambda g: g.recent_procedure),
    Criterion("respiration", "Respiratory rate 21 to 24", "moderate", "M",
              lambda g: _within(g.respiration, 21, 24)),
    Criterion("pulse", "Pulse 91 to 129, or new arrhythmia", "moderate", "M",
              lambda g: True if g.new_arrhythmia else _within(g.pulse, 91, 129)),
    Criterion("systolic", "Systolic 91 to 100", "moderate", "M",
              lambda g: _within(g.systolic, 91, 100)),
    Criterion("hours_without_urine", "No urine for 12 to 18 hours", "moderate", "M",
              lambda g: at_least(g.hours_without_urine, 12)),
    Criterion("temperature", "Temperature below 36", "moderate", "M",
              lambda g: below(g.temperature, 36)),
    Criterion("wound_infection", "Wound infection", "moderate", "M",
              lambda g: g.wound_infection),
)  # fmt: skip


@tool(
    Card(
        name="sepsis_risk_adult",
        title="Sepsis risk, 16 and over",
        topic="deterioration",
        version=VERSION,
        source=(
            Source("NICE NG253 (2025), carrying over NG51 (2024)", "V",
                   "NEWS2 bands, and high-risk criteria in the community"),
            Source("NICE NG51 (2024), to be confirmed in NG253", "M",
                   "single score of 3, reasons to judge the risk higher, lactate and kidney rule, "
                   "times to antibiotic and to the next score, moderate criteria"),
        ),
        population="People aged 16 and over with suspected infection, not pregnant or recently "
        "pregnant",
        use="Supports the clinician who judges the risk from history, examination and NEWS2; the "
        "judgement is the clinician's.",
        limits=(
            "The clock starts when the risk is first assessed and is never edited.",
            "How much higher to judge the risk is not printed; one level is shown.",
            "In the community NEWS2 is not the gate.",
        ),
        formula="NEWS2 7 or more high, 5 to 6 moderate, 1 to 4 low, 0 very low; one level higher "
        "with mottled, ashen or cyanosed skin, a non-blanching rash, or NEWS2 of 5 or more that is "
        "no better; moderate with lactate above 2 or acute kidney injury is treated as high. In "
        "the community: any high criterion is high, else any moderate criterion is moderate.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 5, 23),
        example=Example(
            {"setting": "acute hospital", "news2": 5, "lactate": 2.1, "worse": "no"},
            "high",
            "Moderate by NEWS2, treated as high for a lactate above 2.",
        ),
    )
)  # fmt: skip
def sepsis_risk_adult(given: SepsisInputs) -> Outcome:
    """Judge one person's risk."""
    if given.setting is None:
        return Outcome(None, missing=("setting",), advice=_START)
    return _by_criteria(given) if given.setting in WITHOUT_NEWS2 else _by_news2(given)


_START = ("Say the setting: the community uses criteria, the others NEWS2.",)


def _by_news2(given: SepsisInputs) -> Outcome:
    parts, least, most, single = _score(given)
    if least != most:
        low, high = _risk(least), _risk(most)
        open_risk = f"NEWS2 is between {least} and {most}: risk {low} to {high} before the rest."
        missing = () if given.news2 is not None else _not_known(parts)
        return Outcome(None, parts, missing=missing, warnings=(open_risk,),
                       detail={"minimum": least, "maximum": most})  # fmt: skip
    by_score = _risk(least)
    raised = _raised(given, least)
    risk = RISKS[min(RISKS.index(by_score) + bool(raised), 3)]
    said = [f"Judged higher than NEWS2 says: {reason}." for reason in raised]
    if single and least < RISK_FROM["moderate"]:
        said.append("One observation alone scores 3: high-priority review by a clinician.")
    if risk == "moderate":
        risk, organ = _by_organs(given)
        said.append(organ)
    detail = _timing(given, risk) | {"news2": least, "by_news2": by_score, "single_three": single}
    return Outcome(risk, parts, risk, _advice(risk), (), tuple(said), detail)


def _by_organs(given: SepsisInputs) -> tuple[str, str]:
    """Return the risk of someone at moderate risk once organs are looked at, and why."""
    organ = either(above(given.lactate, LACTATE_ABOVE), given.acute_kidney_injury)
    if organ:
        return "high", "Treated as high: lactate above 2 mmol/L or acute kidney injury."
    if organ is None:
        return "moderate", "Lactate or kidney function not recorded: either can raise the risk."
    return "moderate", "Lactate and kidney function do not raise the risk."


def _score(given: SepsisInputs) -> tuple[tuple[Component, ...], int, int, bool]:
    """Return the contributions, the least and most NEWS2, and whether one alone scores 3."""
    parts = components(given)
    if given.news2 is not None:
        total = int(given.news2)
        part = Component("news2", "NEWS2 total", total, total, "as given")
        return (part,), total, total, bool(given.single_three)
    least, most = limits(parts)
    return parts, least, most, any(part.points == 3 for part in parts)


def _not_known(parts: tuple[Component, ...]) -> tuple[str, ...]:
    return tuple(part.name for part in parts if part.points is None)


def _risk(total: int) -> str:
    return next(risk for risk in reversed(RISKS) if total >= RISK_FROM[risk])


def _raised(given: SepsisInputs, total: int) -> list[str]:
    reasons = {
        "mottled or ashen skin": given.mottled_or_ashen,
        "cyanosis": given.cyanosis,
        "non-blanching rash": given.rash,
        "NEWS2 of 5 or more and no better": bool(given.worse) and total >= RISK_FROM["moderate"],
    }
    return [reason for reason, holds in reasons.items() if holds]


def _timing(given: SepsisInputs, risk: str) -> dict[str, Any]:
    timing: dict[str, Any] = {
        "antibiotic_within_hours": ANTIBIOTIC_HOURS.get(risk),
        "repeat_within_minutes": REPEAT_MINUTES.get(risk),
        "guideline": VERSION,
    }
    if given.assessed_at is not None and risk in ANTIBIOTIC_HOURS:
        due = given.assessed_at + timedelta(hours=ANTIBIOTIC_HOURS[risk])
        timing["antibiotic_due"] = due
    return timing


def _advice(risk: str) -> tuple[str, ...]:
    hours = ANTIBIOTIC_HOURS.get(risk)
    if hours is None:
        return ("Give clinical care as usual; reassess as the local protocol says.",)
    said = f"If a bacterial infection is likely, give the antibiotic within {hours} h of deciding."
    if risk == "high":
        return ("Senior clinical decision maker to review at once.", said,
                "Recalculate NEWS2 every 30 minutes; tell the consultant if there is no response "
                "within 1 hour.")  # fmt: skip
    every = "every hour" if risk == "moderate" else "every 4 to 6 hours"
    return (said, f"Recalculate NEWS2 {every}.")


def _by_criteria(given: SepsisInputs) -> Outcome:
    found = [(row, row.met(given)) for row in CRITERIA]
    parts = tuple(
        replace(item(row.name, row.label, getattr(given, row.name), met, row.risk), why=row.risk)
        for row, met in found
    )
    met = {row.risk for row, holds in found if holds}
    unknown = tuple(dict.fromkeys(row.name for row, holds in found if holds is None))
    if "high" in met:
        advice = ("Send for emergency care now, usually by 999 ambulance, and pre-alert.",)
        return Outcome("high", parts, "high", advice, detail={"guideline": VERSION})
    high_open = [row.label for row, holds in found if row.risk == "high" and holds is None]
    if high_open:
        said = ("A high criterion is not recorded; the risk cannot be given.",)
        least = "moderate" if met else "low"
        return Outcome(None, parts, missing=unknown, warnings=said, detail={"at_least": least})
    if "moderate" in met:
        advice = ("Decide on a definitive diagnosis and treatment, or send for emergency care.",)
        return Outcome("moderate", parts, "moderate", advice, detail={"guideline": VERSION})
    if unknown:
        return Outcome(None, parts, missing=unknown, detail={"at_least": "low"})
    advice = ("Treat as usual; say what to watch for and when to come back.",)
    return Outcome("low", parts, "low", advice, detail={"guideline": VERSION})
