"""Whether people at risk are anticoagulated: AF008, CVDPREVENT, the reasons where they are not."""

from __future__ import annotations

from harmfree.periods import ever, issued, latest, months, recorded
from harmfree.periods.expressions import Predicate
from harmfree.programmes.atrial_fibrillation.vocabulary import (
    ADJUSTED,
    ADULT,
    ANTICOAGULATED,
    ANTIPHOSPHOLIPID,
    DOAC_CONTRAINDICATED,
    DOAC_DECLINED,
    DOAC_NOT_INDICATED,
    ELIGIBLE,
    ON_DOAC,
    ON_VKA,
    RECENT,
    RECORDED_SCORE,
    REGISTER,
    VALVE,
    VKA_CONTRAINDICATED,
    VKA_DECLINED,
    YEAR,
    from_source,
)
from harmfree.programmes.indicator import Indicator, context, gap, hazard

QOF = from_source("QOF AF008, business rules version 49 (primarycareit.co.uk)", "V")
COLLABORATIVE = from_source("AHSN AF frame Detect, Protect, Perfect: protection gap 2", "V")
CVDPREVENT = from_source("CVDPREVENT audit, indicator set", "M")
NM147 = from_source("NICE indicator NM147", "V")
NG196_ASPIRIN = from_source("NICE NG196 (2021), stroke prevention", "M")
OURS = from_source("Harmfree; no published definition", "X")

TTR_GOOD = (latest("ttr", within=RECENT) >= 65) & (latest("ttr", within=RECENT) <= 100)

REASON_FOR_VKA = (
    DOAC_DECLINED | DOAC_CONTRAINDICATED | ANTIPHOSPHOLIPID | (DOAC_NOT_INDICATED & TTR_GOOD)
)
ACHIEVED = (~VALVE & ON_DOAC) | (~VALVE & ON_VKA & REASON_FOR_VKA) | (VALVE & ON_VKA)
VKA_RULED_OUT = VKA_CONTRAINDICATED | VKA_DECLINED
EXCLUDED = (
    (VALVE & ~ANTICOAGULATED & VKA_RULED_OUT)
    | (~VALVE & VKA_RULED_OUT & (DOAC_CONTRAINDICATED | ANTIPHOSPHOLIPID | DOAC_NOT_INDICATED))
    | (~VALVE & VKA_DECLINED & DOAC_DECLINED)
    | ADJUSTED
)

AF008 = context(
    "af008",
    "Anticoagulated with a DOAC, or with a vitamin K antagonist for a reason (AF008)",
    denominator=ELIGIBLE & (ACHIEVED | ~EXCLUDED),
    numerator=ACHIEVED,
    direction="higher",
    why="An anticoagulant prevents about two strokes in three in atrial fibrillation.",
    provenance=QOF,
    note="QOF reports it on 31 March; here it holds on any day, with the contract year (from 1 "
    "April) and the six months looked back from that day. Exclusions count only where not "
    "achieved.",
)
CVDP002AF = context(
    "cvdp002af",
    "Anticoagulated, of those with a score of 2 or more (CVDP002AF)",
    denominator=ADULT & REGISTER & RECORDED_SCORE.between(2, 10),
    numerator=ANTICOAGULATED,
    direction="higher",
    why="To compare with the national audit, whose ambition is 90% and later 95%.",
    provenance=CVDPREVENT,
    note="'Currently' is read as an issue in the last six months.",
)
CVDP005AF = context(
    "cvdp005af",
    "DOAC, or a vitamin K antagonist where a DOAC is declined or unsuitable (CVDP005AF)",
    denominator=ADULT & REGISTER & RECORDED_SCORE.between(2, 10),
    numerator=ACHIEVED,
    direction="higher",
    why="To compare with the national audit.",
    provenance=CVDPREVENT,
    note="Achieved as in AF008; nobody is taken out.",
)
ANNUAL_REVIEW = context(
    "nm147",
    "Annual review of the anticoagulated, all six parts (NM147)",
    denominator=REGISTER & ANTICOAGULATED,
    numerator=recorded("stroke_risk_score", within=YEAR)
    & recorded("bleeding_risk_score", within=YEAR)
    & recorded("renal_function_test", within=YEAR)
    & recorded("full_blood_count", within=YEAR)
    & recorded("liver_function_test", within=YEAR)
    & recorded("anticoagulant_adverse_events", within=YEAR)
    & recorded("anticoagulant_adherence", within=YEAR)
    & recorded("anticoagulant_choice", within=YEAR),
    direction="higher",
    why="Kidneys, risks and wishes change; dose and medicine should follow.",
    provenance=NM147,
    note="The third part is renal function, blood count and liver function together. Any test of "
    "renal function counts; NICE asks for creatinine clearance.",
)

TREAT = "Offer a DOAC, or say in the record why not; agree it with the person."
NOT_TREATED = gap(
    "af_not_anticoagulated",
    "At risk of stroke and not anticoagulated",
    denominator=ELIGIBLE,
    numerator=~ANTICOAGULATED,
    why="Each year about one in twenty-five such people has a stroke that treatment prevents.",
    action=TREAT,
    provenance=COLLABORATIVE,
    note="No oral anticoagulant issued in six months. Why, is shown by four counts that together "
    "make up this one.",
)
UNTREATED = ELIGIBLE & ~ANTICOAGULATED
DECLINED = recorded("doac_declined", within=YEAR) | recorded("vka_declined", within=YEAR)
CONTRAINDICATED = DOAC_CONTRAINDICATED | VKA_CONTRAINDICATED
ANTIPLATELET = issued("antiplatelet", within=months(3))


def _reason(suffix: str, title: str, holds: Predicate) -> Indicator:
    return context(
        f"af_untreated_{suffix}",
        f"At risk, not anticoagulated: {title}",
        denominator=UNTREATED,
        numerator=holds,
        why="It says what to do: review the reason, stop the antiplatelet, or offer treatment.",
        provenance=COLLABORATIVE,
        note="Each person is in one of four: contraindicated (DOAC or vitamin K antagonist, ever), "
        "else declined (either, in 12 months), else antiplatelet only (in 3 months), else nothing.",
    )


REASONS = (
    _reason("contraindicated", "contraindication coded", CONTRAINDICATED),
    _reason("declined", "declined", ~CONTRAINDICATED & DECLINED),
    _reason("antiplatelet", "antiplatelet only", ~CONTRAINDICATED & ~DECLINED & ANTIPLATELET),
    _reason("nothing", "on nothing", ~CONTRAINDICATED & ~DECLINED & ~ANTIPLATELET),
)

BY_SCORE = tuple(
    context(
        f"af_untreated_score_{points}",
        f"At risk, not anticoagulated, latest CHA2DS2-VASc {points}",
        denominator=UNTREATED,
        numerator=RECORDED_SCORE.between(points, points + 1),
        why="The yearly risk of stroke depends on the score; the estimate of strokes adds it up.",
        provenance=OURS,
    )
    for points in range(2, 10)
)

ASPIRIN = hazard(
    "af_aspirin_alone",
    "Aspirin alone for atrial fibrillation",
    denominator=REGISTER & ~ever("antiplatelet_reason"),
    numerator=issued("aspirin", within=months(3)) & ~ANTICOAGULATED,
    why="Aspirin hardly prevents these strokes, and it bleeds.",
    action="Stop it, or replace it by an anticoagulant when the score asks for one.",
    provenance=NG196_ASPIRIN,
    note="People with coronary, cerebral or peripheral arterial disease are left out: they may "
    "take aspirin for that.",
)
STILL_TREATED = gap(
    "af_resolved_anticoagulated",
    "Atrial fibrillation coded as resolved, still anticoagulated",
    denominator=ever("atrial_fibrillation") & ~REGISTER & ~ever("venous_thromboembolism") & ~VALVE,
    numerator=ANTICOAGULATED,
    why="Either the code is wrong and the person has dropped out of the reviews, or a medicine "
    "that bleeds has lost its reason.",
    action="Confirm the diagnosis. Do not stop only because sinus rhythm is seen now: the risk "
    "of stroke stays.",
    provenance=from_source("Addition to North Central London ICB case finding (ours)", "X"),
    note="People with an earlier clot in a vein or a mechanical valve are left out.",
)

INDICATORS = (
    AF008,
    NOT_TREATED,
    *REASONS,
    *BY_SCORE,
    ASPIRIN,
    STILL_TREATED,
    ANNUAL_REVIEW,
    CVDP002AF,
    CVDP005AF,
)
