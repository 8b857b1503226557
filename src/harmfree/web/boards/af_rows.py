"""The rows of the landscape of atrial fibrillation, as a viewer may see them.

Counts are the published series with small numbers hidden; an estimate that rests on a hidden count
is hidden too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from harmfree.publish.af_expected import detection_gap
from harmfree.publish.af_landscape import (
    DENOMINATORS,
    NUMERATORS,
    SCORES,
    Assumptions,
    Strokes,
    strokes,
)
from harmfree.web.dashboards.figures import Figures, Reader
from harmfree.web.organisations.tree import Node

BY_SCORE = {score: f"af_untreated_score_{score}" for score in SCORES}
MORE = {"overdue": "af_inr_overdue"}
Counts = Mapping[str, int | None]
Held = Mapping[tuple[int, str], Figures]


@dataclass(frozen=True)
class Row:
    """One organisation; None where a number is hidden.

    Attributes:
        counts: people, by the names of `harmfree.publish.af_landscape`.
        expected: people that its list should hold; None while that is being worked out.
        ratio: of the expected, how many are on the register, per cent.
        to_find, to_treat: people missing to the targets.
        protected: of those at risk, how many are anticoagulated, per cent.
        strokes: the estimates; None when too much that they rest on is hidden.
    """

    node: Node
    counts: Counts
    expected: float | None
    ratio: float | None
    to_find: int | None
    protected: float | None
    to_treat: int | None
    strokes: Strokes | None

    @property
    def rough(self) -> bool:
        """Whether the number of some scores is hidden, so that estimates rest on the others."""
        return any(self.counts[f"score_{score}"] is None for score in BY_SCORE)

    def percent(self, part: str, whole: str) -> float | None:
        """A count as a share of another, per cent; None when hidden or of nobody."""
        above, below = self.counts[part], self.counts[whole]
        return 100 * above / below if above is not None and below else None


def read(reader: Reader, nodes: list[Node]) -> Held:
    """Every series that rows rest on, by organisation and indicator; one query."""
    wanted = {*NUMERATORS.values(), *DENOMINATORS.values(), *BY_SCORE.values(), *MORE.values()}
    found = reader.series([each.id for each in nodes], sorted(wanted))
    return {(each.organisation.id, each.indicator.id): each for each in found}


def rows_of(
    held: Held, nodes: list[Node], assumed: Assumptions, lists: Mapping[str, float]
) -> list[Row]:
    """A row for each organisation that has a register.

    Args:
        held: what `read` gave.
        nodes: whose rows.
        assumed: what the estimates rest on.
        lists: people that each list should hold by age and sex, by code.

    Raises:
        RefusedError: an assumption outside the range of the tool.
    """
    there = [each for each in nodes if (each.id, NUMERATORS["register"]) in held]
    return [_row(held, each, assumed, lists.get(each.code)) for each in there]


def counts_of(held: Held, node: Node) -> dict[str, int | None]:
    """The latest counts of an organisation by name; without a series nobody was ever looked at."""

    def last(indicator: str, side: str) -> int | None:
        figures = held.get((node.id, indicator))
        found: int | None = getattr(figures, side)[-1] if figures else 0
        return found

    counts = {name: last(each, "numerators") for name, each in (NUMERATORS | MORE).items()}
    counts |= {name: last(each, "denominators") for name, each in DENOMINATORS.items()}
    counts |= {f"score_{score}": last(each, "numerators") for score, each in BY_SCORE.items()}
    eligible, untreated = counts["eligible"], counts["untreated"]
    known = eligible is not None and untreated is not None
    counts["anticoagulated"] = (eligible or 0) - (untreated or 0) if known else None
    return counts


def _row(held: Held, node: Node, assumed: Assumptions, listed: float | None) -> Row:
    counts = counts_of(held, node)
    register, eligible, treated = (
        counts[name] for name in ("register", "eligible", "anticoagulated")
    )
    wanted = None if listed is None else listed * assumed.rates_factor
    ratio = None
    if wanted is not None and register is not None:
        _, ratio = detection_gap(wanted, register)
    to_treat = _short(assumed.protection_target, eligible, treated)
    return Row(
        node=node,
        counts=counts,
        expected=wanted,
        ratio=None if ratio is None else 100 * ratio,
        to_find=_short(assumed.detection_target, wanted, register),
        protected=100 * treated / eligible if eligible and treated is not None else None,
        to_treat=to_treat,
        strokes=_strokes(counts, to_treat, assumed),
    )


def _short(percent: float, whole: float | None, reached: int | None) -> int | None:
    """People missing to a share of the whole, rounded up; None when either is not known."""
    if whole is None or reached is None:
        return None
    # Rounded first, so that 85% of 100 is 85 and not a hair more.
    return max(math.ceil(round(percent * whole / 100, 6)) - reached, 0)


def _strokes(counts: Counts, to_treat: int | None, assumed: Assumptions) -> Strokes | None:
    """The estimates from what is shown; None when that is too little.

    Where the number of some scores is hidden, all who are not among the shown scores are taken to
    have their average risk: so nothing of a hidden number is in the estimate. Where all are hidden
    there is only the simple formula; what rests on scores is NaN.
    """
    untreated = counts["untreated"]
    by_score = {score: counts[f"score_{score}"] for score in BY_SCORE}
    known = {score: people for score, people in by_score.items() if people is not None}
    scored = sum(known.values())
    if untreated is None or to_treat is None:
        return None
    found = strokes(untreated, known, to_treat, assumed)
    if len(known) == len(by_score):
        return found
    times = untreated / scored if scored else math.nan
    return replace(
        found,
        expected=times * found.expected,
        avoidable=times * found.avoidable,
        lives=times * found.lives,
        saving_pounds=times * found.saving_pounds,
    )
