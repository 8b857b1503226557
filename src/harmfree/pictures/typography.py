"""How wide a text is, so that labels are placed without overlap and lines are broken.

Widths are those of DejaVu Sans, the widest of the fonts that the pictures name: a label that fits
in it fits in Arial, Helvetica and Liberation Sans too.
"""

from __future__ import annotations

#: Fonts in order of preference; all are free or part of the reader's system.
FAMILY = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"

# Advance widths of ASCII 32 to 126 in thousandths of the font size (DejaVu Sans 2.37, hmtx table).
_ASCII = (
    *(318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337),
    *(636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531),
    *(1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787),
    *(603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500),
    *(500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612),
    *(635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838),
)
# DejaVu Sans Bold is this much wider over the lower-case alphabet (hmtx tables of both).
_BOLD = 1.13
# Latin, Greek and Cyrillic letters are near this; ideographs fill the square.
_OTHER, _WIDE = 640, 1000
_FIRST_IDEOGRAPH = 0x2E80


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of the text in pixels at the given font size in pixels."""
    thousandths = sum(_advance(ord(character)) for character in text)
    return thousandths * size / 1000 * (_BOLD if bold else 1)


def wrapped(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """The text broken at spaces into lines no wider than `width`; a long word stays whole."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shortened(text: str, size: float, width: float, bold: bool = False) -> str:
    """The text, cut and ended with an ellipsis when it is wider than `width`."""
    if text_width(text, size, bold) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size, bold) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def elided(text: str, size: float, width: float, bold: bool = False) -> str:
    """The text, cut in its middle when too wide: names often differ only at their ends."""
    if text_width(text, size, bold) <= width:
        return text
    for kept in range(len(text) - 1, 1, -1):
        short = text[: kept - kept // 2].rstrip() + "…" + text[len(text) - kept // 2 :].lstrip()
        if text_width(short, size, bold) <= width:
            return short
    return shortened(text, size, width, bold)


def _advance(code: int) -> int:
    if 32 <= code <= 126:
        return _ASCII[code - 32]
    return _WIDE if code >= _FIRST_IDEOGRAPH else _OTHER
