"""STOPPFall: medicines that raise the risk of falling, by class."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from harmfree.clinical.inputs import Inputs
from harmfree.clinical.lists import Names
from harmfree.clinical.prescribing.anticholinergic import scale
from harmfree.clinical.prescribing.groups import Group, groups
from harmfree.clinical.prescribing.names import Medicine, distinct
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

# A drug with the highest ACBcalc score counts as an anticholinergic, whatever its ATC group.
STRONG_ANTICHOLINERGIC = 3
K3_CONDITION = "with persistent postural hypotension"


class StoppFallInputs(Inputs):
    """Inputs."""

    medicines: Annotated[
        tuple[str, ...] | None,
        Names(
            label="Current medicines",
            help="Names as prescribed, or ATC codes; none for no medicine",
            aliases=("drugs", "medications"),
        ),
    ] = None


@tool(
    Card(
        name="stoppfall",
        title="STOPPFall: medicines that raise the risk of falling",
        topic="falls",
        version="2021",
        source=(
            Source("Seppala LJ et al., STOPPFall, Age and Ageing 2021", "V", "the 14 classes"),
            Source("O'Mahony D et al., STOPP version 3, 2023, section K", "V", "the rules named"),
            Source(
                "First-generation antihistamines and strong anticholinergics by name", "M",
                "members beyond the ATC groups",
            ),
        ),
        population="People of 65 and over, above all those who have fallen",
        use="Lists the medicines to look at in a falls review, with the class of each.",
        limits=(
            "STOPP K10 leaves out silodosin, and K12 speaks of antimuscarinics only.",
            "There is no score and no cut-off: the number is a count.",
            "Calcium channel blockers are left off: whether they belong is disputed.",
            "Doxazosin is taken as given for hypertension; the prostate is another reason.",
            "A medicine without a known ATC code is named and not counted.",
        ),
        formula="Different medicines in any of the 14 classes.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        unit="medicines",
        example=Example(
            {"medicines": "zopiclone 7.5mg tablets; amitriptyline; bisoprolol"}, 2,
            "Zopiclone, and amitriptyline in two classes.",
        ),
    )
)  # fmt: skip
def stoppfall(given: StoppFallInputs) -> Outcome:
    """Return how many medicines raise the risk, and the classes with their STOPP rules."""
    if given.medicines is None:
        return Outcome(None, missing=("medicines",))
    found = distinct(given.medicines)
    members = {
        group: [one for one in found if _belongs(one, group)]
        for group in groups(__package__, "stoppfall")
    }
    counted = [one for one in found if any(one in held for held in members.values())]
    parts = tuple(_part(one, members) for one in counted)
    unknown = [one.given for one in found if not one.atc and one not in counted]
    warnings = (f"Not recognised, not counted: {', '.join(unknown)}.",) if unknown else ()
    present = {group: held for group, held in members.items() if held}
    return Outcome(
        len(counted),
        parts,
        advice=tuple(_advice(group, held) for group, held in present.items()),
        warnings=warnings,
        detail={
            "classes": {group.key: [one.name for one in held] for group, held in present.items()},
            "stopp_rules": sorted(
                {rule for group, held in present.items() if (rule := _rule(group, held))},
                key=lambda rule: int(rule[1:]),
            ),
        },
    )


def _belongs(medicine: Medicine, group: Group) -> bool:
    if group.has(medicine):
        return True
    score = scale("acbcalc").get(medicine.name) if group.key == "anticholinergics" else None
    return score is not None and score.points >= STRONG_ANTICHOLINERGIC


def _rule(group: Group, held: list[Medicine]) -> str:
    """Return the class's STOPP rule if it applies to any of the medicines held."""
    return group.rule if any(one.name not in group.rule_without for one in held) else ""


def _advice(group: Group, held: list[Medicine]) -> str:
    rule = _rule(group, held)
    named = ", ".join(one.name for one in held)
    if not rule:
        return f"{group.label}: {named}. Is it still needed?"
    when = f", {K3_CONDITION}" if rule == "K3" else ""
    return f"{group.label}: {named}. STOPP {rule} in recurrent falls{when}: stop or reduce."


def _part(one: Medicine, members: dict[Group, list[Medicine]]) -> Component:
    why = " and ".join(group.label for group, held in members.items() if one in held)
    return Component(one.name, one.name, one.given, 1, why)
