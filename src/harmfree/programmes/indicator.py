"""What an indicator is: a denominator and a numerator, why they matter, where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Literal

from harmfree.periods.definition import Definition
from harmfree.periods.expressions import Predicate
from harmfree.programmes.errors import ProgrammeError

if TYPE_CHECKING:
    from harmfree.programmes.measure import Measure

Kind = Literal["hazard", "gap", "context"]
Direction = Literal["lower", "higher", "none"]
Tag = Literal["V", "C", "R", "S", "M", "X"]

TAG_MEANING: dict[Tag, str] = {
    "V": "read in the primary source",
    "C": "recomputed here",
    "R": "recomputed here from the source's inputs",
    "S": "read in a secondary source only",
    "M": "from memory, not confirmed",
    "X": "source unknown",
}
"""How well the definition's source was checked."""

UNVERIFIED: frozenset[str] = frozenset({"M", "X"})


@dataclass(frozen=True)
class Provenance:
    """Where a definition comes from and who answers for it.

    Attributes:
        source: paper, guideline or specification, with the place in it.
        tag: how well the source was checked (`TAG_MEANING`).
        author, reviewed, review_due: who wrote it, when it was last reviewed, when it is due.
        version: raised with every change of meaning; a change marks a break in the trend.
    """

    source: str
    tag: Tag
    author: str
    reviewed: date
    review_due: date
    version: int = 1


@dataclass(frozen=True)
class Indicator:
    """One measure of a programme.

    Attributes:
        id: letters, digits and _, unique over all programmes.
        title: a short name that a clinician knows it by.
        kind: "hazard" (worklist: something risky), "gap" (worklist: care missing) or "context"
            (counted, not on worklists).
        denominator, numerator: who is looked at, and who of them has it. Only people on a site's
            list on the day count, and the numerator counts within the denominator.
        direction: whether a lower or a higher share is better.
        why: why it matters. action: what a clinician may do about it.
        provenance: source, tag, author, review dates, version.
        note: what a reader must know about this implementation, such as a choice it makes.
    """

    id: str
    title: str
    kind: Kind
    denominator: Predicate
    numerator: Predicate
    direction: Direction
    why: str
    action: str
    provenance: Provenance
    note: str = ""

    def __post_init__(self) -> None:
        if not self.id.isidentifier() or self.id != self.id.lower():
            raise ProgrammeError(f"'{self.id}' is not an indicator id: use a-z, 0-9 and _.")
        if self.provenance.review_due <= self.provenance.reviewed:
            raise ProgrammeError(f"{self.id} is due for review before it was reviewed.")
        for part in (self.denominator, self.numerator):
            if not isinstance(part, Predicate):
                raise ProgrammeError(
                    f"{self.id} has a {type(part).__name__} where a predicate is needed.",
                    do="Compare a quantity with a number.",
                )

    @property
    def definition(self) -> Definition:
        """The indicator as the engine sees it."""
        return Definition(self.id, self.denominator, self.numerator)

    @property
    def unverified(self) -> bool:
        """Whether the definition's source was not confirmed."""
        return self.provenance.tag in UNVERIFIED

    def overdue(self, today: date) -> bool:
        """Whether the review date has passed."""
        return self.provenance.review_due < today

    @property
    def on_worklist(self) -> bool:
        """Whether its open periods go on worklists."""
        return self.kind != "context"


@dataclass(frozen=True)
class Programme:
    """A folder of indicators for one harm, with its page in plain English.

    `measures` are worked out by commands of their own, not from one person's record.
    """

    name: str
    title: str
    page: str
    indicators: tuple[Indicator, ...]
    measures: tuple[Measure, ...] = ()

    @property
    def ids(self) -> list[str]:
        """Ids of the indicators, then of the measures."""
        return [each.id for each in self.indicators] + [each.id for each in self.measures]


def hazard(
    id: str,
    title: str,
    *,
    denominator: Predicate,
    numerator: Predicate,
    why: str,
    action: str,
    provenance: Provenance,
    note: str = "",
) -> Indicator:
    """Something risky: its open periods are on the worklist; lower is better."""
    return Indicator(
        id, title, "hazard", denominator, numerator, "lower", why, action, provenance, note
    )


def gap(
    id: str,
    title: str,
    *,
    denominator: Predicate,
    numerator: Predicate,
    why: str,
    action: str,
    provenance: Provenance,
    note: str = "",
) -> Indicator:
    """Care that is missing: its open periods are on the worklist; lower is better."""
    return Indicator(
        id, title, "gap", denominator, numerator, "lower", why, action, provenance, note
    )


def context(  # noqa: PLR0913 - the fields of an indicator, by name
    id: str,
    title: str,
    *,
    denominator: Predicate,
    numerator: Predicate,
    why: str,
    provenance: Provenance,
    direction: Direction = "none",
    action: str = "",
    note: str = "",
) -> Indicator:
    """A count that gives context or shows achievement; not on worklists."""
    return Indicator(
        id, title, "context", denominator, numerator, direction, why, action, provenance, note
    )


def any_of(
    id: str,
    title: str,
    parts: Sequence[Indicator],
    *,
    why: str,
    provenance: Provenance,
) -> Indicator:
    """A composite: people in any part's denominator, with any part's numerator, counted once.

    It is context, because the worklist already shows the parts.
    """
    return context(
        id,
        title,
        denominator=reduce(or_, [part.denominator for part in parts]),
        numerator=reduce(or_, [part.denominator & part.numerator for part in parts]),
        direction="lower",
        why=why,
        provenance=provenance,
        note="Any of: " + ", ".join(part.id for part in parts) + ".",
    )
