"""qSOFA and SIRS: for research and comparison, not triggers in current NICE guidance."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from harmfree.clinical.common import PULSE, RESPIRATION, SYSTOLIC, TEMPERATURE
from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.points import above, at_least, below, either, item, summed
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Outcome, Source

RESEARCH_ONLY = (
    "For research and comparison only: current NICE guidance does not use it as a trigger.",
)


class QsofaInputs(Inputs):
    """Inputs of qSOFA."""

    respiration: Annotated[float | None, RESPIRATION] = None
    systolic: Annotated[float | None, SYSTOLIC] = None
    gcs: Annotated[
        float | None, Measure(label="Glasgow Coma Scale", low=3, high=15, whole=True)
    ] = None


@tool(
    Card(
        name="qsofa",
        title="qSOFA",
        topic="deterioration",
        version="2016.1",
        source=(Source("Singer M et al., JAMA 2016;315:801-10 (Sepsis-3)", "V"),),
        population="Adults with suspected infection outside intensive care",
        use="Research and comparison with NEWS2.",
        limits=RESEARCH_ONLY,
        formula="One point each: respiratory rate 22 or more, systolic pressure 100 or less, "
        "Glasgow Coma Scale below 15. Positive at 2 or more.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=Example({"respiration": 22, "systolic": 100, "gcs": 15}, 2),
    )
)
def qsofa(given: QsofaInputs) -> Outcome:
    """Score one adult, 0 to 3."""
    low = above(given.systolic, 100)
    parts = (
        item(
            "respiration",
            "Respiratory rate",
            given.respiration,
            at_least(given.respiration, 22),
            "22 or more",
        ),
        item(
            "systolic",
            "Systolic blood pressure",
            given.systolic,
            None if low is None else not low,
            "100 or less",
        ),
        item("gcs", "Glasgow Coma Scale", given.gcs, below(given.gcs, 15), "below 15"),
    )
    missing = given.absent("respiration", "systolic", "gcs")
    return summed(parts, missing, _conclude)


class SirsInputs(Inputs):
    """Inputs of the SIRS criteria."""

    temperature: Annotated[float | None, TEMPERATURE] = None
    pulse: Annotated[float | None, PULSE] = None
    respiration: Annotated[float | None, RESPIRATION] = None
    paco2: Annotated[
        float | None, Measure(label="PaCO2", unit="kPa", low=1, high=20, quantity="gas")
    ] = None
    white_cells: Annotated[
        float | None,
        Measure(
            label="White cell count",
            unit="10⁹/L",
            low=0,
            high=500,
            quantity="white_cells",
            aliases=("wcc", "wbc"),
        ),
    ] = None
    bands_above_10: Annotated[bool | None, Flag(label="More than 10% immature (band) forms")] = None


@tool(
    Card(
        name="sirs",
        title="SIRS criteria",
        topic="deterioration",
        version="1992.1",
        source=(
            Source("Bone RC et al., Chest 1992;101:1644-55", "V", "criteria and cut of two"),
            Source("Bone RC et al., as before", "M", "PaCO2 of 4.3 kPa and 10% band forms"),
        ),
        population="Adults",
        use="Research and comparison with NEWS2.",
        limits=RESEARCH_ONLY,
        formula="One point each: temperature above 38 or below 36; pulse above 90; respiratory "
        "rate above 20 or PaCO2 below 4.3 kPa; white cells above 12 or below 4, or more than 10% "
        "band forms. Positive at 2 or more. PaCO2 and band forms are used when they are given.",
        reviewed=date(2026, 11, 23),
        review_due=date(2028, 11, 23),
        example=Example(
            {"temperature": 38.1, "pulse": 91, "respiration": 20, "white_cells": 12}, 2
        ),
    )
)
def sirs(given: SirsInputs) -> Outcome:
    """Count the criteria met, 0 to 4."""
    breathing = _with_optional(above(given.respiration, 20), below(given.paco2, 4.3))
    cells = either(above(given.white_cells, 12), below(given.white_cells, 4))
    parts = (
        item(
            "temperature",
            "Temperature",
            given.temperature,
            either(above(given.temperature, 38), below(given.temperature, 36)),
            "above 38 or below 36",
        ),
        item("pulse", "Pulse", given.pulse, above(given.pulse, 90), "above 90"),
        item(
            "respiration",
            "Breathing",
            (given.respiration, given.paco2),
            breathing,
            "rate above 20 or PaCO2 below 4.3 kPa",
        ),
        item(
            "white_cells",
            "White cells",
            given.white_cells,
            _with_optional(cells, given.bands_above_10),
            "above 12, below 4, or over 10% bands",
        ),
    )
    unknown = {part.name for part in parts if part.points is None}
    missing = tuple(
        name for name in ("temperature", "pulse", "respiration", "white_cells") if name in unknown
    )
    return summed(parts, missing, _conclude)


def _with_optional(main: bool | None, further: bool | None) -> bool | None:
    """A further test can meet the criterion; its absence does not leave it open."""
    return True if further else main


def _conclude(score: int) -> tuple[str, tuple[str, ...]]:
    return ("positive" if score >= 2 else "negative"), RESEARCH_ONLY
