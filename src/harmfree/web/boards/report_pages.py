"""The tables and pictures of reports that a lead brought, from what was kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from harmfree.errors import HarmfreeError
from harmfree.improvement.spc.chart import ControlChart, control_chart
from harmfree.improvement.spc.drawing import picture_of
from harmfree.improvement.spc.rare_events import time_between
from harmfree.improvement.spc.series import Series, Settings
from harmfree.pictures import Picture
from harmfree.publish.births import HELP as HELP_ITEM
from harmfree.publish.births_feed import RARE
from harmfree.publish.births_page import FEWEST_MONTHS, LABELS
from harmfree.publish.births_rare import FEWEST
from harmfree.web.boards.pharmacist_page import drawn
from harmfree.web.boards.tables import (
    Board,
    Cell,
    count,
    heads,
    interval,
    measured,
    month_of,
    words,
)

Content = dict[str, Any]
COSTS = {
    "fixed": "Fixed",
    "by_test": "Tests",
    "by_control": "Quality control",
    "total": "Total",
    "per_test": "Per test",
    "per_valid_result": "Per valid result",
    "per_decision_changed": "Per decision changed",
}


def births_tables(content: Content) -> list[Board]:
    """The eleven interventions, the units, and each unit's months."""
    found = [_items("items", "All units together", content["all"]), _units(content)]
    for number, (unit, months) in enumerate(content["units"].items(), 1):
        early = {month: each for month, each in months.items() if each["early"]}
        rows = tuple(
            (
                month_of(month),
                count(each["early"]),
                _of(each["complete"], each["complete"] + each["incomplete"]),
                *(_of(i["received"], i["eligible"]) for i in each["items"].values()),
            )
            for month, each in early.items()
        )
        titles = heads("Month", "Born early", "Bundle complete", *LABELS.values())
        caption = f"{unit}: received of those to whom it applies, by month"
        found.append(Board(f"unit-{number}", caption, titles, rows))
    return found


def _items(name: str, caption: str, tally: Content) -> Board:
    rows = tuple(
        (
            words(LABELS[item]),
            *(count(each[n]) for n in ("eligible", "received", "not_received", "not_recorded")),
            measured(each["percent"], 1, "%"),
            measured(each["timely_percent"], 1, "%"),
        )
        for item, each in tally["items"].items()
    )
    titles = heads("Intervention", "Applies to", "Received", "Not received", "Not recorded",
                   "Received", "In time, where it could be")  # fmt: skip
    return Board(name, caption, titles, rows, "Not recorded stays below the line.")


def _units(content: Content) -> Board:
    """Ratio of sums over the months of each unit."""
    rows = []
    for unit, months in content["units"].items():
        sums = {
            name: sum(each[name] for each in months.values())
            for name in ("births", "early", "complete", "incomplete", "unknown")
        }
        items = [i for each in months.values() for n, i in each["items"].items() if n != HELP_ITEM]
        received, eligible = (sum(i[name] for i in items) for name in ("received", "eligible"))
        known = sums["complete"] + sums["incomplete"]
        rows.append(
            (
                words(unit),
                *(count(number) for number in sums.values()),
                measured(100 * sums["complete"] / known if known else None, 1, "%"),
                measured(100 * received / eligible if eligible else None, 1, "%"),
            )
        )
    titles = heads("Unit", "Births", "Before 34 weeks", "Bundle complete", "Incomplete",
                   "Not known", "Complete", "Received of what applied")  # fmt: skip
    return Board("units", "Units by name", titles, tuple(rows), "Units are small: never rank them.")


def _of(part: int, whole: int) -> Cell:
    return Cell(f"{part:,} of {whole:,}")


def births_pictures(content: Content) -> list[Picture]:
    """The bundle by month, and the days between rare events."""
    known = {
        date.fromisoformat(month): (each["complete"], each["complete"] + each["incomplete"])
        for month, each in content["months"].items()
        if each["complete"] + each["incomplete"]
    }
    found = []
    if len(known) >= FEWEST_MONTHS:
        complete, whole = np.array(list(known.values()), float).T
        chart = control_chart(
            "p", Series(complete, tuple(known), whole), Settings(improve="up", multiply=100)
        )
        found.append(picture_of(chart, "Complete bundles, % of babies born before 34 weeks", "%"))
    return [*found, *_rare(content["rare"])]


def _rare(rare: list[Content]) -> Iterator[Picture]:
    for each in rare:
        dates = tuple(map(date.fromisoformat, each["dates"]))
        chart = _between(dates) if len(dates) >= FEWEST else None
        if chart is not None:
            yield picture_of(chart, f"{RARE[each['event']]}: days between", "Days")


def _between(dates: tuple[date, ...]) -> ControlChart | None:
    try:
        return control_chart("t", time_between(dates), Settings(improve="up"))
    except HarmfreeError:
        return None  # all on one day


# A device ---------------------------------------------------------------------------------------


def device_pictures(content: Content) -> list[tuple[str, Picture | None, str]]:
    """(what, picture, sentence or why there is none) of each statistic."""
    parts = {"Agreement with the laboratory": content["agreement"],
             "Accuracy against the reference": content["accuracy"]}  # fmt: skip
    parts |= {f"Quality control: {name}": e for name, e in content["quality_control"].items()}
    found: list[tuple[str, Picture | None, str]] = []
    for title, each in parts.items():
        if "why_not" in each:
            found.append((title, None, f"Not given: {each['why_not']}"))
            continue
        try:
            found.append((title, drawn(each), ""))
        except HarmfreeError:
            found.append((title, None, each["sentence"]))  # a statistic without a picture
    return found


def device_tables(content: Content) -> list[Board]:
    """Governance, decisions, what came of them and cost."""
    changes = content["decisions"]["moves"]
    moves = tuple((words(m["before"]), words(m["after"]), count(m["tests"])) for m in changes)
    found = [
        _governance(content),
        Board("decisions", "Decisions before and after the result",
              heads("Before", Cell("After", number=False), "Tests"), moves,
              content["decisions"]["sentence"]),
        _groups("by-result", "What happened within 30 days, by result",
                content["outcomes_by_result"]),
        _groups("by-decision", "What happened within 30 days, by decision",
                content["outcomes_by_decision"]),
    ]  # fmt: skip
    costs = content["costs"]
    if costs is not None:
        rows = tuple((words(text), measured(costs[name], 2)) for name, text in COSTS.items())
        found.append(
            Board("cost", "Cost, in the currency of the table", heads("Part", "Amount"), rows)
        )
    return found


def _governance(content: Content) -> Board:
    rows = []
    for fault in content["governance"]:
        rows.append(
            (
                words(fault["title"]),
                count(fault["tests"]),
                count(fault["total"]),
                interval(
                    _percent(fault, "estimate"), _percent(fault, "lower"), _percent(fault, "upper")
                ),
            )
        )
    titles = heads("Fault", "Tests", "Out of", "% (95% limits)")
    return Board("governance", "Tests with each fault", titles, tuple(rows))


def _percent(share: Content, name: str) -> float | None:
    value = share[name]
    return None if value is None else 100 * float(value)


def _groups(name: str, caption: str, groups: list[Content]) -> Board:
    titles = [key.replace("_", " ").capitalize() for key in (groups[0] if groups else {})]
    rows = tuple(
        tuple(
            count(value) if isinstance(value, int) else words(str(value))
            for value in group.values()
        )
        for group in groups
    )
    return Board(name, caption, heads(*(titles or ["Group"])), rows)
