"""The kernel's tables: a set of definitions and a store's codes as plain arrays.

The tables have the same types whatever the definitions, so that the compiled kernel serves all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from harmfree.periods.definition import Definition, ListTable
from harmfree.periods.expressions import Derivation, Operator
from harmfree.periods.network import Atom, Kind, Network
from harmfree.periods.windows import DefinitionError, Window, days, reach_table

OPERATORS: dict[Operator, int] = {"<": 0, "<=": 1, ">": 2, ">=": 3}
COMPARATORS = ("", "<", "<=", ">", ">=", "~")
MAIN, OTHER = 0, 1
Int32 = npt.NDArray[np.int32]
Arrays = dict[str, Any]
Hearing = tuple[Int32, int, int, npt.NDArray[np.float64]]  # codes, atom, role, weights


class Tables(NamedTuple):
    """The plan as arrays. ``*_first`` are offsets: row i owns ``first[i]:first[i + 1]``.

    Atoms come first among the nodes. -1 stands for "none" in references to windows and lists.
    """

    kind: npt.NDArray[np.int8]
    within: npt.NDArray[np.int16]
    ago: npt.NDArray[np.int16]
    clear: npt.NDArray[np.int16]
    at_least: Int32
    ring: Int32  # where the atom's last days are kept
    where: npt.NDArray[np.int8]
    where_limit: npt.NDArray[np.float32]
    operator: npt.NDArray[np.int8]
    limit: npt.NDArray[np.float32]
    factor: npt.NDArray[np.int16]  # row of `factors`
    derived: npt.NDArray[np.int16]  # row of the derived values
    lowest: npt.NDArray[np.bool_]
    days: Int32
    tie_active: npt.NDArray[np.bool_]
    timed: Int32  # for a timer: the node that it watches
    threshold: npt.NDArray[np.int64]  # per node
    start_sum: npt.NDArray[np.int64]
    start_state: npt.NDArray[np.bool_]
    edge_first: Int32  # node -> (parent, weight)
    edge_parent: Int32
    edge_weight: Int32
    output_first: Int32  # node -> outputs; output 2i is a denominator, 2i + 1 its numerator
    output: Int32
    timer_first: Int32  # node -> timers that watch it
    timer: Int32
    evidence_first: Int32  # definition -> atoms
    evidence: Int32
    listener_first: Int32  # code -> (atom, role, weight)
    listener: Int32
    listener_role: npt.NDArray[np.int8]
    listener_weight: npt.NDArray[np.float64]
    factors: npt.NDArray[np.float64]  # [list, unit]
    comparators: npt.NDArray[np.int8]  # [unit]
    reach: npt.NDArray[np.int32]  # [window, day]
    ages: Int32
    age_atom: Int32
    sex_atom: Int32  # [sex] -> atom
    special: Int32  # [alive atom, registered atom]


@dataclass(frozen=True)
class Plan:
    """All that the kernel needs to know about a set of definitions and one store's codes."""

    definitions: tuple[Definition, ...]
    atoms: tuple[Atom, ...]
    tables: Tables
    derivations: tuple[Derivation, ...]
    lists: Mapping[str, ListTable]

    @property
    def outputs(self) -> int:
        """Twice the number of definitions: denominators and numerators."""
        return 2 * len(self.definitions)

    @property
    def ring_length(self) -> int:
        """How many days the counting atoms keep in all."""
        counted = self.tables.kind == Kind.COUNTED
        return int(self.tables.at_least[counted].sum())

    @property
    def needs_until(self) -> bool:
        """Whether any definition reads the end of supply."""
        return bool((self.tables.kind == Kind.SUPPLY).any())


def list_names(definitions: Iterable[Definition]) -> set[str]:
    """The names of all code lists that the definitions use."""
    names: set[str] = set()
    unresolved = _AnyList()
    network = Network(unresolved)
    for each in definitions:
        network.reference(each.denominator)
        network.reference(each.numerator)
    for atom in network.atoms:
        names.update({atom.codes, atom.other} - {""})
        names.update(atom.derivation.lists if atom.derivation else ())
    return names | unresolved.asked


class _AnyList(dict[str, ListTable]):
    """Stands in for lists that are not resolved yet, and notes which were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def __missing__(self, name: str) -> ListTable:
        self.asked.add(name)
        empty = np.zeros(0, np.int32)
        return ListTable(empty, empty, np.zeros(0), np.ones(1))


def make_plan(
    definitions: Sequence[Definition],
    lists: Mapping[str, ListTable],
    codes: int,
    comparators: Sequence[str],
) -> Plan:
    """Compile definitions for one store.

    Args:
        definitions: what to compute.
        lists: every code list that they use, resolved.
        codes: number of rows of the store's code dictionary.
        comparators: the comparator of each unit_id of the store.

    Raises:
        DefinitionError: a list that is not there, or two definitions of one id.
    """
    _check(definitions, lists)
    network = Network(lists)
    pairs = []
    for each in definitions:
        denominator = network.reference(each.denominator)
        pairs.append((denominator, network.both(denominator, network.reference(each.numerator))))
    builder = _Builder(network, lists, codes, comparators)
    tables = builder.tables(pairs)
    return Plan(tuple(definitions), tuple(network.atoms), tables, tuple(builder.derivations), lists)


def _check(definitions: Sequence[Definition], lists: Mapping[str, ListTable]) -> None:
    seen: set[str] = set()
    for each in definitions:
        if each.id in seen:
            raise DefinitionError(f"Two definitions have the id {each.id!r}.")
        seen.add(each.id)
        missing = list_names([each]) - set(lists)
        if missing:
            raise DefinitionError(
                f"There is no code list {', '.join(sorted(missing))}.",
                where=f"indicator {each.id}",
                do="check the spelling, or add the list to the programme's codelists folder",
            )


def offsets(keys: Int32, rows: int) -> tuple[Int32, npt.NDArray[np.int64]]:
    """Offsets of each key's rows, and the order that puts rows of one key together."""
    first = np.zeros(rows + 1, np.int32)
    np.cumsum(np.bincount(keys, minlength=rows), out=first[1:])
    return first, np.argsort(keys, kind="stable")


class _Builder:
    """Lays a network out as arrays."""

    def __init__(
        self,
        network: Network,
        lists: Mapping[str, ListTable],
        codes: int,
        comparators: Sequence[str],
    ) -> None:
        self.network, self.lists = network, lists
        self.codes, self.comparators = codes, comparators
        self.atoms = network.atoms
        self.windows: dict[Window, int] = {}
        self.list_rows: dict[str, int] = {}
        self.derivations: dict[Derivation, int] = {}

    def tables(self, pairs: list[tuple[int, int]]) -> Tables:
        atoms, listeners = self._atom_arrays(), self._listeners()
        return Tables(
            **atoms,
            **self._node_arrays(),
            **self._outputs(pairs),
            **listeners,
            **self._static(),
            factors=np.array(
                [self.lists[name].factors for name in self.list_rows]
                or [np.ones(len(self.comparators))]
            ),
            comparators=np.array([COMPARATORS.index(c) for c in self.comparators], np.int8),
            reach=np.array(
                [reach_table(w) for w in self.windows] or [reach_table(days(0))], np.int32
            ),
        )

    def _node(self, reference: int) -> int:
        return reference if reference >= 0 else len(self.atoms) - 1 - reference

    def _window(self, window: Window | None) -> int:
        return -1 if window is None else self.windows.setdefault(window, len(self.windows))

    def _factor(self, atom: Atom) -> int:
        if atom.kind not in (Kind.VALUE, Kind.SUPPLY) and atom.where is None:
            return -1
        if atom.derivation is not None:
            return -1
        return self.list_rows.setdefault(atom.codes, len(self.list_rows))

    def _derived(self, atom: Atom) -> int:
        if atom.derivation is None:
            return -1
        return self.derivations.setdefault(atom.derivation, len(self.derivations))

    def _atom_arrays(self) -> Arrays:
        atoms = self.atoms
        at_least = np.array([a.at_least for a in atoms], np.int32)
        counted = np.array([a.kind == Kind.COUNTED for a in atoms], bool)
        ring = np.concatenate([[0], np.cumsum(np.where(counted, at_least, 0))[:-1]])
        no_test: tuple[Operator, float] = ("<", 0.0)
        return {
            "kind": np.array([a.kind for a in atoms], np.int8),
            "within": np.array([self._window(a.within) for a in atoms], np.int16),
            "ago": np.array([self._window(a.ago) for a in atoms], np.int16),
            "clear": np.array([self._window(a.clear) for a in atoms], np.int16),
            "at_least": at_least,
            "ring": ring.astype(np.int32)[: len(atoms)],
            "where": np.array([OPERATORS[a.where[0]] if a.where else -1 for a in atoms], np.int8),
            "where_limit": np.array([(a.where or no_test)[1] for a in atoms], np.float32),
            "operator": np.array([OPERATORS[(a.compare or no_test)[0]] for a in atoms], np.int8),
            "limit": np.array([(a.compare or no_test)[1] for a in atoms], np.float32),
            "factor": np.array([self._factor(a) for a in atoms], np.int16),
            "derived": np.array([self._derived(a) for a in atoms], np.int16),
            "lowest": np.array([a.lowest for a in atoms], bool),
            "days": np.array([a.days for a in atoms], np.int32),
            "tie_active": np.array([a.tie_active for a in atoms], bool),
            "timed": np.array(
                [self._node(a.timer_of) if a.kind == Kind.TIMER else -1 for a in atoms], np.int32
            ),
        }

    def _node_arrays(self) -> Arrays:
        count = len(self.atoms)
        sums, starts = self.network.sums, self.network.starts
        edges = [
            (self._node(child), count + number, weight)
            for number, each in enumerate(sums)
            for child, weight in each.children
        ]
        child, parent, weight = (np.array(c, np.int32) for c in zip(*edges, strict=True))
        first, order = offsets(child, count + len(sums))
        timers = [i for i, a in enumerate(self.atoms) if a.kind is Kind.TIMER]
        timed = np.array([self._node(self.atoms[i].timer_of) for i in timers], np.int32)
        timer_first, timer_order = offsets(timed, count + len(sums))
        start_sum = [sum(w for c, w in each.children if starts[c]) for each in sums]
        return {
            "threshold": np.array([1] * count + [each.threshold for each in sums], np.int64),
            "start_sum": np.array([0] * count + start_sum, np.int64),
            "start_state": np.array(
                [starts[i] for i in range(count)] + [starts[-1 - i] for i in range(len(sums))]
            ),
            "edge_first": first,
            "edge_parent": parent[order],
            "edge_weight": weight[order],
            "timer_first": timer_first,
            "timer": np.array(timers, np.int32)[timer_order],
        }

    def _outputs(self, pairs: list[tuple[int, int]]) -> Arrays:
        nodes = np.array([self._node(r) for pair in pairs for r in pair], np.int32)
        first, order = offsets(nodes, len(self.atoms) + len(self.network.sums))
        below = [
            [a for a in self.network.atoms_below(numerator) if self._speaks(self.atoms[a])]
            for _, numerator in pairs
        ]
        counts = np.array([0, *(len(b) for b in below)])
        return {
            "output_first": first,
            "output": order.astype(np.int32),
            "evidence_first": np.cumsum(counts).astype(np.int32),
            "evidence": np.array([a for b in below for a in b], np.int32),
        }

    @staticmethod
    def _speaks(atom: Atom) -> bool:
        return bool(atom.codes) or atom.derivation is not None

    def _listeners(self) -> Arrays:
        parts = [
            part for number, atom in enumerate(self.atoms) for part in self._hears(number, atom)
        ]
        empty = (np.zeros(0, np.int32), 0, MAIN, np.zeros(0))
        codes, atom_no, role, weight = zip(*(parts or [empty]), strict=True)
        sizes = [len(c) for c in codes]
        first, order = offsets(np.concatenate(codes).astype(np.int32), self.codes)
        return {
            "listener_first": first,
            "listener": np.repeat(np.array(atom_no, np.int32), sizes)[order],
            "listener_role": np.repeat(np.array(role, np.int8), sizes)[order],
            "listener_weight": np.concatenate(weight)[order],
        }

    def _hears(self, number: int, atom: Atom) -> Iterable[Hearing]:
        names = [(atom.codes, MAIN), (atom.other, OTHER)]
        names += [(name, MAIN) for name in (atom.derivation.lists if atom.derivation else ())]
        heard: set[int] = set()
        for name, role in names:
            if not name:
                continue
            table = self.lists[name]
            keep = (
                table.groups == atom.group if atom.group >= 0 else np.ones(len(table.groups), bool)
            )
            if atom.derivation is not None:
                keep &= ~np.isin(table.code_ids, list(heard))
                heard.update(table.code_ids.tolist())
            yield table.code_ids[keep], number, role, table.weights[keep]

    def _static(self) -> Arrays:
        found = {a.static: i for i, a in enumerate(self.atoms) if a.static is not None}
        ages = sorted((value, i) for (name, value), i in found.items() if name == "age")
        return {
            "ages": np.array([age for age, _ in ages], np.int32),
            "age_atom": np.array([i for _, i in ages], np.int32),
            "sex_atom": np.array([found.get(("sex", s), -1) for s in range(4)], np.int32),
            "special": np.array(
                [found.get(("alive", 0), -1), found.get(("registered", 0), -1)], np.int32
            ),
        }
