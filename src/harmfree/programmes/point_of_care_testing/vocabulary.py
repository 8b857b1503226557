"""Words that the definitions of this programme share."""

from __future__ import annotations

from harmfree.periods import days, derived, recorded, years
from harmfree.periods.expressions import Predicate, Quantity
from harmfree.periods.timing import days_to_first
from harmfree.programmes.medicines_optimisation.vocabulary import from_source

IND323 = from_source("NICE indicator IND323, as quoted by a secondary page", "S")
CG191 = from_source(
    "NICE CG191 (2014), point-of-care CRP: under 20, 20 to 100, over 100 mg/L; superseded by NG237 "
    "(2023)",
    "V",
)
CRB65 = from_source("BMJ 2024;384:q339, summary of NICE NG237: use CRB65 for pneumonia", "V")
STEWARDSHIP = from_source("OpenSAFELY amr-uom-brit: antibiotic on the day of the infection", "V")
UTI_COURSES = from_source(
    "OpenPrescribing measure: quantity beyond a 3-day course, by product", "V"
)

YEAR = years(1)
SAME_DAY = "Dates only are known: an antibiotic of the same day counts as given for the infection."


def until_first(consultation: str, action: str) -> Quantity:
    """Days from the latest consultation to the first action on its day or later."""
    words = (
        f"the number of days from the latest {consultation.replace('_', ' ')} to the first "
        f"{action.replace('_', ' ')} on that day or later"
    )
    return derived(days_to_first(consultation, action, words))


def same_day(consultation: str, action: str) -> Predicate:
    """The latest consultation has the action on its own day."""
    return until_first(consultation, action) <= 0


def followed(consultation: str, length: int) -> Predicate:
    """The latest consultation lies in the last year and that many days have passed since."""
    return recorded(consultation, within=YEAR, at_least_ago=days(length)) & ~recorded(
        consultation, within=days(length - 1)
    )
