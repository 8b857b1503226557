"""The form of a STOPP or START criterion: who it is for, and what they have or lack."""

from __future__ import annotations

from dataclasses import dataclass

from harmfree.periods.expressions import Predicate
from harmfree.programmes.indicator import Indicator, Tag, gap, hazard
from harmfree.programmes.medicines_optimisation.vocabulary import OLDER, from_source

VERSION_3 = "STOPP/START version 3, O'Mahony et al., Eur Geriatr Med 2023, criterion"


@dataclass(frozen=True)
class Stop:
    """A medicine that may do more harm than good: `has` it among people aged 65+ `who` ..."""

    letter: str
    title: str
    who: Predicate
    has: Predicate
    why: str
    note: str = ""
    tag: Tag = "V"

    @property
    def indicator(self) -> Indicator:
        """The hazard."""
        return hazard(
            f"stopp_{self.letter.lower()}",
            self.title,
            denominator=OLDER & self.who,
            numerator=self.has,
            why=self.why,
            action="Ask whether it is still needed; stop it, reduce it or change it.",
            provenance=from_source(f"{VERSION_3} STOPP {self.letter}", self.tag),
            note=self.note,
        )


@dataclass(frozen=True)
class Start:
    """A medicine that may be missing: `lacks` it among people aged 65+ `who` ..."""

    letter: str
    title: str
    who: Predicate
    lacks: Predicate
    why: str
    note: str = ""
    tag: Tag = "V"

    @property
    def indicator(self) -> Indicator:
        """The gap."""
        return gap(
            f"start_{self.letter.lower()}",
            self.title,
            denominator=OLDER & self.who,
            numerator=self.lacks,
            why=self.why,
            action="Consider starting it, unless it is declined, not tolerated or near life's end.",
            provenance=from_source(f"{VERSION_3} START {self.letter}", self.tag),
            note=self.note,
        )
