"""Volume and choice of antibiotics: items per STAR-PU, and the broad-spectrum (4C) share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source
from harmfree.clinical.series import Counts

PEOPLE = Measure(label="People", low=0, high=100_000_000)
ITEMS = Measure(label="Items", low=0, high=1_000_000_000)


@lru_cache(maxsize=1)
def star_pu_weights() -> Mapping[str, Mapping[str, float]]:
    """Return the weights by sex ("male", "female") and age band."""
    text = (files("harmfree.clinical.infection") / "data" / "star_pu_2013.json").read_text()
    weights: dict[str, dict[str, float]] = json.loads(text)["weights"]
    return weights


def cell_of(name: str) -> tuple[str, str] | None:
    """Return sex and age band of a name such as "M 5-14", "female_75+" or "65-74 f"."""
    text = name.lower().replace("–", "-")
    band = re.search(r"\d+\s*-\s*\d+|\d+\s*(?:\+|and over)", text)
    rest = text.replace(band.group(0), " ") if band else text
    sex = re.search(r"\b(f|female|women|m|male|men)\b", rest.replace("_", " "))
    if band is None or sex is None:
        return None
    found = re.sub(r"\s|and over", "", band.group(0))
    found = f"{found}+" if found.isdigit() else found
    who = "female" if sex.group(1) in ("f", "female", "women") else "male"
    return (who, found) if found in star_pu_weights()[who] else None


class StarPuInputs(Inputs):
    """List sizes of a practice with its antibacterial items."""

    list_sizes: Annotated[
        dict[str, float] | None,
        Counts(
            label="People by sex and age band",
            help="Such as M 0-4=310; F 0-4=290; bands 0-4, 5-14, then by ten, to 75+",
            value=PEOPLE,
            aliases=("list_size",),
        ),
    ] = None
    items: Annotated[
        float | None,
        Measure(label="Oral antibacterial items (BNF 5.1) in 12 months", low=0, high=1_000_000_000),
    ] = None
    weights: Annotated[
        str,
        Choice(
            label="Weights", options={"full": "as calculated", "rounded": "to one decimal, as "
                                      "published in the table"}
        ),
    ] = "full"  # fmt: skip

    def conflicts(self) -> Iterable[Problem]:
        """Every cell must be one of the eighteen, each once."""
        cells = [cell_of(name) for name in self.list_sizes or {}]
        for name, cell in zip(self.list_sizes or {}, cells, strict=True):
            if cell is None:
                yield Problem(f"{name!r} is not a sex with an age band", "list_sizes")
        known = [cell for cell in cells if cell is not None]
        if len(set(known)) != len(known):
            yield Problem("a sex and age band is given twice", "list_sizes")


@tool(
    Card(
        name="star_pu",
        title="Antibacterial items per STAR-PU",
        topic="infection",
        version="2013.1",
        unit="items per STAR-PU",
        source=(
            Source("Oral antibacterials item-based STAR-PU, 2013, weights as published openly by "
                   "OpenPrescribing", "V", "weights"),
            Source("NHS scorecard: expectations of 2017/18 and 2018/19", "V",
                   "expected at most 1.161 and 0.965"),
        ),
        population="General practices and larger areas, not single persons",
        use="Compares the volume of antibiotics between practices with different lists.",
        limits=(
            "The weights are old and hide variation; OpenPrescribing now reports items per 1,000.",
            "Use twelve months of items over the list at their end.",
        ),
        formula="Items in 12 months / sum of people in each of 18 cells x weight of the cell.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {"list_sizes": "M 65-74=1000; F 65-74=1000", "items": 1000}, 0.60028,
            "1000 / (693.1 + 972.7).",
        ),
    )
)  # fmt: skip
def star_pu(given: StarPuInputs) -> Outcome:
    """Return items per STAR-PU of one practice."""
    if given.list_sizes is None:
        return Outcome(None, missing=given.absent("list_sizes", "items"))
    parts = tuple(_cell(name, people, given) for name, people in given.list_sizes.items())
    units = sum(part.points or 0 for part in parts)
    detail = {"star_pu": units, "cells": len(parts)}
    said: tuple[str, ...] = ()
    if len(parts) < 18:
        said = (f"{len(parts)} of 18 cells are given; the others count as empty.",)
    if given.items is None or units == 0:
        missing = given.absent("items") if units else ("list_sizes",)
        return Outcome(None, parts, missing=missing, warnings=said, detail=detail)
    return Outcome(given.items / units, parts, warnings=said, detail=detail)


def _cell(name: str, people: float, given: StarPuInputs) -> Component:
    cell = cell_of(name)
    sex, band = cell if cell is not None else ("male", "")
    weight = star_pu_weights()[sex][band]
    if given.weights == "rounded":
        # The published table rounds half up; 0.65 would not be a case, so round() agrees.
        weight = round(weight, 1)
    return Component(f"{sex} {band}", f"{sex} {band}", people, people * weight, f"x {weight:g}")


# BNF code prefixes. Both definitions are in use and give different results.
DEFINITIONS: Mapping[str, Mapping[str, Any]] = {
    "openprescribing": {
        "numerator": ("0501013K0", "0501021", "050112"),
        "denominator": ("0501",),
        "without": ("050109", "050110", "0501130H0"),
        "source": "OpenPrescribing measure definition, 2024",
    },
    "nhs": {
        "numerator": ("0501013K0", "0501021", "050112"),
        "denominator": (
            "050101",
            "0501021",
            "050103",
            "050105",
            "050108",
            "050111",
            "050112",
            "050113",
        ),
        "without": (),
        "source": "NHS quality premium, scorecard metric 465",
    },
}
TARGET_PERCENT = 10.0


class FourCInputs(Inputs):
    """Items of antibacterials by BNF code."""

    items: Annotated[
        dict[str, float] | None,
        Counts(
            label="Items by BNF code",
            help="Oral antibacterials of 12 months, such as 0501013B0=700; 0501013K0=100",
            value=ITEMS,
        ),
    ] = None
    definition: Annotated[
        str,
        Choice(
            label="Definition",
            options={"openprescribing": "OpenPrescribing", "nhs": "NHS quality premium"},
            spellings={"quality premium": "nhs", "qp": "nhs"},
        ),
    ] = "openprescribing"

    def conflicts(self) -> Iterable[Problem]:
        """Codes must be BNF codes of chapter 5.1."""
        for code in self.items or {}:
            if not code.strip().startswith("0501"):
                yield Problem(f"{code!r} is not a BNF code of antibacterials (0501...)", "items")


@tool(
    Card(
        name="four_c",
        title="Broad-spectrum antibiotics (4C)",
        topic="infection",
        version="2024.1",
        unit="%",
        source=(
            Source("OpenPrescribing measure definition, 2024", "V", "definition openprescribing"),
            Source("NHS quality premium, scorecard metric 465", "V", "definition nhs, target 10%"),
        ),
        population="General practices and larger areas, not single persons",
        use="Share of co-amoxiclav, cephalosporins and quinolones among antibacterials.",
        limits=(
            "The two definitions differ in the denominator; never compare one with the other.",
            "4C also names clindamycin with cephalosporins, co-amoxiclav and ciprofloxacin in "
            "Clostridioides difficile work: that is another measure.",
            "Codes do not tell oral from other routes: give oral items only.",
        ),
        formula="Items of co-amoxiclav, cephalosporins and quinolones / items of antibacterials. "
        "OpenPrescribing leaves out medicines for tuberculosis and leprosy and methenamine; the "
        "NHS one counts a list of BNF sections.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "items": "0501013B0=700; 0501013K0=100; 0501021L0=40; 0501120L0=30; "
                "0501130R0=130; 0501130H0=20; 0501090R0=10"
            },
            17.0,
            "170 of 1000; by the NHS definition 170 of 1020, 16.7%.",
        ),
    )
)
def four_c(given: FourCInputs) -> Outcome:
    """Return the share by the definition asked for, and by both in the detail."""
    if given.items is None:
        return Outcome(None, missing=("items",))
    by_definition = {name: _share(given.items, name) for name in DEFINITIONS}
    broad, counted = by_definition[given.definition]
    detail = {
        name: {"broad": top, "all": all_items, "percent": 100 * top / all_items}
        for name, (top, all_items) in by_definition.items()
        if all_items
    }
    parts = tuple(_used(code, count, given.definition) for code, count in given.items.items())
    if not counted:
        return Outcome(None, parts, missing=("items",), detail=detail)
    percent = 100 * broad / counted
    band = f"at most {TARGET_PERCENT:g}%" if percent <= TARGET_PERCENT else "above target"
    return Outcome(percent, parts, band, detail=detail | {"definition": given.definition})


def _share(items: Mapping[str, float], name: str) -> tuple[float, float]:
    used = [_used(code, count, name) for code, count in items.items()]
    counted = [part for part in used if part.why != "not counted"]
    return (
        sum(part.given for part in counted if part.why == "broad spectrum"),
        sum(part.given for part in counted),
    )


def _used(code: str, count: float, name: str) -> Component:
    rule, code = DEFINITIONS[name], code.strip()
    if code.startswith(rule["without"]) or not code.startswith(rule["denominator"]):
        return Component(code, code, count, None, "not counted")
    broad = code.startswith(rule["numerator"])
    return Component(code, code, count, None, "broad spectrum" if broad else "other")
