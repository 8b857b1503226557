"""Serum osmolarity: is an older person short of water?"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from harmfree.clinical.fields import Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

# Khajuria and Krahn's equation as ESPEN recommends it; action above these values.
CALCULATED_ABOVE = 295.0
MEASURED_ABOVE = 300.0
SALTS, GLUCOSE, CONSTANT = 1.86, 1.15, 14.0


class OsmolarityInputs(Inputs):
    """Inputs; measured osmolality, where there is one, decides."""

    sodium: Annotated[
        float | None, Measure(label="Sodium", unit="mmol/L", low=90, high=200, aliases=("na",))
    ] = None
    potassium: Annotated[
        float | None, Measure(label="Potassium", unit="mmol/L", low=1, high=12, aliases=("k",))
    ] = None
    # 40 mg/dL would be 2.2 mmol/L: above 40 no usual value in mg/dL can pass.
    glucose: Annotated[
        float | None,
        Measure(label="Glucose", unit="mmol/L", low=0.5, high=40, quantity="glucose"),
    ] = None
    urea: Annotated[
        float | None, Measure(label="Urea", unit="mmol/L", low=0.3, high=80, quantity="urea")
    ] = None
    measured_osmolality: Annotated[
        float | None,
        Measure(
            label="Measured serum osmolality",
            unit="mOsm/kg",
            low=200,
            high=450,
            aliases=("osmolality",),
        ),
    ] = None


@tool(
    Card(
        name="serum_osmolarity",
        title="Serum osmolarity",
        topic="nutrition",
        version="2022",
        source=(
            Source(
                "ESPEN guideline on clinical nutrition and hydration in geriatrics (2019, updated "
                "2022)",
                "M",
                "the equation and both thresholds",
            ),
        ),
        population="Older people; not validated in children",
        use="Finds low-intake dehydration from routine blood tests.",
        limits=(
            "Urine colour and dipsticks do not diagnose dehydration in older people.",
            "High glucose or urea raises the value without lack of water: read it with them.",
        ),
        formula="1.86 (sodium + potassium) + 1.15 glucose + urea + 14; act above 295 mmol/L, or "
        "above 300 mOsm/kg when osmolality was measured.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 5, 23),
        unit="mmol/L",
        example=Example(
            {"sodium": 140, "potassium": 4, "glucose": 5, "urea": 6},
            293.59,
            "Below the threshold of 295.",
        ),
    )
)
def serum_osmolarity(given: OsmolarityInputs) -> Outcome:
    """Return the calculated osmolarity, judged; a measured osmolality is judged before it."""
    names = ("sodium", "potassium", "glucose", "urea")
    missing = given.absent(*names)
    factors = (SALTS, SALTS, GLUCOSE, 1.0)
    parts = [Component("constant", "Constant", "", CONSTANT, "")]
    for name, factor in zip(names, factors, strict=True):
        raw = getattr(given, name)
        adds = None if raw is None else factor * raw
        parts.append(Component(name, name.capitalize(), raw, adds, f"times {factor:g}"))
    value = None if missing else round(sum(part.points or 0 for part in parts), 6)
    dry = _dry(given, value)
    if dry is None:
        return Outcome(None, tuple(parts), missing=missing)
    band = "dehydrated" if dry else "not dehydrated"
    advice = ("Help to drink more, look for the cause, and measure again.",) if dry else ()
    warnings: tuple[str, ...] = ()
    if given.measured_osmolality is not None and value is not None:
        warnings = (f"Judged by the measured osmolality, {given.measured_osmolality:g} mOsm/kg.",)
    return Outcome(value, tuple(parts), band, advice, () if dry is not None else missing, warnings)


def _dry(given: OsmolarityInputs, value: float | None) -> bool | None:
    if given.measured_osmolality is not None:
        return given.measured_osmolality > MEASURED_ABOVE
    return None if value is None else value > CALCULATED_ABOVE
