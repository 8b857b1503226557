"""Bleeding risk on an anticoagulant: ORBIT and HAS-BLED."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from harmfree.clinical.common import ADULT_AGE, CREATININE, SEX, SYSTOLIC
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.points import Item, above, at_least, below, either, judge, summed, unknown
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Outcome, Source

# ORBIT: haemoglobin in g/L and haematocrit in % below which the item is met, by sex.
HAEMOGLOBIN_BELOW = {"male": 130, "female": 120}
HAEMATOCRIT_BELOW = {"male": 40, "female": 36}
NOT_A_REASON = (
    "A high score is no reason by itself to withhold treatment: find what can be changed, "
    "and look again more often."
)


class OrbitInputs(Inputs):
    """Inputs of ORBIT."""

    age: Annotated[float | None, ADULT_AGE] = None
    sex: Annotated[str | None, SEX] = None
    egfr: Annotated[float | None, Measure(label="eGFR", unit="ml/min/1.73 m²", low=0, high=200)] = (
        None
    )
    bleeding_history: Annotated[
        bool | None,
        Flag(
            label="Bleeding history",
            help="Gastrointestinal or intracranial bleeding, or haemorrhagic stroke",
            aliases=("bleeding",),
        ),
    ] = None
    antiplatelet: Annotated[bool | None, Flag(label="Takes an antiplatelet")] = None
    haemoglobin: Annotated[
        float | None,
        Measure(
            label="Haemoglobin",
            unit="g/L",
            low=25,
            high=250,
            quantity="haemoglobin",
            aliases=("hb", "hemoglobin"),
        ),
    ] = None
    haematocrit: Annotated[
        float | None,
        Measure(
            label="Haematocrit",
            unit="%",
            low=8,
            high=75,
            quantity="percentage",
            aliases=("hct", "hematocrit"),
        ),
    ] = None
    anaemia: Annotated[bool | None, Flag(label="History of anaemia")] = None


def _low_blood_count(given: OrbitInputs) -> bool | None:
    """Any of haemoglobin, haematocrit or history; haemoglobin alone can exclude it."""
    if given.anaemia:
        return True
    if given.sex is None:
        return _whatever_the_sex(given)
    count = below(given.haemoglobin, HAEMOGLOBIN_BELOW[given.sex])
    packed = below(given.haematocrit, HAEMATOCRIT_BELOW[given.sex])
    if count or packed:
        return True
    return None if count is None and packed is None else False


def _whatever_the_sex(given: OrbitInputs) -> bool | None:
    answers = {
        _low_blood_count(given.model_copy(update={"sex": sex})) for sex in ("male", "female")
    }
    return answers.pop() if len(answers) == 1 else None


ORBIT = (
    Item("age", "Age", "75 or more", lambda g: at_least(g.age, 75)),
    Item("egfr", "eGFR", "below 60", lambda g: below(g.egfr, 60)),
    Item(
        "bleeding_history", "Bleeding history", "bleeding history", lambda g: g.bleeding_history, 2
    ),
    Item("antiplatelet", "Antiplatelet", "on an antiplatelet", lambda g: g.antiplatelet),
    Item(
        "haemoglobin",
        "Haemoglobin",
        "below 130 g/L (men) or 120 g/L (women), low haematocrit, or anaemia",
        _low_blood_count,
        2,
    ),
)
# Smallest ORBIT score of each band, with major bleeds per 100 patient-years.
ORBIT_BANDS = ((4, "high", 8.1), (3, "medium", 4.7), (0, "low", 2.4))


@tool(
    Card(
        name="orbit",
        title="ORBIT bleeding score",
        topic="atrial fibrillation",
        version="2015.1",
        source=(
            Source("O'Brien EC et al., Eur Heart J 2015;36:3258-64", "V", "items, bands, rates"),
            Source(
                "NICE NG196 linked tool, as corrected June 2021",
                "V",
                "haematocrit and history of anaemia count as low haemoglobin",
            ),
        ),
        population="Adults with atrial fibrillation, before and during anticoagulation",
        use="Preferred bleeding score of NICE NG196: find what can be changed.",
        limits=("Rates are from a registry of people mostly on warfarin.",),
        formula="Age 75 or more 1; eGFR below 60 1; bleeding history 2; antiplatelet 1; "
        "haemoglobin below 130 g/L in men or 120 g/L in women, haematocrit below 40% or 36%, or "
        "history of anaemia 2. Low 0 to 2, medium 3, high 4 to 7.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "age": 76,
                "sex": "male",
                "egfr": 59,
                "bleeding_history": "no",
                "antiplatelet": "yes",
                "haemoglobin": 129,
            },
            5,
            "1 + 1 + 1 + 2.",
        ),
    )
)
def orbit(given: OrbitInputs) -> Outcome:
    """Score one person, 0 to 7."""
    parts = judge(ORBIT, given)
    missing = unknown(parts)
    if "haemoglobin" in missing and given.sex is None and given.haemoglobin is not None:
        missing = tuple("sex" if name == "haemoglobin" else name for name in missing)
    return summed(parts, missing, _orbit_band)


def _orbit_band(score: int) -> tuple[str, tuple[str, ...]]:
    _, band, rate = next(row for row in ORBIT_BANDS if score >= row[0])
    said = f"About {rate} major bleeds per 100 patient-years."
    return band, (said, NOT_A_REASON) if band == "high" else (said,)


class HasbledInputs(Inputs):
    """Inputs of HAS-BLED."""

    systolic: Annotated[float | None, SYSTOLIC] = None
    dialysis_or_transplant: Annotated[bool | None, Flag(label="Dialysis or transplant")] = None
    creatinine: Annotated[float | None, CREATININE] = None
    liver_disease: Annotated[
        bool | None,
        Flag(
            label="Liver disease",
            help="Cirrhosis, bilirubin over twice or ALT, AST or ALP over three times normal",
        ),
    ] = None
    stroke: Annotated[bool | None, Flag(label="Stroke")] = None
    bleeding: Annotated[bool | None, Flag(label="Major bleeding or predisposition to it")] = None
    on_warfarin: Annotated[
        bool | None, Flag(label="On warfarin or another vitamin K antagonist")
    ] = None
    ttr: Annotated[
        float | None, Measure(label="Time in therapeutic range", unit="%", low=0, high=100)
    ] = None
    age: Annotated[float | None, ADULT_AGE] = None
    antiplatelet_or_nsaid: Annotated[bool | None, Flag(label="Antiplatelet or NSAID")] = None
    alcohol: Annotated[
        float | None, Measure(label="Alcohol", unit="units/week", low=0, high=500)
    ] = None

    def conflicts(self) -> Iterable[Problem]:
        """A time in range between 0 and 1 is a fraction, not a percentage."""
        if self.ttr is not None and 0 < self.ttr <= 1:
            yield Problem(f"{self.ttr:g} looks like a fraction; give {100 * self.ttr:g}", "ttr")


def _labile(given: HasbledInputs) -> bool | None:
    return False if given.on_warfarin is False else below(given.ttr, 60)


HASBLED = (
    Item("systolic", "H: hypertension", "systolic above 160", lambda g: above(g.systolic, 160)),
    Item(
        "creatinine",
        "A: renal",
        "dialysis, transplant or creatinine 200 µmol/L or more",
        lambda g: (
            either(g.dialysis_or_transplant, at_least(g.creatinine, 200))
            if g.creatinine is None
            else bool(g.dialysis_or_transplant) or g.creatinine >= 200
        ),
    ),
    Item("liver_disease", "A: liver", "liver disease", lambda g: g.liver_disease),
    Item("stroke", "S: stroke", "stroke", lambda g: g.stroke),
    Item("bleeding", "B: bleeding", "bleeding or predisposition", lambda g: g.bleeding),
    Item("ttr", "L: labile INR", "time in range below 60%", _labile),
    Item("age", "E: elderly", "above 65", lambda g: above(g.age, 65)),
    Item(
        "antiplatelet_or_nsaid",
        "D: drugs",
        "antiplatelet or NSAID",
        lambda g: g.antiplatelet_or_nsaid,
    ),
    Item("alcohol", "D: drink", "8 units a week or more", lambda g: at_least(g.alcohol, 8)),
)


@tool(
    Card(
        name="hasbled",
        title="HAS-BLED",
        topic="atrial fibrillation",
        version="2010.1",
        source=(
            Source("Pisters R et al., Chest 2010;138:1093-100", "V", "items"),
            Source("Pisters R et al., as before", "M", "cut-offs within the items"),
        ),
        population="Adults with atrial fibrillation",
        use="Bleeding risk; NICE NG196 prefers ORBIT.",
        limits=("The labile INR item means nothing for people not on warfarin.",),
        formula="One point each: systolic above 160; dialysis, transplant or creatinine 200 or "
        "more; liver disease; stroke; bleeding; time in range below 60%; age above 65; "
        "antiplatelet or NSAID; 8 units of alcohol a week or more. High at 3 or more.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "systolic": 161,
                "creatinine": 90,
                "liver_disease": "no",
                "stroke": "no",
                "bleeding": "no",
                "on_warfarin": "yes",
                "ttr": 59,
                "age": 66,
                "antiplatelet_or_nsaid": "no",
                "alcohol": 0,
            },
            3,
        ),
    )
)
def hasbled(given: HasbledInputs) -> Outcome:
    """Score one person, 0 to 9."""
    parts = judge(HASBLED, given)
    return summed(parts, unknown(parts), _hasbled_band)


def _hasbled_band(score: int) -> tuple[str, tuple[str, ...]]:
    return ("high", (NOT_A_REASON,)) if score >= 3 else ("not high", ())
