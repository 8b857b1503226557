"""Medicines that call for a programme of their own: valproate, topiramate, opioids in high dose."""

from __future__ import annotations

from harmfree.periods import aged, months, recorded, sex, supply
from harmfree.programmes.indicator import gap, hazard
from harmfree.programmes.medicines_optimisation.vocabulary import (
    ADULT,
    current,
    from_source,
    history,
)

MHRA_VALPROATE = from_source("MHRA, Valproate: Pregnancy Prevention Programme", "S")
MHRA_TOPIRAMATE = from_source("MHRA Drug Safety Update June 2024, topiramate", "M")
OPIOIDS = from_source("Faculty of Pain Medicine, Opioids Aware; NICE NG215", "S")

OPENPRESCRIBING = from_source("OpenPrescribing measure: high-dose long-acting opioids", "S")

COULD_CONCEIVE = sex("female") & aged(at_least=12, below=55) & ~history("hysterectomy_or_sterile")
PREVENTION_THIS_YEAR = recorded("pregnancy_prevention_programme", within=months(12))
EQUIVALENT = supply("opioid_equivalent")

INDICATORS = (
    gap(
        "valproate_prevention",
        "Valproate without the Pregnancy Prevention Programme",
        denominator=COULD_CONCEIVE & current("valproate"),
        numerator=~PREVENTION_THIS_YEAR,
        why="Valproate in pregnancy causes malformations and impairs the child's development.",
        action="Refer for the annual review; complete the risk acknowledgement form.",
        provenance=MHRA_VALPROATE,
    ),
    hazard(
        "valproate_pregnancy",
        "Valproate with a pregnancy coded in the last 9 months",
        denominator=sex("female") & recorded("pregnancy", within=months(9)),
        numerator=current("valproate"),
        why="Valproate in pregnancy causes malformations and impairs the child's development.",
        action="Speak to the specialist today; it must not be stopped without advice.",
        provenance=MHRA_VALPROATE,
    ),
    gap(
        "topiramate_prevention",
        "Topiramate without the Pregnancy Prevention Programme",
        denominator=COULD_CONCEIVE & current("topiramate"),
        numerator=~PREVENTION_THIS_YEAR,
        why="Topiramate in pregnancy causes malformations and slows the child's development.",
        action="Complete the risk awareness form; check contraception.",
        provenance=MHRA_TOPIRAMATE,
    ),
    hazard(
        "opioid_120",
        "Opioids of 120 mg oral morphine equivalent a day or more",
        denominator=ADULT & current("opioid_equivalent") & ~history("palliative_care"),
        numerator=EQUIVALENT >= 120,
        why="Above 120 mg a day harm rises and pain is seldom relieved further.",
        action="Agree a slow reduction; offer naloxone and specialist help.",
        provenance=OPIOIDS,
        note="Works from quantity and days of supply; without them nobody is flagged.",
    ),
    hazard(
        "opioid_high_dose_product",
        "A long-acting opioid in a strength that gives 120 mg equivalent a day or more",
        denominator=ADULT & current("opioid") & ~history("palliative_care"),
        numerator=current("opioid_high_dose_product"),
        why="Above 120 mg a day harm rises and pain is seldom relieved further.",
        action="Agree a slow reduction; offer naloxone and specialist help.",
        provenance=OPENPRESCRIBING,
        note="Needs no quantities: the product at its usual frequency is above the limit.",
    ),
    hazard(
        "opioid_50_benzodiazepine",
        "Opioids of 50 mg equivalent a day or more with a benzodiazepine or Z-drug",
        denominator=ADULT & (EQUIVALENT >= 50) & ~history("palliative_care"),
        numerator=current("benzodiazepine") | current("z_drug"),
        why="Together they stop breathing.",
        action="Reduce one of them slowly.",
        provenance=OPIOIDS,
    ),
)
