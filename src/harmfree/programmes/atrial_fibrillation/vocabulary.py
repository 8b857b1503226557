"""Words that the definitions of this programme share."""

from __future__ import annotations

from datetime import date

from harmfree.periods import (
    aged,
    contract_year,
    derived,
    ever,
    issued,
    latest,
    months,
    recorded,
    registered,
    score,
    sex,
    unresolved,
)
from harmfree.periods.expressions import Operator, Predicate, Score
from harmfree.periods.windows import Window
from harmfree.programmes.atrial_fibrillation.quantities import EARLY_CHADS2, INVITATIONS_APART
from harmfree.programmes.indicator import Provenance, Tag

AUTHOR = "The Harmfree contributors"
REVIEWED = date(2026, 11, 23)
REVIEW_DUE = date(2027, 11, 23)


def from_source(source: str, tag: Tag) -> Provenance:
    """Provenance of a definition written and reviewed with this release."""
    return Provenance(source, tag, AUTHOR, REVIEWED, REVIEW_DUE)


ADULT = aged(at_least=18)
RECENT = months(6)
YEAR = months(12)

REGISTER = unresolved(
    "atrial_fibrillation", resolved_by="atrial_fibrillation_resolved", same_day="resolved"
)
"""QOF AF001: the latest diagnosis is later than the latest 'resolved'; one day means resolved."""

VALVE = ever("mechanical_valve")
ON_DOAC = issued("doac", within=RECENT)
ON_VKA = issued("vitamin_k_antagonist", within=RECENT)
ANTICOAGULATED = issued("oral_anticoagulant", within=RECENT)

SCORED_THIS_YEAR = recorded("cha2ds2vasc_score", within=YEAR)
RECORDED_SCORE = latest("cha2ds2vasc_score")


def without_slips(
    codes: str,
    where: tuple[Operator, float],
    slip: tuple[Operator, float],
    *,
    at_least: int = 1,
    within: Window | None = None,
    at_least_ago: Window | None = None,
) -> Predicate:
    """Recorded with such a value on `at_least` days, not counting values that cannot be.

    A slip (an INR of 9999) satisfies the condition too, so one day more is asked for each day with
    a slip, up to two of them; with three nothing is concluded.
    """

    def days_with(condition: tuple[Operator, float], days: int) -> Predicate:
        return recorded(
            codes, within=within, at_least_ago=at_least_ago, at_least=days, where=condition
        )

    found = days_with(where, at_least) & ~days_with(slip, 1)
    for slips in (1, 2):
        found |= days_with(where, at_least + slips) & ~days_with(slip, slips + 1)
    return found


def _two_or_more(at_least_ago: Window | None) -> Predicate:
    """A CHADS2 (0 to 6) or CHA2DS2-VASc (0 to 9) of 2 or more, so long ago."""
    two: tuple[Operator, float] = (">=", 2.0)
    return without_slips(
        "cha2ds2vasc_score", two, (">", 9.0), at_least_ago=at_least_ago
    ) | without_slips("chads2_score", two, (">", 6.0), at_least_ago=at_least_ago)


HIGH_BEFORE = _two_or_more(at_least_ago=YEAR)
"""A CHADS2 or CHA2DS2-VASc of 2 or more a year ago or earlier: no need to score again."""

HIGH_EVER = _two_or_more(at_least_ago=None)

HIGH_RISK = RECORDED_SCORE.between(2, 10) | (
    ~ever("cha2ds2vasc_score") & (derived(EARLY_CHADS2) >= 2)
)
"""AF008: latest CHA2DS2-VASc 2 or more; without any, a CHADS2 of 2 or more before April 2015."""

ELIGIBLE = REGISTER & HIGH_RISK

VKA_CONTRAINDICATED = ever("vka_contraindicated")
VKA_DECLINED = recorded("vka_declined", within=contract_year())
DOAC_CONTRAINDICATED = ever("doac_contraindicated")
DOAC_DECLINED = recorded("doac_declined", within=contract_year())
DOAC_NOT_INDICATED = recorded("doac_not_indicated", within=contract_year())
ANTIPHOSPHOLIPID = ever("antiphospholipid_syndrome")

INVITED_TWICE = derived(INVITATIONS_APART, within=contract_year()) >= 7
NEWLY_DIAGNOSED = ~ever("atrial_fibrillation", at_least_ago=months(3))
NEWLY_REGISTERED = ~registered(for_at_least=months(3))
ADJUSTED = (
    recorded("af_unsuitable", within=contract_year())
    | recorded("af_review_declined", within=contract_year())
    | INVITED_TWICE
    | NEWLY_DIAGNOSED
    | NEWLY_REGISTERED
)
"""Personalised care adjustments that AF006 and AF008 share."""

STROKE_RISK: Score = score(
    {
        ever("heart_failure"): 1,
        ever("hypertension"): 1,
        aged(at_least=75): 2,
        ever("diabetes"): 1,
        ever("stroke_risk_embolism"): 2,
        ever("stroke_risk_vascular"): 1,
        aged(at_least=65, below=75): 1,
        sex("female"): 1,
    }
)
"""CHA2DS2-VASc (Lip 2010) from what is coded: at least this much; uncoded counts as absent."""
