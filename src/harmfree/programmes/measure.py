"""A measure that one person's record cannot say: of a site's volume, or of another feed.

Indicators are worked out by the periods engine; a measure is worked out by a command of its own and
is defined here in words, with the same provenance, so that both are listed and shown alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from harmfree.programmes.errors import ProgrammeError
from harmfree.programmes.indicator import UNVERIFIED, Direction, Provenance


@dataclass(frozen=True)
class Measure:
    """One measure of a programme.

    Attributes:
        id: letters, digits and _, unique over all programmes and indicators.
        title: a short name that a clinician knows it by.
        command: what works it out, such as ``harmfree births``.
        denominator, numerator: in words. unit: of the quotient, such as ``%``.
        direction: whether a lower or a higher value is better.
        why: why it matters.
        provenance: source, tag, author, review dates, version.
        note: what a reader must know, such as a choice that the implementation makes.
        lists: code lists that it reads.
    """

    id: str
    title: str
    command: str
    denominator: str
    numerator: str
    unit: str
    direction: Direction
    why: str
    provenance: Provenance
    note: str = ""
    lists: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.id.isidentifier() or self.id != self.id.lower():
            raise ProgrammeError(f"'{self.id}' is not an id of a measure: use a-z, 0-9 and _.")
        if self.provenance.review_due <= self.provenance.reviewed:
            raise ProgrammeError(f"{self.id} is due for review before it was reviewed.")

    @property
    def unverified(self) -> bool:
        """Whether the definition's source was not confirmed."""
        return self.provenance.tag in UNVERIFIED

    def overdue(self, today: date) -> bool:
        """Whether the review date has passed."""
        return self.provenance.review_due < today
