"""The IWPC 2009 equations, with and without genotype."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from harmfree.clinical.fields import Flag
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Outcome, Source
from harmfree.clinical.warfarin.answers import dosed, no_dose
from harmfree.clinical.warfarin.equations import Person, iwpc
from harmfree.clinical.warfarin.genotypes import (
    ANCESTRY,
    Genotype,
    call_cyp2c9,
    call_vkorc1,
    modelled,
    with_files,
)
from harmfree.clinical.warfarin.stops import Course, cautions, stops

INDUCER = Flag(
    label="Takes an enzyme inducer",
    help="Carbamazepine, phenytoin or rifampicin",
    aliases=("inducer",),
)
AMIODARONE = Flag(label="Takes amiodarone")

SOURCE = Source(
    "International Warfarin Pharmacogenetics Consortium, N Engl J Med 2009;360:753, appendix",
    "V",
    "coefficients; recomputed on the consortium's own data",
)
POPULATION = (
    "Adults who start warfarin with a target INR of 2 to 3; not for people already stable, nor "
    "after the first five days"
)
LIMITS = (
    "NICE recommends a DOAC before warfarin.",
    "Explains under half of the variation in dose: 46% of doses are within 20% with genotype, "
    "39% without.",
    "In Black people *2 and *3 typing brought no gain on the consortium's data.",
    "A dose outside 0.5 to 15 mg a day is refused.",
)


class IwpcClinicalInputs(Course):
    """Inputs of the clinical equation."""

    ancestry: Annotated[str | None, ANCESTRY] = None
    enzyme_inducer: Annotated[bool | None, INDUCER] = None
    amiodarone: Annotated[bool | None, AMIODARONE] = None


class IwpcInputs(Genotype, IwpcClinicalInputs):
    """Inputs of the pharmacogenetic equation."""


def assumed(given: IwpcClinicalInputs) -> tuple[str, ...]:
    """Name what the source lets stand for "no" or "unknown" when it is not recorded."""
    said = [
        f"{name.replace('_', ' ').capitalize()} not recorded: counted as not taken, as the source "
        "does. Check the medicines."
        for name in given.absent("enzyme_inducer", "amiodarone")
    ]
    if given.ancestry is None:
        said.append("Ancestry not recorded: the equation's term for mixed or missing was used.")
    return tuple(said)


def person_of(
    given: IwpcClinicalInputs, vkorc1: str | None = None, cyp2c9: str | None = None
) -> Person | None:
    """Return the person of the equations, or None while age, height or weight is missing."""
    if given.age is None or given.height is None or given.weight is None:
        return None
    return Person(
        age=given.age,
        height=given.height,
        weight=given.weight,
        ancestry=given.ancestry or "mixed_or_unknown",
        vkorc1=vkorc1,
        cyp2c9=cyp2c9,
        enzyme_inducer=bool(given.enzyme_inducer),
        amiodarone=bool(given.amiodarone),
    )


def _card(name: str, title: str, formula: str, example: Example, *more: str) -> Card:
    return Card(
        name=name,
        title=title,
        topic="warfarin",
        version="2009",
        source=(SOURCE,),
        population=POPULATION,
        use="Estimates the stable daily dose of warfarin when treatment starts. For prescribers; "
        "it supports and does not replace the INR.",
        limits=(*LIMITS, *more),
        formula=formula,
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=example,
        unit="mg/day",
    )


_PERSON = {"age": 65, "height": 175, "weight": 80, "ancestry": "white"}
_MEDICINES = {"enzyme_inducer": "no", "amiodarone": "no"}


@tool(
    _card(
        "warfarin_iwpc",
        "Warfarin dose, IWPC with genotype",
        "(5.6044 - 0.2614 age decade + 0.0087 height + 0.0128 weight + VKORC1 + CYP2C9 + ancestry "
        "+ 1.1816 inducer - 0.5503 amiodarone)^2 / 7",
        Example(
            _PERSON | {"vkorc1": "G/G", "cyp2c9": "*1/*1"} | _MEDICINES,
            43.3293 / 7,
            "The square root is 6.5825, the dose 43.33 mg a week.",
        ),
        "Alleles other than *1, *2 and *3 are not in the model: they count as unknown, never *1.",
    )
)
def warfarin_iwpc(given: IwpcInputs) -> Outcome:
    """Return the dose with genotype; a genotype that is not known has its own term."""
    given, file_notes = with_files(given)
    reasons = stops(given)
    if reasons:
        return no_dose(reasons)
    vkorc1, cyp2c9 = call_vkorc1(given, given.ancestry), call_cyp2c9(given)
    pair = modelled(cyp2c9.genotype)
    person = person_of(given, vkorc1.genotype, pair)
    if person is None:
        return no_dose((), missing=given.absent("age", "height", "weight"))
    dose = iwpc("pharmacogenetic", person)
    warnings = [
        *vkorc1.notes,
        *cyp2c9.notes,
        *file_notes,
        *assumed(given),
        *cautions(given),
    ]
    if cyp2c9.genotype is not None and pair is None:
        warnings.insert(
            0,
            f"CYP2C9 {cyp2c9.genotype} has an allele that is not in the model: it was counted as "
            "unknown, not as *1. Expect a lower need than calculated.",
        )
    for gene, call in (("VKORC1", vkorc1), ("CYP2C9", cyp2c9)):
        if call.genotype is None:
            warnings.insert(0, f"{gene} not known: the equation's own term for unknown was used.")
    if vkorc1.genotype is None and cyp2c9.genotype is None:
        warnings.insert(0, "Neither genotype is known: CPIC doses clinically (see the tool "
                        "warfarin_iwpc_clinical).")  # fmt: skip
    found = {"vkorc1": vkorc1.genotype, "cyp2c9": cyp2c9.genotype, "cyp2c9_in_equation": pair}
    return dosed(dose, tuple(warnings), {"genotype": found})


@tool(
    _card(
        "warfarin_iwpc_clinical",
        "Warfarin dose, IWPC without genotype",
        "(4.0376 - 0.2546 age decade + 0.0118 height + 0.0134 weight + ancestry + 1.2799 inducer "
        "- 0.5695 amiodarone)^2 / 7",
        Example(_PERSON | _MEDICINES, 31.8886 / 7, "31.89 mg a week."),
    )
)
def warfarin_iwpc_clinical(given: IwpcClinicalInputs) -> Outcome:
    """Return the dose without genotype."""
    reasons = stops(given)
    if reasons:
        return no_dose(reasons)
    person = person_of(given)
    if person is None:
        return no_dose((), missing=given.absent("age", "height", "weight"))
    dose = iwpc("clinical", person)
    return dosed(dose, (*assumed(given), *cautions(given)))
