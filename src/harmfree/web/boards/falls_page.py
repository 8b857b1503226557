"""Falls: per 1,000 bed days by care home, and the numbers of Steady On."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from harmfree.errors import HarmfreeError
from harmfree.improvement.spc.control_picture import control_picture
from harmfree.improvement.spc.funnel import funnel
from harmfree.improvement.spc.funnel_picture import funnel_picture
from harmfree.pictures import Picture
from harmfree.programmes.registry import indicator
from harmfree.publish.falls_rates import NOTES, HomeRates, Month, poisson_rate, u_chart
from harmfree.web.boards.asking import Asked, Page
from harmfree.web.boards.builders import FALLS
from harmfree.web.boards.hiding import Pairs, Row, Shown, added_up, alone, shown, shown_series
from harmfree.web.boards.results import find
from harmfree.web.boards.tables import (
    NONE,
    Board,
    Cell,
    count,
    heads,
    interval,
    month_of,
    unless,
    words,
)
from harmfree.web.dashboards.comparison import address
from harmfree.web.dashboards.figures import HIDDEN
from harmfree.web.organisations.tree import Node

COUNTED = ("falls", "injuries", "bed_days", "residents", "fallers")
PAIRS: Pairs = [
    *alone("falls"),
    ("injuries", "falls"),
    ("fallers", "falls"),
    ("fallers", "residents"),
]
"""Bed days are an exposure, not people, and always shown; a rate is hidden with its falls."""
YEAR = 12
STEADY = (
    "steady_faller_not_offered",
    "steady_attended_of_offered",
    "steady_not_attended",
    "steady_six_prompts",
    "steady_plan_agreed",
    "steady_no_plan",
)
Months = list[dict[str, Any]]


def falls(asked: Asked) -> Page:
    """Falls in the homes of an organisation, or of one home, and Steady On."""
    kept = find(asked.run, FALLS)
    series = added_series(asked, kept.content or {})
    there = asked.node.code in series
    homes = (_homes(asked, series),) if there else ()
    return Page(
        tables=(*homes, *_months(asked, series), _steady(asked)),
        context={
            "picture": _chart(asked, series),
            "funnel": _funnel(asked, series),
            "there": there,
            "notes": NOTES,
            "months": len(next(iter(series.values()), [])),
        },
        found={"Falls by home": kept},
    )  # fmt: skip


def added_series(asked: Asked, homes: dict[str, Months]) -> dict[str, Months]:
    """Months of every home and of every organisation above homes, by code."""
    length = max((len(each) for each in homes.values()), default=0)
    found: dict[str, Months] = {}
    for i in range(length):
        month = {code: {n: each[i][n] for n in COUNTED} for code, each in homes.items()}
        first = next(iter(homes.values()))[i]["month"]
        for code, row in added_up(asked.viewer.tree, month).items():
            found.setdefault(code, []).append({**row, "month": first})
    return found


def totals(series: dict[str, Months]) -> dict[str, dict[str, int]]:
    """The last twelve months of each as one; residents are counted anew in each month."""
    return {
        code: {n: sum(month[n] for month in months[-YEAR:]) for n in COUNTED}
        for code, months in series.items()
    }


def _shown_months(asked: Asked, series: dict[str, Months]) -> Shown:
    rows: dict[str, list[Row]] = {
        code: [{n: month[n] for n in COUNTED} for month in months]
        for code, months in series.items()
    }
    return shown_series(asked.viewer, rows, PAIRS)


def _places(asked: Asked, series: dict[str, Months]) -> list[Node]:
    """The organisation and the care homes below that the viewer may name."""
    return [each for each in asked.rows("care_home") if each.code in series]


def _homes(asked: Asked, series: dict[str, Months]) -> Board:
    sums = totals(series)
    seen = shown(asked.viewer, sums, PAIRS)
    rows = []
    for node in _places(asked, series):
        row = sums[node.code]
        rows.append((
            words(node.name),
            unless(seen.has(node.code, "falls"), count(row["falls"])),
            unless(seen.has(node.code, "injuries"), count(row["injuries"])),
            count(row["bed_days"]),
            unless(seen.has(node.code, "falls"), _rate(row)),
        ))  # fmt: skip
    return Board(
        "homes",
        "Falls in the last twelve complete months",
        heads("Care home", "Falls", "With an injury", "Bed days",
              "Falls per 1,000 bed days (95% limits)"),
        tuple(rows),
        "By name, never ranked: a home that writes falls down carefully looks worse.",
    )  # fmt: skip


def _months(asked: Asked, series: dict[str, Months]) -> tuple[Board, ...]:
    """The months of the organisation, where every month may be shown."""
    code = asked.node.code
    seen = _shown_months(asked, series)
    if code not in series or not seen.has(code, "falls"):
        return ()
    rows = []
    for month in series[code]:
        counts = (
            count(month[name]) if name == "bed_days" or seen.has(code, name) else count(None)
            for name in COUNTED
        )
        rows.append((month_of(month["month"]), *counts, _rate(month)))
    titles = heads("Month", "Falls", "With an injury", "Bed days", "Residents", "Who fell",
                   "Per 1,000 bed days (95% limits)")  # fmt: skip
    return (Board("months", f"Month by month: {asked.node.name}", titles, tuple(rows)),)


def _rate(row: Mapping[str, Any]) -> Cell:
    """Falls per 1,000 bed days with its limits; a dash without residents."""
    if not row["bed_days"]:
        return Cell(NONE, "")
    rate = poisson_rate(row["falls"], row["bed_days"])
    return interval(rate.rate, rate.low, rate.high)


def _chart(asked: Asked, series: dict[str, Months]) -> Picture | None:
    """The u chart of the organisation; None where a month is hidden, or months are too few."""
    code = asked.node.code
    if code not in series or not _shown_months(asked, series).has(code, "falls"):
        return None
    months = tuple(
        Month(date.fromisoformat(m["month"]), *(m[name] for name in COUNTED)) for m in series[code]
    )
    try:
        made = u_chart(HomeRates(code, asked.node.name, months, ()))
    except HarmfreeError:
        return None  # too few months with residents
    picture = control_picture(made, f"Falls: {asked.node.name}", "Falls per 1,000 bed days")
    return replace(picture, notes=(*picture.notes, *NOTES))


def _funnel(asked: Asked, series: dict[str, Months]) -> Picture | None:
    """Homes below the organisation; those that the viewer may not name are dots without a name."""
    sums = totals(series)
    seen = shown(asked.viewer, sums, PAIRS)
    homes = [
        each
        for each in asked.viewer.at_level(asked.node, "care_home")
        if each.code in sums and sums[each.code]["bed_days"] and seen.has(each.code, "falls")
    ]
    named = asked.viewer.named
    try:
        made = funnel(
            tuple(each.name if each.id in named else "" for each in homes),
            np.array([sums[each.code]["falls"] for each in homes], float),
            np.array([sums[each.code]["bed_days"] / 1000 for each in homes], float),
            method="rate",
        )
    except HarmfreeError:
        return None  # fewer homes than a funnel compares
    return funnel_picture(made, "Care homes", "Falls per 1,000 bed days", "Thousands of bed days")


def _steady(asked: Asked) -> Board:
    """Steady On, as published series."""
    rows = []
    nodes = asked.rows()
    series = asked.reader.series([each.id for each in nodes], list(STEADY))
    held = {(each.organisation.id, each.indicator.id): each for each in series}
    for node in nodes:
        cells = []
        for name in STEADY:
            figures = held.get((node.id, name))
            cells.append(_figure(asked, node, name, figures))
        rows.append((words(node.name, address(node, indicator(STEADY[0]))), *cells))
    titles = (asked.definition(name, indicator(name).title) for name in STEADY)
    return Board("steady-on", "Steady On: the register's numbers", heads("Organisation", *titles),
                 tuple(rows), "Each is people counted of people looked at.")  # fmt: skip


def _figure(asked: Asked, node: Node, name: str, figures: Any) -> Cell:
    if figures is None:
        return Cell(NONE, "")
    n, d = figures.numerators[-1], figures.denominators[-1]
    if n is None or d is None:
        return Cell(HIDDEN)
    return Cell(f"{n:,} of {d:,}", href=asked.people(node, name) if n else "")
