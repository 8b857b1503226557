"""Control of warfarin by the three rules of NICE, and the first weeks by arm of dosing."""

from __future__ import annotations

from harmfree.clinical.anticoagulation.inr_control import RULES, WINDOW_MONTHS
from harmfree.clinical.anticoagulation.ttr import GOOD_FROM, INR
from harmfree.periods import derived, months, recorded, weeks
from harmfree.periods.expressions import Operator
from harmfree.programmes.atrial_fibrillation.quantities import (
    TIME_IN_RANGE,
    first_weeks_highest,
    first_weeks_ttr,
)
from harmfree.programmes.atrial_fibrillation.vocabulary import (
    ON_VKA,
    REGISTER,
    VALVE,
    from_source,
    without_slips,
)
from harmfree.programmes.indicator import Indicator, any_of, context, gap, hazard

NG196 = from_source("NICE NG196 (2021), poor control of anticoagulation", "V")
NG196_TTR = from_source(
    "NICE NG196 (2021), poor control; first six weeks left out and six months of maintenance from "
    "memory",
    "M",
)
NICE = RULES["nice"]
TOO_HIGH: tuple[Operator, float] = (">", INR.high)
TOO_LOW: tuple[Operator, float] = ("<", INR.low)
WINDOW = months(WINDOW_MONTHS)
ON_WARFARIN = REGISTER & ON_VKA
CAUSE = "Look for the cause: adherence, illness, interacting medicines, diet, alcohol, memory. "
ACTION = CAUSE + "If it cannot be put right, discuss a DOAC."

HIGH = hazard(
    "af_inr_high",
    "Warfarin: two INRs above 5, or one above 8, in 6 months",
    denominator=ON_WARFARIN,
    numerator=without_slips("inr", (">", NICE.high), TOO_HIGH, at_least=2, within=WINDOW)
    | without_slips("inr", (">", NICE.very_high), TOO_HIGH, within=WINDOW),
    why="Above 5 the risk of a serious bleed climbs steeply.",
    action=ACTION,
    provenance=NG196,
    note="5.0 and 8.0 do not count. Two tests on one day are one. An INR above 20 is a slip.",
)
LOW = hazard(
    "af_inr_low",
    "Warfarin: two INRs below 1.5 in 6 months",
    denominator=ON_WARFARIN,
    numerator=without_slips("inr", ("<", NICE.low), TOO_LOW, at_least=2, within=WINDOW),
    why="Below 1.5 warfarin hardly protects against stroke.",
    action=ACTION,
    provenance=NG196,
    note="1.5 does not count. Two tests on one day are one. An INR below 0.5 is a slip.",
)
TTR = hazard(
    "af_ttr_low",
    "Warfarin: time in range below 65% over 6 months",
    denominator=ON_WARFARIN & ~VALVE & (derived(TIME_IN_RANGE, within=WINDOW) >= 0),
    numerator=derived(TIME_IN_RANGE, within=WINDOW) < GOOD_FROM,
    why="Under 65% of time in range, warfarin loses much of its benefit.",
    action=ACTION,
    provenance=NG196_TTR,
    note="Worked out at each INR, range 2 to 3, tests more than 56 days apart not joined; 65% does "
    "not count as low. Only where the six months lie after the first six weeks of a course (a "
    "course begins after more than 183 days without an issue); a start that no issue shows is "
    "taken as long ago. People with a mechanical valve have another range and are left out.",
)
POOR = any_of(
    "af_warfarin_poor_control",
    "Warfarin: any sign of poor control",
    (HIGH, LOW, TTR),
    why="The three rules find different people; time in range alone misses many.",
    provenance=NG196_TTR,
)
OVERDUE = gap(
    "af_inr_overdue",
    "Warfarin without an INR in 12 weeks",
    denominator=ON_WARFARIN,
    numerator=~recorded("inr", within=weeks(12)),
    why="Without a test nobody knows whether the dose is safe.",
    action="Arrange an INR; ask whether the person still takes it and where it is tested.",
    provenance=from_source("British Society for Haematology, oral anticoagulation: recall", "M"),
    note="Tests at an anticoagulant clinic count only when they reach this record.",
)

ARMS = (("guided", "genotype_guided_dosing"), ("standard", "standard_dosing"))
TRIALS = from_source(
    "EU-PACT (Pirmohamed 2013) and Jorgensen 2019 (BMC Med 17:76): time in range in the first 12 "
    "weeks",
    "V",
)


def _first_weeks(arm: str, codes: str) -> tuple[Indicator, ...]:
    begun = recorded(codes, within=months(15), at_least_ago=weeks(12))
    in_range, highest = derived(first_weeks_ttr(codes)), derived(first_weeks_highest(codes))
    return (
        context(
            f"af_first_weeks_ttr_{arm}",
            f"First 12 weeks of warfarin, {arm} dosing: time in range 65% or more",
            denominator=begun & (in_range >= 0),
            numerator=in_range >= GOOD_FROM,
            direction="higher",
            why="The measure by which genotype-guided dosing was judged.",
            provenance=TRIALS,
            note="People who began 12 weeks to 15 months ago and have two tests to join. Whoever "
            "begins twice counts by the later start.",
        ),
        context(
            f"af_first_weeks_high_{arm}",
            f"First 12 weeks of warfarin, {arm} dosing: any INR above 4",
            denominator=begun & (highest >= 0),
            numerator=highest > 4,
            direction="lower",
            why="Too much at the start bleeds; an INR above 4 is the trials' measure of it.",
            provenance=TRIALS,
            note="Highest of the day means of INR from the first day to day 84.",
        ),
    )


INDICATORS = (
    HIGH,
    LOW,
    TTR,
    POOR,
    OVERDUE,
    *(each for arm, codes in ARMS for each in _first_weeks(arm, codes)),
)
