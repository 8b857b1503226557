"""Expressions that definitions are written in: what is true of a person on a day.

An expression says what holds on day t looking back. Combine predicates with ``&``, ``|`` and
``~``; compare a quantity with ``<``, ``<=``, ``>``, ``>=``. Every expression is an immutable value:
two that read the same are the same. Meaning is defined by `harmfree.periods.naive` (day by day) and
computed by `reference` (one person) and `kernel` (a region); all three must agree.

Rules that hold everywhere:

- a window of months is ``back(t, window) <= d <= t``, both ends included (see `windows`);
- several events of a list on one day count as one day;
- a result with a comparator (">90") is never read as the number: a comparison is true only where
  the comparator makes it certain, otherwise false;
- an event without a usable value (missing, or in a unit that cannot be converted) is passed over by
  quantities and by `where`, and still counts as recorded;
- on a day with several values the highest counts, unless the definition says `ties="lowest"`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from harmfree.periods.windows import DefinitionError, Window

Operator = Literal["<", "<=", ">", ">="]
Ties = Literal["highest", "lowest"]


class _Remembering:
    """A value that works its hash out once: expressions are deep, and looked up often."""

    def __init_subclass__(cls) -> None:
        cls.__hash__ = _Remembering.__hash__  # type: ignore[method-assign]  # before dataclass()

    def __hash__(self) -> int:
        known: int | None = self.__dict__.get("_hash")
        if known is None:
            known = self.__dict__["_hash"] = hash((type(self), *self.__dict__.values()))
        return known

    def __getstate__(self) -> dict[str, object]:
        """All but the hash: that of text differs from process to process."""
        return {name: value for name, value in self.__dict__.items() if name != "_hash"}


class Predicate(_Remembering):
    """Something that is true or false on each day of a life."""

    def __and__(self, other: Predicate) -> Predicate:
        return All(_flat(All, self, other))

    def __or__(self, other: Predicate) -> Predicate:
        return Any(_flat(Any, self, other))

    def __rand__(self, other: object) -> Predicate:
        return All(_flat(All, other, self))

    def __ror__(self, other: object) -> Predicate:
        return Any(_flat(Any, other, self))

    def __invert__(self) -> Predicate:
        return self.part if isinstance(self, Not) else Not(self)

    def __bool__(self) -> bool:
        raise DefinitionError(
            "A predicate has no truth of its own.",
            do="combine predicates with & | ~ instead of and, or, not; put comparisons in brackets",
        )


def _flat(kind: type[All] | type[Any], *parts: object) -> tuple[Predicate, ...]:
    found: list[Predicate] = []
    for part in parts:
        if not isinstance(part, Predicate):
            raise DefinitionError(
                f"Only predicates combine with & and |, not {type(part).__name__} {part!r}.",
                do="compare a quantity first, in brackets: (latest(...) < 45) & ...",
            )
        found.extend(part.parts if isinstance(part, kind) else [part])
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class All(Predicate):
    """True when every part is."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True)
class Any(Predicate):
    """True when at least one part is."""

    parts: tuple[Predicate, ...]


@dataclass(frozen=True)
class Not(Predicate):
    """True when the part is not."""

    part: Predicate


@dataclass(frozen=True)
class DerivationInput:
    """What a derivation sees: the events of its lists, several people one after another.

    Attributes:
        day: int32[n], days since 1970-01-01, ascending within a person.
        value: float64[n], in the list's unit; NaN when missing or with a comparator.
        source: int8[n], which of the derivation's lists the event is of.
        person: int64[n], 0, 0, 1, 1, 1 ...: rows of one person stand together.
        age: float64[n], completed years on the day; NaN when birth is unknown.
        female: bool[n].
    """

    day: npt.NDArray[np.int32]
    value: npt.NDArray[np.float64]
    source: npt.NDArray[np.int8]
    person: npt.NDArray[np.int64]
    age: npt.NDArray[np.float64]
    female: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Derivation:
    """How a derived quantity comes about.

    Attributes:
        name: a short name, unique.
        words: what it is, in plain English.
        lists: the code lists whose events it is worked out from.
        function: gives float64[n], the quantity after each event (NaN: not known). It may use only
            events of the same person on the same or earlier days; the last event of a day counts.
        requires: numbers of the lists without an event of which, in the whole record, everything
            about a person is NaN: the kernel passes such people over.
    """

    name: str
    words: str
    lists: tuple[str, ...]
    function: Callable[[DerivationInput], npt.NDArray[np.float64]]
    requires: tuple[int, ...] = ()


class Quantity(_Remembering):
    """A number that changes over time. Compare it to make a predicate."""

    def __lt__(self, threshold: float) -> Compared:
        return Compared(self, "<", number(threshold))

    def __le__(self, threshold: float) -> Compared:
        return Compared(self, "<=", number(threshold))

    def __gt__(self, threshold: float) -> Compared:
        return Compared(self, ">", number(threshold))

    def __ge__(self, threshold: float) -> Compared:
        return Compared(self, ">=", number(threshold))

    def __invert__(self) -> Predicate:
        raise DefinitionError(
            "A quantity is neither true nor false.", do="compare it first: ~(latest(...) < 45)"
        )

    def between(self, low: float, below: float) -> Predicate:
        """True when ``low <= quantity < below``."""
        if number(low) >= number(below):
            raise DefinitionError(f"Nothing lies between {low} and {below}.", do="swap the two")
        return (self >= low) & (self < below)


def number(threshold: object) -> float:
    """The threshold as a float; DefinitionError when it is not a number (NaN is not one)."""
    if (
        isinstance(threshold, bool)
        or not isinstance(threshold, int | float)
        or math.isnan(threshold)
    ):
        raise DefinitionError(f"A quantity is compared with a number, not {threshold!r}.")
    return float(threshold)


@dataclass(frozen=True)
class Compared(Predicate):
    """A quantity compared with a number; false while the quantity is not known."""

    quantity: Quantity
    operator: Operator
    threshold: float


@dataclass(frozen=True)
class Registered(Predicate):
    """On the list of a site on that day."""


@dataclass(frozen=True)
class Alive(Predicate):
    """Born and not yet died (false from the day of death on)."""


@dataclass(frozen=True)
class Aged(Predicate):
    """Age in completed years, from `at_least` to below `below`; false when birth is unknown."""

    at_least: int | None
    below: int | None


@dataclass(frozen=True)
class Sex(Predicate):
    """Administrative sex as recorded."""

    is_: Literal["female", "male", "other", "unknown"]


@dataclass(frozen=True)
class Where:
    """A condition on an event's own value."""

    operator: Operator
    threshold: float


@dataclass(frozen=True)
class Recorded(Predicate):
    """At least `at_least` days with an event of the list between two look-backs."""

    codes: str
    within: Window | None = None
    at_least: int = 1
    at_least_ago: Window | None = None
    where: Where | None = None
    verb: Literal["recorded", "issued"] = "recorded"


@dataclass(frozen=True)
class Unresolved(Predicate):
    """The list was ever recorded and not resolved afterwards."""

    codes: str
    resolved_by: str
    same_day: Literal["active", "resolved"] = "active"


@dataclass(frozen=True)
class Together(Predicate):
    """An event of each list fewer than `days` days apart, both within the window."""

    first: str
    second: str
    days: int
    within: Window


@dataclass(frozen=True)
class Sustained(Predicate):
    """The part has been true on every day of the window up to today."""

    part: Predicate
    window: Window


@dataclass(frozen=True)
class Started(Predicate):
    """Within the window, an event of the list that no other preceded for the clear time."""

    codes: str
    clear: Window
    within: Window


@dataclass(frozen=True)
class Latest(Quantity):
    """The value on the latest day with a usable one."""

    codes: str
    within: Window | None = None
    at_least_ago: Window | None = None
    ties: Ties = "highest"


@dataclass(frozen=True)
class Score(Quantity):
    """The sum of the weights of the predicates that are true."""

    weights: tuple[tuple[Predicate, int], ...]


@dataclass(frozen=True)
class Count(Quantity):
    """Groups of a list (medicines by substance) with an event in the window, perhaps weighted."""

    codes: str
    within: Window
    weighted: bool = False


@dataclass(frozen=True)
class Supply(Quantity):
    """Daily amount of all issues that cover the day: quantity x weight / days of supply."""

    codes: str


@dataclass(frozen=True)
class Derived(Quantity):
    """A number worked out at each event of some lists, such as the time in range at each INR."""

    derivation: Derivation
    within: Window | None = None
