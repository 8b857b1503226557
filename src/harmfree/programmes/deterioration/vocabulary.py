"""Words that the definitions of this programme share."""

from __future__ import annotations

from harmfree.periods import aged, months, recorded, years
from harmfree.periods.expressions import Predicate
from harmfree.programmes.medicines_optimisation.vocabulary import from_source

RCP = from_source("Royal College of Physicians, NEWS2, December 2017: seven measurements", "V")
RCP_RESPONSE = from_source("Royal College of Physicians, NEWS2, December 2017: response times", "M")
PRIMARY_CARE = from_source("NHS England on NEWS2 in primary care; not found in writing", "M")
THINK_KIDNEYS = from_source("Think Kidneys: responding to warning stages in primary care", "M")
SEPSIS = from_source("NICE NG253 (November 2025): NEWS2 in the judgement of risk of sepsis", "S")

YEAR = years(1)
NOT_PREGNANT = ~recorded("pregnancy", within=months(9))
SCORED = aged(at_least=16) & NOT_PREGNANT
"""NEWS2 is not for people under 16 or pregnant (Royal College of Physicians)."""

SEVEN = (
    "respiratory_rate",
    "oxygen_saturation",
    "air_or_oxygen",
    "systolic_pressure",
    "pulse_rate",
    "consciousness",
    "body_temperature",
)
"""What NEWS2 is made of; breathing marks a set, since it is measured for no other reason."""


def last_year(codes: str) -> Predicate:
    """Recorded in the last year."""
    return recorded(codes, within=YEAR)
