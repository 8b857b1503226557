"""The tool warfarin_cpic: the guideline's path, with the equations side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from harmfree.clinical.errors import Problem
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source
from harmfree.clinical.warfarin.answers import CHECK, tablets_line
from harmfree.clinical.warfarin.cpic import Found, Path, path
from harmfree.clinical.warfarin.equations import Dose, gage, iwpc
from harmfree.clinical.warfarin.gage import GageInputs, clinical_values, genotype_values
from harmfree.clinical.warfarin.genotype_fields import Bases
from harmfree.clinical.warfarin.genotypes import (
    Call,
    call_cyp2c9,
    call_vkorc1,
    extra_alleles_tested,
    extra_carried,
    typed_for_2_and_3,
    with_files,
)
from harmfree.clinical.warfarin.iwpc import IwpcInputs, assumed, person_of
from harmfree.clinical.warfarin.loading import LoadingInputs, warfarin_loading
from harmfree.clinical.warfarin.stops import DOAC_FIRST, cautions, stops
from harmfree.clinical.warfarin.tables import table
from harmfree.clinical.warfarin.tablets import dispensable


class CpicInputs(IwpcInputs, GageInputs):
    """Inputs of the guideline and of both equations."""

    rs2108622: Annotated[
        str | None,
        Bases(
            label="CYP4F2 rs2108622",
            rsid="rs2108622",
            help="By the variant, not the star allele: *4 carries the same change as *3",
        ),
    ] = None
    rs12777823: Annotated[
        str | None, Bases(label="CYP2C cluster rs12777823", rsid="rs12777823")
    ] = None

    def conflicts(self) -> Iterable[Problem]:
        """An African American has African ancestry."""
        yield from super().conflicts()
        if self.african_american and self.ancestry in ("white", "asian"):
            yield Problem(f"contradicts the ancestry {self.ancestry!r}", "african_american")


@tool(
    Card(
        name="warfarin_cpic",
        title="Warfarin by genotype, CPIC guideline",
        topic="warfarin",
        version="2017",
        source=(
            Source(
                "Johnson JA et al., CPIC guideline 2017 update, Clin Pharmacol Ther 2017;102:397, "
                "figure 2 and notes",
                "V",
                "the path, the alleles, the reductions and the caveat on ancestry",
            ),
            Source(
                "CPIC 2017, CYP4F2",
                "M",
                "that a carrier of rs2108622 T needs 5 to 10% more",
            ),
            Source("IWPC 2009, N Engl J Med 360:753, appendix", "V", "the IWPC equations"),
            Source("Gage 2008, Clin Pharmacol Ther 84:326", "S", "the Gage equations"),
        ),
        population="Adults who start warfarin with a target INR of 2 to 3 and a genotype at hand "
        "by day 5; not for people already stable",
        use="Says whether the genotype should guide the dose, by which equation, and what changes "
        "it. For prescribers; it supports and does not replace the INR.",
        limits=(
            "NICE recommends a DOAC before warfarin.",
            str(table("cpic")["ancestry_caveat"]),
            "A variant that is absent from a file was not tested; it is never taken as normal.",
            "The figure's clause on VKORC1 with poor metabolism adds nobody to the poor "
            "metabolisers, as a Boolean; it is read as poor metabolism.",
        ),
        formula="No VKORC1 or CYP2C9 *2 and *3: clinically. African ancestry without *5, *6, *8 "
        "and *11 tested: clinically. Otherwise by IWPC or Gage; *5, *6, *8 or *11: 15 to 30% less "
        "(two: 20 to 40%); rs12777823 A in African Americans: a further 10 to 25% less; "
        "rs2108622 T without African ancestry: 5 to 10% more. *2/*3 and *3/*3: consider another "
        "anticoagulant.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "age": 75,
                "height": 165,
                "weight": 70,
                "ancestry": "white",
                "vkorc1": "C/T",
                "cyp2c9": "*1/*2",
                "enzyme_inducer": "no",
                "amiodarone": "no",
                "target_inr": 2.5,
            },
            "by genotype",
            "IWPC gives 22.25 mg a week; Gage needs smoking and the indication.",
        ),
    )
)
def warfarin_cpic(given: CpicInputs) -> Outcome:
    """Return the way of dosing as the value, the doses and their reasons in the detail."""
    given, file_notes = with_files(given)
    vkorc1, cyp2c9 = call_vkorc1(given, given.ancestry), call_cyp2c9(given)
    way = path(_found(given, vkorc1, cyp2c9))
    reasons = stops(given)
    equations = {} if reasons else _equations(given, vkorc1, cyp2c9)
    detail = {
        "genotype": _reported(given, vkorc1, cyp2c9),
        "path": list(way.why),
        "strength": way.strength,
        "alternative_anticoagulant": way.alternative,
        "adjustments": [vars(change) for change in way.adjustments],
        "equations": equations,
    }
    notes = [*vkorc1.notes, *cyp2c9.notes, *file_notes, *_ancestry_notes(given), *assumed(given)]
    if reasons:
        advice = (DOAC_FIRST, *(f"No genotype-guided dose: {reason}" for reason in reasons))
        return Outcome(
            "not to be offered", band="no dose", advice=advice, warnings=tuple(notes), detail=detail
        )
    doses = _doses(way, equations)
    value = None if way.way == "undecided" else way.way
    return Outcome(
        value,
        _steps(way),
        band=way.strength,
        advice=_advice(way, doses),
        missing=way.missing + given.absent("age", "height", "weight"),
        warnings=(*notes, *cautions(given)),
        detail=detail | doses,
    )


def _found(given: CpicInputs, vkorc1: Call, cyp2c9: Call) -> Found:
    known = given.ancestry not in (None, "mixed_or_unknown")
    african = given.ancestry == "black" if known else (True if given.african_american else None)
    return Found(
        vkorc1=vkorc1.genotype,
        cyp2c9=cyp2c9.genotype,
        extra=extra_carried(cyp2c9.genotype),
        extra_tested=extra_alleles_tested(given),
        african=african,
        african_american=given.african_american,
        rs12777823=given.rs12777823,
        rs2108622=given.rs2108622,
    )


def _reported(given: CpicInputs, vkorc1: Call, cyp2c9: Call) -> Mapping[str, Any]:
    return {
        "vkorc1": vkorc1.genotype,
        "cyp2c9": cyp2c9.genotype,
        "extra_alleles_tested": extra_alleles_tested(given),
        "rs2108622": given.rs2108622,
        "rs12777823": given.rs12777823,
    }


def _ancestry_notes(given: CpicInputs) -> tuple[str, ...]:
    if given.ancestry != "black" and not given.african_american:
        return ()
    said = [str(table("cpic")["ancestry_caveat"])]
    if given.african_american is None and given.rs12777823 is not None:
        said.append(
            "rs12777823 counts in African Americans only; not recorded whether this is one."
        )
    return tuple(said)


def _equations(given: CpicInputs, vkorc1: Call, cyp2c9: Call) -> Mapping[str, Any]:
    """Return every equation's dose, or why it gives none; typing as the guideline asks."""
    pair = typed_for_2_and_3(cyp2c9.genotype)
    values, missing = clinical_values(given)
    genes, untyped, _ = genotype_values(vkorc1, Call(pair))
    plain = person_of(given)
    typed = person_of(given, vkorc1.genotype, pair)
    body = given.absent("age", "height", "weight")
    return {
        "iwpc": _entry(
            iwpc("pharmacogenetic", typed) if typed and not untyped else None, body + untyped
        ),
        "gage": _entry(
            gage("pharmacogenetic", {**values, **genes}) if values and genes else None,
            missing + untyped,
        ),
        "iwpc_clinical": _entry(iwpc("clinical", plain) if plain else None, body),
        "gage_clinical": _entry(gage("clinical", values) if values else None, missing),
        "loading": _loading(given),
    }


def _entry(dose: Dose | None, missing: tuple[str, ...]) -> Mapping[str, Any]:
    if dose is None:
        return {"reason": f"not recorded: {', '.join(missing)}"}
    if dose.refused or dose.mg_per_day is None:
        return {"reason": dose.refused}
    return {
        "mg_per_day": dose.mg_per_day,
        "mg_per_week": dose.mg_per_week,
        "dispense": dispensable(dose.mg_per_day),
    }


def _loading(given: CpicInputs) -> Mapping[str, Any]:
    shared = {name: getattr(given, name) for name in LoadingInputs.model_fields}
    found = warfarin_loading.rule(LoadingInputs(**shared))
    if found.value is not None:
        return {f"day_{n}_mg": found.detail[f"day_{n}_mg"] for n in (1, 2, 3)}
    if found.missing:
        return {"reason": f"not recorded: {', '.join(found.missing)}"}
    return {"reason": " ".join(line.removeprefix("No dose: ") for line in found.advice[1:])}


def _doses(way: Path, equations: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dose of the path's equation, and the span after the guideline's changes."""
    names = {"by genotype": ("iwpc", "gage"), "clinically": ("iwpc_clinical", "gage_clinical")}
    for name in names.get(way.way, ()):
        daily = equations[name].get("mg_per_day")
        if daily is None:
            continue
        low = high = daily
        for change in way.adjustments:
            low, high = change.applied(low, high)
        found = {"equation": name, "mg_per_day": daily, "mg_per_week": 7 * daily}
        if way.adjustments:
            found |= {"adjusted_mg_per_day": [low, high]}
        return found
    return {}


def _steps(way: Path) -> tuple[Component, ...]:
    changes = tuple(
        Component("adjustment", change.reason, f"{change.low_pct:+g} to {change.high_pct:+g}%", 0,
                  change.strength)
        for change in way.adjustments
    )  # fmt: skip
    return (Component("path", "Guideline path", way.way, 0, " ".join(way.why)), *changes)


EQUATION_NAMES = {
    "iwpc": "IWPC with genotype",
    "gage": "Gage with genotype",
    "iwpc_clinical": "IWPC without genotype",
    "gage_clinical": "Gage without genotype",
}


def _calculated(doses: Mapping[str, Any]) -> str:
    """Name the calculated dose; as tablets only when nothing has still to be changed in it."""
    name, mg = EQUATION_NAMES[doses["equation"]], doses["mg_per_day"]
    if "adjusted_mg_per_day" in doses:
        return f"{name}, before the changes below: {mg:.2f} mg a day."
    return f"{name}: {tablets_line(mg)} a day."


def _advice(way: Path, doses: Mapping[str, Any]) -> tuple[str, ...]:
    said = [DOAC_FIRST]
    if way.alternative:
        said.append("CYP2C9 poor metaboliser: consider another anticoagulant.")
    said += way.why
    if doses:
        said.append(_calculated(doses))
    for change in way.adjustments:
        verb = "lower" if change.high_pct < 0 else "raise"
        span = f"{abs(change.low_pct):g} to {abs(change.high_pct):g}%"
        said.append(f"{change.reason}: {verb} the dose by {span} ({change.strength}).")
    if "adjusted_mg_per_day" in doses:
        low, high = doses["adjusted_mg_per_day"]
        nearest = " to ".join(dict.fromkeys(f"{dispensable(mg)['mg']:g}" for mg in (low, high)))
        said.append(
            f"After these changes: {low:.2f} to {high:.2f} mg a day (in tablets {nearest} mg)."
        )
    return (*said, CHECK)
