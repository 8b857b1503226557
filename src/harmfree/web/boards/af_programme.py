"""What the collaborative did about atrial fibrillation: devices, control of warfarin, arms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from harmfree.pictures import (
    BLUE,
    GREY,
    Canvas,
    Ink,
    Picture,
    Size,
    Table,
    text_width,
)
from harmfree.pictures import (
    Cell as Number,
)
from harmfree.web.boards.asking import Asked
from harmfree.web.boards.hiding import Pairs, Shown, alone, shown
from harmfree.web.boards.tables import (
    Board,
    Cell,
    count,
    heads,
    interval,
    measured,
    unless,
    words,
)

Content = Mapping[str, Any]
DEVICE_PAIRS: Pairs = [
    *alone("strips", "people", "possible"),
    ("unreadable", "strips"),
    *((part, "possible") for part in ("traced", "found", "found_traced", "treated")),
    ("found_traced", "traced"),
    ("found_traced", "found"),
    ("treated", "found"),
]
DEVICE_COUNTS = ("strips", "people", "unreadable", "possible", "traced", "found", "treated")
STEPS = {
    "people": "people with a strip",
    "possible": "possible atrial fibrillation for the first time",
    "traced": "12-lead ECG after it",
    "found": "atrial fibrillation coded",
    "treated": "anticoagulated",
}
CONTROL_PAIRS: Pairs = [
    ("judged", "on_warfarin"),
    ("judged_below_65", "judged"),
    ("judged_below_65", "on_warfarin"),
]
ARM_PAIRS: Pairs = [
    (f"{arm}_{part}", f"{arm}_{whole}")
    for arm in ("guided", "standard")
    for part, whole in (("started", "started"), ("judged", "started"), ("above", "started"))
]


def boards_of(asked: Asked, content: Content, cost: float | None) -> tuple[Board, ...]:
    """The three tables; none while the results are being worked out."""
    if not content:
        return ()
    return (_devices(asked, content, cost), _control(asked, content), _arms(asked, content))


def device_rows(content: Content) -> dict[str, dict[str, int]]:
    """Counts of the device funnel by code, with those found among the traced."""
    return {
        each["id"]: {name: each[name] for name in DEVICE_COUNTS}
        | {"found_traced": round((each["ppv"] or 0) * each["traced"] / 100)}
        for each in content.get("devices", ())
    }


def _devices(asked: Asked, content: Content, cost: float | None) -> Board:
    counts = device_rows(content)
    seen = shown(asked.viewer, counts, DEVICE_PAIRS)
    by_code = {each["id"]: each for each in content["devices"]}
    rows = []
    for node in (each for each in asked.rows() if each.code in by_code):
        code, each = node.code, by_code[node.code]
        per_case = each["strips_per_case"]
        pounds = None if cost is None or per_case is None else cost * per_case
        share = interval(each["ppv"], each["ppv_low"], each["ppv_high"], 0)
        rows.append((
            words(node.name),
            *(unless(seen.has(code, name), count(each[name])) for name in DEVICE_COUNTS),
            unless(seen.has(code, "traced", "found_traced"), share),
            unless(seen.has(code, "strips", "found"), measured(per_case)),
            unless(seen.has(code, "strips", "found"), measured(pounds, 0)),
        ))  # fmt: skip
    return Board(
        "devices",
        "Hand-held ECG devices",
        heads("Organisation", "Days with a strip", "People", "Unreadable", "Possible AF",
              "12-lead ECG", "AF coded", "Anticoagulated", "Of the traced, % with AF (95% limits)",
              "Strips for each found", "Pounds for each found"),
        tuple(rows),
    )  # fmt: skip


def _control(asked: Asked, content: Content) -> Board:
    by_code = {each["id"]: each for each in content["control"]}
    counts = {
        code: {name: each[name] for name in ("judged", "on_warfarin", "judged_below_65")}
        for code, each in by_code.items()
    }
    seen = shown(asked.viewer, counts, CONTROL_PAIRS)
    rows = []
    for node in (each for each in asked.rows() if each.code in by_code):
        code, each = node.code, by_code[node.code]
        low = count(each["judged_below_65"], asked.people(node, "af_ttr_low"))
        rows.append((
            words(node.name),
            unless(seen.has(code, "judged"), count(each["judged"])),
            unless(seen.has(code, "judged"), measured(each["pooled_ttr"], 1, "%")),
            unless(seen.has(code, "judged"), measured(each["mean_ttr"], 1, "%")),
            unless(seen.has(code, "judged_below_65"), low),
        ))  # fmt: skip
    return Board(
        "control",
        "Control of warfarin: time in range over six months",
        heads("Organisation", "People judged", "All their days together", "Mean of the people",
              asked.definition("af_ttr_low", "Below 65%")),
        tuple(rows),
        "Judged are people on warfarin with atrial fibrillation and no mechanical valve, after "
        "their first six weeks, with two tests to join.",
    )  # fmt: skip


def arm_rows(content: Content) -> dict[str, dict[str, int]]:
    """Counts of both arms by code; `above` are those with an INR above 4."""
    return {
        each["id"]: {
            f"{name}_{part}": value
            for name in ("guided", "standard")
            for part, value in (
                ("started", each[name]["started"]),
                ("judged", each[name]["judged"]),
                ("above", round((each[name]["ever_above_4"] or 0) * each[name]["started"] / 100)),
            )
        }
        for each in content.get("arms", ())
    }


def _arms(asked: Asked, content: Content) -> Board:
    seen = shown(asked.viewer, arm_rows(content), ARM_PAIRS)
    by_code = {each["id"]: each for each in content["arms"]}
    rows: list[tuple[Cell, ...]] = []
    for node in (each for each in asked.rows() if each.code in by_code):
        each = by_code[node.code]
        both = seen.has(node.code, "guided_judged", "standard_judged")
        difference = unless(both, interval(each["difference"], each["low"], each["high"]))
        for name, title in (("guided", "genotype-guided"), ("standard", "standard")):
            last = difference if name == "guided" else Cell("", "")
            rows.append((words(node.name), words(title), *_arm(seen, node.code, name, each), last))
    return Board(
        "arms",
        "Warfarin dosed by genotype: time in range in the first 12 weeks",
        heads("Organisation", Cell("Dosing", number=False), "Began", "Judged", "Mean time in range",
              "Ever above INR 4", "Days to range", "Difference in points (95% limits)"),
        tuple(rows),
        str(content.get("note", "")),
    )  # fmt: skip


def _arm(seen: Shown, code: str, name: str, each: Mapping[str, Any]) -> tuple[Cell, ...]:
    arm = each[name]
    began, judged, above = (
        seen.has(code, f"{name}_{part}") for part in ("started", "judged", "above")
    )
    return (
        unless(began, count(arm["started"])),
        unless(judged, count(arm["judged"])),
        unless(judged, measured(arm["mean_ttr"], 1, "%")),
        unless(began and above, measured(arm["ever_above_4"], 0, "%")),
        unless(judged, measured(arm["days_to_range"], 0)),
    )


# The funnel of the devices ----------------------------------------------------------------------


def device_picture(asked: Asked, content: Content) -> Picture | None:
    """The steps from a strip to treatment at the organisation; None when hidden or without any."""
    counts = device_rows(content)
    row = counts.get(asked.node.code)
    if row is None or not row["people"]:
        return None
    if not shown(asked.viewer, counts, DEVICE_PAIRS).has(asked.node.code, *STEPS):
        return None
    steps = [(text, row[name]) for name, text in STEPS.items()]
    said = ", ".join(f"{number:,} {text}" for text, number in steps)
    table: list[list[Number]] = [[text, float(number)] for text, number in steps]
    return Picture(
        title=f"From a strip to treatment, {asked.node.name}",
        sentence=f"{said[0].upper()}{said[1:]}.",
        draw=partial(_draw, asked.node.name, steps),
        table=Table(("step", "people"), table),
    )


def _draw(name: str, steps: list[tuple[str, int]], size: Size) -> Canvas:
    """One bar a step under its words."""
    canvas = Canvas(size)
    font, edge = size.font, 12.0
    y = canvas.paragraph(edge, edge + font * 0.8, name, size.width - 2 * edge, bold=True)
    most = max(number for _, number in steps) or 1
    room = size.width - 2 * edge - max(text_width(f"{n:,}", font) for _, n in steps) - 10
    for text, number in steps:
        y = canvas.paragraph(edge, y + canvas.line_height * 0.5, text[0].upper() + text[1:], room)
        top, width = y - canvas.line_height + font * 0.35, max(room * number / most, 1)
        canvas.rectangle(edge, top, width, font * 1.3, Ink(None, BLUE))
        canvas.text(edge + width + 8, top + font, f"{number:,}", colour=GREY)
        y = top + font * 1.3 + canvas.line_height * 0.8
    canvas.height = y
    return canvas
