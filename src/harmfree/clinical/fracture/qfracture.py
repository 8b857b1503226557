"""QFracture-2012: the risk of an osteoporotic and of a hip fracture over 1 to 18 years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Annotated

from harmfree.clinical.body import BMI, body_mass_index, disagreement
from harmfree.clinical.common import AGE, HEIGHT, SEX, WEIGHT
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Flag, Measure
from harmfree.clinical.fracture.equations import (
    BMI_HIGH,
    BMI_LOW,
    OUTCOMES,
    Equation,
    equation,
    flag_names,
    published,
)
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

# NICE CG146 recommendation 1.6: QFracture may be used up to the age of 84; above that age people
# count as at high risk.
NICE_UPPER_AGE = 84

ALCOHOL = Choice(
    label="Alcohol",
    help="0 none, 1 under 1 unit a day, 2 1 to 2, 3 3 to 6, 4 7 to 9, 5 over 9 units a day",
    options={str(n): "" for n in range(6)},
    aliases=("alcohol",),
)
ETHNICITY = Choice(
    label="Ethnic group",
    help="1 white or not recorded, 2 Indian, 3 Pakistani, 4 Bangladeshi, 5 other Asian, "
    "6 Black Caribbean, 7 Black African, 8 Chinese, 9 other",
    options={str(n): "" for n in range(1, 10)},
    aliases=("ethnicity",),
)
SMOKING = Choice(
    label="Smoking",
    help="0 never, 1 ex-smoker, 2 under 10 a day, 3 10 to 19 a day, 4 20 a day or more",
    options={str(n): "" for n in range(5)},
    aliases=("smoking",),
)


class QFractureInputs(Inputs):
    """Inputs of QFracture-2012, under the names of the published programs."""

    sex: Annotated[str | None, SEX] = None
    age: Annotated[
        int | None, replace(AGE, low=30, high=100, whole=True, help="Completed years")
    ] = None
    bmi: Annotated[float | None, BMI] = None
    height: Annotated[float | None, replace(HEIGHT, help="With weight, instead of BMI")] = None
    weight: Annotated[float | None, replace(WEIGHT, help="With height, instead of BMI")] = None
    alcohol_cat6: Annotated[str | None, ALCOHOL] = None
    ethrisk: Annotated[str | None, ETHNICITY] = None
    smoke_cat: Annotated[str | None, SMOKING] = None
    surv: Annotated[
        int | None,
        Measure(
            label="Years",
            unit="years",
            low=1,
            high=18,
            whole=True,
            help="Over how many years; 10 unless given",
        ),
    ] = 10
    b_antidepressant: Annotated[bool | None, Flag(label="Takes an antidepressant")] = None
    b_anycancer: Annotated[bool | None, Flag(label="Cancer")] = None
    b_asthmacopd: Annotated[bool | None, Flag(label="Asthma or COPD")] = None
    b_carehome: Annotated[bool | None, Flag(label="Lives in a care home", help="Men only")] = None
    b_corticosteroids: Annotated[bool | None, Flag(label="Takes corticosteroids")] = None
    b_cvd: Annotated[bool | None, Flag(label="Heart attack, angina, stroke or TIA")] = None
    b_dementia: Annotated[bool | None, Flag(label="Dementia")] = None
    b_endocrine: Annotated[bool | None, Flag(label="Endocrine disorder", help="Women only")] = None
    b_epilepsy2: Annotated[bool | None, Flag(label="Epilepsy or takes antiepileptics")] = None
    b_falls: Annotated[bool | None, Flag(label="History of falls")] = None
    b_fracture4: Annotated[
        bool | None, Flag(label="Previous fracture of wrist, spine, hip or shoulder")
    ] = None
    b_hrt_oest: Annotated[
        bool | None, Flag(label="Takes oestrogen-only HRT", help="Women only")
    ] = None
    b_liver: Annotated[bool | None, Flag(label="Chronic liver disease")] = None
    b_malabsorption: Annotated[
        bool | None, Flag(label="Malabsorption", help="Osteoporotic fracture only")
    ] = None
    b_parkinsons: Annotated[bool | None, Flag(label="Parkinson's disease")] = None
    b_ra_sle: Annotated[bool | None, Flag(label="Rheumatoid arthritis or lupus")] = None
    b_renal: Annotated[bool | None, Flag(label="Chronic renal disease")] = None
    b_type1: Annotated[bool | None, Flag(label="Type 1 diabetes")] = None
    b_type2: Annotated[bool | None, Flag(label="Type 2 diabetes")] = None
    fh_osteoporosis: Annotated[
        bool | None, Flag(label="Parent with osteoporosis or hip fracture")
    ] = None
    others_absent: Annotated[
        bool | None,
        Flag(
            label="All other conditions absent",
            help="Yes: the record was searched, and a condition not given is not there",
        ),
    ] = None

    def conflicts(self) -> Iterable[Problem]:
        """A BMI that height and weight contradict."""
        return disagreement(self.bmi, self.height, self.weight)


@tool(
    Card(
        name="qfracture",
        title="QFracture-2012",
        topic="fracture",
        version="2012",
        source=(
            Source(
                "ClinRisk Ltd, QFracture-2012 C programs (March 2012); Hippisley-Cox J, "
                "Coupland C, BMJ 2012;344:e3427",
                "V",
                "coefficients and transforms",
            ),
            Source("NICE CG146 (2012, updated 2017)", "S", "use above the upper age"),
        ),
        population="People aged 30 to 100 in UK primary care; NICE CG146 relies on it up to 84",
        use="Estimates the risk of an osteoporotic fracture (hip, spine, wrist or shoulder) and of "
        "a hip fracture, to help decide whom to assess further. NICE gives no treatment threshold "
        "for it, and NOGG's thresholds belong to FRAX: neither is applied.",
        limits=(
            "This is the 2012 version: the coefficients of later versions are not published.",
            "The two outcomes have separate equations, so the hip risk can exceed the "
            "osteoporotic risk.",
            "BMI below 20 counts as 20 and above 40 as 40; BMI is never imputed.",
            "It does not use bone density.",
            str(published()["disclaimer"]),
        ),
        formula="100 (1 - S(years) ^ exp(sum)); the sum runs over age and BMI transforms minus "
        "their centres, alcohol, ethnic group, smoking and conditions, each times a coefficient "
        "by sex and outcome.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        unit="% osteoporotic fracture",
        example=Example(
            {
                "sex": "female",
                "age": 65,
                "height": 165,
                "weight": 68,
                "alcohol_cat6": 0,
                "ethrisk": 1,
                "smoke_cat": 0,
                "others_absent": "yes",
            },
            4.551261,
            "A woman of 65 without risk factors: 4.55% osteoporotic, 1.19% hip in ten years.",
        ),
    )
)
def qfracture(given: QFractureInputs) -> Outcome:
    """Return the osteoporotic risk as the value and both risks in the detail."""
    flags = _flags(given)
    bmi = body_mass_index(given.bmi, given.height, given.weight)
    unknown = tuple(name for name in _relevant(given.sex) if flags.get(name) is None)
    needed = given.absent("sex", "age", "alcohol_cat6", "ethrisk", "smoke_cat", "surv")
    needed += () if bmi is not None else ("bmi",)
    warnings = (published()["disclaimer"], *_warnings(given, bmi))
    # `needed` already says which of these are absent; repeated so that types are narrowed.
    if needed or given.sex is None or given.age is None or bmi is None or given.surv is None:
        return Outcome(None, missing=needed + unknown, warnings=warnings)
    parts = {name: _parts(name, given, bmi, flags) for name in OUTCOMES}
    if unknown:
        spans = {
            f"{name}_{end}": _risk_with(equation(name, given.sex), parts[name], unknown, end, given)
            for name in OUTCOMES
            for end in ("minimum", "maximum")
        }
        said = (
            f"Incomplete: the osteoporotic risk is between {spans['osteoporotic_minimum']:.2f} "
            f"and {spans['osteoporotic_maximum']:.2f}%."
        )
        return Outcome(
            None,
            parts["osteoporotic"],
            missing=unknown,
            warnings=(said, *warnings),
            detail=spans,
        )
    found = {
        name: equation(name, given.sex).risk(_total(parts[name]), given.surv) for name in OUTCOMES
    }
    if found["hip"] > found["osteoporotic"]:
        warnings = (
            "The hip risk exceeds the osteoporotic risk: the two equations are separate. "
            "Read both as high.",
            *warnings,
        )
    detail = {
        "osteoporotic_pct": found["osteoporotic"],
        "hip_pct": found["hip"],
        "years": given.surv,
    }
    return Outcome(found["osteoporotic"], parts["osteoporotic"], warnings=warnings, detail=detail)


def _flags(given: QFractureInputs) -> Mapping[str, bool | None]:
    rest = False if given.others_absent else None
    stated = given.__dict__
    return {name: rest if stated[name] is None else stated[name] for name in flag_names()}


@lru_cache(maxsize=4)
def _relevant(sex: str | None) -> tuple[str, ...]:
    """Name the conditions that either equation of this sex uses."""
    if sex is None:
        return flag_names()
    used = {name for outcome in OUTCOMES for name in equation(outcome, sex).flags}
    return tuple(name for name in flag_names() if name in used)


def _parts(
    outcome: str, given: QFractureInputs, bmi: float, flags: Mapping[str, bool | None]
) -> tuple[Component, ...]:
    """Return what each input adds to the logarithm of the hazard."""
    sex, age = given.sex or "", given.age or 0
    held = equation(outcome, sex)
    return (
        _age_part(outcome, sex, age),
        Component("bmi", "Body mass index", round(bmi, 6), held.of_bmi(bmi), ADDS),
        _choice(
            "alcohol_cat6", "Alcohol", given.alcohol_cat6, held.alcohol[_n(given.alcohol_cat6)]
        ),
        _choice("ethrisk", "Ethnic group", given.ethrisk, held.ethnicity[_n(given.ethrisk) - 1]),
        _choice("smoke_cat", "Smoking", given.smoke_cat, held.smoking[_n(given.smoke_cat)]),
        *[_flag_part(name, flags[name], adds) for name, adds in held.flags.items()],
    )


def _n(choice: str | None) -> int:
    return int(choice or 0)


ADDS = "adds to the logarithm of the hazard"


@lru_cache(maxsize=500)
def _age_part(outcome: str, sex: str, age: int) -> Component:
    return Component("age", "Age", age, equation(outcome, sex).of_age(age), ADDS)


@lru_cache(maxsize=500)
def _choice(name: str, label: str, given: str | None, adds: float) -> Component:
    return Component(name, label, given, adds, ADDS)


@lru_cache(maxsize=500)
def _flag_part(name: str, present: bool | None, coefficient: float) -> Component:
    label = QFRACTURE_LABELS[name]
    if present is None:
        return Component(name, label, None, None, "not recorded", coefficient)
    why = "multiplies the hazard" if present else "absent"
    return Component(name, label, present, coefficient if present else 0.0, why)


def _total(parts: tuple[Component, ...]) -> float:
    total = 0.0
    for part in parts:
        total += part.points or 0.0
    return total


def _risk_with(
    held: Equation,
    parts: tuple[Component, ...],
    unknown: tuple[str, ...],
    end: str,
    given: QFractureInputs,
) -> float:
    """Return the risk when every unknown condition is as favourable or as harmful as it can be."""
    choose = min if end == "minimum" else max
    extra = sum(choose(0.0, held.flags.get(name, 0.0)) for name in unknown)
    return held.risk(_total(parts) + extra, given.surv or 10)


def _warnings(given: QFractureInputs, bmi: float | None) -> tuple[str, ...]:
    said = []
    if given.age is not None and given.age > NICE_UPPER_AGE:
        said.append(
            f"Above {NICE_UPPER_AGE}: NICE CG146 counts people above the tool's upper age as at "
            "high risk."
        )
    if bmi is not None and not BMI_LOW <= bmi <= BMI_HIGH:
        said.append(f"BMI {bmi:.1f} was counted as {BMI_LOW if bmi < BMI_LOW else BMI_HIGH:g}.")
    if given.b_type1 and given.b_type2:
        said.append("Type 1 and type 2 diabetes are both given, and both count: check the record.")
    if given.sex is not None:
        ignored = [n for n in flag_names() if getattr(given, n) and n not in _relevant(given.sex)]
        if ignored:
            sexes = {"male": "men", "female": "women"}
            said.append(f"Not used by the equations for {sexes[given.sex]}: {', '.join(ignored)}.")
    return tuple(said)


QFRACTURE_LABELS: Mapping[str, str] = {
    name: spec.label for name, spec in qfracture.reader.specs.items()
}
