"""The store's dictionary of codes, indexed by code and by the words of its terms."""

from __future__ import annotations

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cached_property
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.records.codes.lists import Rule, read_rules
from harmfree.records.codes.systems import MEDICINE_SYSTEMS, SAME_IDENTIFIERS, normal_code
from harmfree.records.codes.terms import NO_ROWS, Rows, TermIndex

BNF_SUBSTANCE = 9
"""Characters of a BNF code that name the chemical substance (NHSBSA, BNF code structure)."""
DATA = Path(str(resources.files("harmfree.records.codes"))) / "data"


def read_synonyms() -> dict[str, tuple[str, ...]]:
    """Word to its other names, both ways, from ``data/synonyms.csv``."""
    alike: dict[str, set[str]] = {}
    with (DATA / "synonyms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            alike.setdefault(row["name"], set()).add(row["other"])
            alike.setdefault(row["other"], set()).add(row["name"])
    return {word: tuple(sorted(others)) for word, others in alike.items()}


class CodeIndex:
    """Find rows of the dictionary by code, by prefix and by name.

    Args:
        dictionary: columns code_id, system, code, term, events (`code.parquet`).
        bnf_of: dm+d identifier to BNF presentation code, when the user has imported a map.
    """

    def __init__(self, dictionary: pa.Table, bnf_of: Mapping[str, str] | None = None) -> None:
        self.code_ids = dictionary["code_id"].to_numpy()
        self.systems: list[str] = dictionary["system"].to_pylist()
        self.codes: list[str] = dictionary["code"].to_pylist()
        self.dictionary = dictionary
        self._bnf_of = bnf_of or {}

    @cached_property
    def _sorted(self) -> dict[str, tuple[list[str], Rows]]:
        """System to its normal codes in order and the row of each."""
        pairs: dict[str, list[tuple[str, int]]] = {}
        for row, (system, code) in enumerate(zip(self.systems, self.codes, strict=True)):
            pairs.setdefault(system, []).append((normal_code(system, code), row))
        for row in self.mapped_rows:
            pairs.setdefault("bnf", []).append((self.bnf(int(row)) or "", int(row)))
        return {
            system: ([code for code, _ in sorted(each)], np.array([row for _, row in sorted(each)]))
            for system, each in pairs.items()
        }

    @cached_property
    def mapped_rows(self) -> Rows:
        """Rows of dm+d (or SNOMED CT) codes that the user's map gives a BNF code."""
        if not self._bnf_of:
            return NO_ROWS
        both = zip(self.systems, self.codes, strict=True)
        held = [
            row for row, (s, c) in enumerate(both) if s in SAME_IDENTIFIERS and c in self._bnf_of
        ]
        return np.array(held, dtype=np.int64)

    def bnf(self, row: int) -> str | None:
        """The BNF code of a row, its own or mapped."""
        if self.systems[row] == "bnf":
            return normal_code("bnf", self.codes[row])
        mapped = (
            self._bnf_of.get(self.codes[row]) if self.systems[row] in SAME_IDENTIFIERS else None
        )
        return normal_code("bnf", mapped) if mapped else None

    @cached_property
    def substances(self) -> tuple[dict[str, list[int]], dict[int, str]]:
        """BNF chemical substance to the rows of its presentations, and row to substance."""
        found: dict[str, list[int]] = {}
        codes, rows = self._sorted.get("bnf", ([], NO_ROWS))
        for code, row in zip(codes, rows, strict=True):
            found.setdefault(code[:BNF_SUBSTANCE], []).append(int(row))
        return found, {row: substance for substance, each in found.items() for row in each}

    def by_code(self, rule: Rule) -> Rows:
        """Rows that an exact code or a prefix names."""
        systems = SAME_IDENTIFIERS.get(rule.system, (rule.system,))
        return np.concatenate([NO_ROWS, *(self._in_system(system, rule) for system in systems)])

    def _in_system(self, system: str, rule: Rule) -> Rows:
        codes, rows = self._sorted.get(system, ([], NO_ROWS))
        above = rule.code + "\uffff" if rule.prefix else rule.code
        return rows[bisect_left(codes, rule.code) : bisect_right(codes, above)]

    @cached_property
    def terms(self) -> TermIndex:
        """The index of the terms' words."""
        column = self.dictionary["term"].combine_chunks()
        return TermIndex(column, read_synonyms())

    def in_systems(self, systems: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Which rows' codes come from any of the systems."""
        names, numbers = self._system_numbers
        wanted = np.array([name in systems for name in names], dtype=np.bool_)
        return wanted[numbers] if names else np.zeros(0, dtype=np.bool_)

    @cached_property
    def _system_numbers(self) -> tuple[list[str], Rows]:
        names = sorted(set(self.systems))
        number = {name: place for place, name in enumerate(names)}
        return names, np.array([number[system] for system in self.systems], dtype=np.int64)

    @cached_property
    def is_product(self) -> npt.NDArray[np.bool_]:
        """Which rows name a medicine: a medicine system, or a term with a form or a strength."""
        product = self._rows_of("product_words.csv")
        product[self._named("not_a_product.csv")] = False
        return product | self.in_systems(MEDICINE_SYSTEMS)

    @cached_property
    def is_diagnosis(self) -> npt.NDArray[np.bool_]:
        """Which rows may be a diagnosis: no family history, screening, allergy or medicine."""
        diagnosis = ~self.is_product
        diagnosis[self._named("not_a_diagnosis.csv")] = False
        return diagnosis

    def _rows_of(self, file: str) -> npt.NDArray[np.bool_]:
        held = np.zeros(len(self.systems), dtype=np.bool_)
        held[self._named(file)] = True
        return held

    def _named(self, file: str) -> Rows:
        _, rules = read_rules(DATA / file)
        found = [self.terms.rows(rule.name) for rule in rules if rule.name]
        return np.unique(np.concatenate([NO_ROWS, *found]))
