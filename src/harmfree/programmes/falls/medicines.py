"""Medicines that make people fall, and reviews of them."""

from __future__ import annotations

from harmfree.periods import days, recorded, score
from harmfree.periods.expressions import Predicate
from harmfree.programmes.falls.vocabulary import FALLER, NOT_DYING, YEAR, awaited, since_latest
from harmfree.programmes.indicator import any_of, context, gap, hazard
from harmfree.programmes.medicines_optimisation.stopp_brain import INDICATORS as STOPP
from harmfree.programmes.medicines_optimisation.vocabulary import current, from_source

STOPPFALL = from_source("STOPPFall, Seppala et al., Age and Ageing 2021: the 14 classes", "V")
THREE = from_source("STOPPFall, Seppala et al. 2021; three classes: a common research cut", "M")
STEADY_TABLETS = from_source("Steady On, the letter T: tablets; NICE NG249", "S")

CLASSES: dict[str, Predicate] = {
    "benzodiazepines": current("benzodiazepine"),
    "Z-drugs": current("z_drug"),
    "antipsychotics": current("antipsychotic"),
    "antidepressants": current("antidepressant"),
    "opioids": current("opioid"),
    "antiepileptics": current("antiepileptic"),
    "anticholinergics": current("anticholinergic_3"),
    "sedating antihistamines": current("antihistamine_first_generation"),
    "diuretics": current("diuretic"),
    "alpha-blockers for blood pressure": current("alpha_blocker_bp"),
    "alpha-blockers for the prostate": current("alpha_blocker_prostate"),
    "centrally acting antihypertensives": current("centrally_acting_antihypertensive"),
    "vasodilators for the heart": current("nitrate"),
    "bladder medicines": current("incontinence_medicine"),
}
"""The 14 classes of STOPPFall; each is on when a medicine of it was issued in 3 months."""

COUNT = score(dict.fromkeys(CLASSES.values(), 1))
NOTE = (
    "Counts classes, not medicines; a medicine in two classes (amitriptyline) counts in both. "
    "Anticholinergics are medicines with 3 on the ACBcalc scale. Issued in 3 months."
)
REVIEW = "Review: stop, reduce or change what is not needed, one medicine at a time."
STOPP_K = tuple(each for each in STOPP if each.id.startswith("stopp_k"))
"""STOPP K1 to K12, which the medicines programme defines: never defined twice."""

INDICATORS = (
    context(
        "falls_frid_any",
        "Fell in the last year and takes a medicine that makes people fall",
        denominator=FALLER,
        numerator=COUNT >= 1,
        direction="lower",
        why="Medicines are a cause of falls that can be taken away.",
        provenance=STOPPFALL,
        note=NOTE,
    ),
    hazard(
        "falls_frid_3",
        "Fell in the last year and takes three or more classes that make people fall",
        denominator=FALLER & NOT_DYING,
        numerator=COUNT >= 3,
        why="Each further class adds to the risk.",
        action=REVIEW,
        provenance=THREE,
        note=NOTE,
    ),
    gap(
        "falls_frid_not_reviewed",
        "Fell in the last year, takes a medicine that makes people fall, not reviewed in a year",
        denominator=FALLER & (COUNT >= 1) & NOT_DYING,
        numerator=~recorded("medication_review", within=YEAR),
        why="A fall is a reason to look at the medicines.",
        action=REVIEW,
        provenance=STOPPFALL,
        note=NOTE,
    ),
    any_of(
        "falls_stopp_k",
        "Any STOPP version 3 criterion on falls (K1 to K12)",
        STOPP_K,
        why="How many people who fall again and again take at least one such medicine.",
        provenance=from_source("STOPP version 3, O'Mahony et al. 2023, section K", "V"),
    ),
    gap(
        "falls_review_not_done",
        "Medicine review asked for after a fall 28 days ago or longer, and not done",
        denominator=recorded("medicine_review_requested", within=YEAR, at_least_ago=days(28))
        & ~recorded("medicine_review_requested", within=days(27))
        & NOT_DYING,
        numerator=awaited("medicine_review_requested", "medication_review"),
        why="A review that was asked for and not done helps nobody.",
        action="Do the review now.",
        provenance=STEADY_TABLETS,
        note="Counts from the latest request of the year; 28 days is a choice.",
    ),
    context(
        "falls_review_done",
        "Medicine review asked for after a fall in the last year, and done",
        denominator=recorded("medicine_review_requested", within=YEAR),
        numerator=since_latest("medicine_review_requested", "medication_review", YEAR),
        direction="higher",
        why="Whether the request reaches somebody who acts on it.",
        provenance=STEADY_TABLETS,
    ),
)
