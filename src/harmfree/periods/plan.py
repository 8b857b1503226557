"""The kernel's tables: a set of definitions and a store's codes as plain arrays.

The tables have the same types whatever the definitions, so that the compiled kernel serves all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from harmfree.periods.definition import Definition, ListTable
from harmfree.periods.expressions import Derivation, Operator
from harmfree.periods.kernel_tables import (
    CHILD,
    DEFINITION,
    LISTENER,
    STEP,
    Int32,
    Int64,
    Records,
    Tables,
)
from harmfree.periods.network import Kind, Network, Step
from harmfree.periods.windows import (
    FIRST_DAY,
    LAST_DAY,
    DefinitionError,
    Window,
    days,
    reach_table,
    years,
)

OPERATORS: dict[Operator, int] = {"<": 0, "<=": 1, ">": 2, ">=": 3}
COMPARATORS = ("", "<", "<=", ">", ">=", "~")
Number = TypeVar("Number", np.int32, np.float64)
Stream = str | Derivation  # the list whose events it is made of, or the derivation of its values


@dataclass(frozen=True)
class Plan:
    """All that the kernel needs to know about a set of definitions and one store's codes.

    `readers` are the offsets of each code, and LISTENER records: which derivations read it.
    """

    definitions: tuple[Definition, ...]
    steps: tuple[Step, ...]
    tables: Tables
    derivations: tuple[Derivation, ...]
    readers: tuple[Int32, Records]
    lists: Mapping[str, ListTable]

    @cached_property
    def tallies(self) -> npt.NDArray[np.intp]:
        """intp[2 * definition + (0 denominator, 1 numerator)]: the tally of each."""
        rows = self.tables.definitions[:-1]
        steps = np.stack([rows["denominator"], rows["numerator"]], axis=1).ravel()
        return np.searchsorted(self.tables.tallied, steps)

    @cached_property
    def required(self) -> tuple[Int64, Int64]:
        """int64[code], int64[derivation]: the lists that a code is in, those that must be there.

        A bit stands for a list; with more than 63 some share one, and a few people more are read.
        """
        names = sorted({name for each in self.derivations for name in each.lists})
        bit = {name: np.int64(1 << place % 63) for place, name in enumerate(names)}
        held = np.zeros(len(self.readers[0]) - 1, np.int64)
        for name in names:
            held[self.lists[name].code_ids] |= bit[name]
        wanted = [
            sum(bit[each.lists[source]] for source in each.requires) for each in self.derivations
        ]
        return held, np.array(wanted, np.int64)

    @property
    def streams(self) -> int:
        """How many streams of events there are."""
        steps = self.tables.steps
        return int(max(steps["stream"].max(), steps["other"].max())) + 1

    @property
    def needs_until(self) -> bool:
        """Whether any definition reads the end of supply."""
        return any(step.kind is Kind.SUPPLY for step in self.steps)


def list_names(definitions: Iterable[Definition]) -> set[str]:
    """The names of all code lists that the definitions use."""
    names: set[str] = set()
    unresolved = _AnyList()
    network = Network(unresolved)
    for each in definitions:
        network.reference(each.denominator)
        network.reference(each.numerator)
    for step in network.steps:
        names.update({step.codes, step.other} - {""})
        names.update(step.derivation.lists if step.derivation else ())
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
        both = network.meet([denominator, network.reference(each.numerator)])
        pairs.append((network.spans(denominator), network.spans(both)))
    builder = _Builder(network, lists, codes, comparators)
    tables = builder.tables(pairs)
    return Plan(
        definitions=tuple(definitions),
        steps=tuple(network.steps),
        tables=tables,
        derivations=tuple(builder.derivations),
        readers=builder.readers(),
        lists=lists,
    )


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


def stacked(windows: Iterable[Window]) -> Int32:
    """int32[window, day]: `windows.reach` of every day, both counted from FIRST_DAY."""
    tables = [reach_table(window) for window in windows]
    found = np.zeros((len(tables), LAST_DAY - FIRST_DAY + 1), np.int32)
    for row, table in zip(found, tables, strict=True):
        np.subtract(table, FIRST_DAY, out=row)
    return found


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
        self.windows: dict[Window, int] = {}
        self.list_rows: dict[str, int] = {}
        self.coded: dict[str, int] = {}
        self.streams: dict[Stream, int] = {}
        self.derivations: dict[Derivation, int] = {}

    def tables(self, pairs: list[tuple[int, int]]) -> Tables:
        steps, children, group_weights = self._step_rows()
        first_listener, listeners = self._listeners()
        definitions, evidence = self._definition_rows(pairs)
        return Tables(
            steps=steps,
            children=children,
            group_weights=group_weights,
            definitions=definitions,
            evidence=evidence,
            tallied=np.unique(np.array(pairs, np.int32)),
            first_listener=first_listener,
            listener_stream=listeners["stream"].copy(),
            code_group=self._by_list("groups", np.int32),
            code_weight=self._by_list("weights", np.float64),
            factors=np.array(
                [self.lists[name].factors for name in self.list_rows]
                or [np.ones(len(self.comparators))]
            ),
            comparators=np.array([COMPARATORS.index(c) for c in self.comparators], np.int8),
            derived_stream=np.array([self.streams[d] for d in self.derivations], np.int32),
            reach=stacked(self.windows or [days(0)]),
        )

    def _window(self, window: Window | None) -> int:
        return -1 if window is None else self.windows.setdefault(window, len(self.windows))

    def _stream(self, source: Stream) -> int:
        return self.streams.setdefault(source, len(self.streams)) if source else -1

    def _factor(self, step: Step) -> int:
        reads_value = step.kind in (Kind.VALUE, Kind.SUPPLY) or step.where is not None
        if step.derivation is not None or not reads_value:
            return -1
        return self.list_rows.setdefault(step.codes, len(self.list_rows))

    def _derived(self, step: Step) -> int:
        if step.derivation is None:
            return -1
        return self.derivations.setdefault(step.derivation, len(self.derivations))

    def _step_rows(self) -> tuple[Records, Records, Int32]:
        """The steps with their children and the weights of their groups."""
        steps = self.network.steps
        rows = np.zeros(len(steps) + 1, STEP)
        for row, step in zip(rows, steps, strict=False):
            self._fill(row, step)
        children = [child for step in steps for child in step.children]
        weights = [weight for step in steps for weight in step.group_weights]
        rows["first_child"][1:] = np.cumsum([len(step.children) for step in steps])
        rows["first_group"][1:] = np.cumsum([len(step.group_weights) for step in steps])
        for number, step in enumerate(steps):
            if step.kind in (Kind.GROUPS, Kind.SCORE):
                rows["number"][number] = self.network.least_asked_of(number)
        return rows, np.array(children, CHILD), np.array(weights, np.int32)

    def _fill(self, row: np.void, step: Step) -> None:
        for name in ("kind", "lowest", "tie_active", "below", "at_least", "days", "number"):
            row[name] = getattr(step, name)
        windows = (step.within, step.ago, step.clear)
        if step.kind is Kind.AGED:  # a birthday is the day on which birth is so many years ago
            low, high = step.ages
            windows = (years(low), None, None if high is None else years(high))
        row["within"], row["ago"], row["clear"] = (self._window(each) for each in windows)
        row["first_only"] = (step.kind, step.where, step.within) == (Kind.WINDOW, None, None) and (
            step.ago is not None
        )
        row["plain"] = step.kind in (Kind.RESOLVED, Kind.TOGETHER, Kind.STARTED) or (
            step.kind in (Kind.WINDOW, Kind.COUNTED) and step.where is None and step.ago is None
        )
        row["where"] = -1
        if step.where is not None:
            row["where"], row["where_limit"] = OPERATORS[step.where[0]], step.where[1]
        if step.compare is not None:
            row["operator"], row["limit"] = OPERATORS[step.compare[0]], step.compare[1]
        row["factor"], row["derived"] = self._factor(step), self._derived(step)
        if step.kind in (Kind.GROUPS, Kind.SUPPLY):
            row["coded"] = self.coded.setdefault(step.codes, len(self.coded))
        row["stream"] = self._stream(step.derivation or step.codes)
        row["other"] = self._stream(step.other)

    def _definition_rows(self, pairs: list[tuple[int, int]]) -> tuple[Records, Int32]:
        """The steps of each definition, and those that its evidence comes from."""
        rows = np.zeros(len(pairs) + 1, DEFINITION)
        evidence: list[int] = []
        for row, (denominator, numerator) in zip(rows, pairs, strict=False):
            heard = list(self.network.heard_below(numerator))
            row["denominator"], row["numerator"] = denominator, numerator
            row["first_evidence"] = len(evidence)
            row["rows"] = sum(max(2, len(self.network.steps[step].group_weights)) for step in heard)
            evidence.extend(heard)
        rows["first_evidence"][-1] = len(evidence)
        return rows, np.array(evidence, np.int32)

    def _by_list(self, name: str, kind: type[Number]) -> npt.NDArray[Number]:
        """[coded step's list, code]: what the list says of each of its codes, else 0."""
        found = np.zeros((max(len(self.coded), 1), self.codes), kind)
        for codes, row in self.coded.items():
            found[row, self.lists[codes].code_ids] = getattr(self.lists[codes], name)
        return found

    def _listeners(self) -> tuple[Int32, Records]:
        """For each code the streams that take it: an even number, the last may be nowhere."""
        parts = [
            self._taken(stream, (source,))
            for source, stream in self.streams.items()
            if isinstance(source, str)
        ]
        taken = np.concatenate([np.zeros(0, np.int32), *(codes for codes, _ in parts)])
        odd = np.flatnonzero(np.bincount(taken, minlength=self.codes) % 2).astype(np.int32)
        nowhere = np.zeros(len(odd), LISTENER)
        nowhere["stream"] = len(self.streams)
        return self._by_code([*parts, (odd, nowhere)])

    def readers(self) -> tuple[Int32, Records]:
        """For each code the derivations that read it (`stream`), and of which list (`group`)."""
        parts = []
        for number, derivation in enumerate(self.derivations):
            codes, taken = self._taken(number, derivation.lists)
            for place in reversed(range(len(derivation.lists))):
                held = np.isin(codes, self.lists[derivation.lists[place]].code_ids)
                taken["group"][held] = place
            parts.append((codes, taken))
        return self._by_code(parts)

    def _by_code(self, parts: Iterable[tuple[Int32, Records]]) -> tuple[Int32, Records]:
        every = [(np.zeros(0, np.int32), np.zeros(0, LISTENER)), *parts]
        place, first = grouped(np.concatenate([codes for codes, _ in every]), self.codes)
        return first, np.concatenate([taken for _, taken in every])[place]

    def _taken(self, stream: int, names: tuple[str, ...]) -> tuple[Int32, Records]:
        """The codes of a stream; a code of several lists is taken once."""
        codes = np.unique(np.concatenate([self.lists[name].code_ids for name in names]))
        taken = np.zeros(len(codes), LISTENER)
        taken["stream"] = stream
        return codes.astype(np.int32), taken
