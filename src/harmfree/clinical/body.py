"""Body mass index, given or from height and weight."""

from __future__ import annotations

from collections.abc import Iterator

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Measure

BMI = Measure(label="Body mass index", unit="kg/m²", low=10, high=80)
# Rounded figures of one person may differ by this much.
TOLERANCE = 1.0


def body_mass_index(bmi: float | None, height: float | None, weight: float | None) -> float | None:
    """Return the index in kg/m2: as given, else from height in cm and weight in kg."""
    if bmi is not None or height is None or weight is None:
        return bmi
    return weight / (height / 100) ** 2


def disagreement(
    bmi: float | None, height: float | None, weight: float | None
) -> Iterator[Problem]:
    """Yield what is wrong when height and weight contradict the index given with them."""
    own = body_mass_index(None, height, weight)
    if bmi is not None and own is not None and abs(own - bmi) > TOLERANCE:
        yield Problem(f"height and weight give {own:.1f}", "bmi")
