"""Turning expressions into a network of atoms and sums.

Everything that can be true or false is a *node*. *Atoms* are facts that events, birthdays,
registrations and the passing of time turn on and off. Every other node adds up the weights of its
true children and is true from its threshold on: "and" needs all, "or" needs one, "not" has weight
-1 and threshold 0, a score has its own weights. One rule serves all logic, and a change of one
atom costs only the nodes above it.

A *reference* to a node is its number: atoms 0, 1, 2 ...; sums -1, -2, -3 ...
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import singledispatchmethod

from harmfree.periods.definition import ListTable
from harmfree.periods.expressions import (
    Aged,
    Alive,
    All,
    Any,
    Compared,
    Count,
    Derivation,
    Derived,
    Latest,
    Not,
    Operator,
    Predicate,
    Quantity,
    Recorded,
    Registered,
    Score,
    Sex,
    Started,
    Supply,
    Sustained,
    Together,
    Unresolved,
)
from harmfree.periods.windows import DefinitionError, Window

Children = tuple[tuple[int, int], ...]
THOUSANDTHS = 1000


class Kind(IntEnum):
    """How the kernel keeps an atom."""

    STATIC = 0  # set from outside: sex, age, registration, life
    WINDOW = 1  # an event within a window, or ever
    COUNTED = 2  # at least n days within a window
    VALUE = 3  # the latest value satisfies a comparison
    RESOLVED = 4  # on and off again
    TOGETHER = 5  # events of two lists close together
    STARTED = 6  # first after a clear time
    SUPPLY = 7  # sum of daily amounts; a number for the sums above, never true itself
    TIMER = 8  # a node has been true for long enough


@dataclass(frozen=True)
class Atom:
    """What turns one atom on and off. Equal atoms are one atom."""

    kind: Kind
    codes: str = ""
    other: str = ""
    group: int = -1
    within: Window | None = None
    ago: Window | None = None
    clear: Window | None = None
    at_least: int = 1
    where: tuple[Operator, float] | None = None
    compare: tuple[Operator, float] | None = None
    lowest: bool = False
    days: int = 0
    tie_active: bool = False
    derivation: Derivation | None = None
    static: tuple[str, int] | None = None
    timer_of: int = 0


@dataclass(frozen=True)
class Sum:
    """A node that is true when the weights of its true children reach the threshold."""

    children: Children
    threshold: int


class Network:
    """The atoms and sums of any number of predicates; shared parts stand once."""

    def __init__(self, lists: Mapping[str, ListTable]) -> None:
        self.lists = lists
        self.atoms: list[Atom] = []
        self.sums: list[Sum] = []
        self.starts: dict[int, bool] = {}
        self._atoms: dict[Atom, int] = {}
        self._sums: dict[Sum, int] = {}
        self._predicates: dict[Predicate, int] = {}

    def reference(self, part: Predicate) -> int:
        """The node of a predicate, made when it is new."""
        if part not in self._predicates:
            self._predicates[part] = self._add(part)
        return self._predicates[part]

    def both(self, first: int, second: int) -> int:
        """The node that is true when two nodes are."""
        return self._sum(((first, 1), (second, 1)), 2)

    def atoms_below(self, reference: int) -> Iterator[int]:
        """Every atom that the node depends on, each once, in order of definition."""
        seen: set[int] = set()
        waiting = [reference]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if node < 0:
                waiting.extend(child for child, _ in reversed(self.sums[-1 - node].children))
                continue
            yield node
            if self.atoms[node].kind is Kind.TIMER:
                waiting.append(self.atoms[node].timer_of)

    def _atom(self, atom: Atom, starts: bool = False) -> int:
        if atom not in self._atoms:
            self._atoms[atom] = len(self.atoms)
            self.starts[len(self.atoms)] = starts
            self.atoms.append(atom)
        return self._atoms[atom]

    def _sum(self, children: Children, threshold: int) -> int:
        made = Sum(children, threshold)
        if made not in self._sums:
            self.sums.append(made)
            self._sums[made] = -len(self.sums)
            self.starts[-len(self.sums)] = (
                sum(weight for child, weight in children if self.starts[child]) >= threshold
            )
        return self._sums[made]

    @singledispatchmethod
    def _add(self, part: Predicate) -> int:
        raise NotImplementedError(type(part).__name__)

    @_add.register
    def _all(self, part: All) -> int:
        children, negative = self._literals(part.parts)
        return self._sum(children, len(children) - negative)

    @_add.register
    def _any(self, part: Any) -> int:
        children, negative = self._literals(part.parts)
        return self._sum(children, 1 - negative)

    @_add.register
    def _not(self, part: Not) -> int:
        return self._sum(((self.reference(part.part), -1),), 0)

    def _literals(self, parts: tuple[Predicate, ...]) -> tuple[Children, int]:
        """Children with weight -1 for what must not be true, and how many of those there are."""
        children = tuple(
            (self.reference(p.part), -1) if isinstance(p, Not) else (self.reference(p), 1)
            for p in parts
        )
        return children, sum(weight < 0 for _, weight in children)

    @_add.register
    def _registered(self, part: Registered) -> int:
        return self._atom(Atom(Kind.STATIC, static=("registered", 0)))

    @_add.register
    def _alive(self, part: Alive) -> int:
        return self._atom(Atom(Kind.STATIC, static=("alive", 0)))

    @_add.register
    def _sex(self, part: Sex) -> int:
        number = ("unknown", "female", "male", "other").index(part.is_)
        return self._atom(Atom(Kind.STATIC, static=("sex", number)))

    @_add.register
    def _aged(self, part: Aged) -> int:
        old_enough = self._atom(Atom(Kind.STATIC, static=("age", part.at_least or 0)))
        if part.below is None:
            return old_enough
        too_old = self._atom(Atom(Kind.STATIC, static=("age", part.below)))
        return self._sum(((old_enough, 1), (too_old, -1)), 1)

    @_add.register
    def _recorded(self, part: Recorded) -> int:
        return self._atom(
            Atom(
                Kind.WINDOW if part.at_least == 1 else Kind.COUNTED,
                codes=part.codes,
                within=part.within,
                ago=part.at_least_ago,
                at_least=part.at_least,
                where=(part.where.operator, part.where.threshold) if part.where else None,
            )
        )

    @_add.register
    def _unresolved(self, part: Unresolved) -> int:
        tie = part.same_day == "active"
        return self._atom(
            Atom(Kind.RESOLVED, codes=part.codes, other=part.resolved_by, tie_active=tie)
        )

    @_add.register
    def _together(self, part: Together) -> int:
        return self._atom(
            Atom(
                Kind.TOGETHER,
                codes=part.first,
                other=part.second,
                days=part.days,
                within=part.within,
            )
        )

    @_add.register
    def _started(self, part: Started) -> int:
        return self._atom(
            Atom(Kind.STARTED, codes=part.codes, clear=part.clear, within=part.within)
        )

    @_add.register
    def _sustained(self, part: Sustained) -> int:
        inner = self.reference(part.part)
        timer = Atom(Kind.TIMER, within=part.window, timer_of=inner)
        return self.both(inner, self._atom(timer, starts=self.starts[inner]))

    @_add.register
    def _compared(self, part: Compared) -> int:
        return self._comparison(part.quantity, part.operator, part.threshold)

    @singledispatchmethod
    def _comparison(self, quantity: Quantity, operator: Operator, threshold: float) -> int:
        raise NotImplementedError(type(quantity).__name__)

    @_comparison.register
    def _latest(self, quantity: Latest, operator: Operator, threshold: float) -> int:
        return self._atom(
            Atom(
                Kind.VALUE,
                codes=quantity.codes,
                within=quantity.within,
                ago=quantity.at_least_ago,
                compare=(operator, threshold),
                lowest=quantity.ties == "lowest",
            )
        )

    @_comparison.register
    def _derived(self, quantity: Derived, operator: Operator, threshold: float) -> int:
        return self._atom(
            Atom(
                Kind.VALUE,
                derivation=quantity.derivation,
                within=quantity.within,
                compare=(operator, threshold),
            )
        )

    @_comparison.register
    def _score(self, quantity: Score, operator: Operator, threshold: float) -> int:
        children, constant = [], 0
        for part, weight in quantity.weights:
            negated = isinstance(part, Not)
            constant += weight if negated else 0
            inner = part.part if isinstance(part, Not) else part
            children.append((self.reference(inner), -weight if negated else weight))
        return self._total(tuple(children), operator, threshold - constant)

    @_comparison.register
    def _count(self, quantity: Count, operator: Operator, threshold: float) -> int:
        table = self.lists[quantity.codes]
        weight_of = dict(zip(table.groups.tolist(), table.weights.tolist(), strict=True))
        children = tuple(
            (
                self._atom(
                    Atom(Kind.WINDOW, codes=quantity.codes, group=group, within=quantity.within)
                ),
                self._whole(weight, quantity.codes) if quantity.weighted else 1,
            )
            for group, weight in sorted(weight_of.items())
        )
        return self._total(children, operator, threshold)

    @staticmethod
    def _whole(weight: float, codes: str) -> int:
        if weight != int(weight):
            raise DefinitionError(
                f"burden() adds whole numbers, and {weight} is not one.", where=f"list {codes}"
            )
        return int(weight)

    @_comparison.register
    def _supply(self, quantity: Supply, operator: Operator, threshold: float) -> int:
        atom = self._atom(Atom(Kind.SUPPLY, codes=quantity.codes))
        return self._total(((atom, 1),), operator, round(threshold * THOUSANDTHS, 3))

    def _total(self, children: Children, operator: Operator, threshold: float) -> int:
        """The node that is true while the children's total satisfies the comparison."""
        if operator in (">=", ">"):
            limit = math.ceil(threshold) if operator == ">=" else math.floor(threshold) + 1
            return self._sum(children, limit)
        limit = math.ceil(threshold) - 1 if operator == "<" else math.floor(threshold)
        return self._sum(tuple((child, -weight) for child, weight in children), -limit)
