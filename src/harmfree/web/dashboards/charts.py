"""The control chart of one indicator at one organisation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from harmfree.errors import HarmfreeError
from harmfree.improvement.spc.chart import control_chart
from harmfree.improvement.spc.control_picture import control_picture
from harmfree.improvement.spc.series import Annotation as Mark
from harmfree.improvement.spc.series import Rebase, Series, Settings
from harmfree.pictures import Picture
from harmfree.programmes import Indicator
from harmfree.publish.cube import IMPROVE
from harmfree.web.dashboards.figures import Figures
from harmfree.web.dashboards.notes import Notes

CHARTS = {
    "xmr": "XmR chart",
    "pp": "p′ chart",
    "up": "u′ chart",
    "run": "Run chart",
}
"""The charts to choose from; the first is the one shown."""
LEAST = 3
"""Months with a percentage below which there is nothing to draw."""
REPEATED = (
    "Most people counted in one month are counted in the next, so months are not independent: "
    "XmR charts of such counts signal more often than their rules promise. Ask what changed "
    "before calling a signal a change."
)


def chart_picture(
    figures: Figures, notes: Notes, kind: str = "xmr", title: str = ""
) -> Picture | None:
    """The chart with everything marked that people wrote; None when too few months are known.

    Args:
        figures: the series, as the viewer may see it.
        notes: annotations, rebases and target.
        kind: a name in `CHARTS`.
        title: the heading inside the drawing.
    """
    if figures.known < LEAST:
        return None
    share = kind in ("pp", "up")
    made = control_chart(kind, _points(figures, share), _settings(figures, notes, share))
    unit = "People, share of those looked at" if share else "% of people looked at"
    picture = control_picture(made, title or figures.indicator.title, unit)
    return replace(picture, notes=(*picture.notes, *_hidden(figures), REPEATED))


def _points(figures: Figures, share: bool) -> Series:
    """Percentages, or counts with their denominators; months that are hidden are missing."""
    if not share:
        return Series(figures.percent, figures.dates)
    known = np.isfinite(figures.percent)
    counts, sizes = (
        np.array([np.nan if n is None else n for n in each], float)
        for each in (figures.numerators, figures.denominators)
    )
    return Series(
        np.where(known, counts, np.nan), figures.dates, sizes=np.where(known, sizes, np.nan)
    )


def _settings(figures: Figures, notes: Notes, share: bool) -> Settings:
    target = None if notes.target is None else float(notes.target.percent) / (100 if share else 1)
    return Settings(
        improve=IMPROVE[figures.indicator.direction],  # type: ignore[arg-type]
        target=target,
        rebases=tuple(Rebase(each.on, each.reason, str(each.by)) for each in notes.rebases),
        annotations=(
            *(Mark(each.on, said(each)) for each in notes.annotations),
            *version_breaks(figures.indicator, figures.dates),
        ),
    )


def said(note: object) -> str:
    """An annotation as the chart says it."""
    text = str(getattr(note, "text", ""))
    return f"Intervention: {text}" if getattr(note, "intervention", False) else text


def version_breaks(indicator: Indicator, dates: tuple[date, ...]) -> list[Mark]:
    """Where the definition got the version that it has, when that lies within the series."""
    source = indicator.provenance
    if source.version == 1 or not dates[0] <= source.reviewed <= dates[-1]:
        return []
    return [Mark(source.reviewed, f"definition became version {source.version}")]


def _hidden(figures: Figures) -> list[str]:
    gone = len(figures.dates) - figures.known
    if not figures.hides or not gone:
        return []
    return [f"Small numbers are hidden: {gone} of {len(figures.dates)} months are not shown."]


def chart_or_reason(figures: Figures, notes: Notes, kind: str) -> tuple[Picture | None, str]:
    """The chart, or why there is none."""
    try:
        picture = chart_picture(figures, notes, kind)
    except HarmfreeError as error:
        return None, f"{error.what}. {error.do}".strip()
    if picture is not None:
        return picture, ""
    why = "are hidden because numbers are small" if figures.hides else "have nobody to look at"
    return None, f"There is no chart: most months {why}."
