"""The electronic frailty index: 36 deficits of the coded record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from harmfree.clinical.common import AGE
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.lists import Named
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

POLYPHARMACY_FROM = 5
# Fewest deficits of each category. No count lies on a cut-point of the index (0.12, 0.24, 0.36
# of 36 deficits), so that "above" and "from" mean the same.
CATEGORIES = ((0, "fit"), (5, "mild"), (9, "moderate"), (13, "severe"))

# deficit -> (label, other names). Clegg 2016, table of deficits.
DEFICITS: dict[str, tuple[str, tuple[str, ...]]] = {
    "activity_limitation": ("Activity limitation", ("activity-limitation",)),
    "anaemia": ("Anaemia and haematinic deficiency", ("anaemia_haematinic_deficiency",)),
    "arthritis": ("Arthritis", ()),
    "atrial_fibrillation": ("Atrial fibrillation", ()),
    "cerebrovascular_disease": ("Cerebrovascular disease", ("stroke_tia",)),
    "ckd": ("Chronic kidney disease", ("chronic_kidney_disease",)),
    "diabetes": ("Diabetes", ()),
    "dizziness": ("Dizziness", ()),
    "dyspnoea": ("Dyspnoea", ()),
    "falls": ("Falls", ()),
    "foot_problems": ("Foot problems", ()),
    "fragility_fracture": ("Fragility fracture", ()),
    "hearing_impairment": ("Hearing impairment", ("hearing_loss",)),
    "heart_failure": ("Heart failure", ()),
    "heart_valve_disease": ("Heart valve disease", ()),
    "housebound": ("Housebound", ()),
    "hypertension": ("Hypertension", ()),
    "hypotension_syncope": ("Hypotension or syncope", ("hypotension",)),
    "ischaemic_heart_disease": ("Ischaemic heart disease", ("chd", "ihd")),
    "cognitive_problems": ("Memory and cognitive problems", ("memory_cognitive_problems",)),
    "mobility_problems": ("Mobility and transfer problems", ("mobility_transfer_problems",)),
    "osteoporosis": ("Osteoporosis", ()),
    "parkinsonism_tremor": ("Parkinsonism and tremor", ("parkinsons",)),
    "peptic_ulcer": ("Peptic ulcer", ()),
    "peripheral_vascular_disease": ("Peripheral vascular disease", ("pvd",)),
    "polypharmacy": ("Polypharmacy", ()),
    "care_requirement": ("Requirement for care", ("requirement_for_care",)),
    "respiratory_disease": ("Respiratory disease", ()),
    "skin_ulcer": ("Skin ulcer", ()),
    "sleep_disturbance": ("Sleep disturbance", ()),
    "social_vulnerability": ("Social vulnerability", ()),
    "thyroid_disease": ("Thyroid disease", ("thyroid_disorders",)),
    "urinary_incontinence": ("Urinary incontinence", ()),
    "urinary_system_disease": ("Urinary system disease", ()),
    "visual_impairment": ("Visual impairment", ("vision_problems",)),
    "weight_loss": ("Weight loss and anorexia", ("weight_loss_anorexia",)),
}


def _deficit(name: str) -> Flag:
    label, others = DEFICITS[name]
    return Flag(label=label, aliases=others)


class EfiInputs(Inputs):
    """Inputs: the list of deficits in the record, or every deficit one by one."""

    age: Annotated[
        float | None, replace(AGE, help="The index was made for people of 65 and over")
    ] = None
    deficits: Annotated[
        tuple[str, ...] | None,
        Named(
            label="Deficits in the record",
            help="The whole list: what is not named is not in the record; none for an empty one",
            options={name: others for name, (_, others) in DEFICITS.items()},
        ),
    ] = None
    medicines_12m: Annotated[
        int | None,
        Measure(
            label="Different medicines in 12 months",
            low=0,
            high=200,
            whole=True,
            help="By chemical substance; from 5 it is the deficit polypharmacy",
        ),
    ] = None
    activity_limitation: Annotated[bool | None, _deficit("activity_limitation")] = None
    anaemia: Annotated[bool | None, _deficit("anaemia")] = None
    arthritis: Annotated[bool | None, _deficit("arthritis")] = None
    atrial_fibrillation: Annotated[bool | None, _deficit("atrial_fibrillation")] = None
    cerebrovascular_disease: Annotated[bool | None, _deficit("cerebrovascular_disease")] = None
    ckd: Annotated[bool | None, _deficit("ckd")] = None
    diabetes: Annotated[bool | None, _deficit("diabetes")] = None
    dizziness: Annotated[bool | None, _deficit("dizziness")] = None
    dyspnoea: Annotated[bool | None, _deficit("dyspnoea")] = None
    falls: Annotated[bool | None, _deficit("falls")] = None
    foot_problems: Annotated[bool | None, _deficit("foot_problems")] = None
    fragility_fracture: Annotated[bool | None, _deficit("fragility_fracture")] = None
    hearing_impairment: Annotated[bool | None, _deficit("hearing_impairment")] = None
    heart_failure: Annotated[bool | None, _deficit("heart_failure")] = None
    heart_valve_disease: Annotated[bool | None, _deficit("heart_valve_disease")] = None
    housebound: Annotated[bool | None, _deficit("housebound")] = None
    hypertension: Annotated[bool | None, _deficit("hypertension")] = None
    hypotension_syncope: Annotated[bool | None, _deficit("hypotension_syncope")] = None
    ischaemic_heart_disease: Annotated[bool | None, _deficit("ischaemic_heart_disease")] = None
    cognitive_problems: Annotated[bool | None, _deficit("cognitive_problems")] = None
    mobility_problems: Annotated[bool | None, _deficit("mobility_problems")] = None
    osteoporosis: Annotated[bool | None, _deficit("osteoporosis")] = None
    parkinsonism_tremor: Annotated[bool | None, _deficit("parkinsonism_tremor")] = None
    peptic_ulcer: Annotated[bool | None, _deficit("peptic_ulcer")] = None
    peripheral_vascular_disease: Annotated[bool | None, _deficit("peripheral_vascular_disease")] = (
        None
    )
    polypharmacy: Annotated[bool | None, _deficit("polypharmacy")] = None
    care_requirement: Annotated[bool | None, _deficit("care_requirement")] = None
    respiratory_disease: Annotated[bool | None, _deficit("respiratory_disease")] = None
    skin_ulcer: Annotated[bool | None, _deficit("skin_ulcer")] = None
    sleep_disturbance: Annotated[bool | None, _deficit("sleep_disturbance")] = None
    social_vulnerability: Annotated[bool | None, _deficit("social_vulnerability")] = None
    thyroid_disease: Annotated[bool | None, _deficit("thyroid_disease")] = None
    urinary_incontinence: Annotated[bool | None, _deficit("urinary_incontinence")] = None
    urinary_system_disease: Annotated[bool | None, _deficit("urinary_system_disease")] = None
    visual_impairment: Annotated[bool | None, _deficit("visual_impairment")] = None
    weight_loss: Annotated[bool | None, _deficit("weight_loss")] = None

    def conflicts(self) -> Iterable[Problem]:
        """Polypharmacy follows from the number of medicines; a deficit is there or it is not."""
        many = None if self.medicines_12m is None else self.medicines_12m >= POLYPHARMACY_FROM
        if many is not None and self.polypharmacy not in (None, many):
            yield Problem("contradicts the number of medicines", "polypharmacy")
        for name in self.deficits or ():
            if getattr(self, name) is False:
                yield Problem("is in the list of deficits and said to be absent", name)


@tool(
    Card(
        name="efi",
        title="Electronic frailty index",
        topic="frailty",
        version="2016",
        source=(
            Source("Clegg A et al., Age and Ageing 2016;45:353-60", "S", "deficits and categories"),
        ),
        population="People of 65 and over, from their GP record",
        use="Stratifies a population by frailty; a clinician confirms frailty in the person.",
        limits=(
            "It counts what was coded: thin records look fit.",
            "It does not predict falls, and is not a diagnosis.",
            "This is the first index; the coefficients of eFI2 are not published.",
        ),
        formula="Number of deficits / 36; 0 to 4 fit, 5 to 8 mild, 9 to 12 moderate, 13 or more "
        "severe. Polypharmacy: 5 or more different medicines in 12 months.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=Example(
            {"deficits": "falls, diabetes, hypertension, arthritis", "medicines_12m": 7},
            5 / 36,
            "Four deficits and polypharmacy: 0.139, mild frailty.",
        ),
    )
)
def efi(given: EfiInputs) -> Outcome:
    """Return the index; while deficits are unknown, the span that it must lie in."""
    answers = {name: _present(given, name) for name in DEFICITS}
    parts = tuple(_part(name, answer) for name, answer in answers.items())
    least = sum(answer is True for answer in answers.values())
    missing = tuple(name for name, answer in answers.items() if answer is None)
    most = least + len(missing)
    warnings = _young(given)
    if missing:
        said = f"Incomplete: {least} to {most} deficits ({category(least)} to {category(most)})."
        span = {"minimum": least, "maximum": most}
        return Outcome(None, parts, missing=missing, warnings=(said, *warnings), detail=span)
    found = category(least)
    return Outcome(
        least / len(DEFICITS),
        parts,
        found,
        ADVICE.get(found, ()),
        warnings=warnings,
        detail={"deficits": least, "of": len(DEFICITS)},
    )


ADVICE = {
    "moderate": ("Confirm frailty clinically; ask about falls; review the medicines.",),
    "severe": (
        "Confirm frailty clinically; ask about falls; review the medicines; plan care with the "
        "person.",
    ),
}


def category(deficits: int) -> str:
    """Return the category of a number of deficits."""
    return [name for fewest, name in CATEGORIES if deficits >= fewest][-1]


def _present(given: EfiInputs, name: str) -> bool | None:
    stated: bool | None = getattr(given, name)
    if name == "polypharmacy" and given.medicines_12m is not None:
        return given.medicines_12m >= POLYPHARMACY_FROM
    if given.deficits is None:
        return stated
    return bool(stated) or name in given.deficits


@lru_cache(maxsize=256)
def _part(name: str, answer: bool | None) -> Component:
    label = DEFICITS[name][0]
    if answer is None:
        return Component(name, label, None, None, "not recorded", 1 / len(DEFICITS))
    share = 1 / len(DEFICITS) if answer else 0.0
    return Component(name, label, answer, share, "1 of 36" if answer else "not in the record")


def _young(given: EfiInputs) -> tuple[str, ...]:
    if given.age is None or given.age >= 65:
        return ()
    return (f"Made for people of 65 and over, not {given.age:g}.",)


def population(present: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the index and the category of many people.

    Args:
        present: people by deficits, in the order of `DEFICITS` (polypharmacy included).

    Returns:
        The index, and the category as a place in `CATEGORIES`: 0 fit, 1 mild, 2 moderate,
        3 severe.

    Raises:
        ValueError: the array has not one column a deficit.
    """
    import numpy as np

    if present.ndim != 2 or present.shape[1] != len(DEFICITS):
        raise ValueError(f"one column for each of {len(DEFICITS)} deficits is needed")
    count = np.count_nonzero(present, axis=1)
    fewest = np.array([fewest for fewest, _ in CATEGORIES[1:]])
    return count / len(DEFICITS), np.searchsorted(fewest, count, side="right")
