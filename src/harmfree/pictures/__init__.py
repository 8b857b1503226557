"""SVG primitives and chart types, each with its table and its sentence.

A `Picture` holds a drawing function, a `Table` of every plotted number and a sentence in plain
English; it renders to SVG (wide and narrow), an HTML figure, a self-contained page, PNG and CSV.
The drawing function takes a `Size` and returns a `Canvas`; most make a `Plot` (two axes with
scales) and draw on it in the units of the data.
"""

from __future__ import annotations

from harmfree.pictures.canvas import NARROW, WIDE, Canvas, Key, Size
from harmfree.pictures.dates import DateScale, plain_date
from harmfree.pictures.errors import FontMissingError, PictureError
from harmfree.pictures.figures import figure, neat, neat_percent
from harmfree.pictures.icons import ICONS, icon_mark, icon_svg
from harmfree.pictures.ink import (
    AXIS_LINE,
    BLACK,
    BLUE,
    CENTRE_LINE,
    DATA_LINE,
    GREEN,
    GREY,
    GRID_LINE,
    LIMIT_LINE,
    ORANGE,
    PALE,
    PALE_BLUE,
    PALE_ORANGE,
    PURPLE,
    RED,
    TARGET_LINE,
    WHITE,
    Ink,
    contrast,
)
from harmfree.pictures.markup import Markup, joined, tag
from harmfree.pictures.picture import STYLESHEET, Picture
from harmfree.pictures.plot import Area, Frame, Plot
from harmfree.pictures.scales import CategoryScale, LinearScale, LogScale, Scale, Tick, as_days
from harmfree.pictures.symbols import Shape
from harmfree.pictures.table import Cell, Table
from harmfree.pictures.typography import elided, shortened, text_width, wrapped

__all__ = [
    "AXIS_LINE",
    "BLACK",
    "BLUE",
    "CENTRE_LINE",
    "DATA_LINE",
    "GREEN",
    "GREY",
    "GRID_LINE",
    "ICONS",
    "LIMIT_LINE",
    "NARROW",
    "ORANGE",
    "PALE",
    "PALE_BLUE",
    "PALE_ORANGE",
    "PURPLE",
    "RED",
    "STYLESHEET",
    "TARGET_LINE",
    "WHITE",
    "WIDE",
    "Area",
    "Canvas",
    "CategoryScale",
    "Cell",
    "DateScale",
    "FontMissingError",
    "Frame",
    "Ink",
    "Key",
    "LinearScale",
    "LogScale",
    "Markup",
    "Picture",
    "PictureError",
    "Plot",
    "Scale",
    "Shape",
    "Size",
    "Table",
    "Tick",
    "as_days",
    "contrast",
    "elided",
    "figure",
    "icon_mark",
    "icon_svg",
    "joined",
    "neat",
    "neat_percent",
    "plain_date",
    "shortened",
    "tag",
    "text_width",
    "wrapped",
]
