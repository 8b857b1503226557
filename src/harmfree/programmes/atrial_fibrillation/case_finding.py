"""Finding people whose atrial fibrillation nobody has coded."""

from __future__ import annotations

from harmfree.periods import (
    aged,
    days,
    ever,
    issued,
    months,
    recorded,
    sustained,
    unresolved,
    years,
)
from harmfree.programmes.atrial_fibrillation.vocabulary import ANTICOAGULATED, REGISTER, from_source
from harmfree.programmes.indicator import context, gap

NCL = from_source(
    "North Central London ICB open SQL, case finding ICB_CF_AF_61 and ICB_CF_AF_62", "V"
)
OURS = from_source("Harmfree; no published definition", "X")
PULSE_EVERY = years(3)
LOOK = "Check the pulse; if it is irregular, arrange a 12-lead ECG and code the result."
ECG = "Arrange a 12-lead ECG and code what it shows."

SETTLED_LATELY = recorded("af_excluded_or_confirmed", within=PULSE_EVERY)
SUSPECT_MEDICINE = ANTICOAGULATED | issued("af_rhythm_medicine", within=months(3))
NO_REASON = (
    ~REGISTER
    & ~ever("heart_failure")
    & ~ever("venous_thromboembolism")
    & ~ever("atrial_flutter")
    & ~SETTLED_LATELY
)

AF_61 = gap(
    "af_61",
    "On an anticoagulant or a rhythm medicine without a coded reason (AF_61)",
    denominator=SUSPECT_MEDICINE,
    numerator=NO_REASON,
    why="Many of them have atrial fibrillation that was never coded, and so miss every review.",
    action="Look for the reason in letters and ECGs; code atrial fibrillation, or code that it was "
    "excluded.",
    provenance=NCL,
    note="Anticoagulant in 6 months; digoxin, flecainide, propafenone or dronedarone in 3. Not on "
    "the registers of atrial fibrillation or heart failure, no clot in a vein, no flutter, and no "
    "'excluded' or 'confirmed' in 3 years. As published, a mechanical valve is no reason.",
)
AF_62 = gap(
    "af_62",
    "65 or over without a pulse check in 3 years (AF_62)",
    denominator=aged(at_least=65)
    & ~REGISTER
    & ~ever("atrial_flutter")
    & ~(SUSPECT_MEDICINE & NO_REASON),
    numerator=~recorded("pulse_rhythm", within=PULSE_EVERY),
    why="Feeling the pulse finds atrial fibrillation before the stroke does.",
    action=LOOK,
    provenance=NCL,
    note="Nobody is in AF_61 and in AF_62.",
)
IRREGULAR = unresolved("pulse_irregular", resolved_by="pulse_regular") & recorded(
    "pulse_irregular", within=PULSE_EVERY
)
PULSE_NO_ECG = gap(
    "af_pulse_no_ecg",
    "Irregular pulse without an ECG in 28 days",
    denominator=IRREGULAR & ~REGISTER,
    numerator=sustained(
        unresolved("pulse_irregular", resolved_by="ecg_12_lead", same_day="resolved"), days(28)
    )
    & ~SETTLED_LATELY,
    why="An irregular pulse that nobody traced may be atrial fibrillation.",
    action=ECG,
    provenance=OURS,
    note="The last pulse rhythm of 3 years is irregular (regular and irregular on one day: "
    "irregular). It opens on the 28th day when no ECG was done up to and with that day.",
)
DEVICE_NO_ECG = gap(
    "af_device_no_ecg",
    "Device says possible atrial fibrillation, no 12-lead ECG since",
    denominator=recorded("device_possible_af", within=PULSE_EVERY),
    numerator=unresolved("device_possible_af", resolved_by="ecg_12_lead", same_day="resolved")
    & ~REGISTER
    & ~SETTLED_LATELY,
    why="A strip is no diagnosis: fewer than half of them are atrial fibrillation when few people "
    "have it.",
    action=ECG,
    provenance=OURS,
    note="Open from the day of the strip; an ECG on the same day closes it.",
)
STROKE_NO_CHECK = gap(
    "af_stroke_no_check",
    "Stroke or TIA without a look at the heart's rhythm in 28 days",
    denominator=recorded("stroke_or_tia", within=months(12)) & ~REGISTER,
    numerator=sustained(
        unresolved("stroke_or_tia", resolved_by="rhythm_check", same_day="resolved"), days(28)
    )
    & ~SETTLED_LATELY,
    why="Atrial fibrillation found after a stroke changes the treatment that prevents the next.",
    action=LOOK,
    provenance=OURS,
    note="Checks in hospital count only when they reach this record.",
)
STRIPS = context(
    "af_device_strips",
    "A rhythm strip from a device in 12 months",
    denominator=aged(at_least=65) & ~REGISTER,
    numerator=recorded("device_strip", within=months(12)),
    direction="higher",
    why="How far the devices reach the people they were bought for.",
    provenance=OURS,
)

INDICATORS = (AF_61, AF_62, PULSE_NO_ECG, DEVICE_NO_ECG, STROKE_NO_CHECK, STRIPS)
