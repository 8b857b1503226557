"""A line the size of a word: the shape of a series, its latest point, no axes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from harmfree.pictures import ICONS, Markup, icon_mark, joined, tag

WIDTH, HEIGHT, EDGE = 120, 32, 4


def sparkline(values: Sequence[float], months: int = 36) -> Markup:
    """The last months as a small drawing without words: what it says stands beside it as text.

    Args:
        values: in order of time; NaN leaves a gap.
        months: how many are drawn.
    """
    drawn = np.asarray(values[-months:], float)
    known = np.isfinite(drawn)
    if known.sum() < 2:
        return Markup("")
    low, high = float(drawn[known].min()), float(drawn[known].max())
    xs = np.linspace(EDGE, WIDTH - EDGE, len(drawn))
    room = HEIGHT - 2 * EDGE
    ys = HEIGHT - EDGE - room * ((drawn - low) / (high - low) if high > low else drawn * 0 + 0.5)
    last = int(np.flatnonzero(known)[-1])
    return tag(
        "svg",
        tag("path", d=_path(xs.tolist(), ys.tolist())),
        tag("circle", cx=round(xs[last], 1), cy=round(ys[last], 1), r=3),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        class_="app-sparkline",  # size and colours are in dashboard.css, once for hundreds
        aria_hidden="true",
    )


def _path(xs: Sequence[float], ys: Sequence[float]) -> str:
    """Moves and lines in whole pixels, tenths upwards; points after a move are lines."""
    parts, pen = [], "M"
    for x, y in zip(xs, ys, strict=True):
        if not np.isfinite(y):
            pen = "M"
            continue
        parts.append(f"{pen}{x:.0f} {y:.1f}")
        pen = " "
    return "".join(parts)


@cache
def icon_sprite() -> Markup:
    """Every icon once, for a page on which hundreds stand: each is then a reference."""
    symbols = [
        tag("symbol", icon_mark(name, 24, 24), id=f"app-icon-{name}", viewBox="0 0 48 48")
        for name in ICONS
    ]
    return tag("svg", joined(symbols), class_="app-sprite", aria_hidden="true", focusable="false")
