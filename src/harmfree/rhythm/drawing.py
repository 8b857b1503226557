"""A strip on ECG paper, and the pictures that explain the decision about it.

At 100% on a screen of 96 dots an inch, and in print, the paper is true to scale: 25 mm a second,
10 mm a millivolt, thin lines every millimetre and thick ones every five.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from harmfree.pictures import (
    BLACK,
    BLUE,
    DATA_LINE,
    GREY,
    ORANGE,
    PALE_BLUE,
    Canvas,
    Frame,
    Ink,
    Key,
    LinearScale,
    Picture,
    Plot,
    Size,
    Table,
)
from harmfree.pictures.markup import Markup, number, tag
from harmfree.rhythm.classify import StripResult
from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.conditioning import WORKING_RATE
from harmfree.rhythm.features.atrial import P_WINDOW
from harmfree.rhythm.features.morphology import BEFORE
from harmfree.rhythm.features.strip import Measured

MM = 96 / 25.4  # pixels
MM_A_SECOND, MM_A_MILLIVOLT = 25.0, 10.0
THIN, THICK = Ink("#f6d5d5", width=0.6), Ink("#e5a5a5", width=1.0)
TRACE = Ink(BLACK, width=1.1)
BEAT = Ink(BLUE, BLUE, width=1)
MARGIN, GAP = 14.0, 26.0
TALLEST = 4.0  # mV above and below the middle that the paper shows


def strip_picture(result: StripResult, measured: Measured) -> Picture:
    """Return the strip on ECG paper with every beat marked."""
    seconds = measured.upright.size / WORKING_RATE
    count = measured.beats.times.size
    return Picture(
        title=f"Strip {result.id}",
        sentence=f"{seconds:.0f} seconds of one lead, 25 mm a second and 10 mm a millivolt, with "
        f"{count} beats marked; baseline wander is filtered out. Outcome: {result.outcome}.",
        draw=_paper(measured),
        table=Table(
            ("beat", "time, s", "interval before, s"),
            [
                (k + 1, round(float(time), 3), None if k == 0 else round(float(gap), 3))
                for k, (time, gap) in enumerate(
                    zip(
                        measured.beats.times,
                        np.diff(measured.beats.times, prepend=np.nan),
                        strict=True,
                    )
                )
            ],
            "Beats",
        ),
    )


def _paper(measured: Measured) -> Callable[[Size], Canvas]:
    """The drawing: as many rows of whole half seconds as the strip needs."""
    trace = measured.beats.polarity * measured.upright

    def draw(size: Size) -> Canvas:
        a_row = math.floor(2 * (size.width - 2 * MARGIN) / MM / MM_A_SECOND) / 2
        rows = max(1, math.ceil(trace.size / WORKING_RATE / a_row))
        high, low = _extent(trace)
        tall = (high - low) * MM_A_MILLIVOLT * MM
        canvas = Canvas(size, height=MARGIN + rows * (tall + GAP) + 8)
        for row in range(rows):
            top = MARGIN + row * (tall + GAP) + 12
            _row(canvas, measured, trace, row * a_row, a_row, (top, high, tall))
        return canvas

    return draw


def _extent(trace: FloatArray) -> tuple[float, float]:
    """Millivolts shown above and below, in half millivolts; rare spikes are cut off."""
    if trace.size == 0:
        return 0.5, -0.5
    high, low = np.percentile(trace, [99.9, 0.1])
    high, low = min(max(high, 0.5), TALLEST), max(min(low, -0.5), -TALLEST)
    return math.ceil(2 * high) / 2, math.floor(2 * low) / 2


def _row(
    canvas: Canvas,
    measured: Measured,
    trace: FloatArray,
    start: float,
    seconds: float,
    place: tuple[float, float, float],
) -> None:
    top, high, tall = place
    first = round(start * WORKING_RATE)
    piece = trace[first : first + round(seconds * WORKING_RATE) + 1]
    wide = seconds * MM_A_SECOND * MM
    canvas.add(_grid(MARGIN, top, wide, tall, 1.0, THIN))
    canvas.add(_grid(MARGIN, top, wide, tall, 5.0, THICK))
    across = MARGIN + np.arange(piece.size) / WORKING_RATE * MM_A_SECOND * MM
    down = top + np.clip((high - piece) * MM_A_MILLIVOLT * MM, 0, tall)
    canvas.path(list(zip(across.tolist(), down.tolist(), strict=True)), TRACE)
    for time in measured.beats.times:
        if start <= time < start + seconds:
            x = MARGIN + (time - start) * MM_A_SECOND * MM
            canvas.mark("triangle-down", x, top - 5, BEAT, 3, f"beat at {time:.2f} s")
    canvas.text(MARGIN, top + tall + 12, f"{start:g} s", colour=GREY)


def _grid(x: float, y: float, wide: float, tall: float, step: float, ink: Ink) -> Markup:
    """Lines every `step` millimetres as one path."""
    spacing = step * MM
    upright = [
        f"M{number(x + k * spacing)},{number(y)}v{number(tall)}"
        for k in range(int(wide / spacing + 1e-6) + 1)
    ]
    level = [
        f"M{number(x)},{number(y + k * spacing)}h{number(wide)}"
        for k in range(int(tall / spacing + 1e-6) + 1)
    ]
    return tag("path", d="".join(upright + level), **ink.attributes())


def tachogram(result: StripResult, measured: Measured) -> Picture:
    """Return the intervals between beats against time."""
    times, gaps = measured.beats.times[1:].tolist(), measured.beats.intervals.tolist()
    steady = "irregular" if np.std(gaps) > 0.1 * np.mean(gaps) else "regular"

    def draw(size: Size) -> Canvas:
        plot = Plot(
            _flat(size),
            LinearScale.covering([0.0, *times]),
            LinearScale.covering([0.0, *gaps]),
            Frame("Intervals between beats", "seconds into the strip", "interval, s"),
        )
        plot.line(times, gaps, DATA_LINE)
        plot.points(times, gaps, "circle", Ink(BLUE, BLUE), radius=3)
        return plot.canvas

    return Picture(
        f"Intervals of strip {result.id}",
        f"The intervals run from {min(gaps):.2f} to {max(gaps):.2f} seconds: {steady}.",
        draw,
        Table(("time, s", "interval, s"), list(zip(times, gaps, strict=True)), "Intervals"),
    )


def lorenz_plot(result: StripResult, measured: Measured) -> Picture:
    """Return each interval against the one before: a cloud in AF, a spot in sinus rhythm."""
    gaps = measured.beats.intervals
    before, after = gaps[:-1].tolist(), gaps[1:].tolist()

    def draw(size: Size) -> Canvas:
        both = LinearScale.covering([*before, *after])
        frame = Frame("Each interval and the next", "interval, s", "next interval, s")
        plot = Plot(size, both, both, frame)
        low, high = min([*before, *after]), max([*before, *after])
        plot.line([low, high], [low, high], Ink(GREY, width=1, dash="4 4"))
        plot.points(before, after, "circle", Ink(BLUE, PALE_BLUE, width=1.2), radius=4)
        return plot.canvas

    return Picture(
        f"Lorenz plot of strip {result.id}",
        "Each mark is one interval (across) and the next (up). Marks along the dashed line mean "
        "a steady rhythm; a wide cloud means an irregular one; corners mean early beats.",
        draw,
        Table(("interval, s", "next, s"), list(zip(before, after, strict=True)), "Pairs"),
    )


def averaged_beat(result: StripResult, measured: Measured) -> Picture | None:
    """Return the averaged beat with the window in which a P wave belongs; None without beats."""
    if measured.shapes is None:
        return None
    shape = measured.shapes.template * measured.shapes.scale
    ms = ((np.arange(shape.size) - BEFORE) * 1000 / WORKING_RATE).tolist()
    window = (ms[P_WINDOW.start], ms[P_WINDOW.stop - 1])
    values = shape.tolist()

    def draw(size: Size) -> Canvas:
        scale = LinearScale.covering(values)
        plot = Plot(
            _flat(size, 0.7),
            LinearScale(min(ms), max(ms)),
            scale,
            Frame(
                "Averaged beat",
                "milliseconds from the R peak",
                "mV",
                [Key("where a P wave belongs", Ink(None, PALE_BLUE), "patch")],
            ),
        )
        low, high = min(values), max(values)
        plot.band(window, (low, low), (high, high), Ink(None, PALE_BLUE))
        plot.line(ms, values, Ink(BLACK, width=1.8))
        return plot.canvas

    return Picture(
        f"Averaged beat of strip {result.id}",
        "The median of the commonest kind of beat, turned upright. The shaded window is where a "
        "P wave belongs; AF has none.",
        draw,
        Table(
            ("ms from R", "mV"),
            [(round(a, 1), round(b, 4)) for a, b in zip(ms, values, strict=True)],
            "Averaged beat",
        ),
    )


def contribution_bars(result: StripResult) -> Picture | None:
    """Return what moved the decision towards or away from AF; None when nothing was judged."""
    parts = result.contributions
    if not parts:
        return None
    widest = max(1.0, *(abs(part.log_odds) for part in parts))

    def draw(size: Size) -> Canvas:
        line = size.font * 1.35
        canvas = Canvas(size, height=(len(parts) + 2.6) * line * 1.3)
        canvas.text(12, line, "What moved the decision", bold=True)
        room = size.width * 0.27
        middle = size.width * (0.68 if not size.narrow else 0.7)
        for k, part in enumerate(parts):
            y = line * 1.3 * (k + 1.6)
            length = abs(part.log_odds) / widest * room
            to_af = part.log_odds > 0
            ink = Ink(None, ORANGE if to_af else BLUE)
            canvas.text(12, y + size.font * 0.8, part.group)
            canvas.rectangle(middle if to_af else middle - length, y, length, size.font, ink)
        canvas.line(
            middle, line * 1.5, middle, line * 1.3 * (len(parts) + 1.5), Ink(BLACK, width=1)
        )
        foot = line * 1.3 * (len(parts) + 2.2)
        canvas.text(middle - 8, foot, "away from AF", anchor="end", colour=BLUE)
        canvas.text(middle + 8, foot, "towards AF", colour=ORANGE)
        return canvas

    first = parts[0]
    return Picture(
        f"Reasons for strip {result.id}",
        f"Most weight: {first.group}, {'towards' if first.log_odds > 0 else 'away from'} AF. Each "
        "bar is how the log odds of AF would fall if that group were as in a typical normal strip.",
        draw,
        Table(
            ("group", "change of log odds"),
            [(p.group, round(p.log_odds, 3)) for p in parts],
            "Contributions",
        ),
    )


def _flat(size: Size, share: float = 0.6) -> Size:
    """The same width with less height: these plots stand under one another."""
    return Size(size.width, size.height * share, size.font, size.narrow)
