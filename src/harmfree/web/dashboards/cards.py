"""The cards of an organisation: one for each indicator, concern first within its programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harmfree.pictures import Markup
from harmfree.programmes import Indicator, Programme, programmes
from harmfree.web.dashboards.figures import HIDDEN, Figures, Reader
from harmfree.web.dashboards.notes import Terms, terms_of
from harmfree.web.dashboards.sparkline import sparkline
from harmfree.web.dashboards.verdicts import Verdict, verdicts
from harmfree.web.organisations.tree import Node

BETTER = {"lower": "Lower is better", "higher": "Higher is better", "none": "For context"}
YEAR = 13
"""A year ago is the thirteenth month from the end."""


@dataclass(frozen=True)
class Card:
    """What is said of one indicator at one organisation."""

    figures: Figures
    verdict: Verdict
    target: float | None

    @property
    def indicator(self) -> Indicator:
        """What is counted."""
        return self.figures.indicator

    @property
    def judged(self) -> bool:
        """Whether there is enough for a verdict."""
        return bool(self.verdict.icon)

    @property
    def sparkline(self) -> Markup:
        """Its shape over the last months."""
        return sparkline(self.figures.percent.tolist())

    @property
    def change(self) -> str:
        """From a year ago to now, in words."""
        percent = self.figures.percent
        if len(percent) < YEAR or not np.isfinite(percent[[-1, -YEAR]]).all():
            return ""
        now, before = round(float(percent[-1]), 1), round(float(percent[-YEAR]), 1)
        if now == before:
            return "the same as a year ago"
        return f"{'up' if now > before else 'down'} from {before:.1f}% a year ago"

    @property
    def better(self) -> str:
        """Which way is better."""
        return BETTER[self.indicator.direction]

    @property
    def hidden(self) -> bool:
        """Whether the latest percentage is hidden."""
        return self.figures.latest == HIDDEN


@dataclass(frozen=True)
class Group:
    """The cards of one programme."""

    programme: Programme
    cards: tuple[Card, ...]

    @property
    def judged(self) -> list[Card]:
        """Those with a verdict, concern first."""
        return [each for each in self.cards if each.judged]

    @property
    def unjudged(self) -> list[Card]:
        """Those without, in the programme's order."""
        return [each for each in self.cards if not each.judged]

    @property
    def attention(self) -> int:
        """How many need attention."""
        return sum(each.verdict.needs_attention for each in self.cards)


def cards_of(
    reader: Reader, node: Node, programme: str = "", terms: Terms | None = None
) -> list[Group]:
    """The cards of an organisation by programme, on the terms that hold there (read if not given);
    one query for the series."""
    terms = terms or terms_of(reader.viewer, node)
    held = programmes()
    wanted = None
    if programme:
        wanted = [each.id for each in held[programme].indicators]
    series = reader.series([node.id], wanted)
    targets = dict(terms.targets)
    found = verdicts(series, targets, dict(terms.rebases))
    made = {
        each.indicator.id: Card(each, said, targets.get(each.indicator.id))
        for each, said in zip(series, found, strict=True)
    }
    groups = []
    for each in held.values():
        cards = _ordered([made[i.id] for i in each.indicators if i.id in made])
        if cards:
            groups.append(Group(each, tuple(cards)))
    return groups


def _ordered(cards: Sequence[Card]) -> list[Card]:
    """Concern first; the programme's order within each verdict."""
    return sorted(cards, key=lambda card: card.verdict.rank)
