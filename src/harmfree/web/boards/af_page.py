"""The landscape of atrial fibrillation for commissioners, leads and practice pharmacists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from harmfree.errors import HarmfreeError
from harmfree.improvement.spc.chart import control_chart
from harmfree.improvement.spc.control_picture import control_picture
from harmfree.improvement.spc.series import Series, Settings
from harmfree.pictures import Picture
from harmfree.programmes.atrial_fibrillation.tables import targets
from harmfree.publish.af_landscape import Assumptions
from harmfree.web.boards import af_programme
from harmfree.web.boards.af_rows import Held, Row, read, rows_of
from harmfree.web.boards.af_tables import boards_of
from harmfree.web.boards.asking import Asked, Page
from harmfree.web.boards.assumptions import Assumption, AssumptionForm
from harmfree.web.boards.builders import AF
from harmfree.web.boards.results import find
from harmfree.web.boards.tables import Board, Cell, heads, measured, words
from harmfree.web.dashboards.charts import LEAST, REPEATED
from harmfree.web.dashboards.comparison import Comparison, address, compared
from harmfree.web.dashboards.figures import Figures, every_indicator
from harmfree.web.dashboards.similar import similar
from harmfree.web.organisations.models import SITES

USUAL = Assumptions()
ASSUMED = {
    "detection_target": Assumption(
        "Detection target, % of those expected", USUAL.detection_target, 0, 100
    ),
    "protection_target": Assumption(
        "Protection target, % of those at risk", USUAL.protection_target, 0, 100
    ),
    "rates_factor": Assumption(
        "Prevalence rates times", USUAL.rates_factor, 0.1, 10, "To meet a local estimate."
    ),
    "number_needed": Assumption(
        "People treated for a year to avoid one stroke", USUAL.number_needed, 5, 500
    ),
    "relative_reduction": Assumption(
        "Share of strokes that treatment avoids, 0 to 1", USUAL.relative_reduction, 0, 1
    ),
    "fatal_share": Assumption("Share of strokes that kill, 0 to 1", USUAL.fatal_share, 0, 1),
    "cost_per_stroke": Assumption(
        "Cost of one stroke, pounds", USUAL.cost_per_stroke, 0, 500_000
    ),
    "cost_per_strip": Assumption(
        "Cost of one day with a device strip, pounds",
        None, 0, 10_000, "Training and device included. Without it no cost is worked out.",
    ),
}  # fmt: skip
GAPS = {
    "find": ("af001", "On the register, of the list"),
    "protect": ("af_not_anticoagulated", "At risk and not anticoagulated"),
    "warfarin": ("af_warfarin_poor_control", "On warfarin with poor control"),
    "doac": ("af_doac_wrong_dose", "On a DOAC at a wrong dose"),
}
"""The four gaps: table, the indicator of its charts, and in words."""


def landscape(asked: Asked) -> Page:
    """Gaps with targets, strokes to expect and to avoid, and what the programme did."""
    form = AssumptionForm(ASSUMED, asked.query)
    kept = find(asked.run, AF)
    content: dict[str, Any] = kept.content or {}
    nodes = asked.rows()
    held = read(asked.reader, nodes)
    rows = rows_of(held, nodes, assumptions(form), content.get("expected", {}))
    own = next((row for row in rows if row.node.id == asked.node.id), None)
    parts = af_programme.boards_of(asked, content, form.values["cost_per_strip"])
    more = (_like(asked),) if asked.node.kind in SITES else ()
    return Page(
        tables=(*boards_of(asked, rows), *more, *parts),
        context={
            "own": own,
            "targets": targets(),
            "trends": _trends(held, own, form),
            "comparisons": _comparisons(asked),
            "shown": [(name, words) for name, (_, words) in GAPS.items()],
            "picture": af_programme.device_picture(asked, content),
            "period": _period(content),
            "assumed": form,
        },
        found={"People expected by age and sex, devices, warfarin and arms": kept},
        form=form,
    )


def assumptions(form: AssumptionForm) -> Assumptions:
    """What was given, as the publish functions take it."""
    given = {name: form.value(name) for name in ASSUMED if name != "cost_per_strip"}
    return replace(USUAL, **given)  # type: ignore[arg-type]


def _period(content: dict[str, Any]) -> dict[str, Any]:
    days = {
        name: date.fromisoformat(content[name]) for name in ("since", "until") if name in content
    }
    return days | {name: content[name] for name in ("follow_days", "note") if name in content}


# Charts ---------------------------------------------------------------------------------------


def _trends(held: Held, own: Row | None, form: AssumptionForm) -> dict[str, Picture]:
    """The trend of each gap against its target, where enough months are shown."""
    if own is None:
        return {}
    found = {}
    for name, (indicator, title) in GAPS.items():
        figures = held.get((own.node.id, indicator))
        picture = _trend(figures, title, _target(name, own, form)) if figures else None
        if picture:
            found[name] = picture
    return found


def _target(gap: str, own: Row, form: AssumptionForm) -> float | None:
    """The target on the scale of the gap's chart; none without a published one."""
    if gap == "protect":
        return 100 - form.value("protection_target")
    listed = own.counts["people"]
    if gap == "find" and own.expected is not None and listed:
        return form.value("detection_target") * own.expected / listed
    return None


def _trend(figures: Figures, title: str, target: float | None) -> Picture | None:
    if figures.known < LEAST:
        return None
    better = "up" if figures.indicator.id == "af001" else "down"
    settings = Settings(improve=better, target=target)  # type: ignore[arg-type]
    try:
        made = control_chart("xmr", Series(figures.percent, figures.dates), settings)
    except HarmfreeError:
        return None  # months that are known lie too far apart for limits
    picture = control_picture(made, f"{title}, % of people looked at", "%")
    return replace(picture, notes=(*picture.notes, REPEATED))


def _comparisons(asked: Asked) -> dict[str, Comparison]:
    """The funnel of each gap over the level that is shown."""
    if not asked.level:
        return {}
    every = every_indicator()
    return {
        name: compared(asked.reader, every[indicator], asked.node, asked.level)
        for name, (indicator, _) in GAPS.items()
    }


def _latest(series: list[Figures]) -> str:
    return series[0].latest if series else ""


def _like(asked: Asked) -> Board:
    """A practice beside the ten most similar ones."""
    every, rows = every_indicator(), []
    for indicator, title in GAPS.values():
        series = asked.reader.series([asked.node.id], [indicator])
        found = similar(asked.reader, asked.node, every[indicator])
        own = float(series[0].percent[-1]) if series else float("nan")
        rows.append(
            (
                words(title, address(asked.node, every[indicator])),
                measured(own, 1, "%") if np.isfinite(own) else Cell(_latest(series)),
                measured(found.median, 1, "%"),
                Cell(f"{len(found.rows)}", len(found.rows)),
            )
        )
    return Board(
        "similar",
        "Beside the ten most similar practices",
        heads("Gap", "Here", "Middle of the similar ones", "How many"),
        tuple(rows),
        "Most similar by list size, share aged 65 and over and deprivation of the place; see the "
        "page of each indicator for the rule.",
    )
