"""Stroke risk in atrial fibrillation: CHADS2, CHA2DS2-VASc and CHA2DS2-VA."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

from harmfree.clinical.common import ADULT_AGE, SEX
from harmfree.clinical.fields import Flag
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.points import Item, at_least, judge, summed, unknown
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Outcome, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEART_FAILURE = Flag(
    label="Heart failure or left ventricular dysfunction", aliases=("chf", "hf", "lvsd")
)
HYPERTENSION = Flag(label="Hypertension", help="Also when treated", aliases=("htn",))
DIABETES = Flag(label="Diabetes", aliases=("dm",))
STROKE = Flag(
    label="Stroke, TIA or systemic embolism", help="Ever", aliases=("stroke_tia", "tia", "sstia")
)
POPULATION = "Adults with atrial fibrillation without mechanical valve or moderate to severe "
POPULATION += "mitral stenosis"


class Chads2Inputs(Inputs):
    """Inputs of CHADS2."""

    age: Annotated[float | None, ADULT_AGE] = None
    heart_failure: Annotated[bool | None, HEART_FAILURE] = None
    hypertension: Annotated[bool | None, HYPERTENSION] = None
    diabetes: Annotated[bool | None, DIABETES] = None
    stroke: Annotated[bool | None, STROKE] = None


class Cha2ds2vaInputs(Chads2Inputs):
    """Inputs of CHA2DS2-VA."""

    vascular_disease: Annotated[
        bool | None,
        Flag(
            label="Vascular disease",
            help="Myocardial infarction, angina, coronary revascularisation or stenosis above "
            "50%, claudication or treated peripheral disease, aortic plaque of 4 mm or more",
            aliases=("vascular",),
        ),
    ] = None


class Cha2ds2vascInputs(Chads2Inputs):
    """Inputs of CHA2DS2-VASc."""

    sex: Annotated[str | None, SEX] = None
    vascular_disease: Annotated[
        bool | None,
        Flag(
            label="Vascular disease",
            help="Myocardial infarction, peripheral arterial disease or aortic plaque",
            aliases=("vascular",),
        ),
    ] = None


def _age_65_to_74(given: Chads2Inputs) -> bool | None:
    return None if given.age is None else 65 <= given.age < 75


_C = Item("heart_failure", "C: heart failure", "heart failure", lambda g: g.heart_failure)
_H = Item("hypertension", "H: hypertension", "hypertension", lambda g: g.hypertension)
_A = Item("age", "A: age 75 or more", "75 or more", lambda g: at_least(g.age, 75))
_D = Item("diabetes", "D: diabetes", "diabetes", lambda g: g.diabetes)
_S = Item("stroke", "S: stroke", "stroke, TIA or embolism", lambda g: g.stroke, 2)
_V = Item("vascular_disease", "V: vascular", "vascular disease", lambda g: g.vascular_disease)
_A65 = Item("age", "A: age 65 to 74", "65 to 74", _age_65_to_74)
_SEX = Item("sex", "Sc: sex", "female", lambda g: None if g.sex is None else g.sex == "female")
CHADS2 = (_C, _H, _A, _D, _S)
CHA2DS2_VA = (_C, _H, replace(_A, points=2), _D, _S, _V, _A65)
CHA2DS2_VASC = (*CHA2DS2_VA, _SEX)


def _score(items: tuple[Item, ...], given: Chads2Inputs) -> Outcome:
    """Sum the items; of the two age items only one can be met, which the maximum must know."""
    parts = judge(items, given)
    found = summed(parts, unknown(parts), _by_total)
    both_ages_open = given.age is None and items is not CHADS2
    if found.value is not None or not both_ages_open:
        return found
    least, most = found.detail["minimum"], found.detail["maximum"] - 1
    said = f"Incomplete: the score is between {least} and {most}."
    return replace(found, detail={"minimum": least, "maximum": most}, warnings=(said,))


def _by_total(score: int) -> tuple[str, tuple[str, ...]]:
    """ESC 2024 and NG196 agree on 2 or more; what 1 means differs and is said by each tool."""
    return ("high" if score >= 2 else "intermediate" if score == 1 else "low"), ()


@tool(
    Card(
        name="chads2",
        title="CHADS2",
        topic="atrial fibrillation",
        version="2001.1",
        source=(Source("Gage BF et al., JAMA 2001;285:2864-70", "V"),),
        population=POPULATION,
        use="For records and registers that hold the older score; decide with CHA2DS2-VASc.",
        limits=("Superseded by CHA2DS2-VASc: it misses people at moderate risk.",),
        formula="Heart failure 1, hypertension 1, age 75 or more 1, diabetes 1, stroke 2.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=Example(
            {
                "age": 75,
                "heart_failure": "no",
                "hypertension": "yes",
                "diabetes": "no",
                "stroke": "yes",
            },
            4,
        ),
    )
)
def chads2(given: Chads2Inputs) -> Outcome:
    """Score one person, 0 to 6."""
    return _score(CHADS2, given)


@tool(
    Card(
        name="cha2ds2vasc",
        title="CHA2DS2-VASc",
        topic="atrial fibrillation",
        version="2010.1",
        source=(
            Source("Lip GYH et al., Chest 2010;137:263-72", "V", "items and points"),
            Source("NICE NG196 (2021)", "V", "offer at 2 or more, consider in men at 1"),
            Source("NICE NG196 (2021)", "M", "no offer under 65 with no factor but sex"),
        ),
        population=POPULATION,
        use="Says whom to offer anticoagulation, with bleeding risk and the person's own choice.",
        limits=(
            "An item that is not recorded leaves a minimum and a maximum, never a score.",
            "Age at the day of the decision; recheck at 65 and 75 and with every new diagnosis.",
        ),
        formula="Heart failure 1, hypertension 1, age 75 or more 2, diabetes 1, stroke, TIA or "
        "embolism 2, vascular disease 1, age 65 to 74 1, female 1.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "age": 65,
                "sex": "female",
                "heart_failure": "no",
                "hypertension": "yes",
                "diabetes": "no",
                "stroke": "no",
                "vascular_disease": "no",
            },
            3,
            "Age 65 to 74, female, hypertension.",
        ),
    )
)
def cha2ds2vasc(given: Cha2ds2vascInputs) -> Outcome:
    """Score one person, 0 to 9."""
    found = _score(CHA2DS2_VASC, given)
    if found.value is None:
        return found
    score, woman = int(found.value), given.sex == "female"
    if score >= 2:
        return replace(found, advice=("Offer a direct oral anticoagulant.",))
    if score == 1 and not woman:
        return replace(found, advice=("Consider a direct oral anticoagulant.",))
    # A woman's single point is her sex alone, which NG196 does not count as a reason to treat.
    advice = ("Do not offer an anticoagulant now; recheck at 65 and with any new diagnosis.",)
    return replace(found, band="low", advice=advice)


@tool(
    Card(
        name="cha2ds2va",
        title="CHA2DS2-VA",
        topic="atrial fibrillation",
        version="2024.1",
        source=(
            Source("European Society of Cardiology, atrial fibrillation guideline, 2024", "V"),
        ),
        population=POPULATION,
        use="CHA2DS2-VASc without sex, as in European guidance; NICE and QOF use CHA2DS2-VASc.",
        limits=(
            "Do not compare its cut-offs with CHA2DS2-VASc: women score one less.",
            "Vascular disease is wider here than in CHA2DS2-VASc.",
        ),
        formula="Heart failure 1, hypertension 1, age 75 or more 2, diabetes 1, stroke, TIA or "
        "embolism 2, vascular disease 1, age 65 to 74 1.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "age": 74,
                "heart_failure": "no",
                "hypertension": "no",
                "diabetes": "yes",
                "stroke": "no",
                "vascular_disease": "no",
            },
            2,
        ),
    )
)
def cha2ds2va(given: Cha2ds2vaInputs) -> Outcome:
    """Score one person, 0 to 8."""
    found = _score(CHA2DS2_VA, given)
    advice = {
        "high": ("Anticoagulation is recommended (ESC 2024).",),
        "intermediate": ("Anticoagulation should be considered (ESC 2024).",),
        "low": ("No anticoagulation now; reassess regularly.",),
    }
    return replace(found, advice=advice.get(found.band, ()))


def cha2ds2vasc_array(
    age: NDArray[np.float64],
    female: NDArray[np.bool_],
    *,
    heart_failure: NDArray[np.bool_],
    hypertension: NDArray[np.bool_],
    diabetes: NDArray[np.bool_],
    stroke: NDArray[np.bool_],
    vascular_disease: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return CHA2DS2-VASc of many people whose record is complete; the twin of `cha2ds2vasc`.

    Args:
        age: years.
        female: sex as the rule uses it.
        heart_failure: and the other conditions, one truth value a person.
    """
    import numpy as np

    points = (
        heart_failure.astype(np.int64)
        + hypertension
        + 2 * (age >= 75)
        + diabetes
        + 2 * stroke.astype(np.int64)
        + vascular_disease
        + ((age >= 65) & (age < 75))
        + female
    )
    scored: NDArray[np.int64] = points.astype(np.int64)
    return scored
