"""The electronic frailty index from coded deficits: a stratification, never a gate."""

from __future__ import annotations

from harmfree.clinical.frailty.efi import CATEGORIES, DEFICITS, POLYPHARMACY_FROM
from harmfree.periods import distinct, ever, months, score
from harmfree.periods.expressions import Predicate
from harmfree.programmes.falls.vocabulary import FRAIL, OLDER
from harmfree.programmes.indicator import Indicator, context
from harmfree.programmes.medicines_optimisation.vocabulary import from_source

CLEGG = from_source(
    "Clegg et al., Age and Ageing 2016;45:353-60: deficits and categories; short code lists of "
    "our own",
    "M",
)
LISTS: dict[str, tuple[str, ...]] = {
    "activity_limitation": ("efi_activity_limitation",),
    "anaemia": ("efi_anaemia",),
    "arthritis": ("efi_arthritis",),
    "atrial_fibrillation": ("atrial_fibrillation",),
    "cerebrovascular_disease": ("stroke", "tia"),
    "ckd": ("chronic_kidney_disease",),
    "diabetes": ("diabetes",),
    "dizziness": ("efi_dizziness",),
    "dyspnoea": ("efi_dyspnoea",),
    "falls": ("falls",),
    "foot_problems": ("efi_foot_problems",),
    "fragility_fracture": ("index_fracture",),
    "hearing_impairment": ("efi_hearing",),
    "heart_failure": ("heart_failure",),
    "heart_valve_disease": ("efi_heart_valve",),
    "housebound": ("housebound",),
    "hypertension": ("hypertension",),
    "hypotension_syncope": ("efi_hypotension",),
    "ischaemic_heart_disease": ("coronary_heart_disease",),
    "cognitive_problems": ("efi_cognition",),
    "mobility_problems": ("efi_mobility",),
    "osteoporosis": ("osteoporosis",),
    "parkinsonism_tremor": ("efi_parkinsonism",),
    "peptic_ulcer": ("peptic_ulcer",),
    "peripheral_vascular_disease": ("peripheral_arterial_disease",),
    "care_requirement": ("efi_care_requirement",),
    "respiratory_disease": ("efi_respiratory",),
    "skin_ulcer": ("efi_skin_ulcer",),
    "sleep_disturbance": ("efi_sleep",),
    "social_vulnerability": ("efi_social",),
    "thyroid_disease": ("efi_thyroid",),
    "urinary_incontinence": ("urinary_incontinence",),
    "urinary_system_disease": ("efi_urinary_system",),
    "visual_impairment": ("efi_vision",),
    "weight_loss": ("efi_weight_loss",),
}
"""Deficit to the code lists that stand for it; polypharmacy is counted from issues."""


def _deficit(name: str) -> Predicate:
    if name == "polypharmacy":
        return distinct("any_medicine", within=months(12)) >= POLYPHARMACY_FROM
    first, *others = (ever(codes) for codes in LISTS[name])
    for other in others:
        first = first | other
    return first


COUNT = score({_deficit(name): 1 for name in DEFICITS})
MILD, MODERATE, SEVERE = (fewest for fewest, _ in CATEGORIES[1:])
NOTE = (
    "36 deficits, each coded ever, and 5 or more medicines in 12 months. The code lists are short "
    "ones of our own: thin records look fit. Frailty is confirmed in the person, and the index "
    "does not predict falls: no falls indicator depends on it."
)


def _band(name: str, words: str, numerator: Predicate) -> Indicator:
    return context(
        f"falls_efi_{name}",
        f"Electronic frailty index: {words}",
        denominator=OLDER,
        numerator=numerator,
        why="Frail people lose more by a fall.",
        provenance=CLEGG,
        note=NOTE,
    )


INDICATORS = (
    _band("mild", "mild (5 to 8 deficits)", COUNT.between(MILD, MODERATE)),
    _band(
        "moderate",
        "moderate (9 to 12 deficits)",
        COUNT.between(MODERATE, SEVERE),
    ),
    _band("severe", "severe (13 or more deficits)", COUNT >= SEVERE),
    context(
        "falls_efi_not_confirmed",
        "Index of moderate or severe frailty, and no frailty coded",
        denominator=OLDER & (COUNT >= MODERATE),
        numerator=~FRAIL,
        direction="lower",
        why="The index finds people to look at; a clinician says whether they are frail.",
        provenance=CLEGG,
        note=NOTE,
    ),
)
