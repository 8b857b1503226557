"""Expressions in plain English, as a clinician would read a definition out.

`sentence` gives one line, `outline` an indented list for the parts of a longer one. Code lists are
named by their file, with spaces for underscores.
"""

from __future__ import annotations

from functools import singledispatch

from harmfree.periods.expressions import (
    Aged,
    Alive,
    All,
    Any,
    Compared,
    Count,
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
from harmfree.periods.windows import Unit, Window

OPERATORS: dict[Operator, str] = {"<": "under", "<=": "at most", ">": "over", ">=": "at least"}


def outline(part: Predicate, indent: int = 0) -> list[str]:
    """The predicate as indented lines, one for each condition."""
    pad = "  " * indent
    if isinstance(part, All | Any):
        head = "all of:" if isinstance(part, All) else "any of:"
        return [pad + head, *(line for each in part.parts for line in outline(each, indent + 1))]
    if isinstance(part, Not) and isinstance(part.part, All | Any):
        head = "not all of:" if isinstance(part.part, All) else "none of:"
        inner = [line for each in part.part.parts for line in outline(each, indent + 1)]
        return [pad + head, *inner]
    if isinstance(part, Compared) and isinstance(part.quantity, Score):
        return [pad + sentence(part, short=True), *_weights(part.quantity, indent + 1)]
    return [pad + sentence(part)]


def sentence(part: Predicate, short: bool = False) -> str:
    """The predicate as one line; `short` leaves out the parts of a score."""
    if short and isinstance(part, Compared) and isinstance(part.quantity, Score):
        return f"{OPERATORS[part.operator]} {part.threshold:g} points from:"
    return _say(part)


def _weights(score: Score, indent: int) -> list[str]:
    lines: list[str] = []
    for part, weight in score.weights:
        head, *rest = outline(part, indent)
        points = "1 point" if weight == 1 else f"{weight} points"
        lines += [f"{'  ' * indent}{points} for {head.strip()}", *rest]
    return lines


def named(codes: str) -> str:
    """A code list's name as words."""
    return codes.replace("_", " ")


def in_the_last(window: Window) -> str:
    """A window as a look-back: ``in the last 3 months``."""
    if window.unit is Unit.CONTRACT_YEAR:
        return "in this contract year (from 1 April)"
    return f"in the last {str(window).removeprefix('1 ')}"


@singledispatch
def _say(part: Predicate) -> str:
    raise TypeError(f"{type(part).__name__} has no English; add it to {__name__}.")


@_say.register
def _(part: All) -> str:
    return " and ".join(_bracketed(each) for each in part.parts)


@_say.register
def _(part: Any) -> str:
    return " or ".join(_bracketed(each) for each in part.parts)


def _bracketed(part: Predicate) -> str:
    said = _say(part)
    return f"({said})" if isinstance(part, All | Any) else said


@_say.register
def _(part: Not) -> str:
    if isinstance(part.part, Recorded) and part.part.where is None and part.part.at_least == 1:
        return "no " + _say(part.part).replace("ever recorded", "recorded")
    return (
        f"not {_bracketed(part.part)}"
        if isinstance(part.part, All | Any)
        else (f"not: {_say(part.part)}")
    )


@_say.register
def _(part: Registered) -> str:
    return "on a site's list"


@_say.register
def _(part: Alive) -> str:
    return "alive"


@_say.register
def _(part: Aged) -> str:
    if part.below is None:
        return f"aged {part.at_least} or over"
    if part.at_least is None:
        return f"aged under {part.below}"
    return f"aged {part.at_least} to {part.below - 1}"


@_say.register
def _(part: Sex) -> str:
    return f"sex recorded as {part.is_}"


@_say.register
def _(part: Recorded) -> str:
    said = f"{named(part.codes)} {_when(part)}"
    if part.where is not None:
        said += f", with a value {OPERATORS[part.where.operator]} {part.where.threshold:g}"
    if part.at_least > 1:
        said += f", on at least {part.at_least} different days"
    return said


def _when(part: Recorded) -> str:
    if part.within is None and part.at_least_ago is None:
        return f"ever {part.verb}"
    if part.within is None and part.at_least_ago is not None:
        return f"{part.verb} at least {part.at_least_ago} ago"
    if part.within is not None and part.at_least_ago is None:
        return f"{part.verb} {in_the_last(part.within)}"
    return f"{part.verb} between {part.within} and {part.at_least_ago} ago"


@_say.register
def _(part: Unresolved) -> str:
    what, end = named(part.codes), named(part.resolved_by)
    tie = f"both on one day: {what if part.same_day == 'active' else end} counts"
    return f"{what} ever recorded and no {end} since ({tie})"


@_say.register
def _(part: Together) -> str:
    return (
        f"{named(part.first)} and {named(part.second)} fewer than {part.days} days apart, "
        f"both {in_the_last(part.within)}"
    )


@_say.register
def _(part: Sustained) -> str:
    return f"on every day {in_the_last(part.window).replace('in the', 'of the')}: {_say(part.part)}"


@_say.register
def _(part: Started) -> str:
    when = in_the_last(part.within)
    return f"{named(part.codes)} begun {when}, with none in the {part.clear} before"


@_say.register
def _(part: Compared) -> str:
    return f"{_amount(part.quantity)} {OPERATORS[part.operator]} {part.threshold:g}"


@singledispatch
def _amount(quantity: Quantity) -> str:
    raise TypeError(f"{type(quantity).__name__} has no English; add it to {__name__}.")


@_amount.register
def _(quantity: Latest) -> str:
    said = f"the latest {named(quantity.codes)}"
    if quantity.within is not None:
        said += f" {in_the_last(quantity.within)}"
    if quantity.at_least_ago is not None:
        said += f" that is at least {quantity.at_least_ago} old"
    return said + " is"


@_amount.register
def _(quantity: Score) -> str:
    parts = "; ".join(f"{weight} for {_say(part)}" for part, weight in quantity.weights)
    return f"the sum ({parts}) is"


@_amount.register
def _(quantity: Count) -> str:
    when = in_the_last(quantity.within)
    if quantity.weighted:
        return f"the total weight of different {named(quantity.codes)} {when} is"
    return f"the number of different {named(quantity.codes)} {when} is"


@_amount.register
def _(quantity: Supply) -> str:
    return f"the daily amount of {named(quantity.codes)} supplied is"


@_amount.register
def _(quantity: Derived) -> str:
    said = quantity.derivation.words
    return f"{said} {in_the_last(quantity.within)} is" if quantity.within else f"{said} is"
