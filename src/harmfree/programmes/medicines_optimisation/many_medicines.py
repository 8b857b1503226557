"""Many medicines at once: the NHSBSA comparators, anticholinergic burden, DAMN, triple whammy."""

from __future__ import annotations

from harmfree.periods import aged, alive, burden, distinct, issued, latest, months
from harmfree.periods.expressions import Predicate
from harmfree.programmes.indicator import Indicator, context, hazard
from harmfree.programmes.medicines_optimisation.vocabulary import (
    ADULT,
    OLDER,
    current,
    from_source,
    history,
)

NHSBSA = from_source("NHSBSA Polypharmacy Prescribing Comparators, specification July 2017", "V")
ACB = from_source("ACBcalc scale (King and Rabino); threshold of clinical relevance", "S")
AKI = from_source("Think Kidneys, acute kidney injury and medicines; NICE NG148", "S")
NCL = from_source("North Central London record rule, BNF exclusions of its public code", "V")

THIS_MONTH = months(1)
ANY_MEDICINE = issued("any_medicine", within=THIS_MONTH)
BURDEN = burden("anticholinergic", within=months(3))
MANY_WHY = "Each further medicine adds interactions, side effects and work for the person."


def _comparator(suffix: str, title: str, who: Predicate, has: Predicate) -> Indicator:
    return context(
        f"polypharmacy_{suffix}",
        title,
        denominator=ANY_MEDICINE & who,
        numerator=has,
        direction="lower",
        why=MANY_WHY,
        provenance=NHSBSA,
        note="Counts chemical substances of BNF chapters 1-4 and 6-10 issued in the last month.",
    )


AGES: tuple[tuple[str, str, Predicate], ...] = (
    ("", "", alive()),
    ("_65", " at 65 and over", OLDER),
    ("_75", " at 75 and over", aged(at_least=75)),
    ("_85", " at 85 and over", aged(at_least=85)),
)
COMPARATORS = (
    *(
        _comparator(
            f"{least}{suffix}",
            f"{least} or more medicines{words}",
            who,
            distinct("any_medicine", within=THIS_MONTH) >= least,
        )
        for least in (8, 10, 15, 20)
        for suffix, words, who in AGES
    ),
    *(
        _comparator(
            f"burden_6{suffix}",
            f"Anticholinergic burden of 6 or more{words}",
            who,
            burden("anticholinergic", within=THIS_MONTH) >= 6,
        )
        for suffix, words, who in AGES[:2]
    ),
    _comparator(
        "damn_2",
        "Two or more DAMN medicines",
        alive(),
        distinct("damn_medicine", within=THIS_MONTH) >= 2,
    ),
    _comparator(
        "damn_nsaid",
        "An NSAID with another DAMN medicine",
        alive(),
        issued("nsaid_oral", within=THIS_MONTH)
        & issued("damn_other_than_nsaid", within=THIS_MONTH),
    ),
    _comparator(
        "clotting_2",
        "Two or more anticoagulants or antiplatelets",
        alive(),
        distinct("anticoagulant_or_antiplatelet", within=THIS_MONTH) >= 2,
    ),
)

REGULAR = tuple(
    context(
        f"regular_medicines_{least}",
        f"{least} or more regular medicines",
        denominator=ADULT,
        numerator=distinct("regular_medicine", within=months(3)) >= least,
        direction="lower",
        why=MANY_WHY,
        provenance=NCL,
        note="The exclusions are the list's own; the NHSBSA rule gives other counts. Counted over "
        "three months, because a coded record does not say which items are on repeat.",
    )
    for least in (5, 10)
)

AT_RISK_OF_AKI = (latest("egfr", within=months(24)) < 60) | history("acute_kidney_injury")

HAZARDS = (
    hazard(
        "anticholinergic_burden_3",
        "Anticholinergic burden of 3 or more at 65 and over",
        denominator=OLDER,
        numerator=BURDEN >= 3,
        why="Anticholinergic medicines together bring confusion, falls and constipation.",
        action="Find the medicine with the highest score that can be stopped or changed.",
        provenance=ACB,
        note="Scale: ACBcalc. One medicine counts once, at its highest score; the dose does not.",
    ),
    hazard(
        "anticholinergic_burden_6",
        "Anticholinergic burden of 6 or more at 65 and over",
        denominator=OLDER,
        numerator=BURDEN >= 6,
        why="A burden of 6 is what the national comparator calls high.",
        action="Review now; reduce the burden step by step.",
        provenance=ACB,
        note="Scale: ACBcalc, over three months.",
    ),
    hazard(
        "triple_whammy",
        "Triple whammy: NSAID, ACE inhibitor or ARB, and diuretic",
        denominator=ADULT & current("damn_acei") & current("diuretic"),
        numerator=current("nsaid_oral"),
        why="The three together starve the kidneys of blood flow.",
        action="Stop the NSAID; check renal function; give sick-day advice.",
        provenance=AKI,
    ),
    hazard(
        "damn_at_risk",
        "Two or more DAMN medicines with an eGFR under 60 or earlier kidney injury",
        denominator=ADULT & AT_RISK_OF_AKI,
        numerator=distinct("damn_medicine", within=months(3)) >= 2,
        why="In illness with vomiting or fever these medicines injure weak kidneys.",
        action="Give sick-day advice and write it down; stop what is not needed.",
        provenance=AKI,
    ),
)
INDICATORS = (*COMPARATORS, *REGULAR, *HAZARDS)
