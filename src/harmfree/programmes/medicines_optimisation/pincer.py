"""PINCER: the fourteen measures of hazardous prescribing and their composites."""

from __future__ import annotations

from harmfree.periods import aged, ever, issued, latest, months, recorded, score, together
from harmfree.periods.expressions import Predicate
from harmfree.programmes.indicator import any_of, context, gap, hazard
from harmfree.programmes.medicines_optimisation.vocabulary import (
    ADULT,
    OLDER,
    PROTECTED,
    active_asthma,
    continued,
    current,
    from_source,
    known,
    long_term,
)

PINCER = from_source(
    "PINCER as run by OpenSAFELY: Fisher et al., BMJ Medicine 2023;2:e000392, "
    "opensafely/pincer-measures 2e158943",
    "V",
)

ULCER_OR_BLEED = known("peptic_ulcer") | known("gi_bleed")
ACTION_PROTECT = "Stop the medicine or protect the stomach; ask about over-the-counter painkillers."
ACTION_TEST = "Arrange the test; do not issue more until the result is known, where it is safe to."

A = hazard(
    "pincer_a",
    "NSAID at 65 or over without an ulcer-healing medicine",
    denominator=ADULT & OLDER & ~PROTECTED,
    numerator=current("nsaid_oral"),
    why="NSAIDs cause peptic ulcers and bleeding, above all in older people without protection.",
    action=ACTION_PROTECT,
    provenance=PINCER,
)
B = hazard(
    "pincer_b",
    "NSAID after a peptic ulcer or gastrointestinal bleed, without an ulcer-healing medicine",
    denominator=ADULT & ULCER_OR_BLEED & ~PROTECTED,
    numerator=current("nsaid_oral"),
    why="A person who has bled or had an ulcer is several times more likely to bleed again.",
    action=ACTION_PROTECT,
    provenance=PINCER,
)
C = hazard(
    "pincer_c",
    "Antiplatelet after a peptic ulcer or gastrointestinal bleed, unprotected",
    denominator=ADULT & ULCER_OR_BLEED & ~PROTECTED,
    numerator=current("antiplatelet"),
    why="Aspirin and other antiplatelets make an old ulcer bleed.",
    action=ACTION_PROTECT,
    provenance=PINCER,
)
D = hazard(
    "pincer_d",
    "NSAID with an oral anticoagulant",
    denominator=ADULT & current("oral_anticoagulant"),
    numerator=current("nsaid_oral"),
    why="An NSAID multiplies the risk of a serious bleed on an anticoagulant, protected or not.",
    action="Stop the NSAID; offer paracetamol or a topical preparation.",
    provenance=PINCER,
)
E = hazard(
    "pincer_e",
    "Anticoagulant and antiplatelet together without an ulcer-healing medicine",
    denominator=ADULT & current("oral_anticoagulant") & ~PROTECTED,
    numerator=together("oral_anticoagulant", "antiplatelet", days=28, within=months(3)),
    why="Two medicines that stop clotting bleed more than one; many no longer need the second.",
    action="Ask whether the antiplatelet is still needed; otherwise add gastroprotection.",
    provenance=PINCER,
    note="Any pair of issues fewer than 28 days apart counts; the published code compares only the "
    "first and last issue of each month and may miss pairs.",
)
F = hazard(
    "pincer_f",
    "Aspirin and another antiplatelet together without an ulcer-healing medicine",
    denominator=ADULT & current("aspirin") & ~PROTECTED,
    numerator=together("aspirin", "antiplatelet_not_aspirin", days=28, within=months(3)),
    why="Dual antiplatelet treatment without protection causes gastrointestinal bleeding.",
    action="Check how long both are needed; add gastroprotection meanwhile.",
    provenance=PINCER,
    note="A product that combines aspirin and dipyridamole counts as aspirin, as published.",
)
G = hazard(
    "pincer_g",
    "Non-selective beta-blocker in asthma",
    denominator=ADULT & ever("asthma", at_least_ago=months(3)) & active_asthma(),
    numerator=current("beta_blocker_nonselective"),
    why="A non-selective beta-blocker can close the airways of a person with asthma.",
    action="Change to another medicine; confirm the diagnosis of asthma.",
    provenance=PINCER,
    note="Eye drops, sotalol, labetalol, carvedilol and celiprolol are left out (the published "
    "list holds them); any beta-blocker in asthma is trial_2.",
)
I = hazard(  # noqa: E741 - the measure's published letter
    "pincer_i",
    "NSAID in heart failure",
    denominator=ADULT & known("heart_failure"),
    numerator=current("nsaid_oral"),
    why="NSAIDs retain salt and water and bring people with heart failure into hospital.",
    action="Stop the NSAID; review the heart failure.",
    provenance=PINCER,
)
EGFR_THEN = latest("egfr", at_least_ago=months(3))
K = hazard(
    "pincer_k",
    "NSAID with an eGFR under 45",
    denominator=ADULT & (EGFR_THEN >= 1) & (EGFR_THEN < 45),
    numerator=current("nsaid_oral"),
    why="An NSAID can tip damaged kidneys into acute injury.",
    action="Stop the NSAID; repeat the renal function.",
    provenance=PINCER,
    note="The latest eGFR at least three months old; a result such as >90 is never read as 90.",
)


def taken_for_long(medicine: str) -> Predicate:
    """An issue at least 15 months ago and one in the last six months."""
    return issued(medicine, at_least_ago=months(15)) & issued(medicine, within=months(6))


AC = gap(
    "pincer_ac",
    "75 or over on an ACE inhibitor, ARB or diuretic without renal monitoring",
    denominator=ADULT
    & aged(at_least=75)
    & (taken_for_long("acei_or_arb") | taken_for_long("diuretic_monitored")),
    numerator=~recorded("renal_function_test", within=months(15))
    | ~recorded("electrolytes_test", within=months(15)),
    why="These medicines change kidney function and potassium without warning.",
    action=ACTION_TEST,
    provenance=PINCER,
    note="Diuretics are loop, potassium-sparing and metolazone, as in the published list.",
)
ON_METHOTREXATE = ADULT & long_term("methotrexate")
ME_FBC = gap(
    "pincer_me_fbc",
    "Methotrexate without a full blood count in 3 months",
    denominator=ON_METHOTREXATE,
    numerator=~recorded("full_blood_count", within=months(3)),
    why="Methotrexate can stop the bone marrow; a blood count shows it in time.",
    action=ACTION_TEST,
    provenance=PINCER,
)
ME_LFT = gap(
    "pincer_me_lft",
    "Methotrexate without a liver function test in 3 months",
    denominator=ON_METHOTREXATE,
    numerator=~recorded("liver_function_test", within=months(3)),
    why="Methotrexate damages the liver without symptoms.",
    action=ACTION_TEST,
    provenance=PINCER,
)
LI = gap(
    "pincer_li",
    "Lithium without a level in 3 months",
    denominator=ADULT & long_term("lithium"),
    numerator=~recorded("lithium_level", within=months(3)),
    why="The dose of lithium that works is close to the dose that poisons.",
    action=ACTION_TEST,
    provenance=PINCER,
)
AM = gap(
    "pincer_am",
    "Amiodarone without a thyroid function test in 6 months",
    denominator=ADULT & continued("amiodarone", since=months(6), within=months(12)),
    numerator=~recorded("thyroid_function_test", within=months(6)),
    why="Amiodarone often upsets the thyroid, in either direction.",
    action=ACTION_TEST,
    provenance=PINCER,
)

BLEEDING = (A, B, C, D, E, F)
OTHER = (G, I, K)
MONITORING = (AC, ME_FBC, ME_LFT, LI, AM)
MEASURES = (*BLEEDING, *OTHER, *MONITORING)

COMPOSITES = (
    any_of(
        "pincer_bleeding",
        "Any hazard of gastrointestinal bleeding (PINCER)",
        BLEEDING,
        why="One figure for the six hazards that make people bleed.",
        provenance=PINCER,
    ),
    any_of(
        "pincer_other",
        "Any hazard of asthma, heart failure or kidney injury (PINCER)",
        OTHER,
        why="One figure for the three hazards to lungs, heart and kidneys.",
        provenance=PINCER,
    ),
    any_of(
        "pincer_monitoring",
        "Any missing blood test (PINCER)",
        MONITORING,
        why="One figure for the five gaps in monitoring.",
        provenance=PINCER,
    ),
    any_of(
        "pincer_any",
        "Any PINCER hazard",
        MEASURES,
        why="One figure for hazardous prescribing and missed monitoring.",
        provenance=PINCER,
    ),
)

met = score({measure.denominator & measure.numerator: 1 for measure in MEASURES})
ANY_DENOMINATOR = COMPOSITES[-1].denominator
HOW_MANY = tuple(
    context(
        f"pincer_{least}_or_more",
        f"{least} or more PINCER hazards at once",
        denominator=ANY_DENOMINATOR,
        numerator=met >= least,
        why="A person who meets several hazards gains most from one review.",
        direction="lower",
        provenance=PINCER,
    )
    for least in (2, 3, 4)
)

INDICATORS = (*MEASURES, *COMPOSITES, *HOW_MANY)
