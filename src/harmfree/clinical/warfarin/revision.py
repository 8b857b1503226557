"""Dose revision on the INR of day 4 or 5 (Lenzini 2010)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Outcome, Source
from harmfree.clinical.warfarin.answers import dosed, no_dose
from harmfree.clinical.warfarin.equations import lenzini
from harmfree.clinical.warfarin.gage import BODY_SURFACE, genotype_values, surface, target_caution
from harmfree.clinical.warfarin.genotypes import Genotype, call_cyp2c9, call_vkorc1, with_files
from harmfree.clinical.warfarin.iwpc import AMIODARONE
from harmfree.clinical.warfarin.stops import Course, stops
from harmfree.clinical.warfarin.tables import table

INR = Measure(label="INR", low=0.5, high=20)
DAYS = (4, 5)
FLAGS = ("african", "stroke", "diabetes", "amiodarone", "fluvastatin")


def _dose(days: int) -> Measure:
    return Measure(
        label=f"Dose {days} days before the INR",
        unit="mg",
        low=0,
        high=30,
        help="0 for dose_4 when the INR is of day 4" if days == 4 else "",
        aliases=(f"dose{days}",),
    )


class RevisionInputs(Genotype, Course):
    """Inputs of the revision."""

    inr: Annotated[float | None, INR] = None
    inr_day: Annotated[
        int | None,
        Measure(
            label="Day of the INR",
            low=1,
            high=60,
            whole=True,
            help="The first dose is given on day 1",
        ),
    ] = None
    bsa: Annotated[float | None, BODY_SURFACE] = None
    dose_2: Annotated[float | None, _dose(2)] = None
    dose_3: Annotated[float | None, _dose(3)] = None
    dose_4: Annotated[float | None, _dose(4)] = None
    african: Annotated[bool | None, Flag(label="African ancestry")] = None
    stroke: Annotated[bool | None, Flag(label="Stroke")] = None
    diabetes: Annotated[bool | None, Flag(label="Diabetes")] = None
    amiodarone: Annotated[bool | None, AMIODARONE] = None
    fluvastatin: Annotated[bool | None, Flag(label="Takes fluvastatin")] = None

    def conflicts(self) -> Iterable[Problem]:
        """No dose was given four days before the INR of day 4."""
        yield from super().conflicts()
        if self.inr_day == DAYS[0] and self.dose_4:
            yield Problem("must be 0 when the INR is of day 4: day 0 had no dose", "dose_4")


@tool(
    Card(
        name="warfarin_revision",
        title="Warfarin dose revision on day 4 or 5, Lenzini",
        topic="warfarin",
        version="2010",
        source=(
            Source(
                "Lenzini P et al., Clin Pharmacol Ther 2010;87:572",
                "S",
                "coefficients, read in an open implementation",
            ),
            Source(
                "Keeling D et al., British Society for Haematology warfarin guideline, 2011",
                "M",
                "no dose by equation when the INR is above 5",
            ),
        ),
        population="Adults in their first days of warfarin with an INR of day 4 or 5",
        use="Revises the maintenance dose on the first INR, with genotype when it is known and "
        "without otherwise. For prescribers.",
        limits=(
            "Only for an INR of day 4 or 5; afterwards the INR guides the dose.",
            "It cannot be tested on the IWPC data, which hold no early INR.",
            "A dose outside 0.5 to 15 mg a day is refused.",
        ),
        formula="With genotype: exp(3.10894 - 0.00767 age - 0.51611 ln INR - 0.23032 VKORC1 A "
        "alleles - 0.14745 *2 - 0.30770 *3 + 0.24597 body surface + 0.26729 target INR "
        "- 0.09644 African - 0.20590 stroke - 0.11216 diabetes - 0.10350 amiodarone "
        "- 0.19275 fluvastatin + 0.01690 dose 2 + 0.02018 dose 3 + 0.01065 dose 4 days before) "
        "mg a week.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        unit="mg/day",
        example=Example(
            {
                "age": 65,
                "inr": 1.3,
                "inr_day": 4,
                "target_inr": 2.5,
                "bsa": 1.9,
                "vkorc1": "G/G",
                "cyp2c9": "*1/*1",
                "dose_2": 6,
                "dose_3": 7,
                "african": "no",
                "stroke": "no",
                "diabetes": "no",
                "amiodarone": "no",
                "fluvastatin": "no",
            },
            47.1441 / 7,
            "47.14 mg a week.",
        ),
    )
)
def warfarin_revision(given: RevisionInputs) -> Outcome:
    """Return the revised daily dose, with genotype if known."""
    given, file_notes = with_files(given)
    reasons = stops(given, inr_2_to_3=False) + _stops(given)
    if reasons:
        return no_dose(reasons)
    values, missing = _values(given)
    if missing:
        return no_dose((), missing=missing)
    vkorc1, cyp2c9 = call_vkorc1(given, None), call_cyp2c9(given)
    genes, untyped, unmodelled = genotype_values(vkorc1, cyp2c9)
    kind = "clinical" if untyped or unmodelled else "pharmacogenetic"
    warnings = target_caution(given.target_inr) + vkorc1.notes + cyp2c9.notes + file_notes
    if kind == "clinical":
        why = " ".join(unmodelled) or f"Not known: {' and '.join(untyped)}."
        warnings = (f"{why} The equation without genotype was used.", *warnings)
    found = {"equation": kind, "vkorc1": vkorc1.genotype, "cyp2c9": cyp2c9.genotype}
    return dosed(lenzini(kind, {**values, **genes}), warnings, {"genotype": found})


def _stops(given: RevisionInputs) -> tuple[str, ...]:
    said = []
    if given.inr_day is not None and given.inr_day not in DAYS:
        said.append(f"The equation is for an INR of day 4 or 5, not of day {given.inr_day}.")
    limit = table("limits")["inr_stop"]["value"]
    if given.inr is not None and given.inr > limit:
        said.append(
            f"INR {given.inr:g} is above {limit:g}: follow the guideline for a high INR now."
        )
    return tuple(said)


def _values(given: RevisionInputs) -> tuple[Mapping[str, float], tuple[str, ...]]:
    bsa = surface(given)
    missing = given.absent("age", "inr", "inr_day", "target_inr", "dose_2", "dose_3", *FLAGS)
    missing += () if bsa is not None else ("bsa",)
    if given.inr_day == DAYS[1] and given.dose_4 is None:
        missing += ("dose_4",)
    if missing or given.inr is None or bsa is None:
        return {}, missing
    named = {name: float(getattr(given, name)) for name in (*FLAGS, "age", "target_inr")}
    doses = {name: float(getattr(given, name) or 0) for name in ("dose_2", "dose_3", "dose_4")}
    return named | doses | {"ln_inr": math.log(given.inr), "bsa_m2": bsa}, ()
