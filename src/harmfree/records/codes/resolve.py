"""From the rules of a list to the codes of the store that they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.records.codes.dictionary import CodeIndex
from harmfree.records.codes.errors import CodeListError
from harmfree.records.codes.groups import medicine_groups
from harmfree.records.codes.lists import CodeList, Rule, find_list, load_library
from harmfree.records.codes.maps import read_map
from harmfree.records.codes.quantities import unit_factors
from harmfree.records.codes.systems import CODE_SYSTEMS
from harmfree.records.codes.terms import NO_ROWS, Rows
from harmfree.records.codes.weights import Weight, code_weights

# Systems whose rows a name rule may claim although the list has codes of that system: their
# codes are so many that a list can only name the chief ones.
_NAMES_ALWAYS = frozenset({"snomed", "dmd", "bnf", "ctv3", "omop", "local", "rxnorm", "ndc"})


@dataclass(frozen=True)
class Resolution:
    """The codes of one store that a list means.

    Attributes:
        name: the list.
        code_ids: ascending, int32.
        rules: the rule that claimed each code, aligned with `code_ids`.
    """

    name: str
    code_ids: npt.NDArray[np.int32]
    rules: list[str]
    _index: CodeIndex = field(repr=False)
    _rows: Rows = field(repr=False)
    _weights: tuple[Weight, ...] = field(repr=False, default=())

    @cached_property
    def groups(self) -> npt.NDArray[np.str_]:
        """The medicine that each code is, aligned: BNF chemical substance, else ingredient."""
        return medicine_groups(self._index, self._rows)

    @cached_property
    def weights(self) -> npt.NDArray[np.float64]:
        """The weight of each code within the list, aligned; 0 where the list gives none.

        A burden list gives each medicine its score; a supply list gives each product the amount
        in one unit of quantity (morphine equivalents of one tablet).
        """
        if not self._weights:
            return np.zeros(len(self._rows))
        terms = self._index.dictionary["term"].take(pa.array(self._rows)).to_pylist()
        return code_weights(self._weights, [t or "" for t in terms], self.rules, self.groups)

    def unit_factors(self, units: pa.Table) -> npt.NDArray[np.float64]:
        """What to multiply a value by, per unit_id, to get the list's canonical unit.

        NaN where the unit cannot be used; a list without declared units takes every value as it is.
        """
        return unit_factors(self.name, units)


def resolve_all(
    names: Iterable[str],
    dictionary: pa.Table,
    folders: Sequence[Path],
    maps: Path | None = None,
) -> dict[str, Resolution]:
    """Resolve lists against the dictionary of codes.

    Args:
        names: lists to resolve.
        dictionary: the store's `code.parquet`.
        folders: where lists are, later ones changing the earlier; a site's own comes last.
        maps: folder of imported code maps (`HARMFREE_HOME/maps`), or None.

    Raises:
        UnknownCodeListError: a name that no folder holds.
        CodeListError: a malformed list, or lists that hold each other in a circle.
    """
    index = CodeIndex(dictionary, read_map(maps) if maps else None)
    resolver = Resolver(load_library(folders), index)
    return {name: resolver.resolution(name) for name in names}


class Resolver:
    """Resolves lists of one library against one dictionary, each list once."""

    def __init__(self, library: Mapping[str, CodeList], index: CodeIndex) -> None:
        self.library, self.index = dict(library), index
        self._done: dict[str, dict[int, str]] = {}
        self._open: list[str] = []

    def resolution(self, name: str) -> Resolution:
        """The list's codes with the rule that claimed each."""
        claims = self.claims(name)
        rows = np.array(sorted(claims), dtype=np.int64)
        ids = self.index.code_ids[rows].astype(np.int32)
        rules, weights = [claims[int(row)] for row in rows], find_list(self.library, name).weights
        return Resolution(name, ids, rules, self.index, rows, weights)

    def claims(self, name: str) -> dict[int, str]:
        """Row of the dictionary to the label of the first rule that claimed it."""
        if name not in self._done:
            if name in self._open:
                raise CodeListError(
                    f"The lists {' > '.join([*self._open, name])} hold each other.",
                    do="Take one of the `list` rows out.",
                )
            self._open.append(name)
            self._done[name] = self._resolve(find_list(self.library, name))
            self._open.pop()
        return self._done[name]

    def _resolve(self, code_list: CodeList) -> dict[int, str]:
        own = frozenset(rule.system for rule in code_list.rules) & frozenset(CODE_SYSTEMS)
        claims: dict[int, str] = {}
        for rule in code_list.rules:
            if not rule.out and rule.system not in ("only", "except"):
                for row, label in self._claimed(rule, own):
                    claims.setdefault(row, label)
        kept = self._kept(claims, code_list, own)
        self._extend(kept, code_list)
        return self._kept(kept, code_list, own)

    def _kept(
        self, claims: dict[int, str], code_list: CodeList, own: frozenset[str]
    ) -> dict[int, str]:
        return {int(row): claims[int(row)] for row in self._narrowed(claims, code_list, own)}

    def _extend(self, claims: dict[int, str], code_list: CodeList) -> None:
        """Claim the brands of a BNF substance that a name rule claimed a product of.

        A name rule with a form or a strength says less than the substance, so it is not extended.
        """
        plain = {
            rule.label
            for rule in code_list.rules
            if rule.system == "medicine" and rule.name and len(rule.name.needed) == 1
        }
        rows_of, substance_of = self.index.substances
        claimed = {
            substance_of[row]: label
            for row, label in claims.items()
            if label in plain and row in substance_of
        }
        for substance, label in claimed.items():
            for row in rows_of[substance]:
                claims.setdefault(row, label)

    def _claimed(self, rule: Rule, own: frozenset[str]) -> list[tuple[int, str]]:
        """Rows that an including rule claims, with the label to show."""
        if rule.system == "list":
            inner = self.claims(find_list(self.library, rule.code, rule.where).name)
            return [(row, f"{rule.label}: {label}") for row, label in inner.items()]
        return [(int(row), rule.label) for row in self.rows(rule, own)]

    def rows(self, rule: Rule, own: frozenset[str]) -> Rows:
        """Rows that a code rule or a name rule means; `own` are the list's own code systems."""
        if rule.system == "list":
            return np.array(sorted(self.claims(rule.code)), dtype=np.int64)
        if rule.name is None:
            return self.index.by_code(rule)
        rows = self.index.terms.rows(rule.name)
        if rule.system in ("only", "except"):
            return rows
        return rows[self._open_to_names(rule.system, own)[rows]]

    def _open_to_names(self, kind: str, own: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Rows that a name rule of this kind may claim."""
        allowed = ~self.index.in_systems(own - _NAMES_ALWAYS)
        if kind == "medicine":
            if "bnf" in own:
                allowed[self.index.mapped_rows] = False
            return allowed & self.index.is_product
        if kind == "diagnosis":
            return allowed & self.index.is_diagnosis
        return allowed & ~self.index.is_product

    def _narrowed(self, claims: dict[int, str], code_list: CodeList, own: frozenset[str]) -> Rows:
        """What is left after the rules that take members out.

        `except` is for what prefixes and names let in: a code that the list names stays.
        """
        rows = np.array(sorted(claims), dtype=np.int64)
        exact = {rule.label for rule in code_list.rules if rule.name is None and not rule.prefix}
        stay = [row for row, label in claims.items() if label in exact]
        for rule in code_list.rules:
            if rule.system == "only":
                rows = np.intersect1d(rows, self.rows(rule, own))
            elif rule.system == "except":
                rows = np.setdiff1d(rows, np.setdiff1d(self.rows(rule, own), stay))
            elif rule.out:
                rows = np.setdiff1d(rows, self.rows(rule, own))
        removed = [self.rows(rule, frozenset()) for rule in code_list.removed]
        left: Rows = np.setdiff1d(rows, np.concatenate([NO_ROWS, *removed]))
        return left
