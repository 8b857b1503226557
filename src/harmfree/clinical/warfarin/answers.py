"""How every warfarin tool words its answer."""

from __future__ import annotations

from typing import Any

from harmfree.clinical.result import Component, Outcome
from harmfree.clinical.warfarin.equations import Dose
from harmfree.clinical.warfarin.stops import DOAC_FIRST
from harmfree.clinical.warfarin.tablets import dispensable

CHECK = "A prescriber checks the dose against the whole record; check the INR as for any start."


def no_dose(
    reasons: tuple[str, ...],
    *,
    missing: tuple[str, ...] = (),
    parts: tuple[Component, ...] = (),
    detail: dict[str, Any] | None = None,
) -> Outcome:
    """Return an outcome without a dose, the reasons first among the advice."""
    return Outcome(
        None,
        parts,
        band="no dose" if reasons else "",
        advice=(DOAC_FIRST, *(f"No dose: {reason}" for reason in reasons)),
        missing=missing,
        detail=detail or {},
    )


def dosed(
    dose: Dose, warnings: tuple[str, ...] = (), detail: dict[str, Any] | None = None
) -> Outcome:
    """Return the outcome of an equation: mg a day, what tablets can make of it, or a refusal."""
    if dose.refused or dose.mg_per_day is None:
        equation = {"equation_mg_per_week": dose.mg_per_week} if dose.mg_per_week else {}
        return no_dose((dose.refused + ".",), parts=dose.parts, detail=(detail or {}) | equation)
    named = {
        "mg_per_day": dose.mg_per_day,
        "mg_per_week": dose.mg_per_week,
        "dispense": dispensable(dose.mg_per_day),
    }
    return Outcome(
        dose.mg_per_day,
        dose.parts,
        advice=(DOAC_FIRST, f"{tablets_line(dose.mg_per_day)} a day.", CHECK),
        warnings=warnings,
        detail=named | (detail or {}),
    )


def tablets_line(mg: float) -> str:
    """Return a dose as it would be dispensed, in words."""
    made = dispensable(mg)
    counted = " and ".join(f"{count} of {size}" for size, count in made["tablets"].items())
    return f"{made['mg']:g} mg (tablets: {counted}; calculated {mg:.2f} mg)"
