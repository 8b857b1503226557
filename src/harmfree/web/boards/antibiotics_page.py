"""Antibiotics: how many, which, and for which infections, at each organisation."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from harmfree.errors import HarmfreeError
from harmfree.improvement.spc.chart import control_chart
from harmfree.improvement.spc.control_picture import control_picture
from harmfree.improvement.spc.series import Series, Settings
from harmfree.pictures import Picture
from harmfree.programmes.point_of_care_testing.ideal import ideals
from harmfree.programmes.point_of_care_testing.measures import MEASURES
from harmfree.publish.stewardship import NOTES, Consulted, Volume
from harmfree.web.boards.asking import Asked, Page
from harmfree.web.boards.builders import ANTIBIOTICS
from harmfree.web.boards.hiding import Pairs, Row, added_up, alone, shown, shown_series
from harmfree.web.boards.results import find
from harmfree.web.boards.tables import Board, Cell, count, heads, measured, unless, words

COUNTS = ("people", "unweighted", "items_all", "items", "items_nhs", "broad", "broad_nhs",
          "uti_items", "uti_long")  # fmt: skip
VOLUME_PAIRS: Pairs = [
    *alone("people"),
    *((part, "items_all") for part in ("items_all", "items", "items_nhs", "broad", "broad_nhs")),
    *((part, "items") for part in ("items_nhs", "broad", "broad_nhs")),
    ("broad_nhs", "items_nhs"),
    ("broad_nhs", "broad"),
]
UTI_PAIRS: Pairs = [("uti_long", "uti_items")]
Months = dict[str, list[dict[str, Any]]]


def antibiotics(asked: Asked) -> Page:
    """Volume, choice and infections of the last twelve months, and the volume over time."""
    kept = find(asked.run, ANTIBIOTICS)
    content: dict[str, Any] = kept.content or {}
    rows = added_months(asked, content.get("sites", {}))
    tables = (_volume(asked, rows), _uti(asked, rows), _infections(asked, rows)) if rows else ()
    return Page(
        tables=tables,
        context={
            "picture": _chart(asked, rows),
            "measures": MEASURES,
            "notes": NOTES,
            "until": _last(rows),
        },
        found={"Antibiotics": kept},
    )


def added_months(asked: Asked, sites: Months) -> Months:
    """Every organisation's rolling years, by code: counts and STAR-PU added up."""
    length = max((len(each) for each in sites.values()), default=0)
    found: Months = {}
    for i in range(length):
        flat: dict[str, Row] = {code: _flat(each[i]) for code, each in sites.items()}
        first = next(iter(sites.values()))[i]["month"]
        for code, row in added_up(asked.viewer.tree, flat).items():
            found.setdefault(code, []).append({**row, "month": first})
    return found


def _flat(month: dict[str, Any]) -> dict[str, Any]:
    seen = {f"{c}:{part}": n for c, pair in month["consulted"].items()
            for part, n in zip(("all", "treated"), pair, strict=True)}  # fmt: skip
    return {name: month[name] for name in (*COUNTS, "star_pu")} | seen


def volume_of(row: dict[str, Any]) -> Volume:
    """A row as the publish functions have it, so that every share is worked out there."""
    consulted = tuple(
        Consulted(each, row[f"{each.infection}:all"], row[f"{each.infection}:treated"])
        for each in ideals()
    )
    counts = {name: row[name] for name in COUNTS}
    return Volume(date.fromisoformat(row["month"]), star_pu=row["star_pu"],
                  consulted=consulted, **counts)  # fmt: skip


def _last(rows: Months) -> date | None:
    return next((date.fromisoformat(each[-1]["month"]) for each in rows.values()), None)


def latest(rows: Months) -> dict[str, dict[str, Any]]:
    """The last year of each."""
    return {code: months[-1] for code, months in rows.items()}


def _volume(asked: Asked, rows: Months) -> Board:
    last = latest(rows)
    seen = shown(asked.viewer, last, VOLUME_PAIRS)
    made = []
    for node in (each for each in asked.rows() if each.code in last):
        code, found = node.code, volume_of(last[node.code])
        made.append((
            words(node.name),
            unless(seen.has(code, "people"), count(found.people)),
            unless(seen.has(code, "items_all"), count(found.items_all)),
            unless(seen.has(code, "items_all"), measured(found.per_star_pu, 3)),
            unless(seen.has(code, "items", "people"), measured(found.per_1000, 0)),
            unless(seen.has(code, "broad"), count(found.broad)),
            unless(seen.has(code, "broad", "items"), measured(found.four_c, 1, "%")),
            unless(seen.has(code, "broad_nhs", "items_nhs"), measured(found.four_c_nhs, 1, "%")),
        ))  # fmt: skip
    return Board(
        "volume",
        "Volume and choice, rolling twelve months",
        heads("Organisation", "On the list", "Items", "Items per STAR-PU", "Items per 1,000 people",
              "Broad-spectrum items", "4C, OpenPrescribing", "4C, NHS quality premium"),
        tuple(made),
        "The two 4C shares differ in what they are shares of: never compare one with the other.",
    )  # fmt: skip


def _uti(asked: Asked, rows: Months) -> Board:
    last = latest(rows)
    seen = shown(asked.viewer, last, UTI_PAIRS)
    made = []
    for node in (each for each in asked.rows() if each.code in last):
        code, found = node.code, volume_of(last[node.code])
        made.append((
            words(node.name),
            unless(seen.has(code, "uti_items"), count(found.uti_items)),
            unless(seen.has(code, "uti_long"), count(found.uti_long)),
            unless(seen.has(code, "uti_long", "uti_items"), measured(found.uti_percent, 1, "%")),
        ))  # fmt: skip
    return Board(
        "urinary",
        "Courses for urinary infection",
        heads("Organisation", "Items", "Beyond three days",
              asked.definition("poct_uti_course_over_3_days", "Share")),
        tuple(made),
    )  # fmt: skip


def _infections(asked: Asked, rows: Months) -> Board:
    last = latest(rows)
    made: list[tuple[Cell, ...]] = []
    for each in ideals():
        every, treated = f"{each.infection}:all", f"{each.infection}:treated"
        seen = shown(asked.viewer, last, [(treated, every)])
        for node in (n for n in asked.rows() if n.code in last):
            code, row = node.code, last[node.code]
            one = Consulted(each, row[every], row[treated])
            both = seen.has(code, every, treated)
            made.append((
                words(node.name),
                words(each.title),
                unless(seen.has(code, every), count(one.consultations)),
                unless(seen.has(code, treated), count(one.treated)),
                unless(both, measured(one.percent, 0, "%")),
                unless(both, measured(one.excess, 0)),
                measured(each.ideal, 0, "%"),
            ))  # fmt: skip
    return Board(
        "infections",
        "Consultations for infections, and antibiotics on the day",
        heads("Organisation", Cell("Infection", number=False), "Consultations",
              "With an antibiotic", "Share", "Above the ideal share", "Ideal share"),
        tuple(made),
    )  # fmt: skip


def _chart(asked: Asked, rows: Months) -> Picture | None:
    """Items per STAR-PU month by month; None where a month is hidden."""
    code = asked.node.code
    series: dict[str, list[Row]] = {
        each: [{"items_all": month["items_all"]} for month in months]
        for each, months in rows.items()
    }
    volume: Pairs = [("items_all", "items_all")]
    if code not in rows or not shown_series(asked.viewer, series, volume).has(code, "items_all"):
        return None
    found = [volume_of(month) for month in rows[code]]
    values = np.array([np.nan if v.per_star_pu is None else v.per_star_pu for v in found])
    try:
        # Rolling years overlap, so that limits of single months would mean nothing: a run chart.
        made = control_chart(
            "run", Series(values, tuple(each.month for each in found)), Settings(improve="down")
        )
    except HarmfreeError:
        return None  # too few months
    return control_picture(
        made,
        f"Antibacterial items per STAR-PU: {asked.node.name}",
        "Items per STAR-PU, rolling year",
    )
