"""Icons of variation and assurance, drawn by us in the manner of Making Data Count.

Each has a letter, a line and a badge besides its colour, so that it reads in black and white:
a tick for improvement or a target that will be met, an exclamation mark for concern or one that
will be missed.
"""

from __future__ import annotations

from dataclasses import dataclass

from harmfree.pictures.ink import BLACK, BLUE, GREY, ORANGE, PURPLE, WHITE
from harmfree.pictures.markup import Markup, number, tag

_RISE, _FALL = ((-11, 7), (-3, 5), (5, -1), (11, -9)), ((-9, -13), (-3, -6), (5, -2), (12, 6))
_WAVE = ((-13, 2), (-8, -3), (-3, 3), (2, -2), (7, 4), (12, -2))
_TARGET = ((-14, 0), (14, 0))
# The letter stands where the line leaves room.
_LETTER_AT: dict[tuple[tuple[float, float], ...], tuple[float, float]] = {
    _RISE: (-4, 3),
    _FALL: (-5, 11),
    _TARGET: (0, 0),
}
_TICK, _CALL = ((-4, 0), (-1, 3), (4, -4)), ((0, -4.5), (0, 1))


@dataclass(frozen=True)
class Icon:
    """One icon: what it says in words, and how it is drawn."""

    name: str
    words: str
    colour: str
    letter: str
    line: tuple[tuple[float, float], ...]
    badge: str = ""


ICONS = {
    icon.name: icon
    for icon in (
        Icon("common", "Common cause: no significant change", GREY, "", _WAVE),
        Icon("improvement_high", "Improvement: higher values", BLUE, "H", _RISE, "tick"),
        Icon("improvement_low", "Improvement: lower values", BLUE, "L", _FALL, "tick"),
        Icon("concern_high", "Concern: higher values", ORANGE, "H", _RISE, "call"),
        Icon("concern_low", "Concern: lower values", ORANGE, "L", _FALL, "call"),
        Icon("neutral_high", "Change to higher values", PURPLE, "H", _RISE),
        Icon("neutral_low", "Change to lower values", PURPLE, "L", _FALL),
        Icon("pass", "The target will be met every time", BLUE, "P", _TARGET, "tick"),
        Icon("fail", "The target will be missed every time", ORANGE, "F", _TARGET, "call"),
        Icon("hit_or_miss", "The target is met at some times and not others", GREY, "?", _TARGET),
    )
}

#: Radius of the ring; the badge stands out by a little more.
RADIUS = 20.0


def icon_mark(name: str, x: float, y: float) -> Markup:
    """The icon as a group with its centre at a place of a drawing."""
    icon = ICONS[name]
    wave = icon.name == "common"
    parts = [
        tag("title", icon.words),
        tag("circle", cx=0, cy=0, r=RADIUS - 2, fill=WHITE, stroke=icon.colour, stroke_width=4),
        _line(icon.line, icon.colour, 2 if not icon.badge and not wave else 1.5,
              dash="3 3" if icon.line is _TARGET else None, y=0 if wave else 5),
    ]  # fmt: skip
    if icon.letter:
        parts.append(
            tag("text", icon.letter, x=_LETTER_AT[icon.line][0], y=_LETTER_AT[icon.line][1],
                text_anchor="middle", font_weight="bold", font_size=14, fill=BLACK)
        )  # fmt: skip
    if wave:
        parts += [tag("circle", cx=px, cy=py, r=2.2, fill=icon.colour) for px, py in icon.line]
    if icon.badge:
        parts += _badge(icon)
    return tag("g", *parts, transform=f"translate({number(x)} {number(y)})")


def icon_svg(name: str) -> Markup:
    """The icon alone, as an SVG element with its words as its name."""
    return tag(
        "svg",
        icon_mark(name, 24, 24),
        xmlns="http://www.w3.org/2000/svg",
        viewBox="0 0 48 48",
        width=48,
        height=48,
        role="img",
        aria_label=ICONS[name].words,
        font_family="Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif",
    )


def _badge(icon: Icon) -> list[Markup]:
    x, y = 15.0, -14.0
    ring = tag("circle", cx=x, cy=y, r=8, fill=icon.colour, stroke=WHITE, stroke_width=1.5)
    shape = _TICK if icon.badge == "tick" else _CALL
    stroke = _line(tuple((px + x, py + y) for px, py in shape), WHITE, 2)
    if icon.badge == "tick":
        return [ring, stroke]
    return [ring, stroke, tag("circle", cx=x, cy=y + 4.2, r=1.3, fill=WHITE)]


def _line(
    points: tuple[tuple[float, float], ...],
    colour: str,
    width: float,
    dash: str | None = None,
    y: float = 0,
) -> Markup:
    path = " ".join(f"{number(px)},{number(py + y)}" for px, py in points)
    return tag("polyline", points=path, fill="none", stroke=colour, stroke_width=width,
               stroke_dasharray=dash, stroke_linecap="round")  # fmt: skip
