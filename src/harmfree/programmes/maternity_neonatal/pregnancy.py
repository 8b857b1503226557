"""Smoking and carbon monoxide in pregnancy, from the coded record of the practice."""

from __future__ import annotations

from harmfree.periods import latest, recorded, sex, unresolved, weeks
from harmfree.periods.expressions import Predicate
from harmfree.programmes.indicator import gap
from harmfree.programmes.medicines_optimisation.vocabulary import from_source

SAVING_BABIES = from_source("NHS England, Saving Babies' Lives version 3: element 1, smoking", "M")
CO_LIMIT = 4
"""Parts per million of carbon monoxide in breath from which referral is offered."""
TERM = weeks(40)
PREGNANT: Predicate = (
    sex("female")
    & recorded("pregnancy", within=TERM)
    & unresolved("pregnancy", resolved_by="pregnancy_ended", same_day="resolved")
)
REFERRED = recorded("stop_smoking_referral", within=TERM)
BOUNDS = (
    "A pregnancy counts for 40 weeks from its latest code, or until a birth, a miscarriage or a "
    "termination is coded. Much of this is in the maternity unit's record only."
)
WHY = "Smoking in pregnancy is the commonest avoidable cause of stillbirth and early birth."
OFFER = "Offer a referral to the stop smoking team of the maternity unit, opting out."

INDICATORS = (
    gap(
        "maternity_smoking_status_missing",
        "Pregnant, and no smoking status coded in 40 weeks",
        denominator=PREGNANT,
        numerator=~recorded("smoking_status", within=TERM),
        why=WHY,
        action="Ask, and code it.",
        provenance=SAVING_BABIES,
        note=BOUNDS,
    ),
    gap(
        "maternity_co_missing",
        "Pregnant, and no carbon monoxide reading coded in 40 weeks",
        denominator=PREGNANT,
        numerator=~recorded("carbon_monoxide", within=TERM),
        why="Asking misses smokers; a breath test finds them, and leaking boilers.",
        action="Measure carbon monoxide at the next contact, or code the unit's reading.",
        provenance=SAVING_BABIES,
        note=BOUNDS,
    ),
    gap(
        "maternity_co_not_referred",
        "Pregnant with carbon monoxide of 4 ppm or more, and not referred",
        denominator=PREGNANT & (latest("carbon_monoxide", within=TERM) >= CO_LIMIT),
        numerator=~REFERRED,
        why=WHY,
        action=f"{OFFER} If nobody smokes, think of a faulty boiler.",
        provenance=SAVING_BABIES,
        note=f"The latest reading counts. {BOUNDS}",
    ),
    gap(
        "maternity_smoker_not_referred",
        "Pregnant and smoking, and not referred",
        denominator=PREGNANT
        & recorded("smoker", within=TERM)
        & unresolved("smoker", resolved_by="not_smoking_now", same_day="active"),
        numerator=~REFERRED,
        why=WHY,
        action=OFFER,
        provenance=SAVING_BABIES,
        note=f"Coded as a smoker in 40 weeks and not as stopped since. {BOUNDS}",
    ),
)
