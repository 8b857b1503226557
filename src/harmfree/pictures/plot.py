"""A plot: two axes with scales, on which data are drawn in their own units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from harmfree.pictures.canvas import Canvas, Key, Size, legend_rows
from harmfree.pictures.icons import RADIUS, icon_mark
from harmfree.pictures.ink import AXIS_LINE, BLACK, GREY, GRID_LINE, Ink
from harmfree.pictures.scales import CategoryScale, Scale, Tick
from harmfree.pictures.symbols import Shape
from harmfree.pictures.typography import elided, shortened, text_width, wrapped

Values = Sequence[float | None]
# A name with less room than this says nothing: then only every second one is shown.
_LEAST_NAME = 42


@dataclass(frozen=True)
class Frame:
    """What stands around the data of a plot.

    Attributes:
        title: heading, broken into lines as needed.
        x_label, y_label: what the axes measure, with the unit.
        legend: entries below the plot.
        notes: lines of text below the legend, such as what an annotation letter means.
        right: texts that will be written to the right of the plot, to leave room for them.
        icons: names of icons for the top right corner.
    """

    title: str = ""
    x_label: str = ""
    y_label: str = ""
    legend: Sequence[Key] = ()
    notes: Sequence[str] = ()
    right: Sequence[str] = ()
    icons: Sequence[str] = ()

    @property
    def corner(self) -> float:
        """Width that the icons take."""
        return len(self.icons) * (2 * RADIUS + 8)


@dataclass(frozen=True)
class Area:
    """The rectangle of the data, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


class Plot:
    """Draws data on a canvas through two scales; a missing value breaks a line."""

    def __init__(self, size: Size, x: Scale, y: Scale, frame: Frame) -> None:
        self.x, self.y, self.frame = x, y, frame
        self.canvas = Canvas(size)
        self._y_ticks = y.ticks(max(3, int(size.height / 70)))
        self.area = self._measured(size)
        self._draw_frame()

    def _measured(self, size: Size) -> Area:
        canvas, frame, edge = self.canvas, self.frame, 12.0
        line = canvas.line_height
        room = size.width - 2 * edge - frame.corner
        titles = wrapped(frame.title, size.font, room, bold=True)
        top = edge + line * (len(titles) + (1.5 if frame.y_label else 0.6))
        top = max(top, edge + 2 * RADIUS + 10) if frame.icons else top
        ticks = max((text_width(t.label, size.font) for t in self._y_ticks), default=0)
        right = max((text_width(label, size.font) for label in frame.right), default=0)
        below = line * 1.5 + (line if frame.x_label else 0)
        inner = size.width - 2 * edge
        below += line * 1.1 * legend_rows(frame.legend, size, inner) + (8 if frame.legend else 0)
        below += line * sum(len(wrapped(n, size.font, inner)) for n in frame.notes)
        # A long legend makes the drawing taller, never the data flatter.
        bottom = max(size.height - below, top + size.height * 0.5)
        canvas.height = bottom + below + edge * 0.5
        return Area(edge + ticks + 8, top, size.width - edge - (right + 8 if right else 6), bottom)

    def _draw_frame(self) -> None:
        canvas, area, frame = self.canvas, self.area, self.frame
        line, font = canvas.line_height, canvas.size.font
        room = canvas.size.width - 24 - frame.corner
        below = canvas.paragraph(12, 12 + font * 0.8, frame.title, room, True)
        for i, name in enumerate(frame.icons):
            x = canvas.size.width - 12 - frame.corner + (2 * RADIUS + 8) * i + RADIUS + 2
            canvas.add(icon_mark(name, x, 12 + RADIUS))
        if frame.y_label:
            canvas.text(12, below, shortened(frame.y_label, font, room), colour=GREY)
        self._draw_y_axis()
        self._draw_x_axis()
        y = area.bottom + line * 1.5
        if frame.x_label:
            canvas.text((area.left + area.right) / 2, y + line * 0.6, frame.x_label,
                        anchor="middle", colour=GREY)  # fmt: skip
            y += line
        y += line * 0.6 + (4 if frame.legend else 0)
        y = canvas.legend(12, y, frame.legend, canvas.size.width - 24)
        for note in frame.notes:
            y = canvas.paragraph(12, y, note, canvas.size.width - 24)

    def _draw_y_axis(self) -> None:
        font = self.canvas.size.font
        self.grid()
        for tick in self._y_ticks:
            y = self.at_y(tick.value)
            self.canvas.text(self.area.left - 8, y + font * 0.35, tick.label, anchor="end")

    def grid(self) -> None:
        """The horizontal grid lines; call it again after filling an area that hides them."""
        for tick in self._y_ticks:
            y = self.at_y(tick.value)
            if self.area.bottom - y > 1:  # not over the axis itself
                self.canvas.line(self.area.left, y, self.area.right, y, GRID_LINE)

    def _draw_x_axis(self) -> None:
        area, canvas = self.area, self.canvas
        canvas.line(area.left, area.bottom, area.right, area.bottom, AXIS_LINE)
        for tick in self._fitting_x_ticks():
            x = self.at_x(tick.value)
            canvas.line(x, area.bottom, x, area.bottom + 5, AXIS_LINE)
            half = text_width(tick.label, canvas.size.font) / 2
            middle = min(max(x, half + 2), canvas.size.width - half - 2)
            canvas.text(middle, area.bottom + canvas.line_height + 2, tick.label, anchor="middle")

    def _fitting_x_ticks(self) -> list[Tick]:
        """As many ticks as have room for their labels; names are shortened rather than lost."""
        width, font = self.area.right - self.area.left, self.canvas.size.font
        if isinstance(self.x, CategoryScale):
            every = self.x.ticks(max(1, int(width / _LEAST_NAME)))
            room = width / max(1, len(every)) - 6
            return [Tick(t.value, elided(t.label, font, room)) for t in every]
        ticks: list[Tick] = []
        for most in range(max(2, int(width / 45)), 0, -1):
            ticks = self.x.ticks(most)
            room = width / max(1, len(ticks))
            if all(text_width(t.label, font) + 10 <= room for t in ticks):
                return ticks
        room = width / max(1, len(ticks))
        return [Tick(t.value, shortened(t.label, font, room)) for t in ticks]

    def at_x(self, value: float) -> float:
        """Pixel of a value on the horizontal axis."""
        return self.area.left + self.x.place(value) * (self.area.right - self.area.left)

    def at_y(self, value: float) -> float:
        """Pixel of a value on the vertical axis."""
        return self.area.bottom - self.y.place(value) * (self.area.bottom - self.area.top)

    def line(self, xs: Sequence[float], ys: Values, ink: Ink) -> None:
        """A line through the points; a missing value leaves a gap."""
        for run in _runs(xs, ys):
            self.canvas.path([(self.at_x(x), self.at_y(y)) for x, y in run], ink)

    def steps(self, xs: Sequence[float], ys: Values, ink: Ink, ends: tuple[float, float]) -> None:
        """A step line, each value held half way to its neighbours; `ends` are its outer ends."""
        for run in _runs(xs, ys):
            cuts = [(a[0] + b[0]) / 2 for a, b in zip(run, run[1:], strict=False)]
            first = ends[0] if run[0][0] == xs[0] else run[0][0]
            last = ends[1] if run[-1][0] == xs[-1] else run[-1][0]
            edges = [first, *cuts, last]
            points = [
                (self.at_x(edge), self.at_y(y))
                for (_, y), start, end in zip(run, edges, edges[1:], strict=False)
                for edge in (start, end)
            ]
            self.canvas.path(points, ink)

    def band(self, xs: Sequence[float], low: Values, high: Values, ink: Ink) -> None:
        """The area between two lines."""
        for run in _runs(
            xs, [None if _missing(h) else lo for lo, h in zip(low, high, strict=True)]
        ):
            if len(run) < 2:
                continue
            tops = dict(zip(xs, high, strict=True))
            upper = [(self.at_x(x), self.at_y(tops[x] or 0.0)) for x, _ in run]
            lower = [(self.at_x(x), self.at_y(y)) for x, y in run]
            self.canvas.path([*upper, *reversed(lower)], ink, closed=True)

    def bars(
        self, xs: Sequence[float], ys: Values, ink: Ink, width: float, base: float = 0
    ) -> None:
        """Upright bars from `base`; `width` is in the units of the horizontal axis."""
        for x, y in zip(xs, ys, strict=True):
            if y is None or _missing(y):
                continue
            left, right = self.at_x(x - width / 2), self.at_x(x + width / 2)
            top, foot = sorted((self.at_y(y), self.at_y(base)))
            self.canvas.rectangle(left, top, right - left, foot - top, ink)

    def points(
        self,
        xs: Sequence[float],
        ys: Values,
        shape: Shape,
        ink: Ink,
        *,
        radius: float = 4,
        tips: Sequence[str] = (),
        hrefs: Sequence[str] = (),
    ) -> None:
        """One mark for each value; `tips` are shown when a mouse rests on them.

        A mark with an address in `hrefs` is a link.
        """
        for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
            if y is not None and not _missing(y):
                tip = tips[i] if tips else ""
                href = hrefs[i] if hrefs else ""
                self.canvas.mark(shape, self.at_x(x), self.at_y(y), ink, radius, tip, href=href)

    def level(self, y: float, ink: Ink) -> None:
        """A line across the whole plot at one height."""
        self.canvas.line(self.area.left, self.at_y(y), self.area.right, self.at_y(y), ink)

    def upright(self, x: float, ink: Ink) -> None:
        """A line from bottom to top at one place."""
        self.canvas.line(self.at_x(x), self.area.top, self.at_x(x), self.area.bottom, ink)

    def label(self, x: float, y: float, text: str, *, colour: str = BLACK) -> None:
        """Text beside a point, turned inwards at the right-hand edge."""
        px, py, font = self.at_x(x), self.at_y(y), self.canvas.size.font
        inwards = px + 8 + text_width(text, font) > self.canvas.size.width - 4
        self.canvas.text(
            px - 8 if inwards else px + 8,
            py - 6,
            text,
            anchor="end" if inwards else "start",
            colour=colour,
            halo=True,
        )

    def flag(self, x: float, letter: str, ink: Ink, row: int = 0) -> None:
        """A dotted upright with a boxed letter at its top; the notes say what it means."""
        self.upright(x, ink)
        half = self._flag_half()
        px, py = self.at_x(x), self.area.top + half * (1 + 2.2 * row)
        self.canvas.rectangle(px - half, py - half, 2 * half, 2 * half, Ink(ink.stroke, "#ffffff"))
        self.canvas.text(px, py + half * 0.55, letter, anchor="middle", colour=BLACK)

    def flag_rows(self, xs: Sequence[float]) -> list[int]:
        """Row of each flag, ascending in x, so that boxes of neighbours stand below each other."""
        last: dict[int, float] = {}
        rows = []
        for x in xs:
            px = self.at_x(x)
            row = 0
            while row in last and px - last[row] < 2.3 * self._flag_half():
                row += 1
            last[row] = px
            rows.append(row)
        return rows

    def _flag_half(self) -> float:
        return self.canvas.size.font * 0.62

    def end_labels(self, labels: Sequence[tuple[float, str, str]]) -> None:
        """Texts (height, text, colour) to the right of the plot, moved apart where they collide."""
        gap = self.canvas.line_height * 0.95
        wanted = sorted((self.at_y(y), text, colour) for y, text, colour in labels)
        floor = self.area.bottom - gap * 0.2
        ys = _spread([y for y, _, _ in wanted], gap, self.area.top, floor)
        for y, (_, text, colour) in zip(ys, wanted, strict=True):
            self.canvas.text(
                self.area.right + 8, y + self.canvas.size.font * 0.35, text, colour=colour
            )


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def _runs(xs: Sequence[float], ys: Values) -> list[list[tuple[float, float]]]:
    """Stretches of neighbouring points that have values."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(xs, ys, strict=True):
        if y is None or not math.isfinite(y):
            runs.append([])
        else:
            runs[-1].append((x, y))
    return [run for run in runs if run]


def _spread(ys: list[float], gap: float, top: float, bottom: float) -> list[float]:
    """The heights, in ascending order, moved as little as keeps them a gap apart and inside."""
    placed: list[float] = []
    for y in ys:
        placed.append(max(y, placed[-1] + gap) if placed else max(y, top))
    limit = bottom
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = min(placed[i], limit)
        limit = placed[i] - gap
    return placed
