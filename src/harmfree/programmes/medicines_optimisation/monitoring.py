"""Blood tests that high-risk medicines need: a table, and the gap that each row makes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from harmfree.periods import aged, issued, months, recorded, started, weeks
from harmfree.periods.expressions import Predicate
from harmfree.periods.windows import Window
from harmfree.programmes.indicator import Indicator, Tag, gap
from harmfree.programmes.medicines_optimisation.vocabulary import (
    ADULT,
    continued,
    current,
    from_source,
    history,
    long_term,
)

SPS = "NHS Specialist Pharmacy Service, Drug monitoring; BNF monographs"
NICE_LITHIUM = "NICE CG185 and BNF, lithium: monitoring"


@dataclass(frozen=True)
class Rule:
    """One row of the monitoring table.

    Attributes:
        id, title: of the indicator. who: people that the row is for.
        tests: code lists, each of which must have been recorded within `every`.
        tag: how well the interval's source was checked.
    """

    id: str
    title: str
    who: Predicate
    tests: tuple[str, ...]
    every: Window
    source: str
    tag: Tag


UREA_AND_ELECTROLYTES = ("renal_function_test", "electrolytes_test")
BLOOD_KIDNEY_LIVER = ("full_blood_count", *UREA_AND_ELECTROLYTES, "liver_function_test")
DOAC_TESTS = ("creatinine", "full_blood_count", "liver_function_test")
AT_RISK_ON_DOAC = aged(at_least=75) | history("frailty_moderate_or_severe")


def starting(medicine: str, within: Window) -> Predicate:
    """Begun within the window, with none in the six months before."""
    return started(medicine, clear=months(6), within=within)


def lithium_for_a_year() -> Predicate:
    """Lithium issued both a year or more ago and in the last three months."""
    return issued("lithium", at_least_ago=months(12)) & current("lithium")


RULES = (
    Rule("monitor_methotrexate_start", "Methotrexate begun: tests every 2 weeks for 6 weeks",
         starting("methotrexate", weeks(6)) & ~starting("methotrexate", weeks(2)),
         BLOOD_KIDNEY_LIVER, weeks(2), SPS, "M"),
    Rule("monitor_methotrexate", "Methotrexate: blood count, kidneys and liver every 12 weeks",
         long_term("methotrexate"), BLOOD_KIDNEY_LIVER, weeks(12), SPS, "S"),
    Rule("monitor_leflunomide", "Leflunomide: blood count, kidneys and liver every 12 weeks",
         long_term("leflunomide"), BLOOD_KIDNEY_LIVER, weeks(12), SPS, "M"),
    Rule("monitor_azathioprine", "Azathioprine: blood count, kidneys and liver every 12 weeks",
         long_term("azathioprine"), BLOOD_KIDNEY_LIVER, weeks(12), SPS, "M"),
    Rule("monitor_sulfasalazine", "Sulfasalazine in its first year: tests every 12 weeks",
         long_term("sulfasalazine") & ~issued("sulfasalazine", at_least_ago=months(12)),
         BLOOD_KIDNEY_LIVER, weeks(12), SPS, "M"),
    Rule("monitor_lithium_first_year", "Lithium in its first year, or at 65 and over: level",
         long_term("lithium") & (~lithium_for_a_year() | aged(at_least=65)),
         ("lithium_level",), months(3), NICE_LITHIUM, "S"),
    Rule("monitor_lithium_later", "Lithium after a year: level every 6 months",
         lithium_for_a_year(), ("lithium_level",), months(6), NICE_LITHIUM, "S"),
    Rule("monitor_lithium_kidney_thyroid", "Lithium: kidneys, thyroid and calcium every 6 months",
         continued("lithium", since=months(6), within=months(12)),
         (*UREA_AND_ELECTROLYTES, "thyroid_function_test", "calcium_test"),
         months(6), NICE_LITHIUM, "S"),
    Rule("monitor_amiodarone", "Amiodarone: thyroid and liver every 6 months",
         continued("amiodarone", since=months(6), within=months(12)),
         ("thyroid_function_test", "liver_function_test"), months(6), SPS, "S"),
    Rule("monitor_acei_start", "ACE inhibitor or ARB begun: kidneys and potassium in 2 weeks",
         starting("acei_or_arb", months(3)) & ~starting("acei_or_arb", weeks(2)),
         UREA_AND_ELECTROLYTES, months(3), "NICE NG203 and NG136, monitoring", "S"),
    Rule("monitor_acei_diuretic", "ACE inhibitor, ARB or diuretic: kidneys and potassium yearly",
         long_term("acei_or_arb") | long_term("diuretic"),
         UREA_AND_ELECTROLYTES, months(12), "NICE NG136 and BNF", "S"),
    Rule("monitor_warfarin", "Warfarin: INR at least every 12 weeks",
         long_term("vitamin_k_antagonist"), ("inr",), weeks(12), "BNF, warfarin: monitoring", "S"),
    Rule("monitor_doac", "DOAC: creatinine, blood count and liver yearly",
         long_term("doac") & ~AT_RISK_ON_DOAC, DOAC_TESTS, months(12),
         "EHRA practical guide on DOACs", "M"),
    Rule("monitor_doac_at_risk", "DOAC at 75 and over or with frailty: tests every 6 months",
         long_term("doac") & AT_RISK_ON_DOAC, DOAC_TESTS, months(6),
         "EHRA practical guide on DOACs", "M"),
    Rule("monitor_digoxin", "Digoxin: kidneys and potassium yearly",
         long_term("digoxin"), UREA_AND_ELECTROLYTES, months(12), SPS, "M"),
    Rule("monitor_mra", "Spironolactone or eplerenone: kidneys and potassium every 6 months",
         long_term("mra"), UREA_AND_ELECTROLYTES, months(6), SPS, "M"),
    Rule("monitor_ciclosporin", "Ciclosporin: kidneys and potassium every 6 months",
         long_term("ciclosporin"), UREA_AND_ELECTROLYTES, months(6), SPS, "M"),
)  # fmt: skip
"""The table. Edit a row, raise the version of what it changes, and the gap follows."""


def _indicator(rule: Rule) -> Indicator:
    missing = reduce(or_, [~recorded(test, within=rule.every) for test in rule.tests])
    return gap(
        rule.id,
        rule.title,
        denominator=ADULT & rule.who,
        numerator=missing,
        why="The medicine harms blood, kidneys, liver or thyroid in ways that only a test shows.",
        action="Arrange the missing test before the next issue.",
        provenance=from_source(rule.source, rule.tag),
    )


INDICATORS = tuple(_indicator(rule) for rule in RULES)
