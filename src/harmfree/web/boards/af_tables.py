"""The tables of the landscape of atrial fibrillation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.urls import reverse

from harmfree.publish.af_landscape import DENOMINATORS, NUMERATORS
from harmfree.web.boards.af_rows import MORE, Row
from harmfree.web.boards.asking import Asked
from harmfree.web.boards.tables import Board, Cell, count, heads, measured, words
from harmfree.web.dashboards.figures import HIDDEN

INDICATORS = DENOMINATORS | NUMERATORS | MORE
REASONS = ("contraindicated", "declined", "antiplatelet", "nothing")
DOSES = ("over_dosed", "under_dosed", "barred")
TOGETHER = (REASONS, DOSES)
"""Parts that add up to a count shown beside them: when one is hidden, all are."""


@dataclass(frozen=True)
class Column:
    """A column: its head, the indicator that defines it and how its cell is made."""

    text: str
    name: str
    cell: Callable[[Asked, Row], Cell]


def people(text: str, name: str) -> Column:
    """A count, which leads to the people behind it for those who may see them."""

    def cell(asked: Asked, row: Row) -> Cell:
        group = next((each for each in TOGETHER if name in each), (name,))
        if any(row.counts[each] is None for each in group):
            return count(None)
        indicator = NUMERATORS.get(name) or MORE.get(name, "")
        return count(row.counts[name], asked.people(row.node, indicator))

    return Column(text, name, cell)


def percent(text: str, part: str, whole: str) -> Column:
    """A share of two counts."""

    def cell(_: Asked, row: Row) -> Cell:
        if row.counts[part] is None or row.counts[whole] is None:
            return Cell(HIDDEN)
        return measured(row.percent(part, whole), 1, "%")

    return Column(text, part, cell)


def _expected(_: Asked, row: Row) -> Cell:
    return measured(row.expected, 0)


def _found(_: Asked, row: Row) -> Cell:
    return Cell(HIDDEN) if row.counts["register"] is None else measured(row.ratio, 0, "%")


def _to_find(_: Asked, row: Row) -> Cell:
    return _missing(row.to_find, row.counts["register"], row.expected)


def _to_treat(_: Asked, row: Row) -> Cell:
    return _missing(row.to_treat, row.counts["anticoagulated"], row.counts["eligible"])


def _missing(number: int | None, reached: int | None, whole: float | None) -> Cell:
    if number is not None:
        return Cell(f"{number:,}", number)
    return Cell(HIDDEN) if reached is None else measured(whole)


def _protected(_: Asked, row: Row) -> Cell:
    hidden = row.counts["anticoagulated"] is None
    return Cell(HIDDEN) if hidden else measured(row.protected, 1, "%")


def _stroke(name: str, digits: int = 1) -> Callable[[Asked, Row], Cell]:
    def cell(_: Asked, row: Row) -> Cell:
        if row.strokes is None:
            return Cell(HIDDEN)
        value = float(getattr(row.strokes, name))
        if math.isnan(value):
            return Cell(HIDDEN)
        found = measured(value, digits)
        # The simple formula does not rest on scores.
        rough = row.rough and not name.endswith("simple")
        return replace(found, text=f"about {found.text}") if rough else found

    return cell


FIND = (
    people("On the list", "people"),
    Column("Expected", "", _expected),
    people("On the register", "register"),
    Column("Found", "", _found),
    Column("Still to find", "", _to_find),
)
PROTECT = (
    people("At risk", "eligible"),
    Column("Anticoagulated", "", lambda _, row: count(row.counts["anticoagulated"])),
    Column("Share", "", _protected),
    Column("Still to treat", "", _to_treat),
    people("Not anticoagulated", "untreated"),
    people("Contraindicated", "contraindicated"),
    people("Declined", "declined"),
    people("Antiplatelet only", "antiplatelet"),
    people("On nothing", "nothing"),
    people("Risk not assessed", "not_assessed"),
)
WARFARIN = (
    people("On warfarin", "on_warfarin"),
    people("Poor control", "poor_control"),
    percent("Share", "poor_control", "on_warfarin"),
    people("Time in range under 65%", "ttr_low"),
    people("INR too high", "inr_high"),
    people("INR too low", "inr_low"),
    people("INR overdue", "overdue"),
)
DOAC = (
    people("On a DOAC", "on_doac"),
    people("Wrong dose", "wrong_dose"),
    percent("Share", "wrong_dose", "on_doac"),
    people("Too much", "over_dosed"),
    people("Too little", "under_dosed"),
    people("Not to be given", "barred"),
    people("Cannot be checked", "cannot_assess"),
)
STROKES = (
    people("Not anticoagulated", "untreated"),
    Column("Expected strokes", "", _stroke("expected")),
    Column("Avoidable", "", _stroke("avoidable")),
    Column("Avoidable, simple formula", "", _stroke("avoidable_simple")),
    Column("To the target, simple formula", "", _stroke("to_target_simple")),
    Column("Deaths avoided", "", _stroke("lives")),
    Column("Saved, pounds", "", _stroke("saving_pounds", 0)),
)
TABLES = {
    "find": ("Find: people on the register and people expected", FIND),
    "protect": ("Protect: people at risk of stroke and anticoagulated", PROTECT),
    "warfarin": ("Perfect: control of warfarin", WARFARIN),
    "doac": ("Perfect: doses of DOACs", DOAC),
    "strokes": ("Strokes in a year among those not anticoagulated", STROKES),
}


def boards_of(asked: Asked, rows: Sequence[Row]) -> tuple[Board, ...]:
    """Every table over some rows."""
    return tuple(
        Board(
            name,
            caption,
            heads("Organisation", *(_head(asked, each) for each in columns)),
            tuple((_name(row), *(each.cell(asked, row) for each in columns)) for row in rows),
        )
        for name, (caption, columns) in TABLES.items()
    )


def _head(asked: Asked, column: Column) -> Cell:
    indicator = INDICATORS.get(column.name)
    return asked.definition(indicator, column.text) if indicator else Cell(column.text)


def _name(row: Row) -> Cell:
    return words(row.node.name, reverse("board", args=[row.node.code, "atrial-fibrillation"]))
