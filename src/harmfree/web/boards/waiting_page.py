"""Time to action: how long cases wait on the worklists, by programme and by organisation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harmfree.errors import HarmfreeError
from harmfree.improvement.spc.chart import control_chart
from harmfree.improvement.spc.control_picture import control_picture
from harmfree.improvement.spc.series import Series, Settings
from harmfree.pictures import Picture
from harmfree.programmes import programmes
from harmfree.web.boards.asking import Asked, Page
from harmfree.web.boards.hiding import Shown, shown, shown_series
from harmfree.web.boards.tables import (
    NONE,
    Board,
    Cell,
    count,
    heads,
    measured,
    month_of,
    unless,
    words,
)
from harmfree.web.boards.waiting_counts import (
    WITHIN,
    Watched,
    first_of,
    named,
    pairs,
    watched,
)
from harmfree.web.organisations.tree import Node

COLUMNS = (
    "Cases shown",
    "Acted on",
    "Still waiting",
    "Closed otherwise",
    "Median days to action (95% limits)",
    f"Followed for {WITHIN} days",
    f"Acted on within {WITHIN} days",
    f"Share within {WITHIN} days",
)
EVERY = "all"
NOT_REACHED = "not reached"
LEAST_CASES = 5
"""Below it a median says nothing; `improvement` asks for three at least."""
LEAST_MONTHS = 3
SHOWN = ("cases", "acted", "waiting", "otherwise", "could", "within")
MEANING = (
    "A case is one hazard or gap of one person. Its wait begins on the day when a worklist first "
    "showed it, not when the hazard began: what was there before the first run begins with it.",
    "The wait ends when somebody first records a decision (done, declined, not appropriate), or "
    "when newer records first show that it is over (care given, medicine stopped), whichever is "
    "first. What records show is known only when they come in, so that those waits look longer "
    "than they were. Assigning, snoozing and notes end no wait.",
    "Closed otherwise: the person died or left, is no longer at risk, or the records or the "
    "definition changed. Nobody acted, and nobody can.",
    "The median is a Kaplan-Meier estimate: those who still wait, and those closed otherwise, "
    "count as not acted on for as long as they were watched, and are left out from then on. "
    f"“{NOT_REACHED.capitalize()}” means that fewer than half were acted on.",
    f"The share within {WITHIN} days is of the cases that could be followed so long: first shown "
    f"{WITHIN} days ago or more, and not closed otherwise in those days. Younger cases are not in "
    "it yet.",
    "What was done but not recorded is not seen, and soon is not the same as right. A longer list "
    "takes longer: read the median beside the number of cases. A case that comes back is counted "
    "once, from its first showing.",
)


@dataclass(frozen=True)
class Sight:
    """What is shown of whom.

    Attributes:
        data: the waits. sums: counts of every organisation. seen: which of them may be shown.
    """

    asked: Asked
    data: Watched
    sums: dict[str, dict[str, int]]
    seen: Shown

    @classmethod
    def of(cls, asked: Asked) -> Sight:
        """The waits as the viewer may see them."""
        data = watched(asked.run)
        sums = data.sums(asked.viewer.tree)
        return cls(asked, data, sums, shown(asked.viewer, sums, pairs(data.programmes)))

    def may(self, code: str, chosen: Sequence[str], *names: str) -> bool:
        """Whether counts may be shown: of several programmes when each one's may, and only where
        as many people may be."""
        each = [
            named(p, name, people) for p in chosen for name in names for people in (False, True)
        ]
        return self.seen.has(code, *each)

    def number(self, code: str, chosen: Sequence[str], name: str) -> int:
        """Cases of some programmes together."""
        return sum(self.sums[code][named(each, name)] for each in chosen)


def time_to_action(asked: Asked) -> Page:
    """How long cases wait at an organisation and below, and how many are acted on in time."""
    sight = Sight.of(asked)
    data = sight.data
    there = asked.node.code in sight.sums
    chosen = chosen_programmes(asked, data)
    monthly = _monthly(sight, chosen) if there else None
    tables = (
        _by_programme(sight),
        _by_organisation(sight, chosen),
        *([_by_month(monthly, chosen)] if monthly else []),
    )
    return Page(
        tables=tables if there else (),
        context={
            "there": there,
            "day": data.day,
            "options": [(EVERY, "All programmes"), *((e, title(e)) for e in data.programmes)],
            "chosen": chosen[0] if len(chosen) == 1 else EVERY,
            "chosen_title": said(chosen),
            "picture": _chart(asked, monthly, chosen) if monthly else None,
            "monthly": monthly,
            "few_months": len(data.months) < LEAST_MONTHS,
            "within": WITHIN,
            "meaning": MEANING,
        },
    )


def title(programme: str) -> str:
    """What a programme is called."""
    return programmes()[programme].title


def said(chosen: Sequence[str]) -> str:
    """The programmes that are shown, in words."""
    return title(chosen[0]) if len(chosen) == 1 else "All programmes"


def chosen_programmes(asked: Asked, data: Watched) -> tuple[str, ...]:
    """The programme of the address, or all.

    Where nothing is asked for: all for whoever sees every number, else the one with most cases in
    the whole run, because all together are hidden wherever one programme has a small number.
    """
    given = asked.query.get("programme", "")
    if given == EVERY or not data.programmes:
        return data.programmes
    if given not in data.programmes:
        sizes = np.bincount(data.programme, minlength=len(data.programmes))
        given = data.programmes[int(sizes.argmax())]
        return data.programmes if asked.exact else (given,)
    return (given,)


def _by_programme(sight: Sight) -> Board:
    node, every = sight.asked.node, sight.data.programmes
    rows = [(words(title(each)), *_cells(sight, node, [each])) for each in every]
    together = [each for each in every if sight.may(node.code, [each], *SHOWN)]
    if len(together) > 1:
        text = "All programmes" if len(together) == len(every) else "All that are shown above"
        rows.append((words(text), *_cells(sight, node, together)))
    hidden = len(together) < len(every)
    return Board(
        "programmes",
        f"Time to action by programme: {node.name}",
        heads("Programme", *COLUMNS),
        tuple(rows),
        "Programmes of which a number is hidden are not in the last row." if hidden else "",
    )


def _by_organisation(sight: Sight, chosen: Sequence[str]) -> Board:
    nodes = [each for each in sight.asked.rows() if each.code in sight.sums]
    return Board(
        "organisations",
        f"Time to action by organisation: {said(chosen)}",
        heads("Organisation", *COLUMNS),
        tuple((words(each.name), *_cells(sight, each, chosen)) for each in nodes),
        "By name, never ranked: lists differ in length and in what is on them.",
    )


def _cells(sight: Sight, node: Node, chosen: Sequence[str]) -> tuple[Cell, ...]:
    """One row without its heading, in the order of `COLUMNS`."""
    code = node.code
    # The three ways add up to the cases, so that two of them would give the third.
    ways = sight.may(code, chosen, "cases", "acted", "waiting", "otherwise")
    share = sight.may(code, chosen, "could", "within")
    numbers = {name: sight.number(code, chosen, name) for name in SHOWN}
    three = (unless(ways, count(numbers[name])) for name in ("acted", "waiting", "otherwise"))
    return (
        unless(sight.may(code, chosen, "cases"), count(numbers["cases"])),
        *three,
        unless(ways, _median(sight, node, chosen) if ways else Cell(NONE)),
        unless(share, count(numbers["could"])),
        unless(share, count(numbers["within"])),
        unless(share, _share(numbers["within"], numbers["could"])),
    )


def _share(part: int, whole: int) -> Cell:
    return measured(100 * part / whole if whole else None, 1, "%")


def _median(sight: Sight, node: Node, chosen: Sequence[str]) -> Cell:
    """The median wait in days with its limits."""
    if sight.number(node.code, chosen, "cases") < LEAST_CASES:
        return Cell(NONE, "")
    found = sight.data.median(sight.asked.viewer.tree, node.code, chosen)
    if found is None:
        return Cell(NONE, "")
    if not math.isfinite(found.value):
        return Cell(NOT_REACHED)
    low, high = (f"{each:.0f}" if math.isfinite(each) else NOT_REACHED
                 for each in (found.lower, found.upper))  # fmt: skip
    return Cell(f"{found.value:.0f} ({low} to {high})")


Monthly = list[tuple[int, int, int]]


def _monthly(sight: Sight, chosen: Sequence[str]) -> Monthly | None:
    """(month, could, within) of the organisation; None where any month must be hidden."""
    asked, code = sight.asked, sight.asked.node.code
    rows = sight.data.monthly(asked.viewer.tree, chosen)
    if code not in rows or not sight.may(code, chosen, "monthly", "monthly_within"):
        return None
    seen = shown_series(asked.viewer, rows, pairs(chosen, [("within", "could")]))
    if not Sight(asked, sight.data, sight.sums, seen).may(code, chosen, "could", "within"):
        return None
    totals = (
        tuple(sum(row[named(each, name)] for each in chosen) for name in ("could", "within"))
        for row in rows[code]
    )
    return [
        (m, could, within) for m, (could, within) in zip(sight.data.months, totals, strict=True)
    ]


def _by_month(monthly: Monthly, chosen: Sequence[str]) -> Board:
    rows = tuple(
        (month_of(str(first_of(month))), count(could), count(within), _share(within, could))
        for month, could, within in monthly
    )
    titles = heads("First shown in", f"Followed for {WITHIN} days",
                   f"Acted on within {WITHIN} days", "Share")  # fmt: skip
    return Board("months", f"By month of the first showing: {said(chosen)}", titles, rows)


def _chart(asked: Asked, monthly: Monthly, chosen: Sequence[str]) -> Picture | None:
    """The run chart of the share; None with fewer than three months that have anybody."""
    shares = np.array([100 * n / d if d else np.nan for _, d, n in monthly], float)
    if np.isfinite(shares).sum() < LEAST_MONTHS:
        return None
    series = Series(shares, tuple(first_of(month) for month, _, _ in monthly))
    try:
        made = control_chart("run", series, Settings(improve="up"))
    except HarmfreeError:
        return None  # the months do not make a chart
    heading = f"Acted on within {WITHIN} days: {asked.node.name}"
    return control_picture(made, heading, "% of cases, by month of first showing")
