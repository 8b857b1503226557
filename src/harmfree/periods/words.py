"""The words that definitions are written with: each makes one expression and checks its arguments.

Example:
    >>> aged(at_least=65) & issued("nsaid_oral", within=months(3))  # doctest: +ELLIPSIS
    All(parts=(Aged(at_least=65, below=None), Recorded(codes='nsaid_oral', ...)))
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from harmfree.periods.expressions import (
    Aged,
    Alive,
    Count,
    Derivation,
    Derived,
    Latest,
    Operator,
    Predicate,
    Recorded,
    Registered,
    Score,
    Sex,
    Started,
    Supply,
    Sustained,
    Ties,
    Together,
    Unresolved,
    Where,
    number,
)
from harmfree.periods.windows import DefinitionError, Window, whole


def registered(for_at_least: Window | None = None) -> Predicate:
    """On a site's list; with `for_at_least`, on some list without a break for that long."""
    return Registered() if for_at_least is None else sustained(Registered(), for_at_least)


def alive() -> Predicate:
    """Born and not yet died."""
    return Alive()


def aged(at_least: int | None = None, below: int | None = None) -> Predicate:
    """Age in completed years on the day; changes on the birthday (29 February: on 1 March)."""
    if at_least is None and below is None:
        raise DefinitionError("aged() needs at_least=, below= or both.")
    for limit in (at_least, below):
        if limit is not None and (not whole(limit) or not 0 <= limit <= 130):
            raise DefinitionError(f"An age is a whole number from 0 to 130, not {limit!r}.")
    if at_least is not None and below is not None and at_least >= below:
        raise DefinitionError(
            f"Nobody is at least {at_least} and below {below}.", do="give the younger age first"
        )
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
    if not whole(at_least) or not 1 <= at_least <= 100:
        raise DefinitionError(f"at_least is a whole number from 1 to 100, not {at_least!r}.")
    for window in (within, at_least_ago):
        _check_window(window)
    return Recorded(_name(codes), within, at_least, at_least_ago, _where(where), verb)


def _where(where: object) -> Where | None:
    if where is None:
        return None
    if not isinstance(where, tuple) or len(where) != 2 or where[0] not in ("<", "<=", ">", ">="):
        raise DefinitionError(
            f"where is a comparison such as ('>', 5), not {where!r}.",
            do="use one of < <= > >= and a number in the list's unit",
        )
    return Where(where[0], number(where[1]))


def _check_window(window: object, needed: bool = False) -> None:
    if not isinstance(window, Window) and (needed or window is not None):
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
    _check_window(within, needed=True)
    if not whole(days) or days < 1:
        raise DefinitionError(f"days is a whole number of at least 1, not {days!r}.")
    return Together(_name(first), _name(second), days, within)


def sustained(part: Predicate, window: Window) -> Predicate:
    """The part has been true on each day from back(t, window) to t."""
    _check_window(window, needed=True)
    if not isinstance(part, Predicate):
        raise DefinitionError(f"sustained() takes a predicate, not {part!r}.")
    return Sustained(part, window)


def started(codes: str, clear: Window, within: Window) -> Predicate:
    """Within the window, an event on a day d with none of the list from back(d, clear) to d - 1."""
    _check_window(clear, needed=True)
    _check_window(within, needed=True)
    return Started(_name(codes), clear, within)


def score(weights: Mapping[Predicate, int]) -> Score:
    """The sum of the weights (whole numbers) of the predicates that are true."""
    if not isinstance(weights, Mapping) or not weights:
        raise DefinitionError(
            f"score() takes predicates with their weights, not {weights!r}.",
            do='write score({ever("stroke"): 2, aged(at_least=75): 2})',
        )
    for part, weight in weights.items():
        if not isinstance(part, Predicate) or not whole(weight):
            raise DefinitionError(
                f"score() takes predicates with whole-number weights, not {part!r}: {weight!r}."
            )
    return Score(tuple(weights.items()))


def distinct(codes: str, within: Window) -> Count:
    """How many different groups of the list (medicines by substance) occur within the window."""
    _check_window(within, needed=True)
    return Count(_name(codes), within)


def burden(codes: str, within: Window) -> Count:
    """The sum of the list's weights over the different groups that occur within the window."""
    _check_window(within, needed=True)
    return Count(_name(codes), within, weighted=True)


def supply(codes: str) -> Supply:
    """Daily amount covered today: for each issue quantity x the code's weight / days of supply."""
    return Supply(_name(codes))


def derived(derivation: Derivation, within: Window | None = None) -> Derived:
    """A number worked out at each event of some lists; kept until the next, or for `within`."""
    if not isinstance(derivation, Derivation):
        raise DefinitionError(f"derived() takes a Derivation, not {derivation!r}.")
    _check_window(within)
    return Derived(derivation, within)
