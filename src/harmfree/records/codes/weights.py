"""What one code weighs within its list: a score, or an amount in each unit of quantity.

A list's weights are in ``NAME.weights.csv`` beside it, with the columns ``name,weight,per,source``:

* ``per`` is ``list``: every code that the included list `name` claimed has the weight (the list
  names the heavier first, so a medicine in two of them has the larger);
* ``per`` is ``mg``: `name` is a name rule, and the weight is multiplied by the milligrams in one
  unit of quantity, read from the product's name (one tablet, or one millilitre);
* ``per`` is ``patch N``: the weight is multiplied by the milligrams that a patch gives in N days,
  from its micrograms an hour (some names leave the hour out).

A product whose name holds no ingredient (a brand) has the weight of its substance's other products.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from harmfree.records.codes.csv_files import read_csv
from harmfree.records.codes.errors import CodeListError
from harmfree.records.codes.names import NameRule, parse_name_rule, words

WEIGHT_COLUMNS = ("name", "weight", "per", "source")
_STRENGTH = re.compile(
    r"([\d.]+)\s*(mg|g|micrograms?|mcg|ug)\b(?:\s*/\s*([\d.]*)\s*(ml|hour|hr|h)\b)?", re.IGNORECASE
)
_MILLIGRAMS = {"mg": 1.0, "g": 1000.0}
_MICROGRAM = 0.001
_HOURS_A_DAY = 24


@dataclass(frozen=True)
class Weight:
    """One row of a weights file."""

    name: str
    rule: NameRule
    weight: float
    per: str
    source: str


def read_weights(path: Path) -> tuple[Weight, ...]:
    """Read a weights file.

    Raises:
        CodeListError: with file and line, for a row that cannot be read.
    """
    found: list[Weight] = []
    header_seen = False
    for line, row in read_csv(path):
        if not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#"):
            continue
        try:
            if header_seen:
                found.append(_weight(dict(zip(WEIGHT_COLUMNS, row, strict=True))))
            elif tuple(row) != WEIGHT_COLUMNS:
                raise ValueError("the first row is not its columns")
        except ValueError as error:
            raise CodeListError(
                f"The weight {','.join(row)} cannot be read: {error}.",
                where=f"{path}, line {line}",
                do=f"Give {','.join(WEIGHT_COLUMNS)}; per is list, mg or patch N.",
            ) from error
        header_seen = True
    return tuple(found)


def _weight(row: dict[str, str]) -> Weight:
    per = row["per"].strip()
    if per not in ("list", "mg") and not re.fullmatch(r"patch \d+", per):
        raise ValueError(f"per is '{per}'")
    rule = parse_name_rule(row["name"])
    return Weight(row["name"].strip(), rule, float(row["weight"]), per, row["source"])


def code_weights(
    weights: tuple[Weight, ...], terms: list[str], labels: list[str], groups: npt.NDArray[np.str_]
) -> npt.NDArray[np.float64]:
    """The weight of each code of a list.

    Args:
        weights: the list's weights.
        terms, labels, groups: the term, the claiming rule's label and the medicine of each code.
    """
    found = np.zeros(len(terms))
    factor: dict[str, Weight] = {}
    named = [_find(weights, term, label) for term, label in zip(terms, labels, strict=True)]
    for group, weight in zip(groups, named, strict=True):
        if weight is not None:
            factor.setdefault(str(group), weight)
    for place, (term, weight) in enumerate(zip(terms, named, strict=True)):
        used = weight or factor.get(str(groups[place]))
        found[place] = _amount(used, term) if used else 0.0
    return found


def _find(weights: tuple[Weight, ...], term: str, label: str) -> Weight | None:
    text = " " + " ".join(words(term)) + " "
    for weight in weights:
        if weight.per == "list":
            if label.startswith(f"list {weight.name}:"):
                return weight
        elif _meets(weight.rule, text):
            return weight
    return None


def _meets(rule: NameRule, text: str) -> bool:
    return all(_any(group, text) for group in rule.needed) and not any(
        _any(group, text) for group in rule.refused
    )


def _any(group: tuple[tuple[str, ...], ...], text: str) -> bool:
    return any(
        (" " + " ".join(phrase).removesuffix("*") + ("" if phrase[-1].endswith("*") else " "))
        in text
        for phrase in group
    )


def _amount(weight: Weight, term: str) -> float:
    if weight.per == "list":
        return weight.weight
    milligrams, hourly = _strength(weight, term)
    if weight.per == "mg":
        return 0.0 if hourly else weight.weight * milligrams
    days = int(weight.per.removeprefix("patch "))
    return weight.weight * milligrams * _HOURS_A_DAY * days


def _strength(weight: Weight, term: str) -> tuple[float, bool]:
    """Milligrams in one unit of quantity of the ingredient, and whether it is an hourly rate.

    The strength is the first after the ingredient's name, else the first of the term.
    """
    lower = term.lower()
    starts = [lower.find(phrase[0].rstrip("*")) for phrase in weight.rule.needed[0]]
    start = min((place for place in starts if place >= 0), default=0)
    found = _STRENGTH.search(term, start) or _STRENGTH.search(term)
    if not found:
        return 0.0, False
    number, unit, volume, by = found.groups()
    milligrams = float(number.strip(".") or 0) * _MILLIGRAMS.get(unit.lower(), _MICROGRAM)
    hourly = bool(by) and by.lower() != "ml"
    return milligrams / (float(volume) if volume else 1.0), hourly
