"""Words that the definitions of this programme share."""

from __future__ import annotations

from harmfree.periods import aged, days, issued, months, recorded, years
from harmfree.periods.expressions import Predicate
from harmfree.periods.windows import Window
from harmfree.programmes.medicines_optimisation.vocabulary import from_source, history

CG146 = from_source(
    "NICE CG146, Osteoporosis: assessing the risk of fragility fracture (2012, updated 2017)", "S"
)
NORTHERN = from_source(
    "Stages of the Northern Bone Health Project (2020 to 2021) as reported; what counts as high "
    "risk, reviewed and treated is our choice",
    "S",
)
CASE_FINDING = from_source(
    "Our case-finding rules, after NICE CG146 and NOGG 2021 as read in secondary sources", "S"
)
NOGG = from_source("NOGG 2021, updated 2024, by a public transcription of its tables", "S")
QOF = from_source("QOF indicators OST004, OST002 and OST005, by public implementations", "S")

ADULT_50 = aged(at_least=50)
INDEX = "index_fracture"


def protected() -> Predicate:
    """Bone treatment that still works: an issue in 6 months, denosumab in 7, zoledronate in 18."""
    return (
        issued("bone_sparing", within=months(6))
        | issued("denosumab", within=months(7))
        | issued("zoledronate", within=months(18))
    )


def spared() -> Predicate:
    """Nobody to press: palliative care, or treatment declined or unsuitable within a year."""
    return history("palliative_care") | recorded("bone_treatment_refused", within=years(1))


def settled(since: int, within: Window) -> Predicate:
    """The latest index fracture lies within the window and at least `since` days back."""
    return recorded(INDEX, within=within, at_least_ago=days(since)) & ~recorded(
        INDEX, within=days(since - 1)
    )
