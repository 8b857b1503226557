"""The births of a feed as one printable page, and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

import numpy as np

from harmfree.improvement.spc.chart import ControlChart, control_chart
from harmfree.improvement.spc.drawing import picture_of
from harmfree.improvement.spc.report import chart_report
from harmfree.improvement.spc.series import Series, Settings
from harmfree.publish.births import (
    HELP,
    ITEMS,
    NOTES,
    Item,
    Tally,
    grouped,
    month_of,
    months_by_unit,
    tally,
    unit_of,
)
from harmfree.publish.births_feed import Birth, Feed
from harmfree.publish.births_rare import Rare, rare_events
from harmfree.publish.page_parts import heading, ledger_section, note, plain_table, whole_page
from harmfree.publish.rejections import Ledger
from harmfree.publish.stages import Standing, Tracker

LABELS = {**ITEMS, HELP: "Help with expressing (beside the eleven)"}
SHORT = {
    "place": "Place",
    "steroids_rx": "Steroids",
    "mgso4_rx": "Mag\N{SOFT HYPHEN}nesium",
    "antibiotics_rx": "Anti\N{SOFT HYPHEN}biotics",
    "cord_mgt": "Cord",
    "thermal_care": "Warmth",
    "volume_guarantee": "VTV",
    "caffeine": "Caf\N{SOFT HYPHEN}feine",
    "embm_rx": "Milk",
    "probiotics": "Pro\N{SOFT HYPHEN}biotic",
    "hydrocortisone": "Hydro\N{SOFT HYPHEN}cortisone",
}
"""Headings of the table by month, which must fit on a printed page."""
MONTH = "%b\N{NO-BREAK SPACE}%Y"
FEWEST_MONTHS = 3
UNVERIFIED = "Unverified, from memory: the 4 ppm limit and the measures (Saving Babies' Lives)."


def births_document(feed: Feed, tracker: Tracker | None = None) -> dict[str, Any]:
    """Everything that the page says, as plain values."""
    units = {
        unit: {month.isoformat(): found.as_dict() for month, found in months.items()}
        for unit, months in months_by_unit(feed.births).items()
    }
    document: dict[str, Any] = {
        "notes": NOTES,
        "all": tally(feed.births).as_dict(),
        "months": {
            month.isoformat(): found.as_dict()
            for month, found in grouped(feed.births, month_of).items()
        },
        "units": units,
        "rare_events": [_rare_dict(each) for each in rare_events(feed.births)],
        "left_out": feed.ledger.as_dict(),
    }
    if tracker is not None:
        document["stages"] = _stages(tracker)
    return document


def _rare_dict(rare: Rare) -> dict[str, Any]:
    charts = {"days_between": rare.days, "births_between": rare.between}
    drawn = {name: chart_report(each) if each else None for name, each in charts.items()}
    dates = [each.isoformat() for each in rare.dates]
    return {"event": rare.name, "dates": dates, "births": rare.births} | drawn


def _stages(tracker: Tracker) -> dict[str, Any]:
    days = sorted({each.on for each in tracker.entries})
    history: list[dict[str, Any]] = [
        {
            "on": on.isoformat(),
            "as_was": [vars(each) for each in tracker.standings(on, "was")],
            "as_is": [vars(each) for each in tracker.standings(on, "is")],
        }
        for on in days
    ]
    latest = history[-1] if history else {"on": None, "as_was": [], "as_is": []}
    return latest | {"history": history, "left_out": tracker.ledger.as_dict()}


def last_entry(tracker: Tracker) -> date | None:
    """The day of the latest entry; None without any."""
    return max((each.on for each in tracker.entries), default=None)


def bundle_chart(births: Sequence[Birth]) -> ControlChart | None:
    """Complete bundles of those known, by month, as a p chart; None with under three months."""
    months = grouped([b for b in births if b.early], month_of)
    known = [(m, t) for m, t in months.items() if t.complete + t.incomplete]
    if len(known) < FEWEST_MONTHS:
        return None
    series = Series(
        np.array([t.complete for _, t in known], float),
        tuple(month for month, _ in known),
        np.array([t.complete + t.incomplete for _, t in known], float),
    )
    return control_chart("p", series, Settings(improve="up", multiply=100))


def births_page(feed: Feed, tracker: Tracker | None = None) -> str:
    """The feed as one self-contained page."""
    whole = tally(feed.births)
    parts = [
        _about(feed, whole),
        heading("The eleven interventions"),
        _items("All units together", whole),
        heading("The whole bundle, by month"),
        _bundle(feed.births),
        heading("By unit"),
        _units(feed.births),
        *_months(feed.births),
        heading("Rare events"),
        *(_rare(each) for each in rare_events(feed.births)),
        heading("Smoking at booking"),
        _booking(whole),
    ]
    ledger = feed.ledger
    if tracker is not None:
        parts += [heading("Stage of each organisation"), *_tracker(tracker)]
        ledger = Ledger((*ledger.entries, *tracker.ledger.entries))
    return whole_page("Perinatal optimisation and births", [*parts, ledger_section(ledger)])


def _about(feed: Feed, whole: Tally) -> str:
    days = [each.on for each in feed.births]
    span = f"Births from {min(days)} to {max(days)}. " if days else ""
    said = (
        f"{span}{whole.births:,} births, {whole.early:,} of them before 34 weeks"
        f" ({whole.gestation_unknown:,} of unknown gestation)."
    )
    return note(said, *NOTES)


def _items(caption: str, found: Tally) -> str:
    heads = ("Intervention", "Applies", "Received", "Not received", "Not recorded", "Per cent",
             "Could be timely", "Timely")  # fmt: skip
    rows = [(LABELS[name], *_item(item)) for name, item in found.items.items()]
    return plain_table(caption, heads, rows)


def _item(item: Item) -> tuple[object, ...]:
    timing = (item.could_be_timely, item.timely) if item.could_be_timely else (None, None)
    counts = (item.eligible, item.received, item.not_received, item.not_recorded)
    return (*counts, item.percent, *timing)


def _bundle(births: Sequence[Birth]) -> str:
    chart = bundle_chart(births)
    if chart is None:
        return f"<p>A chart needs {FEWEST_MONTHS} months with a baby whose bundle is known.</p>"
    title = "Complete bundles, % of babies born before 34 weeks"
    return picture_of(chart, title, "%").figure()


def _units(births: Sequence[Birth]) -> str:
    heads = ("Unit", "Births", "Before 34 weeks", "Bundle complete", "Incomplete", "Not known",
             "Complete %", "Received of what applied %", "Right place %")  # fmt: skip
    rows = [
        (unit, t.births, t.early, t.complete, t.incomplete, t.unknown, t.bundle_percent,
         t.received_percent, t.items["place"].percent)
        for unit, t in grouped(births, unit_of).items()
    ]  # fmt: skip
    return plain_table("Units by name", heads, rows)


def _months(births: Sequence[Birth]) -> list[str]:
    """For each unit the months, each item as received / applies."""
    heads = ("Month", "Babies", "Bundle", *(SHORT[name] for name in ITEMS))
    found = []
    for unit, months in months_by_unit([b for b in births if b.early]).items():
        rows = [
            (f"{month:{MONTH}}", t.early, f"{t.complete}/{t.complete + t.incomplete}",
             *(f"{t.items[name].received}/{t.items[name].eligible}" for name in ITEMS))
            for month, t in months.items()
        ]  # fmt: skip
        found.append(plain_table(f"{unit}: received / applies, by month", heads, rows))
    return found


def _rare(rare: Rare) -> str:
    title = f"<h3>{escape(rare.title)}</h3><p>{len(rare.dates)} in {rare.births:,} births.</p>"
    if rare.days is None or rare.between is None:
        return f"{title}<p>Too few for a chart: it needs four events.</p>"
    days = picture_of(rare.days, f"{rare.title}: days between", "Days")
    between = picture_of(rare.between, f"{rare.title}: births between", "Births")
    return title + days.figure(table=False) + between.figure(table=False)


def _booking(t: Tally) -> str:
    rows = [
        ("Mothers", t.mothers),
        ("Smoking status recorded", t.smoking_recorded),
        ("of these smoking", t.smokers),
        ("Carbon monoxide measured", t.co_measured),
        ("of these 4 ppm or more", t.co_high),
        ("of these referred", t.co_high_referred),
    ]
    return note(UNVERIFIED) + plain_table("At booking", ("", "Mothers"), rows)


def _tracker(tracker: Tracker) -> list[str]:
    on = last_entry(tracker)
    if on is None:
        return ["<p>No stage was reported.</p>"]
    heads = ("Organisation", "Intervention", "Stage", "Since", "Rests on", "Predecessors differed")
    views = (("As it was", tracker.standings(on, "was")), ("As it is", tracker.standings(on, "is")))
    return [plain_table(f"{title} on {on}", heads, map(_standing, found)) for title, found in views]


def _standing(each: Standing) -> tuple[object, ...]:
    rests = ", ".join(each.reported_by)
    said = "yes: the least advanced is kept" if each.conflict else "no"
    name = f"{each.name} ({each.organisation})"
    return (name, each.intervention, str(each.stage), str(each.since), rests, said)
