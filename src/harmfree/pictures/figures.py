"""How numbers are written in pictures, tables and sentences."""

from __future__ import annotations

import math

_LARGE, _MANY_DECIMALS = 1e10, 7


def figure(value: float, decimals: int) -> str:
    """A number with thousands separators, a true minus sign and fixed decimals.

    Very large and very small numbers are written with a power of ten.
    """
    if abs(value) >= _LARGE or decimals > _MANY_DECIMALS:
        return f"{value:.4g}".replace("-", "\N{MINUS SIGN}") if value else "0"
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "\N{MINUS SIGN}")


def neat(value: float | None, digits: int = 3) -> str:
    """A number to so many significant digits, with whole numbers kept whole; a dash for none."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    before = math.floor(math.log10(abs(value))) + 1
    decimals = max(0, digits - before)
    return figure(value, min(decimals, _needed_decimals(value, decimals)))


def neat_percent(value: float | None, digits: int = 3) -> str:
    """A share written as a percentage: 0.125 as 12.5%."""
    return "–" if value is None or math.isnan(value) else neat(value * 100, digits) + "%"


def _needed_decimals(value: float, most: int) -> int:
    text = f"{value:.{most}f}"
    return len(text.rstrip("0").partition(".")[2]) if "." in text else 0
