"""The Gage 2008 equations, with and without genotype."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Outcome, Source
from harmfree.clinical.warfarin.answers import dosed, no_dose
from harmfree.clinical.warfarin.equations import alleles_a, body_surface, gage, stars
from harmfree.clinical.warfarin.genotypes import (
    Call,
    Genotype,
    call_cyp2c9,
    call_vkorc1,
    modelled,
    with_files,
)
from harmfree.clinical.warfarin.iwpc import AMIODARONE
from harmfree.clinical.warfarin.stops import Course, stops
from harmfree.clinical.warfarin.tables import table

AFRICAN_AMERICAN = Flag(
    label="African American",
    help="As the equation was derived; whether it holds for others of African ancestry is unknown",
)
BODY_SURFACE = Measure(
    label="Body surface",
    unit="m²",
    low=0.8,
    high=3.5,
    help="Instead of height and weight",
    aliases=("body_surface_area",),
)
FLAGS = ("amiodarone", "smoker", "african_american", "dvt_pe")


class GageClinicalInputs(Course):
    """Inputs of the clinical equation."""

    bsa: Annotated[float | None, BODY_SURFACE] = None
    amiodarone: Annotated[bool | None, AMIODARONE] = None
    smoker: Annotated[bool | None, Flag(label="Smokes")] = None
    african_american: Annotated[bool | None, AFRICAN_AMERICAN] = None
    dvt_pe: Annotated[
        bool | None,
        Flag(label="Treated for thrombosis or embolism", help="Deep vein or pulmonary"),
    ] = None


class GageInputs(Genotype, GageClinicalInputs):
    """Inputs of the pharmacogenetic equation."""


def surface(given: Inputs) -> float | None:
    """Return the body surface, given or from height and weight."""
    bsa: float | None = getattr(given, "bsa", None)
    height, weight = getattr(given, "height", None), getattr(given, "weight", None)
    if bsa is not None or height is None or weight is None:
        return bsa
    return body_surface(height, weight)


def clinical_values(given: GageClinicalInputs) -> tuple[Mapping[str, float], tuple[str, ...]]:
    """Return the numbers of the clinical terms, and the names of those not recorded."""
    bsa = surface(given)
    missing = given.absent("age", "target_inr", *FLAGS) + (() if bsa is not None else ("bsa",))
    if missing or bsa is None or given.age is None or given.target_inr is None:
        return {}, missing
    values = {"age": given.age, "bsa_m2": bsa, "target_inr": given.target_inr}
    return values | {name: float(getattr(given, name)) for name in FLAGS}, ()


def genotype_values(
    vkorc1: Call, cyp2c9: Call
) -> tuple[Mapping[str, float], tuple[str, ...], tuple[str, ...]]:
    """Return the genotype terms, the missing inputs and the reasons against a dose."""
    pair = modelled(cyp2c9.genotype)
    missing = (() if vkorc1.genotype else ("vkorc1",)) + (() if cyp2c9.genotype else ("cyp2c9",))
    if missing or vkorc1.genotype is None:
        return {}, missing, ()
    if pair is None:
        return {}, (), (f"CYP2C9 {cyp2c9.genotype} has an allele that is not in the equation.",)
    values = {
        "vkorc1_a": float(alleles_a(vkorc1.genotype)),
        "cyp2c9_2": float(stars(pair, 2)),
        "cyp2c9_3": float(stars(pair, 3)),
    }
    return values, (), ()


def target_caution(target_inr: float | None) -> tuple[str, ...]:
    """Warn when the target INR lies outside the range that most algorithms were derived for."""
    held = table("limits")["target_inr"]
    if target_inr is None or held["low"] <= target_inr <= held["high"]:
        return ()
    return (f"Most people in the derivation had a target INR of {held['low']:g} to "
            f"{held['high']:g}.",)  # fmt: skip


def _card(name: str, title: str, formula: str, example: Example) -> Card:
    return Card(
        name=name,
        title=title,
        topic="warfarin",
        version="2008",
        source=(
            Source(
                "Gage BF et al., Clin Pharmacol Ther 2008;84:326",
                "S",
                "coefficients, read in an open implementation",
            ),
            Source(
                "International Warfarin Pharmacogenetics Consortium data",
                "R",
                "VKORC1 counts alleles: error 8.8 mg a week, 10.9 when only A/G counts",
            ),
        ),
        population="Adults who start warfarin; not for people already stable, nor after the first "
        "five days",
        use="Estimates the stable daily dose of warfarin when treatment starts (as in the GIFT "
        "trial). For prescribers; it supports and does not replace the INR.",
        limits=(
            "NICE recommends a DOAC before warfarin.",
            "VKORC1 and CYP2C9 must be known, and only *1, *2 and *3 are in the equation.",
            "A dose outside 0.5 to 15 mg a day is refused.",
        ),
        formula=formula,
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=example,
        unit="mg/day",
    )


_PERSON = {
    "age": 65,
    "bsa": 1.9,
    "target_inr": 2.5,
    "amiodarone": "no",
    "smoker": "no",
    "african_american": "no",
    "dvt_pe": "no",
}


@tool(
    _card(
        "warfarin_gage",
        "Warfarin dose, Gage with genotype",
        "exp(0.9751 - 0.3238 VKORC1 A alleles + 0.4317 body surface - 0.4008 *3 alleles "
        "- 0.00745 age - 0.2066 *2 alleles + 0.2029 target INR - 0.2538 amiodarone "
        "+ 0.0922 smoker - 0.0901 African American + 0.0664 thrombosis or embolism)",
        Example(_PERSON | {"vkorc1": "G/G", "cyp2c9": "*1/*1"}, 6.1616, "6.16 mg a day."),
    )
)
def warfarin_gage(given: GageInputs) -> Outcome:
    """Return the dose with genotype; without one there is no dose."""
    given, file_notes = with_files(given)
    reasons = stops(given, inr_2_to_3=False)
    if reasons:
        return no_dose(reasons)
    vkorc1, cyp2c9 = call_vkorc1(given, None), call_cyp2c9(given)
    values, missing = clinical_values(given)
    genes, untyped, unmodelled = genotype_values(vkorc1, cyp2c9)
    if missing or untyped or unmodelled:
        return no_dose(unmodelled, missing=missing + untyped)
    warnings = vkorc1.notes + cyp2c9.notes + file_notes + target_caution(given.target_inr)
    found = {"vkorc1": vkorc1.genotype, "cyp2c9": cyp2c9.genotype}
    return dosed(gage("pharmacogenetic", {**values, **genes}), warnings, {"genotype": found})


@tool(
    _card(
        "warfarin_gage_clinical",
        "Warfarin dose, Gage without genotype",
        "exp(0.613 + 0.4250 body surface - 0.0075 age + 0.1560 African American "
        "+ 0.2160 target INR - 0.2570 amiodarone + 0.1080 smoker "
        "+ 0.0784 thrombosis or embolism)",
        Example(_PERSON, 4.362303, "4.36 mg a day."),
    )
)
def warfarin_gage_clinical(given: GageClinicalInputs) -> Outcome:
    """Return the dose without genotype."""
    reasons = stops(given, inr_2_to_3=False)
    values, missing = clinical_values(given)
    if reasons or missing:
        return no_dose(reasons, missing=() if reasons else missing)
    return dosed(gage("clinical", values), target_caution(given.target_inr))
