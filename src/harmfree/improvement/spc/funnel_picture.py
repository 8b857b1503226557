"""Draws funnel plots: units are never ranked, and only those beyond the limits are named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harmfree.improvement.spc.funnel import Funnel
from harmfree.pictures import (
    BLACK,
    BLUE,
    CENTRE_LINE,
    GREY,
    LIMIT_LINE,
    ORANGE,
    Canvas,
    Cell,
    Frame,
    Ink,
    Key,
    LinearScale,
    Picture,
    Plot,
    Shape,
    Size,
    Table,
    elided,
    neat,
    neat_percent,
    text_width,
)

_INNER = Ink(BLACK, width=1.25, dash="2 3")
_OUTER = LIMIT_LINE
_MARKS: dict[str, tuple[str, Shape, Ink, float]] = {
    "within": ("Within the limits", "circle", Ink(None, GREY), 3.5),
    "high_95": ("Above 95%", "triangle-up", Ink(BLUE, "#ffffff"), 4.5),
    "low_95": ("Below 95%", "triangle-down", Ink(BLUE, "#ffffff"), 4.5),
    "high_998": ("Above 99.8%", "triangle-up", Ink(None, ORANGE), 6),
    "low_998": ("Below 99.8%", "triangle-down", Ink(None, ORANGE), 6),
}
#: Places along the axis at which the limits are computed.
_STEPS = 120
#: At most so many units are named in the drawing; the sentence and the table name the others.
_MOST_NAMES = 8


def funnel_picture(
    funnel: Funnel,
    title: str = "",
    y_label: str = "",
    x_label: str = "",
    links: Sequence[str] = (),
) -> Picture:
    """The funnel with its sentence, messages and numbers.

    Args:
        funnel: a computed funnel; a unit whose name is empty is drawn and never named.
        title, y_label, x_label: the words around the plot.
        links: an address for each unit, empty for none; its mark leads there.
    """
    heading = title or "Funnel plot"
    across = x_label or ("Expected" if funnel.method.target is not None else "Size (denominator)")
    return Picture(
        title=heading,
        sentence=funnel_sentence(funnel),
        draw=lambda size: _draw(funnel, size, (heading, y_label, across), links),
        table=_table(funnel, heading),
        notes=funnel.messages,
    )


def funnel_sentence(funnel: Funnel) -> str:
    """How many units lie beyond which limits, and which beyond the outer ones."""
    verdicts = funnel.verdicts()
    outer = [n for n, v in zip(funnel.names, verdicts, strict=True) if v.endswith("998")]
    inner = sum(v.endswith("_95") for v in verdicts)
    expected = 0.05 * len(verdicts)
    parts = [f"{len(verdicts)} units about {_shown(funnel, funnel.target)}, not ranked."]
    if outer:
        named = _named(outer)
        verb = "lies" if len(outer) == 1 else "lie"
        parts.append(f"{len(outer)} {verb} beyond the 99.8% limits{named}: ask why before judging.")
    else:
        parts.append("None lies beyond the 99.8% limits.")
    parts.append(
        f"{inner} more {'lies' if inner == 1 else 'lie'} beyond the 95% limits, where about "
        f"{neat(expected, 2)} would by chance."
    )
    widened = "are" if funnel.adjusted_used else "are not"
    parts.append(f"The limits {widened} widened for over-dispersion (phi {funnel.phi:.2f}).")
    return " ".join(parts)


def _named(units: list[str], most: int = 6) -> str:
    """Some of the units in brackets; nothing when none may be named."""
    named = [each for each in units if each][:most]
    if not named:
        return ""
    more = len(units) - len(named)
    return f" ({', '.join(named)}" + (f" and {more} more)" if more else ")")


def _draw(funnel: Funnel, size: Size, words: tuple[str, str, str], links: Sequence[str]) -> Canvas:
    title, y_label, x_label = words
    x_scale = LinearScale(0.0, float(funnel.denominator.max()) * 1.06)
    sizes = np.linspace(float(funnel.denominator.min()) * 0.9, x_scale.high, _STEPS)
    limits = funnel.limits(sizes)
    verdicts = funnel.verdicts()
    shown = [k for k in _MARKS if k in verdicts]
    keys = [Key(_MARKS[k][0], _MARKS[k][2], _MARKS[k][1]) for k in shown]
    centre = f"{_shown(funnel, funnel.target)}"
    middle = f"Expected {centre}" if funnel.method.target is not None else f"Overall {centre}"
    keys += [Key("95% limits", _INNER), Key("99.8% limits", _OUTER), Key(middle, CENTRE_LINE)]
    # Limits of the smallest units may run far off; the units set the height of the plot.
    tops = np.concatenate([funnel.values, np.quantile(limits.upper998, [0.0, 0.9])])
    bottoms = np.quantile(limits.lower998, [0.1, 1.0])
    ceiling = 1.0 if funnel.method.share else np.inf
    y_scale = LinearScale.covering(
        [*tops, *bottoms], bounds=(0.0, ceiling), percent=funnel.method.share
    )
    plot = Plot(size, x_scale, y_scale, Frame(title, x_label, y_label, legend=keys))
    xs = sizes.tolist()
    for line, ink in (
        (limits.lower95, _INNER), (limits.upper95, _INNER),
        (limits.lower998, _OUTER), (limits.upper998, _OUTER),
    ):  # fmt: skip
        plot.line(xs, _inside(line, y_scale), ink)
    plot.level(funnel.target, CENTRE_LINE)
    for verdict in shown:
        _draw_units(plot, funnel, verdicts, verdict, links)
    _label_outer(plot, funnel, verdicts)
    return plot.canvas


def _draw_units(
    plot: Plot, funnel: Funnel, verdicts: list[str], verdict: str, links: Sequence[str]
) -> None:
    _, shape, ink, radius = _MARKS[verdict]
    here = [i for i, v in enumerate(verdicts) if v == verdict]
    plot.points(
        [float(funnel.denominator[i]) for i in here],
        [float(funnel.values[i]) for i in here],
        shape, ink, radius=radius,
        tips=[
            f"{funnel.names[i]}: {_shown(funnel, funnel.values[i])}" if funnel.names[i] else ""
            for i in here
        ],
        hrefs=[links[i] for i in here] if links else (),
    )  # fmt: skip


def _label_outer(plot: Plot, funnel: Funnel, verdicts: list[str]) -> None:
    """Names of the units farthest out, each where it hides nothing; the rest are in the table."""
    font = plot.canvas.size.font
    places = [(plot.at_x(float(n)), plot.at_y(float(v)))
              for n, v in zip(funnel.denominator, funnel.values, strict=True)]  # fmt: skip
    taken = [(x - 6, y - 6, x + 6, y + 6) for x, y in places]
    outer = [i for i, v in enumerate(verdicts) if v.endswith("998") and funnel.names[i]]
    room = 130 if plot.canvas.size.narrow else 230
    for i in sorted(outer, key=lambda i: -abs(funnel.z[i]))[:_MOST_NAMES]:
        name = elided(funnel.names[i], font, room)
        x, y = places[i]
        width = text_width(name, font)
        others = [box for k, box in enumerate(taken) if k != i]
        for left, base in (
            (x + 9, y + font * 0.35), (x - 9 - width, y + font * 0.35),
            (x - width / 2, y - 9), (x - width / 2, y + 9 + font * 0.8),
        ):  # fmt: skip
            box = (left, base - font * 0.8, left + width, base + font * 0.2)
            if _fits(box, plot) and not any(_overlap(box, other) for other in others):
                plot.canvas.text(left, base, name, halo=True)
                taken.append(box)
                break


def _fits(box: tuple[float, float, float, float], plot: Plot) -> bool:
    inside = plot.area.left <= box[0] and box[2] <= plot.canvas.size.width - 4
    return inside and plot.area.top - 10 <= box[1] and box[3] <= plot.area.bottom


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _inside(line: np.ndarray, scale: LinearScale) -> list[float | None]:
    return [float(v) if scale.low <= v <= scale.high else None for v in line]


def _shown(funnel: Funnel, value: float) -> str:
    return neat_percent(value) if funnel.method.share else neat(value)


def _table(funnel: Funnel, title: str) -> Table:
    columns = ("unit", "numerator", "denominator", "value", "lower 95%", "upper 95%",
               "lower 99.8%", "upper 99.8%", "verdict")  # fmt: skip
    at, verdicts = funnel.limits(funnel.denominator), funnel.verdicts()
    rows: list[list[Cell]] = []
    for i, name in enumerate(funnel.names):
        if not name:
            continue
        numbers = (funnel.numerator, funnel.denominator, funnel.values, at.lower95, at.upper95,
                   at.lower998, at.upper998)  # fmt: skip
        rows.append([name, *(float(n[i]) for n in numbers), _MARKS[verdicts[i]][0]])
    return Table(columns, rows, title)
