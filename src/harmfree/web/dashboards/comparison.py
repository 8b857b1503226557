"""Organisations of one level side by side: a funnel and a table, never a ranking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from django.urls import reverse

from harmfree.errors import HarmfreeError
from harmfree.improvement.spc.funnel import funnel
from harmfree.improvement.spc.funnel_picture import funnel_picture
from harmfree.pictures import Picture
from harmfree.programmes import Indicator
from harmfree.web.dashboards import levels
from harmfree.web.dashboards.figures import HIDDEN, Figures, Reader
from harmfree.web.dashboards.verdicts import Verdict, verdicts
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import Node

LEAST = 3
"""A funnel compares three or more."""


@dataclass(frozen=True)
class Row:
    """One organisation in the table."""

    figures: Figures
    verdict: Verdict

    @property
    def node(self) -> Node:
        """Whose row it is."""
        return self.figures.organisation

    @property
    def numerator(self) -> str:
        """People in the numerator, in words."""
        return _shown(self.figures.numerators[-1])

    @property
    def denominator(self) -> str:
        """People looked at, in words."""
        return _shown(self.figures.denominators[-1])


def _shown(count: int | None) -> str:
    return HIDDEN if count is None else f"{count:,}"


@dataclass(frozen=True)
class Comparison:
    """One indicator at the organisations of a level.

    Attributes:
        level: a level of the tree.
        rows: those that the viewer may name.
        picture: the funnel; None with `reason` when there is none.
        unnamed: how many others are drawn without a name.
        left_out: how many are not drawn because their numbers are hidden or nobody is looked at.
        drawn: how many are.
    """

    level: str
    rows: tuple[Row, ...]
    picture: Picture | None
    reason: str
    unnamed: int
    left_out: int
    drawn: int

    @property
    def mostly_hidden(self) -> bool:
        """Whether fewer are drawn than not."""
        return self.drawn < self.left_out


Key = Callable[[Row], tuple[bool, float | str]]
SORTS: dict[str, tuple[str, Key]] = {
    "name": ("Name", lambda row: (False, row.node.name)),
    "numerator": ("People", lambda row: _hidden_last(row.figures.numerators[-1])),
    "denominator": ("Out of", lambda row: _hidden_last(row.figures.denominators[-1])),
    "percent": ("Percentage", lambda row: _hidden_last(float(row.figures.percent[-1]))),
}


def _hidden_last(value: float | None) -> tuple[bool, float]:
    unknown = value is None or not np.isfinite(value)
    return unknown, 0.0 if value is None or unknown else float(value)


def compared(
    reader: Reader, indicator: Indicator, above: Node, level: str, sort: str = "name"
) -> Comparison:
    """One indicator at all organisations of a level below another; one query.

    Args:
        reader: reads the run for the viewer.
        indicator: what is compared.
        above: the organisation that holds them.
        level: their level.
        sort: a key of `SORTS`, with "-" in front for the largest first; what is hidden is last
            either way.
    """
    nodes = reader.viewer.at_level(above, level)
    inside = {each.id for each in nodes}
    found = reader.series([above.id, *inside], [indicator.id])
    series = [each for each in found if each.organisation.id in inside]
    whole = next((each for each in found if each.organisation.id == above.id), None)
    drawn = [each for each in series if np.isfinite(each.percent[-1])]
    picture, reason = _funnel(reader.viewer, indicator, drawn, level, whole)
    named = [each for each in series if each.organisation.id in reader.viewer.named]
    rows = [Row(each, said) for each, said in zip(named, verdicts(named), strict=True)]
    unnamed = sum(each.organisation.id not in reader.viewer.named for each in drawn)
    return Comparison(
        level=level,
        rows=tuple(_sorted(rows, sort)),
        picture=picture,
        reason=reason,
        unnamed=unnamed,
        left_out=len(series) - len(drawn),
        drawn=len(drawn),
    )


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    _, key = SORTS[sort.removeprefix("-")]
    if not sort.startswith("-"):
        return sorted(rows, key=lambda row: (*key(row), row.node.name))
    known = [row for row in rows if not key(row)[0]]
    gone = [row for row in rows if key(row)[0]]
    return [*sorted(known, key=key, reverse=True), *gone]


def _funnel(
    viewer: Viewer,
    indicator: Indicator,
    series: Sequence[Figures],
    level: str,
    whole: Figures | None,
) -> tuple[Picture | None, str]:
    """The funnel of those whose numbers are shown; others' dots without name and link.

    Its centre is the percentage of the whole where that is shown: the share of those drawn alone
    would be off, because small counts are hidden and zeros are not.
    """
    several = levels.in_sentence(level)
    if len(series) < LEAST:
        return None, f"There is no funnel: the numbers of fewer than {LEAST} {several} are shown."
    named = [each.organisation.id in viewer.named for each in series]
    names = [e.organisation.name if n else "" for e, n in zip(series, named, strict=True)]
    links = [
        address(e.organisation, indicator) if n else "" for e, n in zip(series, named, strict=True)
    ]
    counts = (
        np.array([each.numerators[-1] for each in series], float),
        np.array([each.denominators[-1] for each in series], float),
    )
    try:
        made = funnel(tuple(names), *counts, target=_centre(whole))
    except HarmfreeError as error:
        return None, f"{error.what}. {error.do}".strip()
    title = f"{indicator.title}: {several}"
    return funnel_picture(made, title, "% of people looked at", "People looked at", links), ""


def _centre(whole: Figures | None) -> float | None:
    share = np.nan if whole is None else float(whole.percent[-1]) / 100
    return share if 0 < share < 1 else None


def address(node: Node, indicator: Indicator) -> str:
    """The page of one indicator at one organisation."""
    return reverse("dashboard_indicator", args=[node.code, indicator.id])


def default_level(viewer: Viewer, node: Node) -> tuple[Node, str]:
    """What an indicator's page compares: the sites below, or a site and those of its place."""
    below = viewer.levels_below(node)
    if below:
        return node, "practice" if "practice" in below else below[-1]
    over = viewer.tree.above(node.id)
    wider = [each for each in over if each.kind in ("place", "system", "region")]
    return (wider or over or [node])[0], node.kind
