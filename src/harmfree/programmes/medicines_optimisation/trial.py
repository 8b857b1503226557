"""Outcomes of the PINCER trial that the later measure set lacks, and rules of SMASH."""

from __future__ import annotations

from harmfree.periods import ever, months, recorded, sex, supply, sustained, weeks
from harmfree.programmes.indicator import gap, hazard
from harmfree.programmes.medicines_optimisation.vocabulary import (
    ADULT,
    OLDER,
    active_asthma,
    continued,
    current,
    from_source,
    history,
    long_term,
)

TRIAL = from_source("PINCER trial: Avery et al., Lancet 2012;379:1310-19, outcome table", "V")
SMASH = from_source("SMASH: Williams et al. 2018, Peek et al., PLoS Med 2020, indicator table", "V")
SMASH_PARTLY = from_source("SMASH indicator 10, read in a summary of Williams et al. 2018", "S")
ROLL_OUT = from_source("PINCER national roll-out, Rodgers et al., PLoS Med 2022, indicator J", "M")

INDICATORS = (
    hazard(
        "trial_2",
        "Any beta-blocker in asthma",
        denominator=ADULT & active_asthma(),
        numerator=current("beta_blocker"),
        why="Any beta-blocker may narrow the airways in asthma.",
        action="Weigh the reason for the beta-blocker; choose a cardioselective one or another.",
        provenance=TRIAL,
    ),
    hazard(
        "trial_2a",
        "Any beta-blocker in asthma without coronary heart disease",
        denominator=ADULT & active_asthma() & ~history("coronary_heart_disease"),
        numerator=current("beta_blocker"),
        why="Without coronary disease there is nearly always another choice.",
        action="Change to another medicine.",
        provenance=TRIAL,
    ),
    hazard(
        "trial_4",
        "Combined hormonal contraceptive after venous or arterial thrombosis",
        denominator=sex("female")
        & (history("venous_thromboembolism") | history("arterial_thrombosis")),
        numerator=current("combined_hormonal_contraceptive"),
        why="Oestrogen contraceptives bring clots back.",
        action="Stop it and offer a progestogen-only or non-hormonal method.",
        provenance=TRIAL,
    ),
    gap(
        "trial_6",
        "Warfarin without an INR in 3 months",
        denominator=ADULT & long_term("warfarin"),
        numerator=~recorded("inr", within=months(3)),
        why="Warfarin without an INR is a dose without a measure.",
        action="Find the result if a clinic holds it; otherwise test before the next issue.",
        provenance=TRIAL,
    ),
    gap(
        "trial_9",
        "Methotrexate without a record that it is weekly",
        denominator=ADULT & current("methotrexate"),
        numerator=~ever("methotrexate_weekly_instruction"),
        why="Methotrexate taken daily by mistake kills.",
        action="Tell the person the day of the week, write it on the prescription and code it.",
        provenance=TRIAL,
        note="The trial read the dose instruction, which a coded record does not hold; this counts "
        "a coded record of the weekly dose or its day.",
    ),
    hazard(
        "trial_10",
        "Amiodarone over 200 mg a day for a month or more",
        denominator=ADULT & current("amiodarone"),
        numerator=sustained(supply("amiodarone_dose") > 200, months(1)),
        why="A loading dose that is left running harms thyroid, lungs and liver.",
        action="Reduce to the maintenance dose.",
        provenance=TRIAL,
        note="Needs quantities and days of supply; where the record has none nobody is flagged.",
    ),
    hazard(
        "methotrexate_10mg",
        "Methotrexate 10 mg tablets",
        denominator=ADULT & current("methotrexate"),
        numerator=current("methotrexate_10mg"),
        why="Taking 10 mg tablets for 2.5 mg tablets is a known cause of death.",
        action="Change to 2.5 mg tablets; make sure the label says weekly.",
        provenance=from_source("NPSA patient safety alert 2006; OpenPrescribing measure", "S"),
    ),
    hazard(
        "smash_8",
        "Long-acting beta-agonist in asthma without an inhaled steroid",
        denominator=ADULT & active_asthma(),
        numerator=current("laba_single") & ~current("inhaled_corticosteroid"),
        why="A long-acting beta-agonist alone in asthma raises deaths.",
        action="Change to a combination inhaler.",
        provenance=SMASH,
        note="The same rule is measure H of the national roll-out.",
    ),
    hazard(
        "smash_10",
        "NSAID added to an ACE inhibitor or ARB and a loop diuretic",
        denominator=ADULT & current("acei_or_arb") & current("loop_diuretic"),
        numerator=current("nsaid_oral"),
        why="The three together starve the kidneys of blood flow.",
        action="Stop the NSAID; check renal function.",
        provenance=SMASH_PARTLY,
    ),
    hazard(
        "pincer_j",
        "Antipsychotic for 6 weeks or more in dementia without psychosis",
        denominator=ADULT & OLDER & history("dementia") & ~history("psychosis"),
        numerator=continued("antipsychotic", since=weeks(6), within=months(3)),
        why="Antipsychotics raise deaths and strokes in dementia and seldom help for long.",
        action="Review the need; reduce and stop where distress allows.",
        provenance=ROLL_OUT,
        note="Six weeks: an issue six weeks to three months ago and another in the last six weeks.",
    ),
)
