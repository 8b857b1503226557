"""The dosing equations as sums of named terms, so that every dose can be taken apart.

IWPC 2009 gives the square root of mg a week, Gage 2008 the logarithm of mg a day, Lenzini 2010
the logarithm of mg a week. Coefficients: `data/*.json`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harmfree.clinical.result import Component
from harmfree.clinical.warfarin.tables import table

DAYS_OF_WEEK = 7
OLDEST_DECADE = 9


@dataclass(frozen=True)
class Dose:
    """What an equation gives.

    Args:
        mg_per_week: the dose; for a negative square root nothing can be given, and it is None.
        parts: the terms; their sum is the square root or the logarithm.
        refused: why this number must not be used as a dose, "" when it may.
    """

    mg_per_week: float | None
    parts: tuple[Component, ...]
    refused: str = ""

    @property
    def mg_per_day(self) -> float | None:
        """The dose per day."""
        return None if self.mg_per_week is None else self.mg_per_week / DAYS_OF_WEEK


def age_decade(age: float) -> int:
    """Return the decade as IWPC counts it: 10 to 19 is 1, 90 and over is 9."""
    return min(int(age // 10), OLDEST_DECADE)


def body_surface(height_cm: float, weight_kg: float) -> float:
    """Return the body surface in square metres (DuBois and DuBois 1916)."""
    return float(0.007184 * height_cm**0.725 * weight_kg**0.425)


def alleles_a(vkorc1: str) -> int:
    """Count the A alleles of VKORC1 -1639: 0, 1 or 2. A/G is one, and A/A is two, not one."""
    return vkorc1.count("A")


def stars(cyp2c9: str, number: int) -> int:
    """Count one star allele in a pair."""
    return cyp2c9.split("/").count(f"*{number}")


def _part(name: str, label: str, given: Any, adds: float, why: str = "") -> Component:
    return Component(name, label, given, adds, why or "added to the sum")


@dataclass(frozen=True, kw_only=True)
class Person:
    """What the square-root equations ask of a person.

    Args:
        age: years.
        height: cm.
        weight: kg.
        ancestry: white, asian, black or mixed_or_unknown.
        vkorc1: G/G, A/G, A/A, or None for the equation's own term for unknown.
        cyp2c9: a pair of *1, *2 and *3, or None likewise.
        enzyme_inducer: takes carbamazepine, phenytoin or rifampicin.
        amiodarone: takes amiodarone.
    """

    age: float
    height: float
    weight: float
    ancestry: str = "mixed_or_unknown"
    vkorc1: str | None = None
    cyp2c9: str | None = None
    enzyme_inducer: bool = False
    amiodarone: bool = False


def iwpc(kind: str, person: Person) -> Dose:
    """Return the IWPC dose.

    Args:
        kind: "pharmacogenetic" or "clinical" (which ignores the genotypes).
        person: the inputs.
    """
    held = table("iwpc")[kind]
    decade = age_decade(person.age)
    parts = [
        _part("constant", "Constant", "", held["constant"]),
        _part("age", "Age", person.age, held["age_decade"] * decade, f"decade {decade}"),
        _part("height", "Height", person.height, held["height_cm"] * person.height),
        _part("weight", "Weight", person.weight, held["weight_kg"] * person.weight),
        _part("ancestry", "Ancestry", person.ancestry, held["ancestry"][person.ancestry]),
    ]
    if kind == "pharmacogenetic":
        parts += [
            _part("vkorc1", "VKORC1", person.vkorc1, held["vkorc1"][person.vkorc1 or "unknown"]),
            _part("cyp2c9", "CYP2C9", person.cyp2c9, held["cyp2c9"][person.cyp2c9 or "unknown"]),
        ]
    for name, label, on in (
        ("enzyme_inducer", "Enzyme inducer", person.enzyme_inducer),
        ("amiodarone", "Amiodarone", person.amiodarone),
    ):
        parts.append(_part(name, label, on, held[name] if on else 0.0))
    return squared(tuple(parts))


def squared(parts: tuple[Component, ...]) -> Dose:
    """Return the dose whose square root is the sum; a root of zero or less gives none."""
    root = _sum(parts)
    if root <= 0:
        return Dose(None, parts, f"the square root of the dose came out as {root:.2f}")
    return guarded(root**2, parts)


def guarded(mg_per_week: float, parts: tuple[Component, ...]) -> Dose:
    """Refuse a dose outside the span in which the equations are to be believed."""
    span = table("limits")["daily_dose_mg"]
    daily = mg_per_week / DAYS_OF_WEEK
    if span["low"] <= daily <= span["high"]:
        return Dose(mg_per_week, parts)
    return Dose(
        mg_per_week,
        parts,
        f"the equation gives {daily:.2f} mg a day, outside {span['low']:g} to {span['high']:g}",
    )


def _sum(parts: tuple[Component, ...]) -> float:
    return math.fsum(part.points for part in parts if part.points is not None)


LABELS: Mapping[str, str] = {
    "constant": "Constant",
    "vkorc1_a": "VKORC1 A alleles",
    "cyp2c9_2": "CYP2C9*2 alleles",
    "cyp2c9_3": "CYP2C9*3 alleles",
    "bsa_m2": "Body surface",
    "age": "Age",
    "target_inr": "Target INR",
    "ln_inr": "Logarithm of the INR",
    "amiodarone": "Amiodarone",
    "fluvastatin": "Fluvastatin",
    "smoker": "Smoker",
    "african_american": "African American",
    "african": "African ancestry",
    "dvt_pe": "Thrombosis or embolism",
    "stroke": "Stroke",
    "diabetes": "Diabetes",
    "dose_2": "Dose 2 days before",
    "dose_3": "Dose 3 days before",
    "dose_4": "Dose 4 days before",
}


def _logarithmic(name: str, kind: str, values: Mapping[str, float]) -> tuple[Component, ...]:
    held = table(name)[kind]
    return tuple(
        _part(
            term,
            LABELS[term],
            "" if term == "constant" else values[term],
            coefficient * (1 if term == "constant" else values[term]),
        )
        for term, coefficient in held.items()
    )


def gage(kind: str, values: Mapping[str, float]) -> Dose:
    """Return the Gage dose.

    Args:
        kind: "pharmacogenetic" or "clinical".
        values: a number for every term of `data/gage.json` but the constant; yes is 1.
    """
    parts = _logarithmic("gage", kind, values)
    return guarded(math.exp(_sum(parts)) * DAYS_OF_WEEK, parts)


def lenzini(kind: str, values: Mapping[str, float]) -> Dose:
    """Return the dose revised on the INR of day 4 or 5; arguments as for `gage`."""
    parts = _logarithmic("lenzini", kind, values)
    return guarded(math.exp(_sum(parts)), parts)


def eupact_maintenance(person: Person) -> Dose:
    """Return EU-PACT's maintenance dose: IWPC with age in years, no ancestry, no inducer.

    Both genotypes must be known.
    """
    held = table("iwpc")["pharmacogenetic"]
    return squared(
        (
            _part("constant", "Constant", "", held["constant"]),
            _part("age", "Age", person.age, table("eupact")["age_year"] * person.age),
            _part("height", "Height", person.height, held["height_cm"] * person.height),
            _part("weight", "Weight", person.weight, held["weight_kg"] * person.weight),
            _part("vkorc1", "VKORC1", person.vkorc1, held["vkorc1"][person.vkorc1]),
            _part("cyp2c9", "CYP2C9", person.cyp2c9, held["cyp2c9"][person.cyp2c9]),
            _part(
                "amiodarone",
                "Amiodarone",
                person.amiodarone,
                held["amiodarone"] if person.amiodarone else 0.0,
            ),
        )
    )


def loading_multipliers(cyp2c9: str) -> tuple[float, float, float]:
    """Return the doses of days 1 to 3 as multiples of the maintenance dose.

    LD3 = D / (1 - e^-72k) with the elimination constant k per hour of the CYP2C9 pair; day 1 is
    D + 1.5 (LD3 - D), day 2 LD3, day 3 D + 0.5 (LD3 - D).
    """
    k = table("eupact")["elimination_per_hour"][cyp2c9]
    ld3 = 1 / -math.expm1(-72 * k)
    return 1 + 1.5 * (ld3 - 1), ld3, 1 + 0.5 * (ld3 - 1)
