"""Draws Pareto charts, CUSUM and EWMA charts, and x-bar with s in one picture."""

from __future__ import annotations

import numpy as np

from harmfree.improvement.spc.pareto import Pareto
from harmfree.improvement.spc.small_shifts import SmallShiftChart
from harmfree.pictures import (
    BLUE,
    CENTRE_LINE,
    DATA_LINE,
    GREY,
    LIMIT_LINE,
    ORANGE,
    PALE_BLUE,
    Canvas,
    Cell,
    DateScale,
    Frame,
    Ink,
    Key,
    LinearScale,
    Markup,
    Picture,
    Plot,
    Size,
    Table,
    as_days,
    figure,
    joined,
    neat,
    neat_percent,
    plain_date,
    shortened,
    tag,
    text_width,
    wrapped,
)


def pareto_picture(p: Pareto, title: str = "", y_label: str = "Events") -> Picture:
    """Bars from most to least; each bar says its count and the cumulative share."""
    heading = title or "Pareto chart"
    rows: list[list[Cell]] = [
        [cause, float(count), float(share)]
        for cause, count, share in zip(p.causes, p.counts, p.cumulative, strict=True)
    ]
    return Picture(
        title=heading,
        sentence=pareto_sentence(p),
        draw=lambda size: _draw_pareto(p, size, heading, y_label),
        table=Table(("cause", "count", "cumulative share"), rows, heading),
    )


def pareto_sentence(p: Pareto) -> str:
    """How many causes make up four fifths."""
    named = ", ".join(p.causes[: min(p.vital, 5)]) + (" and more" if p.vital > 5 else "")
    verb = "makes" if p.vital == 1 else "make"
    return (
        f"{p.vital} of {len(p.causes)} causes {verb} up {neat_percent(p.cumulative[p.vital - 1])} "
        f"of {neat(float(p.counts.sum()), 6)} events: {named}."
    )


def _draw_pareto(p: Pareto, size: Size, title: str, y_label: str) -> Canvas:
    # Bars lie down: names of causes are long, and stay readable on a phone.
    canvas = Canvas(size)
    font, line, edge = size.font, canvas.line_height, 12.0
    y = canvas.paragraph(edge, edge + font * 0.8, title, size.width - 2 * edge, bold=True)
    canvas.text(edge, y, shortened(f"{y_label}; share so far", font, size.width - 24), colour=GREY)
    widest = max(text_width(c, font) for c in p.causes)
    left = edge + min(widest, size.width * (0.35 if size.narrow else 0.3)) + 10
    ends = [f"{neat(float(c), 6)}; {neat_percent(float(s))}"
            for c, s in zip(p.counts, p.cumulative, strict=True)]  # fmt: skip
    room = size.width - edge - left - max(text_width(e, font) for e in ends) - 8
    y += line * 0.7
    for i, cause in enumerate(p.causes):
        width = room * float(p.counts[i]) / float(p.counts.max())
        vital = i < p.vital
        ink = Ink(BLUE, BLUE, 1) if vital else Ink(BLUE, PALE_BLUE, 1)
        canvas.rectangle(left, y, max(width, 0.5), line * 1.05, ink)
        base = y + line * 0.8
        canvas.text(left + width + 6, base, ends[i])
        for row in wrapped(cause, font, left - edge - 8):
            canvas.text(left - 8, base, shortened(row, font, left - edge - 8), anchor="end")
            base += line * 0.9
        y = base - line * 0.8 + line * 0.5
    keys = [Key("Makes up the first four fifths", Ink(BLUE, BLUE, 1), "patch")]
    if p.vital < len(p.causes):
        keys.append(Key("The rest", Ink(BLUE, PALE_BLUE, 1), "patch"))
    canvas.height = canvas.legend(edge, y + line, keys, size.width - 2 * edge) + 4
    return canvas


def small_shift_picture(chart: SmallShiftChart, title: str = "", y_label: str = "") -> Picture:
    """A CUSUM or EWMA with its sentence, messages and numbers."""
    heading = title or chart.name.upper() + " chart"
    return Picture(
        title=heading,
        sentence=small_shift_sentence(chart),
        draw=lambda size: _draw_small_shift(chart, size, heading, y_label),
        table=_small_shift_table(chart, heading),
        notes=chart.messages,
    )


def small_shift_sentence(chart: SmallShiftChart) -> str:
    """Whether and since when the chart signals, and how often it would by chance."""
    fired = np.flatnonzero(chart.signal)
    arl = f"By chance it would signal once in about {neat(chart.run_length)} points."
    if not len(fired):
        return f"No signal of a shift from {neat(chart.control.mean)}. {arl}"
    first = int(fired[0])
    dates = chart.series.dates
    when = plain_date(dates[first]) if dates else f"point {first + 1}"
    side = "above" if chart.signal[first] > 0 else "below"
    last = "still signals" if chart.signal[-1] else "signals no longer at the latest point"
    return (
        f"A signal that the level lies {side} {neat(chart.control.mean)}, first at {when}; it "
        f"{last}. {arl}"
    )


def _draw_small_shift(chart: SmallShiftChart, size: Size, title: str, y_label: str) -> Canvas:
    cusum, dates = chart.name == "cusum", chart.series.dates
    centre = 0.0 if cusum else chart.control.mean
    x_scale: DateScale | LinearScale = LinearScale(0.3, len(chart.series) + 0.7)
    xs = [float(i + 1) for i in range(len(chart.series))]
    if dates:
        x_scale, xs = DateScale.covering(dates), [as_days(d) for d in dates]
    limit_words = f"Limits {neat(chart.lower_limit[-1])} to {neat(chart.upper_limit[-1])}"
    keys = [Key(limit_words, LIMIT_LINE), Key(f"In control {neat(centre)}", CENTRE_LINE)]
    if chart.signal.any():
        keys.append(Key("Signal", Ink(None, ORANGE), "triangle-up"))
    if cusum:
        keys += [Key("Upper sum", DATA_LINE), Key("Lower sum", Ink(BLUE, dash="5 3"))]
    lines = [chart.upper, chart.lower, chart.upper_limit, chart.lower_limit]
    y_scale = LinearScale.covering(np.concatenate(lines).tolist(), include=[centre])
    label = y_label or ("Sum of deviations, in standard deviations" if cusum else "Weighted mean")
    frame = Frame(title, "" if dates else "Order of points", label, legend=keys)
    plot = Plot(size, x_scale, y_scale, frame)
    for limit in (chart.upper_limit, chart.lower_limit):
        plot.line(xs, limit.tolist(), LIMIT_LINE)
    plot.level(centre, CENTRE_LINE)
    sums = [(chart.upper, DATA_LINE, 1)]
    sums += [(chart.lower, Ink(BLUE, dash="5 3"), -1)] if cusum else []
    for values, ink, side in sums:
        plot.line(xs, values.tolist(), ink)
        fired = (chart.signal == side) if cusum else (chart.signal != 0)
        quiet = np.where(fired, np.nan, values)
        plot.points(xs, quiet.tolist(), "circle", Ink(None, ink.stroke), radius=3)
        loud = np.where(fired, values, np.nan)
        plot.points(xs, loud.tolist(), "triangle-up", Ink(None, ORANGE), radius=5.5)
    return plot.canvas


def _small_shift_table(chart: SmallShiftChart, title: str) -> Table:
    cusum = chart.name == "cusum"
    sums = ("upper sum", "lower sum") if cusum else ("EWMA",)
    columns = ("date" if chart.series.dates else "point", "value", *sums, "lower limit",
               "upper limit", "signal")  # fmt: skip
    rows: list[list[Cell]] = []
    for i in range(len(chart.series)):
        values = [chart.series.values[i], chart.upper[i], *([chart.lower[i]] if cusum else [])]
        values += [chart.lower_limit[i], chart.upper_limit[i]]
        where: Cell = chart.series.dates[i].isoformat() if chart.series.dates else i + 1
        numbers: list[Cell] = [float(v) if np.isfinite(v) else None for v in values]
        rows.append([where, *numbers, {1: "high", -1: "low", 0: ""}[int(chart.signal[i])]])
    return Table(columns, rows, title)


def stacked(pictures: list[Picture], title: str) -> Picture:
    """Several pictures under one another as one, with all their sentences and numbers."""

    def draw(size: Size) -> Canvas:
        whole, y = Canvas(size), 0.0
        for picture in pictures:
            one = picture.draw(size)
            moved: Markup = joined(one.parts)
            whole.add(tag("g", moved, transform=f"translate(0 {figure(y, 1).replace(',', '')})"))
            y += one.height
        whole.height = y
        return whole

    columns = ("chart", *pictures[0].table.columns)
    rows = [[p.title, *row] for p in pictures for row in p.table.rows]
    notes = tuple(dict.fromkeys(note for p in pictures for note in p.notes))
    sentence = " ".join(f"{p.title}: {p.sentence}" for p in pictures)
    return Picture(title, sentence, draw, Table(columns, rows, title), notes)
