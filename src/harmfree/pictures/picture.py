"""A picture: two drawings of the same thing, its numbers and its sentence, in every format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from harmfree.pictures.canvas import NARROW, WIDE, Canvas, Size
from harmfree.pictures.errors import PictureError
from harmfree.pictures.markup import Markup, joined, tag
from harmfree.pictures.raster import png
from harmfree.pictures.table import Table

#: Rules for a page that shows pictures inline; put them into the page's own style sheet.
#: The narrow drawing takes over where the wide one's text would fall under 11 px.
STYLESHEET = """\
.hf-picture { margin: 0 0 1.5rem; }
.hf-picture svg { display: block; max-width: 100%; height: auto; }
/* The drawing brings its own white ground; forced colours would put white text on it. */
.hf-picture svg, .hf-picture svg text { forced-color-adjust: none; }
.hf-picture .hf-wide { display: block; }
.hf-picture .hf-narrow { display: none; }
.hf-picture figcaption { margin: 0.5rem 0; max-width: 44em; }
.hf-scroll { overflow-x: auto; }
.hf-table { border-collapse: collapse; }
.hf-table th, .hf-table td { padding: 0.25rem 0.6rem; border-bottom: 1px solid #d8dde0;
  text-align: left; vertical-align: top; }
.hf-table .hf-number { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 660px) {
  .hf-picture .hf-wide { display: none; }
  .hf-picture .hf-narrow { display: block; }
}
@media print { .hf-picture { break-inside: avoid; } }
"""

_PAGE_STYLE = """\
html { font-family: Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif;
  color: #212b32; background: #ffffff; line-height: 1.45; }
body { margin: 1rem auto; padding: 0 0.75rem; max-width: 800px; }
h1 { font-size: 1.35rem; }
summary { cursor: pointer; color: #005eb8; }
"""


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        title: what it shows, in a few words; its accessible name.
        sentence: what it says, in plain English: the text alternative and the caption.
        draw: makes the drawing for a given size; called for the wide and the narrow one.
        table: every plotted number.
        notes: further sentences for the page, such as warnings and the rules that were used.
    """

    title: str
    sentence: str
    draw: Callable[[Size], Canvas]
    table: Table
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def _key(self) -> str:
        # The same picture always gets the same ids; different pictures on one page never clash.
        text = self.title + self.sentence + self.table.csv()
        return "hf-" + sha256(text.encode("utf-8", "replace")).hexdigest()[:10]

    def svg(self) -> str:
        """The wide drawing: one SVG element, no script, no style attribute, no outside file."""
        return self.draw(WIDE).svg(f"{self._key}-w", self.title, self.sentence)

    def svg_narrow(self) -> str:
        """The drawing for phones."""
        return self.draw(NARROW).svg(f"{self._key}-n", self.title, self.sentence)

    def figure(self, table: bool = True) -> Markup:
        """An HTML figure with both drawings, the sentence and the table, to put into a page.

        The page must carry `STYLESHEET`. Safe under a Content-Security-Policy of
        ``style-src 'self'``: there is no inline style.
        """
        parts = [
            tag("div", Markup(self.svg()), class_="hf-wide"),
            tag("div", Markup(self.svg_narrow()), class_="hf-narrow"),
            tag("figcaption", self.sentence, *self._notes()),
        ]
        if table:
            parts.append(tag("details", tag("summary", "The numbers"), self._scrolling_table()))
        return tag("figure", *parts, class_="hf-picture")

    def html(self) -> str:
        """A whole page in one file: the figure, its notes and its numbers."""
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("title", self.title),
            tag("style", Markup(_PAGE_STYLE + STYLESHEET)),
        )
        body = tag("body", tag("main", tag("h1", self.title), self.figure()))
        return f"<!doctype html>\n{tag('html', head, body, lang='en-GB')}\n"

    def png(self, *, narrow: bool = False, scale: float = 2) -> bytes:
        """The drawing as PNG. Raises FontMissingError rather than draw without text."""
        return png(self.svg_narrow() if narrow else self.svg(), scale)

    def csv(self) -> str:
        """Every plotted number as CSV."""
        return self.table.csv()

    def save(self, path: Path) -> None:
        """Write the format that the file's ending names: .svg, .html, .png or .csv."""
        makers: dict[str, Callable[[], str | bytes]] = {
            ".svg": self.svg,
            ".html": self.html,
            ".png": self.png,
            ".csv": self.csv,
        }
        maker = makers.get(path.suffix.lower())
        if maker is None:
            raise PictureError(
                f"A picture cannot be written as {path.suffix or 'a file without an ending'}",
                where=str(path),
                do=f"end the file name in one of {', '.join(makers)}",
            )
        made = maker()
        try:
            path.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8"))
        except OSError as error:
            raise PictureError(
                f"The picture cannot be written: {error.strerror}",
                where=str(path),
                do="check that the folder exists and may be written to",
            ) from error

    def _notes(self) -> tuple[Markup, ...]:
        if not self.notes:
            return ()
        return (tag("ul", joined([tag("li", note) for note in self.notes])),)

    def _scrolling_table(self) -> Markup:
        # A box that scrolls sideways must be reachable by keyboard and have a name.
        return tag(
            "div",
            self.table.html(),
            class_="hf-scroll",
            tabindex="0",
            role="region",
            aria_label=f"Table: {self.title}",
        )
