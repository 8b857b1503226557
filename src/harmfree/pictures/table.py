"""The numbers behind a picture, as an HTML table and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from harmfree.pictures.figures import neat
from harmfree.pictures.markup import Markup, joined, tag

Cell = str | float | bool | None

# A spreadsheet would run a text cell that begins with one of these as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Table:
    """Column names and rows; a cell is text, a number, true or false, or nothing."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""

    def csv(self) -> str:
        """Every number in full, one row per line; text that a spreadsheet would run is quoted."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([[_plain(cell) for cell in row] for row in self.rows])
        return out.getvalue()

    def html(self) -> Markup:
        """A table with a caption and header cells; numbers to four significant digits."""
        head = tag("tr", *(tag("th", name, scope="col") for name in self.columns))
        body = joined([tag("tr", *_cells(row)) for row in self.rows], "\n")
        caption = (tag("caption", self.caption),) if self.caption else ()
        return tag("table", *caption, tag("thead", head), tag("tbody", body), class_="hf-table")


def _cells(row: Sequence[Cell]) -> list[Markup]:
    cells = []
    for i, cell in enumerate(row):
        numeric = isinstance(cell, int | float) and not isinstance(cell, bool)
        if i == 0:
            cells.append(tag("th", _shown(cell), scope="row"))
        else:
            cells.append(tag("td", _shown(cell), class_="hf-number" if numeric else None))
    return cells


def _shown(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        return cell
    return neat(cell, 4)


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(_FORMULA_STARTS) else cell
    return repr(float(cell)) if isinstance(cell, float) else str(cell)
