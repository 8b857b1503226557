"""Whether a direct oral anticoagulant is prescribed at the licensed dose (UK licence, AF)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from harmfree.clinical.anticoagulation.renal import ClearanceInputs, cockcroft_gault
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Flag, Measure
from harmfree.clinical.points import at_least, below, either
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

STALE_AFTER_MONTHS = 12
Tri = bool | None


class DoacInputs(ClearanceInputs):
    """A prescription with what its dose depends on."""

    drug: Annotated[
        str | None,
        Choice(
            label="Drug",
            options=dict.fromkeys(("apixaban", "edoxaban", "rivaroxaban", "dabigatran"), ""),
            spellings={
                "eliquis": "apixaban",
                "lixiana": "edoxaban",
                "xarelto": "rivaroxaban",
                "pradaxa": "dabigatran",
                "dabigatran etexilate": "dabigatran",
            },
        ),
    ] = None
    dose: Annotated[
        float | None,
        Measure(label="Prescribed dose", unit="mg", low=0.5, high=300, aliases=("dose_mg",)),
    ] = None
    times_per_day: Annotated[
        float | None,
        Measure(
            label="Times a day",
            low=1,
            high=4,
            whole=True,
            help="Without it the strength alone is compared",
            aliases=("frequency",),
        ),
    ] = None
    creatinine_clearance: Annotated[
        float | None,
        Measure(
            label="Creatinine clearance",
            unit="ml/min",
            low=0,
            high=400,
            help="Computed from age, sex, weight and creatinine when it is not given",
            aliases=("crcl",),
        ),
    ] = None
    weight_months_ago: Annotated[
        float | None, Measure(label="Age of the weight", unit="months", low=0, high=600)
    ] = None
    creatinine_months_ago: Annotated[
        float | None, Measure(label="Age of the creatinine", unit="months", low=0, high=600)
    ] = None
    verapamil: Annotated[bool | None, Flag(label="Takes verapamil")] = None
    pgp_inhibitor: Annotated[
        bool | None, Flag(label="Takes ciclosporin, dronedarone, erythromycin or ketoconazole")
    ] = None
    reflux_or_gastritis: Annotated[bool | None, Flag(label="Gastritis, oesophagitis or reflux")] = (
        None
    )
    high_bleeding_risk: Annotated[bool | None, Flag(label="High bleeding risk")] = None
    mechanical_valve: Annotated[bool | None, Flag(label="Mechanical heart valve")] = None
    mitral_stenosis: Annotated[bool | None, Flag(label="Moderate or severe mitral stenosis")] = None
    antiphospholipid: Annotated[
        bool | None, Flag(label="Antiphospholipid syndrome", help="Above all triple positive")
    ] = None
    switching_to_warfarin: Annotated[
        bool | None, Flag(label="Edoxaban 15 mg while switching to warfarin")
    ] = None

    def conflicts(self) -> Iterable[Problem]:
        """A dose far from any strength of the drug is a slip."""
        if self.drug and self.dose and self.dose > 2 * LICENCES[self.drug].full:
            yield Problem(f"{self.dose:g} mg is no dose of {self.drug}", "dose")


def _no_rule(given: DoacInputs, clearance: float | None) -> Tri:
    return False


@dataclass(frozen=True)
class Licence:
    """What a licence says of one drug in atrial fibrillation.

    Args:
        full: usual single dose, mg.
        reduced: reduced single dose, mg.
        times: doses a day.
        stop_below: clearance below which it is contraindicated, ml/min.
        reduce: whether the reduced dose is required; None when it is not known.
        why: the reasons for the reduced dose, in words.
        needs: inputs, besides the clearance, that the reduced dose depends on.
        consider: whether the reduced dose may be chosen.
        flags: conditions and medicines that matter; absent means taken as no, and said.
    """

    full: float
    reduced: float
    times: int
    stop_below: float
    reduce: Callable[[DoacInputs, float | None], Tri]
    why: str
    needs: tuple[str, ...] = ()
    consider: Callable[[DoacInputs, float | None], Tri] = _no_rule
    flags: tuple[str, ...] = ()


def at_least_two(facts: Iterable[Tri]) -> Tri:
    """Say whether at least two facts hold, None when what is not known could decide it."""
    known = list(facts)
    sure = sum(fact is True for fact in known)
    if sure >= 2:
        return True
    return None if sure + sum(fact is None for fact in known) >= 2 else False


def _light(given: DoacInputs) -> Tri:
    return None if given.weight is None else given.weight <= 60


def _apixaban(given: DoacInputs, clearance: float | None) -> Tri:
    two = at_least_two((at_least(given.age, 80), _light(given), at_least(given.creatinine, 133)))
    return either(two, below(clearance, 30))


def _edoxaban(given: DoacInputs, clearance: float | None) -> Tri:
    kidney = None if clearance is None else clearance <= 50
    return either(kidney, _light(given), bool(given.pgp_inhibitor))


def _rivaroxaban(given: DoacInputs, clearance: float | None) -> Tri:
    return below(clearance, 50)


def _dabigatran(given: DoacInputs, clearance: float | None) -> Tri:
    return either(at_least(given.age, 80), bool(given.verapamil))


def _dabigatran_consider(given: DoacInputs, clearance: float | None) -> Tri:
    return either(
        at_least(given.age, 75),
        None if clearance is None else clearance <= 50,
        bool(given.reflux_or_gastritis),
        bool(given.high_bleeding_risk),
    )


# Summaries of product characteristics as read in the toolkit and, for edoxaban, the UK leaflet.
LICENCES = {
    "apixaban": Licence(
        5,
        2.5,
        2,
        15,
        _apixaban,
        "two of age 80 or more, weight 60 kg or less, creatinine 133 or more; or clearance 15-29",
        ("age", "weight", "creatinine"),
    ),
    "edoxaban": Licence(
        60,
        30,
        1,
        15,
        _edoxaban,
        "clearance 15-50, weight 60 kg or less, or an interacting medicine",
        ("weight",),
        flags=("pgp_inhibitor",),
    ),
    "rivaroxaban": Licence(20, 15, 1, 15, _rivaroxaban, "clearance 15-49"),
    "dabigatran": Licence(
        150,
        110,
        2,
        30,
        _dabigatran,
        "age 80 or more, or verapamil",
        ("age",),
        _dabigatran_consider,
        ("verapamil", "reflux_or_gastritis", "high_bleeding_risk"),
    ),
}
NEVER = {
    "mechanical_valve": "mechanical heart valve",
    "mitral_stenosis": "moderate or severe mitral stenosis",
    "antiphospholipid": "antiphospholipid syndrome",
}


@tool(
    Card(
        name="doac_dose",
        title="Dose of a direct oral anticoagulant",
        topic="atrial fibrillation",
        version="2026.1",
        source=(
            Source("UK licence of edoxaban; aftoolkit.co.uk table for all four", "V",
                   "doses, reasons to reduce, contraindications"),
            Source("UK licence of dabigatran", "M", "age 80 or more (the toolkit prints above 80)"),
            Source("European Heart Rhythm Association practical guide", "M",
                   "recheck kidney function every clearance/10 months"),
        ),
        population="Adults with non-valvular atrial fibrillation; not for treating clots",
        use="Finds prescriptions to review; the prescriber decides.",
        limits=(
            "Cannot assess without weight, creatinine and age from the last 12 months.",
            "A condition or medicine that is not recorded is taken as absent, and named.",
            "Other interactions, recent bleeding and liver disease are not looked at.",
        ),
        formula="Contraindicated by valve, antiphospholipid syndrome or clearance below 15 "
        "(dabigatran 30). Reduced dose: apixaban with two of age 80, weight 60 kg, creatinine 133 "
        "or clearance 15-29; edoxaban with clearance 15-50, weight 60 kg or an interacting "
        "medicine; rivaroxaban with clearance 15-49; dabigatran with age 80 or verapamil, and to "
        "be considered at 75-80, clearance 30-50, reflux or high bleeding risk.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 5, 23),
        example=Example(
            {"drug": "apixaban", "dose": 5, "times_per_day": 2, "age": 80, "sex": "female",
             "weight": 60, "creatinine": 100},
            "over-dosed",
            "Age 80 and weight 60 kg: 2.5 mg twice a day.",
        ),
    )
)  # fmt: skip
def doac_dose(given: DoacInputs) -> Outcome:
    """Class one prescription, and say which dose the licence gives."""
    barred = [label for name, label in NEVER.items() if getattr(given, name)]
    if barred:
        return _contraindicated(given, (), f"contraindicated with {', '.join(barred)}")
    if given.drug is None:
        return Outcome("cannot assess", band="cannot assess", missing=("drug",))
    licence, clearance = LICENCES[given.drug], _clearance(given)
    parts = _parts(given, clearance, licence)
    if clearance is not None and clearance < licence.stop_below and not _stale(given):
        return _contraindicated(given, parts, f"clearance is below {licence.stop_below:g} ml/min")
    reduce = licence.reduce(given, clearance)
    missing = _needed(given, clearance, reduce)
    if missing or _stale(given):
        return _cannot(given, parts, missing)
    return _classed(given, licence, parts, bool(reduce), clearance or 0.0)


def _clearance(given: DoacInputs) -> float | None:
    if given.creatinine_clearance is not None:
        return given.creatinine_clearance
    if given.age is None or given.sex is None or given.weight is None or given.creatinine is None:
        return None
    return cockcroft_gault(given.age, given.sex, given.weight, given.creatinine)


def _stale(given: DoacInputs) -> list[str]:
    ages = {"weight": given.weight_months_ago, "creatinine": given.creatinine_months_ago}
    return [name for name, age in ages.items() if age is not None and age > STALE_AFTER_MONTHS]


def _needed(given: DoacInputs, clearance: float | None, reduce: Tri) -> tuple[str, ...]:
    """Name what the licensed dose needs and the record lacks."""
    names: list[str] = []
    if clearance is None:
        names += given.absent("age", "sex", "weight", "creatinine")
    if reduce is None:
        names += given.absent(*LICENCES[given.drug or ""].needs)
    return tuple(dict.fromkeys(names))


def _parts(given: DoacInputs, clearance: float | None, licence: Licence) -> tuple[Component, ...]:
    shown = None if clearance is None else round(clearance, 2)
    return (
        Component("creatinine_clearance", "Creatinine clearance", shown, None, "ml/min"),
        Component("age", "Age", given.age, None, "years"),
        Component("weight", "Weight", given.weight, None, "kg"),
        Component("creatinine", "Creatinine", given.creatinine, None, "µmol/L"),
        Component("drug", "Drug", given.drug, None, f"reduced dose: {licence.why}"),
    )


def _contraindicated(given: DoacInputs, parts: tuple[Component, ...], why: str) -> Outcome:
    name = given.drug or "A direct oral anticoagulant"
    advice = (f"{name.capitalize()}: {why}. Review now and choose another anticoagulant.",)
    detail = {"recommended": None, "recommended_mg": None}
    return Outcome("contraindicated", parts, "contraindicated", advice, detail=detail)


def _cannot(given: DoacInputs, parts: tuple[Component, ...], missing: tuple[str, ...]) -> Outcome:
    stale = _stale(given)
    said = tuple(f"The {name} is older than {STALE_AFTER_MONTHS} months." for name in stale)
    wanted = ", ".join(dict.fromkeys((*missing, *stale)))
    advice = (f"Measure or record: {wanted}.",)
    return Outcome("cannot assess", parts, "cannot assess", advice, missing, said)


def _classed(
    given: DoacInputs,
    licence: Licence,
    parts: tuple[Component, ...],
    reduce: bool,
    clearance: float,
) -> Outcome:
    consider = not reduce and bool(licence.consider(given, clearance))
    right = licence.reduced if reduce else licence.full
    detail = {
        "recommended": f"{right:g} mg {'twice' if licence.times == 2 else 'once'} a day",
        "recommended_mg": right,
        "also_acceptable_mg": licence.reduced if consider else None,
        "creatinine_clearance": round(clearance, 2),
        "recheck_kidney_months": max(1, round(clearance / 10)) if clearance < 60 else 12,
    }
    said = _assumed(given, licence) + _cautions(given, clearance)
    if given.dose is None:
        licensed = (f"The licensed dose is {detail['recommended']}.",)
        return Outcome("cannot assess", parts, "cannot assess", licensed, ("dose",), said, detail)
    found = _compare(given, licence, right, consider)
    advice = _advice(found, str(detail["recommended"]), licence, consider)
    return Outcome(found, parts, found, advice, _unrecorded(given, licence), said, detail)


def _compare(given: DoacInputs, licence: Licence, right: float, consider: bool) -> str:
    """Compare what is prescribed a day with the licensed dose, or the strengths alone."""
    dose = given.dose or 0.0
    times = licence.times if given.times_per_day is None else given.times_per_day
    daily, wanted = dose * times, right * licence.times
    if given.drug == "edoxaban" and dose == 15 and given.switching_to_warfarin:
        return "correct"
    if consider and daily in (wanted, licence.reduced * licence.times):
        return "discretionary"
    if daily == wanted:
        return "correct" if times == licence.times else "under-dosed"
    return "over-dosed" if daily > wanted else "under-dosed"


def _advice(found: str, recommended: str, licence: Licence, consider: bool) -> tuple[str, ...]:
    if found == "correct":
        return ("The dose is as licensed.",)
    if found == "discretionary":
        return (f"Full dose or {licence.reduced:g} mg: weigh clots against bleeding.",)
    why = f"reduce with {licence.why}" if found == "over-dosed" else "no reason to reduce recorded"
    if found == "under-dosed" and consider:
        why = f"{licence.reduced:g} mg could be chosen too"
    return (f"Review: {recommended} is licensed ({why}).",)


def _unrecorded(given: DoacInputs, licence: Licence) -> tuple[str, ...]:
    return given.absent(*NEVER, *licence.flags)


def _assumed(given: DoacInputs, licence: Licence) -> tuple[str, ...]:
    names = _unrecorded(given, licence)
    return (f"Not recorded and taken as absent: {', '.join(names)}.",) if names else ()


def _cautions(given: DoacInputs, clearance: float) -> tuple[str, ...]:
    said: list[str] = []
    if given.drug == "edoxaban" and clearance > 95:
        said.append("Edoxaban protects less at a high clearance (US warning above 95 ml/min).")
    if given.drug == "rivaroxaban":
        said.append("Rivaroxaban must be taken with food.")
    if given.times_per_day is None:
        said.append("Times a day not recorded: the strength alone was compared.")
    elif given.drug and given.times_per_day != LICENCES[given.drug].times:
        said.append(f"Licensed {LICENCES[given.drug].times} times a day.")
    return tuple(said)
