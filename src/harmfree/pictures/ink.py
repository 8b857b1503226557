"""The colours, strokes and fills that every picture uses, all readable on white.

Every colour that carries text or a mark has a contrast of at least 4.5:1 on white (WCAG 2.2,
success criterion 1.4.3); `contrast` lets a test prove it. Colour never speaks alone: each meaning
has a shape or a dash pattern too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

WHITE = "#ffffff"
BLACK = "#212b32"
GREY = "#4c6272"
BLUE = "#005eb8"
ORANGE = "#a84e00"
PURPLE = "#5b2d90"
GREEN = "#006747"
RED = "#8a1538"
#: For fills and grid lines only: never for text or for a mark that must be seen.
PALE = "#d8dde0"
PALE_BLUE = "#d5e5f5"
PALE_ORANGE = "#f6e3d0"

#: Colours that may carry text or a mark.
READABLE = (BLACK, GREY, BLUE, ORANGE, PURPLE, GREEN, RED)


@dataclass(frozen=True)
class Ink:
    """How something is drawn.

    Attributes:
        stroke: line colour, or None for no line.
        fill: fill colour, or None for no fill.
        width: line width in pixels of the drawing.
        dash: dash pattern such as ``"6 4"``, or empty for a solid line.
    """

    stroke: str | None = BLACK
    fill: str | None = None
    width: float = 1.5
    dash: str = ""

    def attributes(self) -> dict[str, str | float | None]:
        """SVG presentation attributes (no inline style, so a strict policy lets them pass)."""
        return {
            "stroke": self.stroke or "none",
            "fill": self.fill or "none",
            "stroke_width": self.width if self.stroke else None,
            "stroke_dasharray": self.dash or None,
        }

    def with_(self, **changes: str | float | None) -> Ink:
        """A copy with some attributes changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


DATA_LINE = Ink(GREY, width=1.5)
CENTRE_LINE = Ink(BLACK, width=1.5)
LIMIT_LINE = Ink(BLACK, width=1.25, dash="7 4")
TARGET_LINE = Ink(RED, width=1.5, dash="2 3")
GRID_LINE = Ink(PALE, width=1)
AXIS_LINE = Ink(BLACK, width=1)


def contrast(colour: str, ground: str = WHITE) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
