"""DAMN medicines: diuretics, ACE inhibitors and ARBs, metformin, NSAIDs, and the kidney."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.lists import Names
from harmfree.clinical.prescribing.groups import groups
from harmfree.clinical.prescribing.names import Medicine, distinct
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

TOGETHER_FROM = 2
EGFR_BELOW = 60


class DamnInputs(Inputs):
    """Inputs."""

    medicines: Annotated[
        tuple[str, ...] | None,
        Names(
            label="Current medicines",
            help="Names as prescribed, or ATC codes; none for no medicine",
            aliases=("drugs", "medications"),
        ),
    ] = None
    egfr: Annotated[float | None, Measure(label="eGFR", unit="ml/min/1.73 m²", low=1, high=200)] = (
        None
    )
    previous_aki: Annotated[bool | None, Flag(label="Previous acute kidney injury")] = None


@tool(
    Card(
        name="damn_medicines",
        title="DAMN medicines",
        topic="prescribing",
        version="2017",
        source=(
            Source("NHSBSA polypharmacy prescribing comparators, July 2017", "S",
                   "the four groups, two or more, and NSAID with another"),
            Source("Triple whammy; kidney risk with any two", "S", "the two combinations added"),
        ),
        population="Adults",
        use="Finds people to counsel on sick days and to review for the kidney.",
        limits=(
            "It counts names: over-the-counter NSAIDs are not in the record.",
            "A combined product is one medicine, counted in each of its groups.",
            "A medicine without a known ATC code is named and not counted.",
        ),
        formula="Different medicines of the four groups. Flags: two or more; an NSAID with "
        "another; an NSAID, an ACE inhibitor or ARB, and a diuretic; two or more with eGFR below "
        "60 or previous acute kidney injury.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        unit="medicines",
        example=Example(
            {"medicines": "ramipril 5mg capsules; furosemide; naproxen", "egfr": 55}, 3,
            "All three of the triple whammy.",
        ),
    )
)  # fmt: skip
def damn_medicines(given: DamnInputs) -> Outcome:
    """Return how many DAMN medicines there are, with the combinations that matter."""
    if given.medicines is None:
        return Outcome(None, missing=("medicines",))
    found = distinct(given.medicines)
    members = {
        group.key: [one for one in found if group.has(one)] for group in groups(__package__, "damn")
    }
    counted = [one for one in found if any(one in held for held in members.values())]
    parts = tuple(_part(one, members) for one in counted)
    flags = _flags(given, len(counted), {key: bool(held) for key, held in members.items()})
    unknown = [one.given for one in found if not one.atc]
    warnings = (f"Not recognised, not counted: {', '.join(unknown)}.",) if unknown else ()
    return Outcome(
        len(counted),
        parts,
        "two or more" if len(counted) >= TOGETHER_FROM else "fewer than two",
        _advice(flags),
        warnings=warnings,
        detail={"flags": flags, "groups": {k: [m.name for m in v] for k, v in members.items()}},
    )


def _part(one: Medicine, members: dict[str, list[Medicine]]) -> Component:
    labels = {group.key: group.label for group in groups(__package__, "damn")}
    why = " and ".join(labels[key] for key, held in members.items() if one in held)
    return Component(one.name, one.name, one.given, 1, why)


def _flags(given: DamnInputs, count: int, present: dict[str, bool]) -> dict[str, bool | None]:
    two = count >= TOGETHER_FROM
    low = None if given.egfr is None else given.egfr < EGFR_BELOW
    kidney = True if low or given.previous_aki else (
        None if low is None or given.previous_aki is None else False
    )  # fmt: skip
    return {
        "two_or_more": two,
        "nsaid_with_another": present["nsaid"] and two,
        "triple_whammy": present["nsaid"] and present["acei_arb"] and present["diuretic"],
        "kidney_at_risk": (two and kidney) if kidney is not None or not two else None,
    }


def _advice(flags: dict[str, bool | None]) -> tuple[str, ...]:
    said = []
    if flags["triple_whammy"]:
        said.append("NSAID with ACE inhibitor or ARB and diuretic: stop the NSAID if possible.")
    elif flags["nsaid_with_another"]:
        said.append("An NSAID with another of these: is the NSAID still needed?")
    if flags["two_or_more"]:
        said.append("Explain what to do on days of vomiting, diarrhoea or fever; check U&E.")
    if flags["kidney_at_risk"]:
        said.append("The kidney is at risk already: review these medicines now.")
    return tuple(said)
