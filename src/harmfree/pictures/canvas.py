"""A drawing in pixels: shapes, text and a legend, gathered into one SVG element."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from harmfree.pictures.ink import BLACK, WHITE, Ink
from harmfree.pictures.markup import Markup, joined, number, tag
from harmfree.pictures.symbols import Shape, symbol
from harmfree.pictures.typography import FAMILY, text_width, wrapped

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Size:
    """The size of a drawing and of its text, in pixels.

    A drawing is never shown so small that its text falls under 11 px: the page shows the narrow
    drawing where the wide one would.
    """

    width: float
    height: float
    font: float
    narrow: bool


#: For screens, print and PNG. Its text stays at 11 px or more down to 600 px of room.
WIDE = Size(760, 440, 14, False)
#: For phones. Its text stays at 11 px or more down to 288 px of room.
NARROW = Size(340, 400, 13, True)


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a line, a filled patch or a mark, and what it means."""

    label: str
    ink: Ink
    kind: Literal["line", "patch"] | Shape = "line"


@dataclass
class Canvas:
    """Collects the parts of a drawing; later parts lie above earlier ones."""

    size: Size
    height: float = 0
    parts: list[Markup] = field(default_factory=list)
    linked: bool = False
    """Whether some marks are links: the drawing is then a group, not one image."""

    def __post_init__(self) -> None:
        self.height = self.height or self.size.height

    def add(self, part: Markup) -> None:
        """Put a piece of SVG on top."""
        self.parts.append(part)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: Anchor = "start",
        colour: str = BLACK,
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Text with its baseline at y; `halo` keeps it readable where it crosses a line."""
        common: dict[str, str | float | None] = {
            "x": x,
            "y": y,
            "text_anchor": None if anchor == "start" else anchor,
            "font_weight": "bold" if bold else None,
        }
        if halo:
            self.add(
                tag(
                    "text", text, **common, fill=WHITE, stroke=WHITE, stroke_width=4.0,
                    stroke_linejoin="round", aria_hidden="true",
                )
            )  # fmt: skip
        self.add(tag("text", text, **common, fill=colour))

    def paragraph(self, x: float, y: float, text: str, width: float, bold: bool = False) -> float:
        """Text broken into lines; returns the baseline below the last line."""
        for line in wrapped(text, self.size.font, width, bold):
            self.text(x, y, line, bold=bold)
            y += self.line_height
        return y

    @property
    def line_height(self) -> float:
        """Distance between the baselines of two lines of text."""
        return self.size.font * 1.35

    def line(self, x1: float, y1: float, x2: float, y2: float, ink: Ink) -> None:
        """A straight line."""
        stroke = ink.with_(fill=None).attributes()
        del stroke["fill"]
        self.add(tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **stroke))

    def rectangle(self, x: float, y: float, width: float, height: float, ink: Ink) -> None:
        """A rectangle from its top left corner."""
        self.add(tag("rect", x=x, y=y, width=width, height=height, **ink.attributes()))

    def path(self, points: Sequence[tuple[float, float]], ink: Ink, closed: bool = False) -> None:
        """A line through the points, closed for a filled area."""
        if len(points) < 2:
            return
        steps = "L".join(f"{number(x)},{number(y)}" for x, y in points)
        shape = ink if closed else ink.with_(fill=None)
        ends = {"stroke_linejoin": "round"}
        self.add(tag("path", d=f"M{steps}{'Z' if closed else ''}", **shape.attributes(), **ends))

    def mark(
        self,
        shape: Shape,
        x: float,
        y: float,
        ink: Ink,
        radius: float = 4,
        tip: str = "",
        *,
        href: str = "",
    ) -> None:
        """One point mark; with `href` a link, which the page must also give as text.

        It is left out of the tab order: a picture with hundreds of stops would trap a keyboard.
        """
        mark = symbol(shape, x, y, ink, radius, tip)
        if href:
            self.linked = True
            mark = tag("a", mark, href=href, tabindex="-1", aria_label=tip or None)
        self.add(mark)

    def legend(self, x: float, y: float, keys: Sequence[Key], width: float) -> float:
        """Entries in rows from the baseline y; returns the baseline below the last row."""
        left = x
        for key in keys:
            needed = 30 + text_width(key.label, self.size.font) + 16
            if left > x and left + needed - 16 > x + width:
                left, y = x, y + self.line_height * 1.1
            self._key(left, y, key)
            left += needed
        return y + self.line_height if keys else y

    def _key(self, x: float, y: float, key: Key) -> None:
        middle = y - self.size.font * 0.35
        if key.kind == "line":
            self.line(x, middle, x + 24, middle, key.ink)
        elif key.kind == "patch":
            self.rectangle(x, middle - 6, 24, 12, key.ink)
        else:
            self.mark(key.kind, x + 12, middle, key.ink, 5)
        self.text(x + 30, y, key.label)

    def svg(self, ident: str, title: str, description: str) -> Markup:
        """The drawing as one SVG element that carries its own name and description."""
        return tag(
            "svg",
            tag("title", title, id=f"{ident}-title"),
            tag("desc", description, id=f"{ident}-desc"),
            tag("rect", width=self.size.width, height=self.height, fill=WHITE),
            joined(self.parts),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(self.size.width)} {number(self.height)}",
            width=self.size.width,
            height=self.height,
            role="group" if self.linked else "img",
            aria_labelledby=f"{ident}-title {ident}-desc",
            font_family=FAMILY,
            font_size=self.size.font,
        )


def legend_rows(keys: Sequence[Key], size: Size, width: float) -> int:
    """How many rows the legend will take, to leave room for it."""
    rows, left = (1 if keys else 0), 0.0
    for key in keys:
        needed = 30 + text_width(key.label, size.font) + 16
        if left > 0 and left + needed - 16 > width:
            rows, left = rows + 1, 0.0
        left += needed
    return rows
