"""Turning expressions into steps: what the kernel works out, one after another.

A *step* gives spans of days (a predicate) or levels (a quantity: how much, from when on). Equal
parts of all expressions are one step, and a step comes after the steps that it is made of.

A *reference* to a predicate is the number of its step, or, when the predicate holds exactly where
the step does not, ``~number`` (-1 - number). So "not" costs nothing, and no step holds of somebody
of whom nothing is known: spans are few where records say little.
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
    """How the kernel works a step out."""

    REGISTERED = 0
    ALIVE = 1
    AGED = 2
    SEX = 3
    WINDOW = 4  # an event within a window, or ever
    COUNTED = 5  # at least n days within a window
    VALUE = 6  # the latest value satisfies a comparison
    RESOLVED = 7  # on and off again
    TOGETHER = 8  # events of two lists close together
    STARTED = 9  # first after a clear time
    MEET = 10  # every child holds (weight 1) or does not (weight -1); one at least must hold
    JOIN = 11  # a child holds
    INVERSE = 12  # the child does not hold
    SUSTAINED = 13  # the child has held for long enough
    SCORE = 14  # levels: the weights of the children that hold
    GROUPS = 15  # levels: groups of a list within a window, weighted
    SUPPLY = 16  # levels: daily amount of the issues that cover the day, in thousandths
    REACHES = 17  # the child's level is at least the number, or below it; never true of 0


@dataclass(frozen=True)
class Step:
    """One step. Equal steps are one."""

    kind: Kind
    children: Children = ()
    codes: str = ""
    other: str = ""
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
    ages: tuple[int, int | None] = (0, None)
    group_weights: tuple[int, ...] = ()
    below: bool = False
    number: int = 0  # which sex; the number that a level must reach

    @property
    def heard(self) -> bool:
        """Whether events speak to it: such steps have evidence."""
        return bool(self.codes) or self.derivation is not None


class Network:
    """The steps of any number of predicates; shared parts stand once."""

    def __init__(self, lists: Mapping[str, ListTable]) -> None:
        self.lists = lists
        self.steps: list[Step] = []
        self._numbers: dict[Step, int] = {}
        self._predicates: dict[Predicate, int] = {}

    def reference(self, part: Predicate) -> int:
        """The reference of a predicate; its steps are made when they are new."""
        if part not in self._predicates:
            self._predicates[part] = self._add(part)
        return self._predicates[part]

    def spans(self, reference: int) -> int:
        """The number of a step that holds exactly where the reference does."""
        if reference >= 0:
            return reference
        return self._step(Step(Kind.INVERSE, children=((~reference, 1),)))

    def meet(self, references: list[int]) -> int:
        """The reference that holds where all do."""
        parts = list(dict.fromkeys(references))
        if len(parts) == 1:
            return parts[0]
        if all(part < 0 for part in parts):
            return ~self.join([~part for part in parts])
        children = tuple((part, 1) if part >= 0 else (~part, -1) for part in parts)
        return self._step(Step(Kind.MEET, children=children))

    def join(self, references: list[int]) -> int:
        """The reference that holds where at least one does."""
        parts = list(dict.fromkeys(references))
        if len(parts) == 1:
            return parts[0]
        if any(part < 0 for part in parts):
            return ~self.meet([~part for part in parts])
        return self._step(Step(Kind.JOIN, children=tuple((part, 1) for part in parts)))

    def least_asked_of(self, number: int) -> int:
        """The least number that anything asks levels to reach; 0 when smaller ones matter too."""
        asking = [step for step in self.steps if (number, 1) in step.children]
        step = self.steps[number]
        if min([*step.group_weights, *(weight for _, weight in step.children)], default=0) < 0:
            return 0
        return min(0 if step.below else step.number for step in asking)

    def heard_below(self, reference: int) -> Iterator[int]:
        """Every step below the reference that events speak to, each once."""
        seen: set[int] = set()
        waiting = [reference if reference >= 0 else ~reference]
        while waiting:
            number = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            waiting.extend(child for child, _ in reversed(self.steps[number].children))
            if self.steps[number].heard:
                yield number

    def _step(self, step: Step) -> int:
        if step not in self._numbers:
            self._numbers[step] = len(self.steps)
            self.steps.append(step)
        return self._numbers[step]

    @singledispatchmethod
    def _add(self, part: Predicate) -> int:
        raise NotImplementedError(type(part).__name__)

    @_add.register
    def _all(self, part: All) -> int:
        return self.meet([self.reference(each) for each in part.parts])

    @_add.register
    def _any(self, part: Any) -> int:
        return self.join([self.reference(each) for each in part.parts])

    @_add.register
    def _not(self, part: Not) -> int:
        return ~self.reference(part.part)

    @_add.register
    def _registered(self, part: Registered) -> int:
        return self._step(Step(Kind.REGISTERED))

    @_add.register
    def _alive(self, part: Alive) -> int:
        return self._step(Step(Kind.ALIVE))

    @_add.register
    def _sex(self, part: Sex) -> int:
        number = ("unknown", "female", "male", "other").index(part.is_)
        return self._step(Step(Kind.SEX, number=number))

    @_add.register
    def _aged(self, part: Aged) -> int:
        return self._step(Step(Kind.AGED, ages=(part.at_least or 0, part.below)))

    @_add.register
    def _recorded(self, part: Recorded) -> int:
        return self._step(
            Step(
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
        return self._step(
            Step(Kind.RESOLVED, codes=part.codes, other=part.resolved_by, tie_active=tie)
        )

    @_add.register
    def _together(self, part: Together) -> int:
        return self._step(
            Step(
                Kind.TOGETHER,
                codes=part.first,
                other=part.second,
                days=part.days,
                within=part.within,
            )
        )

    @_add.register
    def _started(self, part: Started) -> int:
        return self._step(
            Step(Kind.STARTED, codes=part.codes, clear=part.clear, within=part.within)
        )

    @_add.register
    def _sustained(self, part: Sustained) -> int:
        inner = self.spans(self.reference(part.part))
        return self._step(Step(Kind.SUSTAINED, children=((inner, 1),), within=part.window))

    @_add.register
    def _compared(self, part: Compared) -> int:
        return self._comparison(part.quantity, part.operator, part.threshold)

    @singledispatchmethod
    def _comparison(self, quantity: Quantity, operator: Operator, threshold: float) -> int:
        raise NotImplementedError(type(quantity).__name__)

    @_comparison.register
    def _latest(self, quantity: Latest, operator: Operator, threshold: float) -> int:
        return self._step(
            Step(
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
        return self._step(
            Step(
                Kind.VALUE,
                derivation=quantity.derivation,
                within=quantity.within,
                compare=(operator, threshold),
            )
        )

    @_comparison.register
    def _score(self, quantity: Score, operator: Operator, threshold: float) -> int:
        weights: dict[int, int] = {}
        constant = 0
        for part, weight in quantity.weights:
            reference = self.reference(part)
            if reference < 0:
                reference, constant, weight = ~reference, constant + weight, -weight
            weights[reference] = weights.get(reference, 0) + weight
        total = self._step(Step(Kind.SCORE, children=tuple(weights.items())))
        return self._reaches(total, operator, threshold - constant)

    @_comparison.register
    def _count(self, quantity: Count, operator: Operator, threshold: float) -> int:
        table = self.lists[quantity.codes]
        weight_of = dict(zip(table.groups.tolist(), table.weights.tolist(), strict=True))
        weights = tuple(
            self._whole(weight_of.get(group, 0), quantity.codes) if quantity.weighted else 1
            for group in range(max(weight_of, default=-1) + 1)
        )
        total = self._step(
            Step(Kind.GROUPS, codes=quantity.codes, within=quantity.within, group_weights=weights)
        )
        return self._reaches(total, operator, threshold)

    @staticmethod
    def _whole(weight: float, codes: str) -> int:
        if weight != int(weight):
            raise DefinitionError(
                f"burden() adds whole numbers, and {weight} is not one.", where=f"list {codes}"
            )
        return int(weight)

    @_comparison.register
    def _supply(self, quantity: Supply, operator: Operator, threshold: float) -> int:
        total = self._step(Step(Kind.SUPPLY, codes=quantity.codes))
        return self._reaches(total, operator, round(threshold * THOUSANDTHS, 3))

    def _reaches(self, total: int, operator: Operator, threshold: float) -> int:
        """The reference that holds while the level satisfies the comparison."""
        limit = math.ceil(threshold) if operator in (">=", "<") else math.floor(threshold) + 1
        below = limit <= 0  # what a level of 0 satisfies is said the other way round
        step = self._step(Step(Kind.REACHES, children=((total, 1),), number=limit, below=below))
        return step if (operator in (">=", ">")) != below else ~step
