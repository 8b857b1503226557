"""The kernel's tables: a set of definitions and a store's codes as plain arrays.

The tables have the same types whatever the definitions, so that the compiled kernel serves all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.periods.definition import Definition, ListTable
from harmfree.periods.expressions import Derivation, Operator
from harmfree.periods.kernel_atoms import MAIN, OTHER
from harmfree.periods.kernel_tables import (
    ATOM,
    BIRTHDAY,
    EDGE,
    LISTENER,
    NODE,
    Int32,
    Records,
    Tables,
)
from harmfree.periods.network import Atom, Kind, Network
from harmfree.periods.windows import DefinitionError, Window, days, reach_table

OPERATORS: dict[Operator, int] = {"<": 0, "<=": 1, ">": 2, ">=": 3}
COMPARATORS = ("", "<", "<=", ">", ">=", "~")
Hearing = tuple[Int32, int, int, npt.NDArray[np.float64]]  # codes, atom, role, weights


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
        return sum(atom.at_least for atom in self.atoms if atom.kind is Kind.COUNTED)

    @property
    def needs_until(self) -> bool:
        """Whether any definition reads the end of supply."""
        return any(atom.kind is Kind.SUPPLY for atom in self.atoms)


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


def grouped(keys: npt.ArrayLike, rows: int) -> tuple[Int32, Int32]:
    """The order that puts the rows of one key together, and the offsets of each key's rows."""
    numbers = np.asarray(keys, np.int64)
    first = np.zeros(rows + 1, np.int32)
    np.cumsum(np.bincount(numbers, minlength=rows), out=first[1:])
    return np.argsort(numbers, kind="stable").astype(np.int32), first


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
        atoms = self._atom_rows()
        first_listener, listeners = self._listeners()
        nodes, edges, links, first_evidence = self._node_rows(pairs)
        return Tables(
            atoms=atoms,
            nodes=nodes,
            edges=edges,
            links=links,
            first_evidence=first_evidence,
            first_listener=first_listener,
            listeners=listeners,
            factors=np.array(
                [self.lists[name].factors for name in self.list_rows]
                or [np.ones(len(self.comparators))]
            ),
            comparators=np.array([COMPARATORS.index(c) for c in self.comparators], np.int8),
            reach=np.array([reach_table(w) for w in self.windows or [days(0)]], np.int32),
            birthdays=self._birthdays(),
            fixed=self._fixed(),
        )

    def _node(self, reference: int) -> int:
        return reference if reference >= 0 else len(self.atoms) - 1 - reference

    def _window(self, window: Window | None) -> int:
        return -1 if window is None else self.windows.setdefault(window, len(self.windows))

    def _factor(self, atom: Atom) -> int:
        reads_value = atom.kind in (Kind.VALUE, Kind.SUPPLY) or atom.where is not None
        if atom.derivation is not None or not reads_value:
            return -1
        return self.list_rows.setdefault(atom.codes, len(self.list_rows))

    def _derived(self, atom: Atom) -> int:
        if atom.derivation is None:
            return -1
        return self.derivations.setdefault(atom.derivation, len(self.derivations))

    def _atom_rows(self) -> Records:
        rows, ring = np.zeros(len(self.atoms), ATOM), 0
        for row, atom in zip(rows, self.atoms, strict=True):
            row["kind"], row["at_least"], row["days"] = atom.kind, atom.at_least, atom.days
            row["lowest"], row["tie_active"] = atom.lowest, atom.tie_active
            for name in ("within", "ago", "clear"):
                row[name] = self._window(getattr(atom, name))
            bare = atom.kind is Kind.WINDOW and atom.where is None
            row["plain"] = bare and atom.ago is None
            row["first_only"] = bare and atom.ago is not None and atom.within is None
            row["where"] = -1
            if atom.where is not None:
                row["where"], row["where_limit"] = OPERATORS[atom.where[0]], atom.where[1]
            if atom.compare is not None:
                row["operator"], row["limit"] = OPERATORS[atom.compare[0]], atom.compare[1]
            row["factor"], row["derived"], row["ring"] = (
                self._factor(atom),
                self._derived(atom),
                ring,
            )
            ring += atom.at_least if atom.kind is Kind.COUNTED else 0
        return rows

    def _node_rows(self, pairs: list[tuple[int, int]]) -> tuple[Records, Records, Int32, Int32]:
        """Nodes with their edges, outputs and timers, and where each definition's evidence is."""
        count, sums, starts = len(self.atoms), self.network.sums, self.network.starts
        order = [*range(count), *(-1 - number for number in range(len(sums)))]
        nodes = np.zeros(len(order) + 1, NODE)
        nodes["threshold"][:-1] = [1] * count + [each.threshold for each in sums]
        nodes["start_state"][:-1] = [starts[reference] for reference in order]
        nodes["start_sum"][count:-1] = [
            sum(weight for child, weight in each.children if starts[child]) for each in sums
        ]
        edges, nodes["first_edge"] = self._edges(len(order))
        outputs, nodes["first_output"] = grouped(
            [self._node(reference) for pair in pairs for reference in pair], len(order)
        )
        timers = [i for i, atom in enumerate(self.atoms) if atom.kind is Kind.TIMER]
        place, first_timer = grouped(
            [self._node(self.atoms[i].timer_of) for i in timers], len(order)
        )
        nodes["first_timer"] = first_timer + len(outputs)
        below = [self._evidence(numerator) for _, numerator in pairs]
        before = len(outputs) + len(timers)
        first_evidence = before + np.cumsum([0, *(len(atoms) for atoms in below)])
        links = np.concatenate(
            [outputs, np.array(timers, np.int32)[place], *(np.array(b, np.int32) for b in below)]
        )
        return nodes, edges, links.astype(np.int32), first_evidence.astype(np.int32)

    def _edges(self, nodes: int) -> tuple[Records, Int32]:
        found = [
            (self._node(child), len(self.atoms) + number, weight)
            for number, each in enumerate(self.network.sums)
            for child, weight in each.children
        ]
        place, first = grouped([child for child, _, _ in found], nodes)
        edges = np.zeros(len(found), EDGE)
        edges["parent"] = np.array([parent for _, parent, _ in found], np.int32)[place]
        edges["weight"] = np.array([weight for _, _, weight in found], np.int32)[place]
        return edges, first

    def _evidence(self, numerator: int) -> list[int]:
        """The atoms below a numerator that events speak to."""
        below = self.network.atoms_below(numerator)
        return [a for a in below if self.atoms[a].codes or self.atoms[a].derivation is not None]

    def _listeners(self) -> tuple[Int32, Records]:
        parts: list[Hearing] = [(np.zeros(0, np.int32), 0, MAIN, np.zeros(0))]
        for number, atom in enumerate(self.atoms):
            parts.extend(self._hears(number, atom))
        codes, atoms, roles, weights = zip(*parts, strict=True)
        sizes = [len(c) for c in codes]
        place, first = grouped(np.concatenate(codes), self.codes)
        listeners = np.zeros(len(place), LISTENER)
        listeners["atom"] = np.repeat(np.array(atoms, np.int32), sizes)[place]
        listeners["role"] = np.repeat(np.array(roles, np.int32), sizes)[place]
        listeners["weight"] = np.concatenate(weights)[place]
        return first, listeners

    def _hears(self, number: int, atom: Atom) -> Iterable[Hearing]:
        names = [(atom.codes, MAIN), (atom.other, OTHER)]
        names += [(name, MAIN) for name in (atom.derivation.lists if atom.derivation else ())]
        heard: set[int] = set()
        for name, role in names:
            if not name:
                continue
            table = self.lists[name]
            keep = (table.groups == atom.group) | (atom.group < 0)
            if atom.derivation is not None:
                keep &= ~np.isin(table.code_ids, list(heard))
                heard.update(table.code_ids.tolist())
            yield table.code_ids[keep], number, role, table.weights[keep]

    def _static(self, what: str) -> dict[int, int]:
        """The atoms that are set from outside, by their number (age, sex)."""
        return {
            atom.static[1]: i
            for i, atom in enumerate(self.atoms)
            if atom.static is not None and atom.static[0] == what
        }

    def _birthdays(self) -> Records:
        ages = sorted(self._static("age").items())
        return np.array(ages, BIRTHDAY)

    def _fixed(self) -> Int32:
        sexes = self._static("sex")
        others = [self._static(what).get(0, -1) for what in ("alive", "registered")]
        return np.array([*(sexes.get(number, -1) for number in range(4)), *others], np.int32)
