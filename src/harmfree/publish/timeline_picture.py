"""The picture of a timeline: a lane for each predicate, a bar wherever it is true."""

from __future__ import annotations

from datetime import date, timedelta

from harmfree.pictures import Picture
from harmfree.pictures.canvas import Canvas, Size
from harmfree.pictures.dates import DateScale
from harmfree.pictures.ink import AXIS_LINE, BLUE, GREY, GRID_LINE, RED, Ink
from harmfree.pictures.table import Table
from harmfree.publish.timeline import Lane, Timeline

YEARS_SHOWN = 6


def timeline_picture(timeline: Timeline, person: str, as_of: date) -> Picture:
    """One indicator's timeline of one person, over the last six years."""
    since = as_of - timedelta(days=365 * YEARS_SHOWN)
    open_since = [start for start, end in timeline.lanes[0].periods if end is None]
    sentence = f"{timeline.indicator.title}: "
    sentence += f"open since {open_since[-1]}." if open_since else f"not open on {as_of}."
    rows = [
        (lane.words, start.isoformat(), end.isoformat() if end else "still")
        for lane in timeline.lanes
        for start, end in lane.periods
    ]
    return Picture(
        title=f"{person}: {timeline.indicator.title}",
        sentence=sentence,
        draw=lambda size: _draw(timeline, size, since, as_of),
        table=Table(("What", "From", "Until"), rows),
        notes=(f"Periods are shown from {since} to {as_of}; the table has all of them.",),
    )


def _draw(timeline: Timeline, size: Size, since: date, as_of: date) -> Canvas:
    """Words above each bar, so that long sentences have the whole width; years at the foot."""
    canvas = Canvas(size)
    scale = DateScale(since.toordinal(), as_of.toordinal())
    left, right = 8.0, size.width - 8.0
    grid, y = len(canvas.parts), size.font * 0.5
    for number, lane in enumerate(timeline.lanes):
        y = canvas.paragraph(left, y + size.font * 1.3, lane.words, right - left, number < 2)
        ink = Ink(None, (RED, GREY)[number] if number < 2 else BLUE)
        _bars(canvas, lane, scale, (left, right), y - size.font * 0.6, ink)
        y += size.font * 0.9
    foot = y + size.font
    lines = Canvas(size)
    for tick in scale.ticks(6 if not size.narrow else 4):
        x = left + scale.place(tick.value) * (right - left)
        lines.line(x, 0, x, foot, GRID_LINE)
        if left + 20 < x < right - 20:
            canvas.text(x, foot + size.font * 1.2, tick.label, anchor="middle")
    canvas.parts[grid:grid] = lines.parts
    canvas.line(left, foot, right, foot, AXIS_LINE)
    canvas.height = foot + size.font * 2
    return canvas


def _bars(
    canvas: Canvas, lane: Lane, scale: DateScale, across: tuple[float, float], y: float, ink: Ink
) -> None:
    left, right = across
    for start, end in lane.periods:
        first = max(scale.place(start.toordinal()), 0.0)
        last = 1.0 if end is None else min(scale.place(end.toordinal()), 1.0)
        if last > 0 and first < 1:
            width = max((last - first) * (right - left), 2.0)
            canvas.rectangle(left + first * (right - left), y, width, canvas.size.font * 0.7, ink)
