"""Fracture prevention: the funnel, the fractures that could be avoided, QFracture by site."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from django.urls import reverse

from harmfree.pictures import Picture
from harmfree.publish.fracture_funnel import (
    READ,
    STAGES,
    Assumptions,
    Expected,
    Funnel,
    fractures_avoided,
    funnel_picture,
)
from harmfree.web.access.roles import Permission
from harmfree.web.boards.asking import Asked, Page
from harmfree.web.boards.assumptions import Assumption, AssumptionForm
from harmfree.web.boards.builders import FRACTURE, RISK_BANDS
from harmfree.web.boards.hiding import Pairs, added_up, shown
from harmfree.web.boards.results import find
from harmfree.web.boards.tables import Board, Cell, count, heads, measured, unless, words
from harmfree.web.dashboards.figures import HIDDEN
from harmfree.web.organisations.models import Kind
from harmfree.web.organisations.tree import Node

USUAL = Assumptions()
ASSUMED = {
    "avoided": Assumption("Hip fractures avoided", USUAL.avoided, 0, 1_000_000, USUAL.source),
    "among": Assumption("in so many newly treated people", USUAL.among, 1, 10_000_000),
    "years": Assumption("over so many years", USUAL.years, 0.1, 50),
    "persistence": Assumption(
        "Share who stay on treatment, 0 to 1", USUAL.persistence, 0, 1
    ),
}  # fmt: skip
BANDS = [f"b{number}" for number in range(len(RISK_BANDS))]
PAIRS: Pairs = [
    ("scored", "people"),
    ("above", "scored"),
    ("above", "people"),
    ("above", "high"),
    ("high", "people"),
    *((band, "scored") for band in BANDS),
    *((band, "people") for band in BANDS),
]
"""Bands are shown all or none: they add up to the scored."""
Counts = dict[str, int | None]


def fracture_prevention(asked: Asked) -> Page:
    """The funnel of the organisation and of those below, with the estimate and QFracture."""
    form = AssumptionForm(ASSUMED, asked.query)
    assumed = assumptions(form)
    nodes = asked.rows()
    counts = counts_of(asked, nodes)
    own = estimate(counts[asked.node.id], assumed)
    kept = find(asked.run, FRACTURE)
    content: dict[str, Any] = kept.content or {}
    tables = [_stages(asked, nodes, counts, assumed)]
    if content:
        tables += [_summary(asked, content), _bands(asked, content)]
    return Page(
        tables=tuple(tables),
        context={
            "picture": _picture(asked, counts, own),
            "estimate": own,
            "threshold": content.get("threshold"),
            "notes": content.get("notes", ()),
            "people": people_address(asked, asked.node),
        },
        found={"QFracture": kept},
        form=form,
    )


def assumptions(form: AssumptionForm) -> Assumptions:
    """What was given, with the source only of what was not changed."""
    source = "your own assumptions" if form.changed else USUAL.source
    return Assumptions(**{name: form.value(name) for name in ASSUMED}, source=source)


def counts_of(asked: Asked, nodes: list[Node]) -> dict[int, Counts]:
    """People at each stage by organisation; None where hidden, 0 where nobody is looked at."""
    wanted = sorted({name for name, _ in READ.values()})
    series = asked.reader.series([each.id for each in nodes], wanted)
    held = {(each.organisation.id, each.indicator.id): each for each in series}
    found: dict[int, Counts] = {}
    for node in nodes:
        found[node.id] = {}
        for stage, (name, of) in READ.items():
            figures = held.get((node.id, name))
            side = (figures.numerators if of else figures.denominators) if figures else (0,)
            found[node.id][stage] = side[-1]
    return found


def estimate(counts: Counts, assumed: Assumptions) -> Expected | None:
    """What treating everybody at high risk who is not treated would avoid; None when hidden."""
    high, treated = counts["high_risk"], counts["treated"]
    if high is None or treated is None or treated > high:
        return None
    return fractures_avoided(high - treated, assumed)


def _picture(asked: Asked, counts: dict[int, Counts], own: Expected | None) -> Picture | None:
    """The funnel with the estimate as it was asked for; None where a stage is hidden."""
    known = [each for each in counts[asked.node.id].values() if each is not None]
    if len(known) < len(STAGES) or not any(known) or own is None:
        return None
    node, day = asked.node, asked.run.index_dates[-1]
    made = funnel_picture([Funnel(node.code, node.name, day, tuple(known))])
    return replace(made, notes=(own.says, *made.notes[1:]))


def _stages(
    asked: Asked, nodes: list[Node], counts: dict[int, Counts], assumed: Assumptions
) -> Board:
    rows = []
    for node in nodes:
        found = estimate(counts[node.id], assumed)
        rows.append(
            (
                _name(asked, node),
                *(count(number) for number in counts[node.id].values()),
                Cell(HIDDEN) if found is None else measured(found.avoided),
            )
        )
    titles = (
        asked.definition(READ[stage][0], text[0].upper() + text[1:])
        for stage, text in STAGES.items()
    )
    return Board(
        "funnel",
        "From the record to treatment",
        heads("Organisation", *titles, "Hip fractures avoidable"),
        tuple(rows),
        "Reviewed and treated are each a part of those at high risk.",
    )


def _name(asked: Asked, node: Node) -> Cell:
    return words(node.name, reverse("board", args=[node.code, "fracture-prevention"]))


# QFracture --------------------------------------------------------------------------------------


def risk_rows(asked: Asked, content: dict[str, Any]) -> dict[str, dict[str, int]]:
    """People, scored, above the threshold, high and each band, for every organisation by code."""
    sites = {
        code: {name: int(each[name]) for name in ("people", "scored", "above", "high")}
        | dict(zip(BANDS, each["bands"], strict=True))
        for code, each in content["sites"].items()
    }
    return added_up(asked.viewer.tree, sites)


def _summary(asked: Asked, content: dict[str, Any]) -> Board:
    counts = risk_rows(asked, content)
    seen = shown(asked.viewer, counts, PAIRS)
    rows: list[tuple[Cell, ...]] = []
    for node in (each for each in asked.rows() if each.code in counts):
        code, row = node.code, counts[node.code]
        share = measured(100 * row["high"] / row["people"] if row["people"] else None, 1, "%")
        high = count(row["high"], people_address(asked, node))
        rows.append((
            words(node.name),
            *(unless(seen.has(code, n), count(row[n])) for n in ("people", "scored", "above")),
            unless(seen.has(code, "high"), high),
            unless(seen.has(code, "high", "people"), share),
        ))  # fmt: skip
    return Board(
        "qfracture",
        "QFracture: people by site",
        heads("Organisation", "People aged 30 to 100", "With every input",
              f"Of these at {content['threshold']:g}% or more", "High risk", "Share"),
        tuple(rows),
        "High risk is at or above the threshold, or above NICE's upper age whatever the score.",
    )  # fmt: skip


def _bands(asked: Asked, content: dict[str, Any]) -> Board:
    counts = risk_rows(asked, content)
    seen = shown(asked.viewer, counts, PAIRS)
    rows: list[tuple[Cell, ...]] = []
    for node in (each for each in asked.rows() if each.code in counts):
        row = counts[node.code]
        every = seen.has(node.code, *BANDS, "above")
        rows.append((words(node.name), *(unless(every, count(row[band])) for band in BANDS)))
    ends = [f"{low:g}% to under {high:g}%" for low, high in pairwise(RISK_BANDS)]
    return Board(
        "bands",
        "QFracture: ten-year risk of an osteoporotic fracture, people with every input",
        heads("Organisation", *ends, f"{RISK_BANDS[-1]:g}% or more"),
        tuple(rows),
    )


def people_address(asked: Asked, node: Node) -> str:
    """Where the list of a site's people at high risk is, for its care team; else empty."""
    if node.kind != Kind.PRACTICE or not asked.viewer.access.may_at(Permission.SEE_PEOPLE, node.id):
        return ""
    return reverse("board_fracture_people", args=[node.code])
