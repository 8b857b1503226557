"""Oral morphine equivalent of a person's opioids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Spec
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.lists import Names
from harmfree.clinical.prescribing.names import recognise, table
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

HIGH_FROM = 120.0
MG_A_DAY = {"mg": 1.0, "mcg": 0.001, "mcg/h": 0.024}
_UNITS = {
    "mg": "mg", "mg/day": "mg", "mg/d": "mg",
    "mcg": "mcg", "microgram": "mcg", "micrograms": "mcg", "ug": "mcg", "µg": "mcg",
    "mcg/day": "mcg", "micrograms/day": "mcg",
    "mcg/h": "mcg/h", "mcg/hr": "mcg/h", "mcg/hour": "mcg/h", "micrograms/h": "mcg/h",
    "micrograms/hour": "mcg/h", "micrograms/hr": "mcg/h", "microgram/hour": "mcg/h",
}  # fmt: skip
ROUTES = (
    "buccal", "inhalation", "injection", "nasal", "oral", "oromucosal", "rectal", "transdermal",
)  # fmt: skip
_ROUTE_WORDS = {"patch": "transdermal", "sublingual": "oromucosal", "subcutaneous": "injection",
                "iv": "injection", "sc": "injection"}  # fmt: skip
# Above these a day's amount cannot be meant.
MOST_MG = 5000.0
CAUTIONS = {
    "methadone": "Methadone: its factor rises with the dose; do not rely on the equivalent.",
    "buprenorphine": "Buprenorphine: factors of patches and tablets differ widely by source.",
}


@dataclass(frozen=True)
class DailyOpioid:
    """One opioid and its amount a day.

    Args:
        drug: preferred name.
        route: one of `ROUTES`.
        mg: milligrams a day.
    """

    drug: str
    route: str
    mg: float


@lru_cache(maxsize=1)
def factors() -> Mapping[tuple[str, str], tuple[float, str]]:
    """Return (drug, route) -> mg of oral morphine for each mg, and where that is from."""
    return {
        (row["drug"], row["route"]): (float(row["factor"]), row["source"])
        for row in table("opioids")
    }


@dataclass(frozen=True, kw_only=True, eq=False)
class OpioidList(Spec):
    """Opioids with route and amount a day: `morphine oral 60 mg; fentanyl patch 25 mcg/h`.

    In JSON also a list of such texts, or of objects with drug, route and mg_per_day.
    """

    kind = "list"

    def parse(self, raw: object) -> tuple[DailyOpioid, ...]:
        """Return the opioids, or raise `Problem`."""
        if isinstance(raw, tuple) and all(isinstance(item, DailyOpioid) for item in raw):
            return raw
        if isinstance(raw, list | tuple) and any(isinstance(item, Mapping) for item in raw):
            return tuple(_object(item) for item in raw)
        return tuple(_line(text) for text in Names(label=self.label).parse(raw))

    @property
    def accepts(self) -> str:
        """The form in words."""
        return "drug, route and amount a day, such as morphine oral 60 mg; ; between them"

    def json_schema(self) -> dict[str, object]:
        """Describe the list as JSON Schema."""
        return {"type": ["array", "null"], "items": {"type": ["string", "object"]}}


_LINE = re.compile(r"(?P<drug>.+?)\s+(?P<route>[a-z]+)\s+(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>\S*)")


def _line(text: str) -> DailyOpioid:
    match = _LINE.fullmatch(" ".join(text.lower().split()))
    if match is None:
        raise Problem(f"{text!r}: write drug, route and amount a day, such as morphine oral 60 mg")
    unit = _UNITS.get(match["unit"])
    if unit is None:
        raise Problem(f"{text!r}: state the unit, one of {', '.join(MG_A_DAY)} (a day, or mcg/h)")
    return _opioid(match["drug"], match["route"], float(match["amount"]) * MG_A_DAY[unit], text)


def _object(item: object) -> DailyOpioid:
    if not isinstance(item, Mapping) or not {"drug", "route", "mg_per_day"} <= set(item):
        raise Problem(f"{item!r}: give drug, route and mg_per_day")
    amount = item["mg_per_day"]
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        raise Problem(f"{item!r}: mg_per_day is not a number")
    return _opioid(str(item["drug"]), str(item["route"]).lower(), float(amount), str(item["drug"]))


def _opioid(drug: str, route: str, mg: float, text: str) -> DailyOpioid:
    name = recognise(drug).name
    route = _ROUTE_WORDS.get(route, route)
    if route not in ROUTES:
        raise Problem(f"{text!r}: the route {route!r} is not one of {', '.join(ROUTES)}")
    if not 0 < mg <= MOST_MG:
        raise Problem(f"{text!r}: {mg:g} mg a day is outside the plausible range, 0 to {MOST_MG:g}")
    if route == "transdermal" and mg > 10:
        raise Problem(f"{text!r}: {mg:g} mg a day through the skin; is it micrograms an hour?")
    return DailyOpioid(name, route, mg)


class OpioidInputs(Inputs):
    """Inputs."""

    opioids: Annotated[
        tuple[DailyOpioid, ...] | None,
        OpioidList(
            label="Opioids a day",
            help="The whole amount of a day for each; none for no opioid",
            aliases=("medicines",),
        ),
    ] = None


@tool(
    Card(
        name="opioid_equivalent",
        title="Oral morphine equivalent",
        topic="prescribing",
        version="2026.1",
        source=(
            Source(
                "Factors as tabulated by OpenPrescribing from the BNF, Opioids Aware and others; "
                "the source of each is shown", "S", "factors by drug and route",
            ),
            Source("Opioids Aware (Faculty of Pain Medicine)", "M", "the threshold of 120 mg"),
        ),
        population="Adults with long-term pain; not for palliative care doses",
        use="Shows the total opioid load of a day, to find people whose opioids need review.",
        limits=(
            "Never use it to switch a person from one opioid to another.",
            "Factors differ between sources; those of methadone and buprenorphine most.",
            "As-needed doses count only as far as they are entered.",
        ),
        formula="Sum of mg a day times the factor of drug and route; a patch in micrograms an hour "
        "times 0.024 is mg a day. High from 120 mg.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        unit="mg oral morphine/day",
        example=Example(
            {"opioids": "morphine oral 60 mg; fentanyl patch 25 mcg/h"}, 120.0,
            "60 + 0.6 mg x 100.",
        ),
    )
)  # fmt: skip
def opioid_equivalent(given: OpioidInputs) -> Outcome:
    """Return the equivalent; none when the factor of any opioid is not known."""
    if given.opioids is None:
        return Outcome(None, missing=("opioids",))
    parts = tuple(_part(number, one) for number, one in enumerate(given.opioids, start=1))
    unknown = [part.label for part in parts if part.points is None]
    # Rounded far below any tablet, so that 0.6 mg times 100 is 60 and not a hair less.
    total = round(sum(part.points or 0.0 for part in parts), 9)
    drugs = dict.fromkeys(one.drug for one in given.opioids)
    warnings = [CAUTIONS[drug] for drug in drugs if drug in CAUTIONS]
    warnings.append("Not for switching from one opioid to another.")
    if unknown:
        said = f"No factor for {', '.join(unknown)}: the total is more than {total:g} mg."
        return Outcome(
            None,
            parts,
            warnings=(said, *warnings),
            missing=("opioids",),
            detail={"at_least": total},
        )
    high = total >= HIGH_FROM
    advice = ("Review: above 120 mg a day harm rises without more relief; taper slowly.",)
    return Outcome(
        total, parts, "high" if high else "below 120 mg", advice if high else (),
        warnings=tuple(warnings),
    )  # fmt: skip


def _part(number: int, one: DailyOpioid) -> Component:
    label, name = f"{one.drug} {one.route}", f"opioid_{number}"
    given = f"{one.mg:g} mg/day"
    if (one.drug, one.route) not in factors():
        return Component(name, label, given, None, "no factor known")
    factor, source = factors()[(one.drug, one.route)]
    return Component(name, label, given, one.mg * factor, f"times {factor:g} ({source})")
