"""Which medicine a code is, so that two strengths of one medicine count once.

A code with a BNF code (its own or mapped) is its chemical substance, the first nine characters;
an ATC code its first seven; any other medicine the normalised ingredient name of its term.
"""

from __future__ import annotations

import csv
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from harmfree.records.codes.dictionary import BNF_SUBSTANCE, DATA, CodeIndex
from harmfree.records.codes.names import words
from harmfree.records.codes.terms import Rows

ATC_SUBSTANCE = 7
"""Characters of an ATC code that name the substance (WHO, 5th level)."""


def medicine_groups(index: CodeIndex, rows: Rows) -> npt.NDArray[np.str_]:
    """The medicine of each row, as a label."""
    terms = index.dictionary["term"].combine_chunks()
    return np.array([_group(index, int(row), terms[int(row)].as_py() or "") for row in rows], str)


def _group(index: CodeIndex, row: int, term: str) -> str:
    bnf = index.bnf(row)
    if bnf:
        return bnf[:BNF_SUBSTANCE]
    if index.systems[row] == "atc":
        return index.codes[row].upper()[:ATC_SUBSTANCE]
    return ingredient(term) or f"{index.systems[row]} {index.codes[row]}"


@lru_cache(maxsize=1)
def _noise() -> frozenset[str]:
    """Words of a product's name that are no ingredient: salts, forms, units, doses."""
    with (DATA / "not_ingredients.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["word"] for row in csv.DictReader(file))


@lru_cache(maxsize=1)
def _preferred() -> dict[str, str]:
    with (DATA / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        return {row["other"]: row["name"] for row in csv.DictReader(file)}


@lru_cache(maxsize=200_000)
def ingredient(term: str) -> str:
    """The ingredient words of a product's name, sorted: one label for one medicine.

    ``Warfarin Sodium 5 MG Oral Tablet`` and ``Warfarin 1mg tablets (Teva UK Ltd)`` are both
    ``warfarin``; a combination keeps every ingredient.
    """
    bare = term.split("(")[0].split("[")[0] or term
    kept = [
        _preferred().get(word, word)
        for word in words(bare)
        if word not in _noise() and not word[0].isdigit()
    ]
    return " ".join(sorted(set(kept)))
