"""The register, and whether the risk of stroke is known."""

from __future__ import annotations

from harmfree.periods import alive, ever
from harmfree.programmes.atrial_fibrillation.vocabulary import (
    ADJUSTED,
    ADULT,
    HIGH_BEFORE,
    HIGH_EVER,
    RECORDED_SCORE,
    REGISTER,
    SCORED_THIS_YEAR,
    STROKE_RISK,
    from_source,
)
from harmfree.programmes.indicator import context, gap

AF001 = from_source(
    "QOF AF001 (business rules; North Central London ICB open SQL, "
    "calculate_atrial_fibrillation_register)",
    "V",
)
NM81 = from_source("NICE indicator NM81, QOF AF006", "V")
CVDPREVENT = from_source("CVDPREVENT audit, indicator set", "M")
NG196 = from_source("NICE NG196 (2021), review of people not anticoagulated", "M")
COLLABORATIVE = from_source("AHSN AF frame Detect, Protect, Perfect: protection gap 1", "V")

SCORE_ACTION = "Work out CHA2DS2-VASc with the person and record it; offer treatment at 2 or more."

ON_REGISTER = context(
    "af001",
    "Atrial fibrillation register",
    denominator=alive(),
    numerator=REGISTER,
    why="Who is on the register gets the reviews; who is not may be missed.",
    provenance=AF001,
    note="Diagnosis and 'resolved' on one day mean not on the register. Points for AF001 ended in "
    "2025; the register still feeds AF006 and AF008. Prevalence is of the whole list.",
)
AF006 = context(
    "af006",
    "Stroke risk scored in the last 12 months (AF006)",
    denominator=REGISTER & ~HIGH_BEFORE & (SCORED_THIS_YEAR | ~ADJUSTED),
    numerator=SCORED_THIS_YEAR,
    direction="higher",
    why="Treatment depends on the score, and the score rises with age and with each new diagnosis.",
    provenance=NM81,
    note="People with CHADS2 or CHA2DS2-VASc of 2 or more a year ago or earlier need no new score. "
    "Personalised care adjustments count only where the score is missing; they last until 31 "
    "March. Moving between two sites of these records without a break is not a new registration.",
)
NOT_ASSESSED = gap(
    "af_risk_not_assessed",
    "Stroke risk not assessed",
    denominator=REGISTER,
    numerator=~SCORED_THIS_YEAR & ~HIGH_EVER,
    why="Without a score nobody knows whether the person needs an anticoagulant.",
    action=SCORE_ACTION,
    provenance=COLLABORATIVE,
    note="No CHA2DS2-VASc in 12 months and no earlier CHADS2 or CHA2DS2-VASc of 2 or more. Nobody "
    "is taken out for an adjustment: AF006 is the measure with adjustments.",
)
OUTDATED = gap(
    "af_risk_outdated",
    "Recorded stroke risk below 2, but the record now gives 2 or more",
    denominator=REGISTER & (RECORDED_SCORE < 2),
    numerator=STROKE_RISK >= 2,
    why="People turn 65 and acquire conditions after they were scored as low risk.",
    action=SCORE_ACTION,
    provenance=NG196,
    note="The score from the record counts what is coded; what is not coded counts as absent.",
)
CVDP001AF = context(
    "cvdp001af",
    "Prevalence of atrial fibrillation at 18 and over (CVDP001AF)",
    denominator=ADULT,
    numerator=REGISTER,
    why="To compare with the national audit.",
    provenance=from_source("CVDPREVENT audit, indicator set (cvdprevent R package)", "V"),
)
CVDP004AF = context(
    "cvdp004af",
    "Low-risk people scored in the last 12 months (CVDP004AF)",
    denominator=ADULT & REGISTER & ~HIGH_BEFORE,
    numerator=SCORED_THIS_YEAR,
    direction="higher",
    why="To compare with the national audit.",
    provenance=CVDPREVENT,
    note="As AF006 without its adjustments, at 18 and over.",
)
NEVER_SCORED = context(
    "af_never_scored",
    "On the register and never scored",
    denominator=REGISTER,
    numerator=~ever("stroke_risk_score"),
    direction="lower",
    why="The hardest part of the first protection gap.",
    provenance=COLLABORATIVE,
)

INDICATORS = (ON_REGISTER, AF006, NOT_ASSESSED, OUTDATED, NEVER_SCORED, CVDP001AF, CVDP004AF)
