"""The levels of organisations in words."""

from __future__ import annotations

WORDS = {
    "practice": ("GP practice", "GP practices"),
    "care_home": ("Care home", "Care homes"),
    "ward": ("Ward", "Wards"),
    "unit": ("Maternity or neonatal unit", "Maternity and neonatal units"),
    "network": ("Network", "Networks"),
    "place": ("Place", "Places"),
    "system": ("System", "Systems"),
    "region": ("Region", "Regions"),
}


def one(level: str) -> str:
    """One organisation of a level."""
    return WORDS[level][0]


def in_sentence(level: str) -> str:
    """Several of them inside a sentence."""
    name = several(level)
    return name if name.startswith("GP") else name[0].lower() + name[1:]


def several(level: str) -> str:
    """Several of them."""
    return WORDS[level][1]
