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

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harmfree.periods.windows import (
    DefinitionError,
    Window,
    contract_year,
    days,
    months,
    weeks,
    years,
)

Operator = Literal["<", "<=", ">", ">="]
Ties = Literal["highest", "lowest"]

__all__ = [
    "Aged",
    "Alive",
    "All",
    "Any",
    "Compared",
    "Count",
    "DefinitionError",
    "Latest",
    "Not",
    "Predicate",
    "Quantity",
    "Recorded",
    "Registered",
    "Score",
    "Sex",
    "Started",
    "Supply",
    "Sustained",
    "TimeInRange",
    "Together",
    "Unresolved",
    "Window",
    "aged",
    "alive",
    "burden",
    "contract_year",
    "days",
    "distinct",
    "ever",
    "issued",
    "latest",
    "months",
    "recorded",
    "registered",
    "score",
    "sex",
    "started",
    "supply",
    "sustained",
    "time_in_range",
    "together",
    "unresolved",
    "weeks",
    "years",
]


class Predicate:
    """Something that is true or false on each day of a life."""

    def __and__(self, other: Predicate) -> Predicate:
        return All(_flat(All, self, other))

    def __or__(self, other: Predicate) -> Predicate:
        return Any(_flat(Any, self, other))

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


class Quantity:
    """A number that changes over time. Compare it to make a predicate."""

    def __lt__(self, threshold: float) -> Compared:
        return Compared(self, "<", _number(threshold))

    def __le__(self, threshold: float) -> Compared:
        return Compared(self, "<=", _number(threshold))

    def __gt__(self, threshold: float) -> Compared:
        return Compared(self, ">", _number(threshold))

    def __ge__(self, threshold: float) -> Compared:
        return Compared(self, ">=", _number(threshold))

    def between(self, low: float, below: float) -> Predicate:
        """True when ``low <= quantity < below``."""
        return (self >= low) & (self < below)


def _number(threshold: object) -> float:
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
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
    """Age in completed years: at least `at_least` and below `below`; false when birth is unknown."""

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
    """Groups of a list (medicines by substance) with an event within the window, weighted or not."""

    codes: str
    within: Window
    weighted: bool = False


@dataclass(frozen=True)
class Supply(Quantity):
    """Daily amount over all issues whose supply covers the day: quantity x weight / days' supply."""

    codes: str


@dataclass(frozen=True)
class TimeInRange(Quantity):
    """Percentage of time in range by Rosendaal's interpolation, computed at each test."""

    codes: str
    low: float
    high: float
    over: Window
    gap: int = 56
    settle: int = 0


def registered(for_at_least: Window | None = None) -> Predicate:
    """On a site's list; with `for_at_least`, on some list without a break for that long."""
    return Registered() if for_at_least is None else Sustained(Registered(), for_at_least)


def alive() -> Predicate:
    """Born and not yet died."""
    return Alive()


def aged(at_least: int | None = None, below: int | None = None) -> Predicate:
    """Age in completed years on the day; changes on the birthday (29 February: on 1 March)."""
    if at_least is None and below is None:
        raise DefinitionError("aged() needs at_least=, below= or both.")
    for limit in (at_least, below):
        if limit is not None and (not isinstance(limit, int) or not 0 <= limit <= 130):
            raise DefinitionError(f"An age is a whole number from 0 to 130, not {limit!r}.")
    return Aged(at_least, below)


def sex(is_: Literal["female", "male", "other", "unknown"]) -> Predicate:
    """Administrative sex as recorded."""
    if is_ not in ("female", "male", "other", "unknown"):
        raise DefinitionError(f"sex() takes female, male, other or unknown, not {is_!r}.")
    return Sex(is_)


def recorded(
    codes: str,
    within: Window | None = None,
    *,
    at_least: int = 1,
    at_least_ago: Window | None = None,
    where: tuple[Operator, float] | None = None,
) -> Predicate:
    """Recorded on `at_least` different days d with back(t, within) <= d <= back(t, at_least_ago).

    Args:
        codes: name of a code list.
        within: how far to look back; None means ever.
        at_least: on how many different days.
        at_least_ago: leave out the time since; None means up to and with today.
        where: only events whose own value satisfies this, such as ``(">", 5.0)``.
    """
    return _recorded("recorded", codes, within, at_least, at_least_ago, where)


def issued(
    codes: str,
    within: Window | None = None,
    *,
    at_least: int = 1,
    at_least_ago: Window | None = None,
) -> Predicate:
    """A medicine of the list issued; otherwise as `recorded` (issue dates, not days of supply)."""
    return _recorded("issued", codes, within, at_least, at_least_ago, None)


def _recorded(
    verb: Literal["recorded", "issued"],
    codes: str,
    within: Window | None,
    at_least: int,
    at_least_ago: Window | None,
    where: tuple[Operator, float] | None,
) -> Recorded:
    if not isinstance(at_least, int) or not 1 <= at_least <= 100:
        raise DefinitionError(f"at_least is a whole number from 1 to 100, not {at_least!r}.")
    for window in (within, at_least_ago):
        _check_window(window)
    condition = None if where is None else Where(where[0], _number(where[1]))
    return Recorded(_name(codes), within, at_least, at_least_ago, condition, verb)


def _check_window(window: object) -> None:
    if window is not None and not isinstance(window, Window):
        raise DefinitionError(
            f"A window is made with days(), weeks(), months() or years(), not {window!r}."
        )


def _name(codes: object) -> str:
    if not isinstance(codes, str) or not codes.replace("_", "").isalnum():
        raise DefinitionError(f"A code list is named by letters, digits and _, not {codes!r}.")
    return codes


def ever(codes: str, at_least_ago: Window | None = None) -> Predicate:
    """Recorded on any day up to today, or up to `at_least_ago` before it."""
    return recorded(codes, None, at_least_ago=at_least_ago)


def unresolved(
    codes: str, resolved_by: str, same_day: Literal["active", "resolved"] = "active"
) -> Predicate:
    """Recorded, and no `resolved_by` later than the latest record; `same_day` decides a tie."""
    if same_day not in ("active", "resolved"):
        raise DefinitionError(f'same_day is "active" or "resolved", not {same_day!r}.')
    return Unresolved(_name(codes), _name(resolved_by), same_day)


def latest(
    codes: str,
    within: Window | None = None,
    at_least_ago: Window | None = None,
    ties: Ties = "highest",
) -> Latest:
    """The latest usable value of a list, in the list's own unit."""
    _check_window(within)
    _check_window(at_least_ago)
    if ties not in ("highest", "lowest"):
        raise DefinitionError(f'ties is "highest" or "lowest", not {ties!r}.')
    return Latest(_name(codes), within, at_least_ago, ties)


def together(first: str, second: str, days: int, within: Window) -> Predicate:
    """An event of each list fewer than `days` days apart, both within the window."""
    _check_window(within)
    if not isinstance(days, int) or days < 1:
        raise DefinitionError(f"days is a whole number of at least 1, not {days!r}.")
    return Together(_name(first), _name(second), days, within)


def sustained(part: Predicate, window: Window) -> Predicate:
    """The part has been true on each day from back(t, window) to t."""
    _check_window(window)
    if not isinstance(part, Predicate):
        raise DefinitionError(f"sustained() takes a predicate, not {part!r}.")
    return Sustained(part, window)


def started(codes: str, clear: Window, within: Window) -> Predicate:
    """Within the window, an event on a day d with none of the list from back(d, clear) to d - 1."""
    _check_window(clear)
    _check_window(within)
    return Started(_name(codes), clear, within)


def score(weights: Mapping[Predicate, int]) -> Score:
    """The sum of the weights (whole numbers) of the predicates that are true."""
    for part, weight in weights.items():
        if (
            not isinstance(part, Predicate)
            or isinstance(weight, bool)
            or not isinstance(weight, int)
        ):
            raise DefinitionError("score() takes predicates with whole-number weights.")
    return Score(tuple(weights.items()))


def distinct(codes: str, within: Window) -> Count:
    """How many different groups of the list (medicines by substance) occur within the window."""
    _check_window(within)
    return Count(_name(codes), within)


def burden(codes: str, within: Window) -> Count:
    """The sum of the list's weights over the different groups that occur within the window."""
    _check_window(within)
    return Count(_name(codes), within, weighted=True)


def supply(codes: str) -> Supply:
    """Daily amount covered today: for each issue quantity x the code's weight / days of supply."""
    return Supply(_name(codes))


def time_in_range(
    codes: str, low: float, high: float, over: Window, gap: int = 56, settle: int = 0
) -> TimeInRange:
    """Rosendaal percentage of days in [low, high] over the window before each test.

    Args:
        codes: the list of the test (INR).
        low: lower end of the range, included.
        high: upper end of the range, included.
        over: how far before the test to look.
        gap: an interval of more days than this counts neither way (56: Rosendaal 1993).
        settle: days after the first test ever that are left out.
    """
    _check_window(over)
    return TimeInRange(_name(codes), _number(low), _number(high), over, gap, settle)
