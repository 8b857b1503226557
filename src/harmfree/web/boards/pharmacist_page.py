"""What the practice pharmacists changed, in safety and in money, for a region and its practices."""

from __future__ import annotations

from datetime import date
from typing import Any

from harmfree.improvement.picture import picture
from harmfree.improvement.result import Estimate, Result
from harmfree.pictures import Picture
from harmfree.programmes.registry import indicator
from harmfree.publish.pharmacist_impact import INDICATORS
from harmfree.web.access.roles import Permission
from harmfree.web.boards.asking import Asked, Page
from harmfree.web.boards.hiding import Pairs, added_up, alone, is_small, shown
from harmfree.web.boards.models import Upload
from harmfree.web.boards.pharmacist_results import PHARMACIST, RollOut, newest, region_of, roll_out
from harmfree.web.boards.results import Found, find
from harmfree.web.boards.tables import Board, Cell, count, heads, measured, unless, words
from harmfree.web.dashboards.figures import HIDDEN

PAIRS: Pairs = [
    *alone("reviews", "offered", "risks_accepted"),
    ("accepted", "offered"),
    *((part, "looked_at") for part in ("followed", "resolved", "ended_otherwise", "recurred")),
    *((part, "followed") for part in ("resolved", "ended_otherwise", "recurred")),
    ("recurred", "resolved"),
    ("settled", "followed"),
]
"""`settled` are the resolved and those who died or left: the others are still open."""


def impact_page(asked: Asked) -> Page:
    """The evaluation of the whole region, and what was done at the organisation."""
    region = region_of(asked.node)
    using = roll_out(region)
    kept = Found(None)
    if using.started:
        kept = find(
            asked.run, PHARMACIST, region.id, using.digest, builder=PHARMACIST, ask=region.id
        )
    content: dict[str, Any] = kept.content or {}
    tables = [_register(asked, using)]
    if content:
        tables = [_activity(asked, content), *_savings(asked, content), *tables]
    may_bring = asked.viewer.access.may_at(Permission.ANNOTATE, region.id)
    return Page(
        tables=tuple(tables),
        context={
            "region": region,
            "using": using,
            "evaluations": evaluations(content),
            "savings": content.get("savings"),
            "may_bring": may_bring,
            "left_out": _left_out(region.id) if may_bring else [],
        },
        found={"The evaluation": kept} if using.started else {},
    )


def evaluations(content: dict[str, Any]) -> list[tuple[str, str, Picture | None, str]]:
    """(id, title, picture, why there is none) of each evaluated indicator.

    In the order of `INDICATORS`: PostgreSQL does not keep the order of what JSON holds.
    """
    found = []
    held = content.get("evaluations", {})
    for name in sorted(held, key=lambda each: (INDICATORS + (each,)).index(each)):
        each = held[name]
        why = each.get("why_not", "")
        found.append((name, indicator(name).title, None if why else drawn(each), why))
    return found


def drawn(kept: dict[str, Any]) -> Picture:
    """The picture of an evaluation that was kept as JSON."""
    return picture(
        Result(
            method=kept["method"],
            estimator=kept["estimator"],
            n=kept["n"],
            estimates=dict[str, Estimate](),
            sentence=kept["sentence"],
            warnings=tuple(kept["warnings"]),
            plotted=kept["plotted"],
        )
    )


def activity_rows(asked: Asked, content: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Counts of every practice and of all organisations above, by code."""
    sites = {
        code: {name: n for name, n in each.items() if name != "site"}
        | {"settled": each["resolved"] + each["ended_otherwise"]}
        for code, each in content["activity"].items()
    }
    return added_up(asked.viewer.tree, sites)


def _activity(asked: Asked, content: dict[str, Any]) -> Board:
    counts = activity_rows(asked, content)
    seen = shown(asked.viewer, counts, PAIRS)
    names = ("reviews", "offered", "accepted", "risks_accepted", "looked_at", "followed",
             "resolved", "ended_otherwise", "recurred")  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for node in (each for each in asked.rows() if each.code in counts):
        row = counts[node.code]
        share = 100 * row["resolved"] / row["followed"] if row["followed"] else None
        rows.append((
            words(node.name),
            *(unless(seen.has(node.code, name), count(row[name])) for name in names),
            unless(seen.has(node.code, "resolved", "followed"), measured(share, 0, "%")),
        ))  # fmt: skip
    return Board(
        "activity",
        "What the pharmacists did",
        heads("Organisation", "Reviews", "Offered", "Accepted", "Risks accepted", "Looked at",
              "Followed 12 weeks", "Resolved", "Died or left", "Came back in a year",
              "Resolved of followed"),
        tuple(rows),
        "Looked at are hazards and gaps that were open on the day of a review. Resolved ended "
        "within 12 weeks because a medicine, a protector or a test changed.",
    )  # fmt: skip


def _savings(asked: Asked, content: dict[str, Any]) -> list[Board]:
    found = content["savings"]
    if found is None:
        return []
    rows = []
    for each in found:
        small = is_small((each["issues"], each["without_quantity"])) and not _exact_above(asked)
        told = (Cell(HIDDEN),) * 2 if small else (
            count(each["issues"]), count(each["without_quantity"]))  # fmt: skip
        said = HIDDEN if small else each["sentence"] or each["why"]
        rows.append((words(each["set"]), *told, words(said)))
    tables = [
        Board(
            "savings",
            "Savings by price per unit, last 12 months, the whole region",
            heads("Set", "Issues", "Without a quantity", Cell("Saving", number=False)),
            tuple(rows),
            "What every practice would save if it paid per unit what the best tenth pays.",
        )
    ]
    return [*tables, *_savings_by_practice(asked, found)]


def _exact_above(asked: Asked) -> bool:
    return asked.viewer.sees_small(region_of(asked.node).id)


def _savings_by_practice(asked: Asked, found: list[dict[str, Any]]) -> list[Board]:
    """Only where the viewer sees small numbers: a saving may rest on a few people's issues."""
    exact = {n.code: n for n in asked.rows("practice") if n.id in asked.viewer.exact}
    rows = [
        (words(exact[one["site"]].name), words(each["set"]), measured(one["saving"], 0))
        for each in found
        for one in each["sites"]
        if one["site"] in exact
    ]
    if not rows:
        return []
    title = heads("Practice", Cell("Set", number=False), "Pounds in 12 months")
    return [Board("savings-by-practice", "Savings of your practices", title, tuple(rows))]


def _register(asked: Asked, using: RollOut) -> Board:
    """Who started when, of the practices that the viewer may name."""
    named = {node.code: node for node in asked.rows("practice")}
    rows = [
        (
            words(named[each.site].name),
            words(day(each.go_live)),
            measured(each.sessions, 1) if each.sessions is not None else Cell("", ""),
        )
        for each in using.starts
        if each.site in named
    ]
    title = heads("Practice", Cell("First day", number=False), "Sessions a week")
    return Board("register", "Roll-out register", title, tuple(rows), using.words)


def day(on: date | None) -> str:
    """A first day in words."""
    return f"{on.day} {on:%B %Y}" if on else "not started"


def _left_out(region: int) -> list[tuple[Upload, list[tuple[int, str]]]]:
    """The tables in use with their rows that were left out."""
    held = [newest(kind, region) for kind in (Upload.Kind.REGISTER, Upload.Kind.PRICES)]
    return [(each, [(row[0], row[1]) for row in each.rejected]) for each in held if each]
