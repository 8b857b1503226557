"""Marks for points: each meaning has its own shape, so that a picture works without colour."""

from __future__ import annotations

from typing import Literal

from harmfree.pictures.ink import Ink
from harmfree.pictures.markup import Markup, number, tag

Shape = Literal[
    "circle", "ring", "square", "diamond", "triangle-up", "triangle-down", "cross", "plus"
]

# Corners in units of the radius; areas are close to that of the circle.
_CORNERS: dict[str, tuple[tuple[float, float], ...]] = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "triangle-up": ((0, -1.3), (1.2, 0.9), (-1.2, 0.9)),
    "triangle-down": ((0, 1.3), (1.2, -0.9), (-1.2, -0.9)),
}
_STROKES = {"cross": "M-1,-1L1,1M-1,1L1,-1", "plus": "M-1.2,0L1.2,0M0,-1.2L0,1.2"}


def symbol(shape: Shape, x: float, y: float, ink: Ink, radius: float = 4, tip: str = "") -> Markup:
    """One mark at a pixel position; `tip` is shown when a mouse rests on it."""
    title = (tag("title", tip),) if tip else ()
    if shape in ("circle", "ring"):
        hollow = ink.with_(fill="#ffffff") if shape == "ring" else ink
        return tag("circle", *title, cx=x, cy=y, r=radius, **hollow.attributes())
    if shape in _STROKES:
        path = _scaled(_STROKES[shape], x, y, radius)
        return tag("path", *title, d=path, **ink.with_(fill=None).attributes())
    corners = " ".join(
        f"{number(x + dx * radius)},{number(y + dy * radius)}" for dx, dy in _CORNERS[shape]
    )
    return tag("polygon", *title, points=corners, **ink.attributes())


def _scaled(path: str, x: float, y: float, radius: float) -> str:
    pieces = []
    for stroke in path.split("M")[1:]:
        ends = [tuple(map(float, end.split(","))) for end in stroke.split("L")]
        moved = [f"{number(x + dx * radius)},{number(y + dy * radius)}" for dx, dy in ends]
        pieces.append("M" + "L".join(moved))
    return "".join(pieces)
