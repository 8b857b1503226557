"""What each list matched in this store, by which rule, and what it nearly matched.

A near miss is a code that one rule of the list nearly took: it meets the first words of a name rule
and was left out by its other words, by an ``only`` or ``except`` rule, or by being no diagnosis. A
clinician reads them to see what the list should have taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.records.codes.dictionary import CodeIndex
from harmfree.records.codes.lists import CodeList, load_library
from harmfree.records.codes.maps import read_map
from harmfree.records.codes.resolve import Resolver
from harmfree.records.codes.terms import NO_ROWS, Rows

UNVERIFIED = "unverified"
"""A rule whose source says this was typed from memory and awaits a check."""


@dataclass(frozen=True)
class CodeCount:
    """A code of the store and how often it occurs."""

    system: str
    code: str
    term: str
    events: int


@dataclass(frozen=True)
class RuleReport:
    """One rule: how many codes it claimed, how many events they have, and the commonest."""

    rule: str
    source: str
    codes: int
    events: int
    commonest: tuple[CodeCount, ...]


@dataclass(frozen=True)
class ListReport:
    """One list in one store."""

    name: str
    description: str
    codes: int
    events: int
    rules: tuple[RuleReport, ...]
    near_misses: tuple[CodeCount, ...]
    unverified: tuple[str, ...]
    files: tuple[str, ...]


class Reporter:
    """Reports on lists against one dictionary of codes."""

    def __init__(self, dictionary: pa.Table, folders: Sequence[Path], maps: Path | None) -> None:
        self._index = CodeIndex(dictionary, read_map(maps) if maps else None)
        self.library: Mapping[str, CodeList] = load_library(folders)
        self._resolver = Resolver(self.library, self._index)
        self._events: npt.NDArray[np.int64] = dictionary["events"].to_numpy()
        self._terms: list[str | None] = dictionary["term"].to_pylist()

    def report(self, name: str, show: int = 5) -> ListReport:
        """The report of one list; `show` codes for each rule and `show` near misses."""
        resolution = self._resolver.resolution(name)
        code_list = self.library[name]
        claims = self._resolver.claims(name)
        rows = np.array(sorted(claims), dtype=np.int64)
        return ListReport(
            name,
            code_list.description,
            len(resolution.code_ids),
            int(self._events[rows].sum()),
            tuple(self._rules(claims, code_list, show)),
            self._commonest(self._near_misses(code_list, rows), show),
            tuple(rule.label for rule in code_list.rules if UNVERIFIED in rule.source),
            code_list.files,
        )

    def _rules(
        self, claims: Mapping[int, str], code_list: CodeList, show: int
    ) -> Iterable[RuleReport]:
        sources = {rule.label: rule.source for rule in code_list.rules}
        by_rule: dict[str, list[int]] = {}
        for row, label in claims.items():
            by_rule.setdefault(label, []).append(row)
        for label, held in sorted(by_rule.items(), key=lambda item: -self._count(item[1])):
            rows = np.array(held, dtype=np.int64)
            commonest = self._commonest(rows, show)
            yield RuleReport(label, sources.get(label, ""), len(held), self._count(held), commonest)

    def _count(self, rows: Sequence[int]) -> int:
        return int(self._events[np.array(rows, dtype=np.int64)].sum())

    def _near_misses(self, code_list: CodeList, claimed: Rows) -> Rows:
        """Rows that meet the first group of a name rule and are not in the list.

        A medicine is no near miss of a list of findings, nor a finding one of medicines.
        """
        product = self._index.is_product
        near = []
        for rule in code_list.rules:
            if rule.name and rule.system in ("medicine", "diagnosis", "term"):
                rows = self._index.terms.any_phrase(rule.name.needed[0])
                near.append(rows[product[rows] == (rule.system == "medicine")])
        found: Rows = np.setdiff1d(np.unique(np.concatenate([NO_ROWS, *near])), claimed)
        return found

    def _commonest(self, rows: Rows, show: int) -> tuple[CodeCount, ...]:
        order = rows[np.argsort(-self._events[rows], kind="stable")][:show]
        return tuple(
            CodeCount(
                self._index.systems[row],
                self._index.codes[row],
                self._terms[row] or "",
                int(self._events[row]),
            )
            for row in order
        )
