"""EU-PACT's genotype-guided loading doses of days 1 to 3."""

from __future__ import annotations

from datetime import date
from typing import Any

from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Outcome, Source
from harmfree.clinical.warfarin.answers import CHECK, no_dose, tablets_line
from harmfree.clinical.warfarin.equations import Dose, eupact_maintenance, loading_multipliers
from harmfree.clinical.warfarin.genotypes import call_cyp2c9, call_vkorc1, modelled, with_files
from harmfree.clinical.warfarin.iwpc import IwpcInputs, person_of
from harmfree.clinical.warfarin.stops import DOAC_FIRST, cautions, stops
from harmfree.clinical.warfarin.tables import table
from harmfree.clinical.warfarin.tablets import dispensable

CONTROL_ARM_OLD = 75
NOT_VALIDATED = (
    "The loading algorithm has not been validated in people of African ancestry (CPIC 2017)."
)


class LoadingInputs(IwpcInputs):
    """Inputs of the loading doses."""


@tool(
    Card(
        name="warfarin_loading",
        title="Warfarin loading doses, EU-PACT",
        topic="warfarin",
        version="2013",
        source=(
            Source(
                "EU-PACT: Pirmohamed M et al., N Engl J Med 2013;369:2294; Avery PJ et al., Clin "
                "Pharmacol Ther 2011;90:701",
                "S",
                "elimination constants and maintenance equation, read in an open implementation",
            ),
            Source("CPIC 2017, figure 2, note f", "V", "not validated in African ancestry"),
        ),
        population="Adults who start warfarin with a target INR of 2 to 3, VKORC1 and CYP2C9 *2 "
        "and *3 typed; not validated in African ancestry",
        use="Gives the doses of the first three days. For prescribers; the INR of day 4 goes into "
        "warfarin_revision.",
        limits=(
            "NICE recommends a DOAC before warfarin.",
            "Enzyme inducers and ancestry are not in the equation.",
            "A maintenance or daily dose outside 0.5 to 15 mg is refused.",
        ),
        formula="D = IWPC with age in years, without ancestry and inducer; "
        "LD3 = D / (1 - exp(-72 k)) with k by CYP2C9; day 1 D + 1.5 (LD3 - D), day 2 LD3, "
        "day 3 D + 0.5 (LD3 - D).",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        unit="mg on day 1",
        example=Example(
            {
                "age": 70,
                "height": 170,
                "weight": 70,
                "vkorc1": "A/G",
                "cyp2c9": "*1/*1",
                "amiodarone": "no",
                "ancestry": "white",
            },
            6.047448,
            "Maintenance 3.99 mg; the first day is 1.5174 times as much.",
        ),
    )
)
def warfarin_loading(given: LoadingInputs) -> Outcome:
    """Return the dose of day 1 as the value, and all three days in the detail."""
    given, file_notes = with_files(given)
    reasons = stops(given) + ((NOT_VALIDATED,) if given.ancestry == "black" else ())
    if reasons:
        return no_dose(reasons)
    vkorc1, cyp2c9 = call_vkorc1(given, given.ancestry), call_cyp2c9(given)
    pair = modelled(cyp2c9.genotype)
    if cyp2c9.genotype is not None and pair is None:
        said = f"CYP2C9 {cyp2c9.genotype} has an allele that is not in the equation."
        return no_dose((said,))
    person = person_of(given, vkorc1.genotype, pair)
    missing = given.absent("age", "height", "weight", "amiodarone")
    missing += () if vkorc1.genotype else ("vkorc1",)
    missing += () if pair else ("cyp2c9",)
    if missing or person is None or pair is None:
        return no_dose((), missing=missing)
    notes = vkorc1.notes + cyp2c9.notes + file_notes + cautions(given)
    if given.ancestry is None:
        notes += (f"Ancestry not recorded. {NOT_VALIDATED}",)
    return _loaded(eupact_maintenance(person), pair, person.age, notes)


def _loaded(maintenance: Dose, pair: str, age: float, notes: tuple[str, ...]) -> Outcome:
    if maintenance.refused or maintenance.mg_per_day is None:
        return no_dose((f"{maintenance.refused}.",), parts=maintenance.parts)
    daily = maintenance.mg_per_day
    days = [daily * times for times in loading_multipliers(pair)]
    highest = table("limits")["daily_dose_mg"]["high"]
    if max(days) > highest:
        said = f"the first day would need {max(days):.1f} mg, above {highest:g} mg."
        return no_dose((said,), parts=maintenance.parts)
    detail: dict[str, Any] = {
        "maintenance_mg_per_day": daily,
        "maintenance_mg_per_week": maintenance.mg_per_week,
        "multipliers": list(loading_multipliers(pair)),
    }
    for number, mg in enumerate(days, start=1):
        detail |= {f"day_{number}_mg": mg, f"day_{number}_dispense": dispensable(mg)}
    arm = "over_75" if age > CONTROL_ARM_OLD else "up_to_75"
    detail["trial_control_arm_mg"] = table("eupact")["control_arm_mg"][arm]
    advice = [f"Day {number}: {tablets_line(mg)}." for number, mg in enumerate(days, start=1)]
    after = "Measure the INR on day 4 and revise the dose with warfarin_revision."
    return Outcome(
        days[0],
        maintenance.parts,
        advice=(DOAC_FIRST, *advice, after, CHECK),
        warnings=notes,
        detail=detail,
    )
