"""Doses of direct oral anticoagulants against the UK licence, in the classes of the tool.

The rules are those of the tool `doac_dose`, said as what is true on each day, so that a birthday or
a test that grows old changes the class on its day. A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from harmfree.clinical.anticoagulation.doac import LICENCES, STALE_AFTER_MONTHS
from harmfree.periods import (
    aged,
    derived,
    ever,
    issued,
    latest,
    months,
    score,
    sex,
    unresolved,
)
from harmfree.periods.expressions import Predicate, Quantity
from harmfree.programmes.atrial_fibrillation.quantities import (
    CLEARANCE,
    CREATININE_UMOL,
    WEIGHT_KG,
)
from harmfree.programmes.atrial_fibrillation.vocabulary import REGISTER, from_source
from harmfree.programmes.indicator import any_of, context, gap, hazard

LICENCE = from_source(
    "UK licences as tabled at aftoolkit.co.uk, edoxaban leaflet; dabigatran at 80 from memory", "M"
)
CURRENT = months(3)
FRESH = months(STALE_AFTER_MONTHS)
WEIGHT = latest("weight", within=FRESH)
CREATININE = latest("creatinine", within=FRESH)
CLEAR = derived(CLEARANCE, within=FRESH)


def _possible(quantity: Quantity, limits: tuple[float, float]) -> Predicate:
    return (quantity >= limits[0]) & (quantity <= limits[1])


MEASURED = (
    aged(at_least=18)
    & (sex("female") | sex("male"))
    & _possible(WEIGHT, WEIGHT_KG)
    & _possible(CREATININE, CREATININE_UMOL)
)
LIGHT = WEIGHT <= 60
P_GP_INHIBITOR = reduce(
    or_,
    [
        issued(name, within=CURRENT)
        for name in ("ciclosporin", "dronedarone", "erythromycin", "ketoconazole")
    ],
)
BARRED = ever("mechanical_valve") | ever("mitral_stenosis") | ever("antiphospholipid_syndrome")


STRENGTHS = {
    "apixaban": ("full", "reduced"),
    "edoxaban": ("full", "reduced", "low"),
    "rivaroxaban": ("full", "reduced", "low"),
    "dabigatran": ("full", "reduced", "low"),
}
"""What each is dispensed in; of several on one day the first named counts."""


@dataclass(frozen=True)
class Rule:
    """What one licence says.

    Attributes:
        drug: its name, in `LICENCES` and in the code lists.
        reduce: when the reduced dose is required. consider: when it may be chosen.
    """

    drug: str
    reduce: Predicate
    consider: Predicate | None = None

    @property
    def current(self) -> Predicate:
        """Issued in three months, and no other DOAC since."""
        last = unresolved(self.drug, resolved_by=f"doac_not_{self.drug}")
        return issued(self.drug, within=CURRENT) & last

    def strength(self, name: str) -> Predicate:
        """The latest strength is this one: "full", "reduced" or "low"."""
        every = STRENGTHS[self.drug]
        found = issued(f"{self.drug}_{name}", within=CURRENT)
        for other in every:
            if other != name:
                first = every.index(name) < every.index(other)
                found &= unresolved(
                    f"{self.drug}_{name}",
                    resolved_by=f"{self.drug}_{other}",
                    same_day="active" if first else "resolved",
                )
        return found

    @property
    def known(self) -> Predicate:
        """The strength is one that the licence names."""
        return any_true(self.strength(name) for name in STRENGTHS[self.drug])

    @property
    def may_choose(self) -> Predicate | None:
        """Either dose will do."""
        return None if self.consider is None else ~self.reduce & self.consider

    @property
    def over(self) -> Predicate:
        """Full dose where the reduced one is required."""
        return self.current & self.strength("full") & self.reduce

    @property
    def under(self) -> Predicate:
        """Reduced without a reason, or less than any dose for atrial fibrillation."""
        plain = self.strength("reduced") & ~self.reduce
        if self.may_choose is not None:
            plain &= ~self.may_choose
        low = "low" in STRENGTHS[self.drug]
        return self.current & (plain | self.strength("low") if low else plain)

    @property
    def choice(self) -> Predicate | None:
        """Full or reduced dose where either will do."""
        if self.may_choose is None:
            return None
        return self.current & (self.strength("full") | self.strength("reduced")) & self.may_choose

    @property
    def stopped(self) -> Predicate:
        """Clearance below the licence's limit."""
        return self.current & (LICENCES[self.drug].stop_below > CLEAR)


def any_true(parts: Iterable[Predicate]) -> Predicate:
    """Any of the parts."""
    return reduce(or_, parts)


AGE_80, AGE_75 = aged(at_least=80), aged(at_least=75)
RULES = (
    Rule("apixaban", (score({AGE_80: 1, LIGHT: 1, CREATININE >= 133: 1}) >= 2) | (CLEAR < 30)),
    Rule("edoxaban", (CLEAR <= 50) | LIGHT | P_GP_INHIBITOR),
    Rule("rivaroxaban", CLEAR < 50),
    Rule(
        "dabigatran",
        AGE_80 | issued("verapamil", within=CURRENT),
        AGE_75 | (CLEAR <= 50) | ever("gord") | (latest("orbit_score", within=FRESH) >= 4),
    ),
)
ON_DOSE = REGISTER & issued("doac", within=CURRENT)
CONTRAINDICATED = BARRED | (MEASURED & any_true(rule.stopped for rule in RULES))
JUDGED = MEASURED & any_true(rule.current & rule.known for rule in RULES)
JUDGED_AND_ALLOWED = JUDGED & ~CONTRAINDICATED
OVER = any_true(rule.over for rule in RULES)
UNDER = any_true(rule.under for rule in RULES)
CHOICE = any_true(rule.choice for rule in RULES if rule.choice is not None)
NOTE = (
    "Strengths are compared: how often a day is not known. Weight, creatinine and clearance "
    "(Cockcroft-Gault with actual weight; worked out at the latest weight, creatinine or issue) "
    "are of the last 12 months; a condition or medicine that is not coded counts as absent."
)
CHECK = "Check weight, creatinine and why this dose was chosen; "

HAZARDS = (
    hazard(
        "af_doac_contraindicated",
        "DOAC where the licence rules it out",
        denominator=ON_DOSE,
        numerator=CONTRAINDICATED,
        why="With a mechanical valve, mitral stenosis or antiphospholipid syndrome a DOAC protects "
        "badly; with very poor kidneys it builds up.",
        action="Review now and choose another anticoagulant.",
        provenance=LICENCE,
        note="Mechanical valve, mitral stenosis or antiphospholipid syndrome ever coded; clearance "
        "below 15, dabigatran below 30. " + NOTE,
    ),
    hazard(
        "af_doac_over_dosed",
        "DOAC at the full dose where the licence asks for the reduced one",
        denominator=ON_DOSE & JUDGED_AND_ALLOWED,
        numerator=OVER,
        why="Too much bleeds: age, low weight and weak kidneys are why the reduced dose exists.",
        action=CHECK + "reduce it where the licence says so.",
        provenance=LICENCE,
        note=NOTE,
    ),
    hazard(
        "af_doac_under_dosed",
        "DOAC at a reduced dose without a licensed reason",
        denominator=ON_DOSE & JUDGED_AND_ALLOWED,
        numerator=UNDER,
        why="Too little does not prevent the stroke, and may bleed as much.",
        action=CHECK + "raise it where nothing speaks for the reduced dose.",
        provenance=LICENCE,
        note=NOTE + " A tablet below the reduced strength always counts.",
    ),
    gap(
        "af_doac_cannot_assess",
        "DOAC whose dose cannot be checked",
        denominator=ON_DOSE,
        numerator=~CONTRAINDICATED & ~JUDGED,
        why="Without weight and creatinine of the last year nobody knows if the dose is right.",
        action="Measure weight and creatinine.",
        provenance=LICENCE,
        note="Age under 18 or unknown, sex neither female nor male, weight or creatinine missing, "
        "impossible or over 12 months old, or a strength that no licence names.",
    ),
)
COUNTS = (
    context(
        "af_doac_discretionary",
        "Dabigatran where either dose will do",
        denominator=ON_DOSE & JUDGED_AND_ALLOWED,
        numerator=CHOICE & ~OVER & ~UNDER,
        why="The licence leaves it to the prescriber at 75 to 80, with a clearance up to 50, "
        "reflux or a high risk of bleeding.",
        provenance=LICENCE,
        note=NOTE + " High risk of bleeding is an ORBIT of 4 or more in 12 months.",
    ),
    context(
        "af_doac_correct",
        "DOAC at the licensed dose",
        denominator=ON_DOSE & JUDGED_AND_ALLOWED,
        numerator=~OVER & ~UNDER & ~CHOICE,
        direction="higher",
        why="The share of checked prescriptions that are right.",
        provenance=LICENCE,
        note=NOTE,
    ),
)
WRONG_DOSE = any_of(
    "af_doac_wrong_dose",
    "DOAC at a dose that the licence does not give",
    HAZARDS[:3],
    why="One figure for contraindicated, over-dosed and under-dosed.",
    provenance=LICENCE,
)

INDICATORS = (*HAZARDS, *COUNTS, WRONG_DOSE)
