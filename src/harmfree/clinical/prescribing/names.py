"""Medicines by name: one drug, however it is written.

A prescription says "Amitriptyline 10mg tablets", a scale "amitriptyline", an older one a name that
is no longer used. The longest known name that a text begins with is taken; salts, strengths and
forms after it do not matter. Names and codes: `data/atc.csv`, `data/synonyms.csv`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

LONGEST_NAME = 3
_ATC = re.compile(r"[A-Z]\d{2}[A-Z]{1,2}(\d{2})?")
_NOISE = re.compile(r"[^a-z0-9\-/% ]+")
_STRENGTH = re.compile(r"\s\d.*$")
SCALES = ("acbcalc", "aec")


@dataclass(frozen=True)
class Medicine:
    """A medicine as recognised.

    Args:
        given: as written.
        name: the drug, or the text without strength when it is not known.
        known: whether the drug is in any of our lists.
        atc: its ATC code, or the code that was given; "" when there is none.
    """

    given: str
    name: str
    known: bool
    atc: str


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of one data file of this package."""
    path = files(__package__).joinpath(f"data/{name}.csv")
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@lru_cache(maxsize=1)
def synonyms() -> Mapping[str, str]:
    """Return other name -> name."""
    return {row["other"]: row["name"] for row in table("synonyms")}


@lru_cache(maxsize=1)
def atc_codes() -> Mapping[str, str]:
    """Return drug -> ATC code (WHO)."""
    return {row["name"]: row["atc"] for row in table("atc")}


@lru_cache(maxsize=1)
def _by_code() -> Mapping[str, str]:
    return {code: name for name, code in atc_codes().items()}


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    listed = {row["name"] for scale in SCALES for row in table(scale)}
    opioids = {row["drug"] for row in table("opioids")}
    return frozenset(listed | opioids | set(atc_codes()) | set(synonyms()))


def preferred(name: str) -> str:
    """Return the preferred name of a drug: synonyms are the same drug."""
    return synonyms().get(name, name)


@lru_cache(maxsize=65_536)
def recognise(text: str) -> Medicine:
    """Return the medicine that a text names; an ATC code is read as one."""
    given = text.strip()
    if _ATC.fullmatch(given):
        name = _by_code().get(given)
        return Medicine(given, name or given, name is not None, given)
    plain = " ".join(_NOISE.sub(" ", given.lower()).split())
    words = re.sub(r"(?<=[a-z])/(?=[a-z])", " ", plain).split()
    for length in range(min(LONGEST_NAME, len(words)), 0, -1):
        start = " ".join(words[:length])
        if start in _vocabulary():
            name = preferred(start)
            return Medicine(given, name, True, atc_codes().get(name, ""))
    # A text without a letter stays as it is, so that it can be named.
    return Medicine(given, _STRENGTH.sub("", plain) or given, False, "")


def distinct(texts: tuple[str, ...]) -> tuple[Medicine, ...]:
    """Return each drug once, in the order of first sight: two strengths are one drug."""
    found: dict[str, Medicine] = {}
    for text in texts:
        medicine = recognise(text)
        found.setdefault(medicine.name, medicine)
    return tuple(found.values())
