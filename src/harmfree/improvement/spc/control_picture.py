"""Draws control charts and run charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harmfree.improvement.spc import icons
from harmfree.improvement.spc.chart import ControlChart
from harmfree.improvement.spc.series import Moment
from harmfree.improvement.spc.words import day_or_month, sentence, shown
from harmfree.pictures import (
    BLACK,
    BLUE,
    CENTRE_LINE,
    DATA_LINE,
    GREY,
    LIMIT_LINE,
    ORANGE,
    PURPLE,
    RED,
    TARGET_LINE,
    Canvas,
    Cell,
    DateScale,
    Frame,
    Ink,
    Key,
    LinearScale,
    Picture,
    Plot,
    Shape,
    Size,
    Table,
    as_days,
)

#: With more points than this, points without a signal are drawn small, then not at all.
_MANY, _VERY_MANY = 70, 200
_BAND = Ink(None, "#f0f4f5")


@dataclass(frozen=True)
class _Mark:
    label: str
    shape: Shape
    ink: Ink
    radius: float


_MARKS = {
    "common_cause": _Mark("Common cause", "circle", Ink(None, GREY), 3.5),
    "special_cause_improvement": _Mark("Improvement", "square", Ink(None, BLUE), 5.5),
    "special_cause_concern": _Mark("Concern", "triangle-up", Ink(None, ORANGE), 5.5),
    "special_cause_neutral_high": _Mark("Special cause", "diamond", Ink(None, PURPLE), 5),
    "special_cause_neutral_low": _Mark("Special cause", "diamond", Ink(None, PURPLE), 5),
    "ghosted": _Mark("Ghosted (left out)", "ring", Ink(GREY, width=1.5, dash="2 2"), 4.5),
}
_ICONS = {
    "common_cause": "common",
    "special_cause_neutral_high": "neutral_high",
    "special_cause_neutral_low": "neutral_low",
    "consistent_pass": "pass",
    "consistent_fail": "fail",
    "inconsistent": "hit_or_miss",
}


def control_picture(chart: ControlChart, title: str = "", y_label: str = "") -> Picture:
    """The chart with its sentence, messages and numbers.

    Args:
        chart: a computed chart.
        title: heading; the kind of chart when empty.
        y_label: what was measured, with its unit.
    """
    heading = title or chart.kind.title
    return Picture(
        title=heading,
        sentence=sentence(chart),
        draw=lambda size: _Drawing(chart, size, heading, y_label).canvas,
        table=_table(chart, heading),
        notes=chart.messages,
    )


class _Drawing:
    """One drawing of a chart at one size."""

    def __init__(self, chart: ControlChart, size: Size, title: str, y_label: str) -> None:
        self.chart, self.size = chart, size
        self.kinds = _shown_kinds(chart)
        self.xs = _places(chart)
        self.flags = _flags(chart)
        frame = Frame(
            title=title,
            x_label=_x_label(chart),
            y_label=y_label,
            legend=self._legend(),
            notes=[note for _, _, note in self.flags],
            right=[] if size.narrow else [text for _, text, _ in self._line_labels()],
            icons=_icon_names(chart),
        )
        self.x_scale = self._x_scale()
        self.plot = Plot(size, self.x_scale, self._y_scale(), frame)
        self._draw()

    @property
    def canvas(self) -> Canvas:
        """The finished drawing."""
        return self.plot.canvas

    def _x_scale(self) -> DateScale | LinearScale:
        if _by_date(self.chart):
            return DateScale.covering(self.chart.series.dates)
        return LinearScale(0.3, len(self.chart.series) + 0.7)

    def _y_scale(self) -> LinearScale:
        chart, limits = self.chart, self.chart.limits
        low, high = (b * chart.settings.multiply for b in chart.kind.bounds)
        spans = [a for a in _spans(chart) if a is not None]
        shown_lines = [limits.mean, limits.lower, limits.upper, chart.values, *spans]
        target = [] if chart.settings.target is None else [chart.settings.target]
        percent = chart.kind.name in ("p", "pp") and chart.settings.multiply == 1
        bounds = (low, high) if chart.kind.name not in ("t",) else (0.0, np.inf)
        return LinearScale.covering(
            np.concatenate(shown_lines).tolist(), include=target, bounds=bounds, percent=percent
        )

    def _draw(self) -> None:
        plot, limits = self.plot, self.chart.limits
        parts = [np.flatnonzero(self.chart.segment == k) for k in np.unique(self.chart.segment)]
        for here in parts:
            self._draw_band(here)
        if np.isfinite(limits.upper).any():
            plot.grid()
        for here in parts:
            xs, ends = [self.xs[i] for i in here], self._ends(here)
            for line, ink in (
                (limits.lower, LIMIT_LINE),
                (limits.upper, LIMIT_LINE),
                (limits.mean, CENTRE_LINE),
            ):
                plot.steps(xs, _values(line[here]), ink, ends)
        if self.chart.settings.target is not None:
            plot.level(self.chart.settings.target, TARGET_LINE)
        rows = plot.flag_rows([x for x, _, _ in self.flags])
        for (x, letter, _), row in zip(self.flags, rows, strict=True):
            plot.flag(x, letter, Ink(GREY, dash="2 3", width=1), row)
        plot.line(self.xs, _values(self.chart.values), DATA_LINE)
        self._draw_spans()
        self._draw_points()
        if not self.size.narrow:
            plot.end_labels(self._line_labels())

    def _draw_band(self, here: np.ndarray) -> None:
        """The area between the limits of one segment."""
        limits, ends = self.chart.limits, self._ends(here)
        xs = [self.xs[i] for i in here]
        low, high = _held(xs, limits.lower[here], ends), _held(xs, limits.upper[here], ends)
        self.plot.band(low[0], low[1], high[1], _BAND)

    def _ends(self, here: np.ndarray) -> tuple[float, float]:
        """Where the lines of a segment begin and end: half way to the neighbouring points."""
        first, last = int(here[0]), int(here[-1])
        gap = (self.xs[-1] - self.xs[0]) / max(1, len(self.xs) - 1) / 2 or 0.5
        start = (self.xs[first - 1] + self.xs[first]) / 2 if first else self.xs[0] - gap
        more = last + 1 < len(self.xs)
        end = (self.xs[last] + self.xs[last + 1]) / 2 if more else self.xs[-1] + gap
        # Few points lie far apart: the lines stop at the edges of the plot.
        return max(start, self.x_scale.low), min(end, self.x_scale.high)

    def _draw_spans(self) -> None:
        least, most = _spans(self.chart)
        if least is None or most is None:
            return
        for x, low, high in zip(self.xs, least, most, strict=True):
            if high > low:
                px, top, foot = self.plot.at_x(x), self.plot.at_y(high), self.plot.at_y(low)
                self.plot.canvas.line(px, top, px, foot, Ink(GREY, width=3))

    def _draw_points(self) -> None:
        tips = _tips(self.chart)
        small = len(self.xs) > _MANY
        for i, kind in enumerate(self.kinds):
            mark = _MARKS[kind]
            if kind == "common_cause" and len(self.xs) > _VERY_MANY:
                continue
            radius = mark.radius * (0.7 if small else 1)
            self.plot.points(
                [self.xs[i]], _values(self.chart.values[i : i + 1]), mark.shape, mark.ink,
                radius=radius, tips=tips[i : i + 1],
            )  # fmt: skip

    def _line_labels(self) -> list[tuple[float, str, str]]:
        chart, i = self.chart, self.chart.latest
        limits, target = chart.limits, chart.settings.target
        name = chart.kind.centre
        constant = limits.lower[i] == limits.upper[i]
        name = f"{name} and limits" if constant else name
        labels = [(limits.mean[i], f"{name} {shown(chart, limits.mean[i])}", BLACK)]
        if not constant and np.isfinite([limits.lower[i], limits.upper[i]]).all():
            for value, name in ((limits.upper[i], "Upper limit"), (limits.lower[i], "Lower limit")):
                labels.append((value, f"{name} {shown(chart, value)}", BLACK))
        if target is not None:
            labels.append((target, f"Target {shown(chart, target)}", RED))
        return [(float(y), text, colour) for y, text, colour in labels]

    def _legend(self) -> list[Key]:
        keys: list[Key] = []
        for kind in sorted(set(self.kinds), key=list(_MARKS).index):
            mark = _MARKS[kind]
            if mark.label not in [k.label for k in keys] and (
                kind != "common_cause" or len(set(self.kinds)) > 1
            ):
                keys.append(Key(mark.label, mark.ink, mark.shape))
        least, _ = _spans(self.chart)
        if least is not None:
            keys.append(Key("Suppressed or rounded: lies in this range", Ink(GREY, width=3)))
        return keys + (self._line_keys() if self.size.narrow else [])

    def _line_keys(self) -> list[Key]:
        """On a phone the lines are named in the legend, not beside the plot."""
        chart, i = self.chart, self.chart.latest
        limits = chart.limits
        keys = [Key(f"{chart.kind.centre} {shown(chart, limits.mean[i])}", CENTRE_LINE)]
        if np.isfinite([limits.lower[i], limits.upper[i]]).all():
            words = f"Limits {shown(chart, limits.lower[i])} to {shown(chart, limits.upper[i])}"
            keys.append(Key(words, LIMIT_LINE))
        if chart.settings.target is not None:
            keys.append(Key(f"Target {shown(chart, chart.settings.target)}", TARGET_LINE))
        return keys


def _shown_kinds(chart: ControlChart) -> list[str]:
    kinds = icons.point_types(chart)
    return [k if chart.included[i] else "ghosted" for i, k in enumerate(kinds)]


def _icon_names(chart: ControlChart) -> list[str]:
    unknown = not np.isfinite(chart.limits.upper[chart.latest])
    if unknown or (chart.settings.rules or chart.kind.rules) != "mdc":
        return []
    verdict, promise = icons.variation(chart), icons.assurance(chart)
    side = "high" if chart.signals.direction[chart.latest] > 0 else "low"
    first = _ICONS.get(verdict, f"{verdict.removeprefix('special_cause_')}_{side}")
    return [first, *([_ICONS[promise]] if promise else [])]


def _by_date(chart: ControlChart) -> bool:
    # Gaps between events stand in the order of events: two on one day must not hide each other.
    return bool(chart.series.dates) and not chart.kind.gaps


def _places(chart: ControlChart) -> list[float]:
    if _by_date(chart):
        return [as_days(d) for d in chart.series.dates]
    return [float(i + 1) for i in range(len(chart.series))]


def _x_label(chart: ControlChart) -> str:
    if _by_date(chart):
        return ""
    if not chart.kind.gaps:
        return "Order of points"
    dates = chart.series.dates
    ends = [day_or_month(dates, i) for i in (0, -1)] if dates else []
    period = f" ({' to '.join(ends)})" if dates else ""
    return f"Event, in order{period}"


def _flags(chart: ControlChart) -> list[tuple[float, str, str]]:
    """Place, letter and note of each rebase and annotation, in time order."""
    dates = chart.series.dates
    if not dates:
        return []
    found = []
    for rebase in chart.settings.rebases:
        by = "; ".join(p for p in (rebase.author, rebase.evidence) if p)
        reason = rebase.reason or "no reason recorded"
        text = f"limits begin afresh: {reason}{f' ({by})' if by else ''}"
        found.append((rebase.when, text))
    found += [(a.when, a.text) for a in chart.settings.annotations]
    first, last = as_days(dates[0]), as_days(dates[-1])
    inside = [(when, text) for when, text in found if first <= as_days(when) <= last]
    inside.sort(key=lambda pair: as_days(pair[0]))
    return [
        (_flag_place(chart, when), _letter(i), f"{_letter(i)}: {day_or_month([when], 0)}, {text}")
        for i, (when, text) in enumerate(inside)
    ]


def _flag_place(chart: ControlChart, when: Moment) -> float:
    """Where a date stands: on the axis of dates, or just before the next event in order."""
    if _by_date(chart):
        return as_days(when)
    return next(i for i, d in enumerate(chart.series.dates) if as_days(d) >= as_days(when)) + 0.5


def _letter(i: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i] if i < 26 else str(i - 25)


def _spans(chart: ControlChart) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Least and most of suppressed or rounded values, in the unit that is drawn."""
    series, least, most = chart.series, chart.series.least, chart.series.most
    if least is None or most is None:
        return None, None
    factor = chart.settings.multiply
    divided = (chart.kind.per_size or chart.kind.divides) and series.sizes is not None
    sizes = series.sizes if divided and series.sizes is not None else 1.0
    return least / sizes * factor, most / sizes * factor


def _held(
    xs: list[float], line: np.ndarray, ends: tuple[float, float]
) -> tuple[list[float], list[float | None]]:
    """Corners of a step line, for the band between two of them."""
    cuts = [ends[0], *((a + b) / 2 for a, b in zip(xs, xs[1:], strict=False)), ends[1]]
    corners: list[float] = []
    heights: list[float | None] = []
    for i, y in enumerate(_values(line)):
        # A hair's breadth apart, so that the two corners of a step have different places.
        nudge = (cuts[i + 1] - cuts[i]) * 1e-6
        corners += [cuts[i] + nudge, cuts[i + 1] - nudge]
        heights += [y, y]
    return corners, heights


def _values(line: np.ndarray) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in line]


def _tips(chart: ControlChart) -> list[str]:
    if len(chart.series) > _VERY_MANY:
        return [""] * len(chart.series)
    causes = icons.cause_names(chart)
    return [
        f"{_where(chart, i)}: {shown(chart, chart.values[i])}"
        + (f" ({causes[i]})" if causes[i] != "Common Cause" else "")
        for i in range(len(chart.series))
    ]


def _where(chart: ControlChart, i: int) -> str:
    dates = chart.series.dates
    return day_or_month(dates, i) if dates else f"Point {i + 1}"


def _table(chart: ControlChart, title: str) -> Table:
    columns: list[str] = ["date" if chart.series.dates else "point", "value"]
    least, most = _spans(chart)
    columns += ["n"] if chart.series.sizes is not None else []
    columns += ["least", "most"] if least is not None else []
    columns += [chart.kind.centre.lower(), "lower limit", "upper limit", "target"]
    columns += ["part", "signal"]
    causes, limits = icons.cause_names(chart), chart.limits

    def row(i: int) -> Sequence[Cell]:
        cells: list[Cell] = [chart.series.dates[i].isoformat() if chart.series.dates else i + 1]
        cells.append(_cell(chart.values[i]))
        cells += [_cell(chart.series.sizes[i])] if chart.series.sizes is not None else []
        if least is not None and most is not None:
            cells += [_cell(least[i]), _cell(most[i])]
        lines = (limits.mean, limits.lower, limits.upper)
        cells += [*(_cell(line[i]) for line in lines), chart.settings.target]
        cells += [int(chart.segment[i]) + 1, _signal(chart, i, causes)]
        return cells

    return Table(tuple(columns), [row(i) for i in range(len(chart.series))], title)


def _signal(chart: ControlChart, i: int, causes: list[str]) -> str:
    if not chart.included[i]:
        return "ghosted"
    return "" if causes[i] == "Common Cause" else causes[i]


def _cell(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
