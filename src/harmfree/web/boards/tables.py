"""Tables of a board: the same cells on the page and in the CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmfree.web.dashboards.figures import HIDDEN

NONE = "–"
"""What stands where there is nothing to say: nobody in the denominator, or not worked out."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: as the page shows it.
        value: as the file holds it; the text when none is given.
        href: where it leads.
        number: whether it stands to the right.
    """

    text: str
    value: object = None
    href: str = ""
    number: bool = True

    @property
    def plain(self) -> object:
        """What the file holds."""
        return self.text if self.value is None else self.value


@dataclass(frozen=True)
class Board:
    """A table; the first cell of each row is its heading.

    Attributes:
        name: in the address of the file.
        heads: may lead to definitions.
        note: what a reader must be told below the table.
    """

    name: str
    caption: str
    heads: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    @property
    def file(self) -> tuple[list[str], list[list[object]]]:
        """Heads and rows of the CSV file."""
        return [each.text for each in self.heads], [[c.plain for c in row] for row in self.rows]


def words(text: str, href: str = "") -> Cell:
    """A cell with words."""
    return Cell(text, href=href, number=False)


def month_of(day: str) -> Cell:
    """The month of a day such as 2026-03-01; on the page its parts stay together."""
    return Cell(day[:7].replace("-", "\u2011"), day[:7], number=False)


def heads(*texts: str | Cell) -> tuple[Cell, ...]:
    """Heads from words or cells; the first stands above the names."""
    first, *rest = (each if isinstance(each, Cell) else Cell(each) for each in texts)
    return Cell(first.text, href=first.href, number=False), *rest


def count(number: int | None, href: str = "") -> Cell:
    """A count; hidden for none."""
    if number is None:
        return Cell(HIDDEN)
    return Cell(f"{number:,}", number, href if number else "")


def measured(value: float | None, digits: int = 1, end: str = "") -> Cell:
    """A number that was worked out; a dash for none."""
    if value is None:
        return Cell(NONE, "")
    return Cell(f"{value:,.{digits}f}{end}", round(value, digits))


def unless(shown: bool, cell: Cell) -> Cell:
    """The cell where it may be shown, else that it is hidden."""
    return cell if shown else Cell(HIDDEN)


def interval(value: float | None, low: float | None, high: float | None, digits: int = 1) -> Cell:
    """An estimate with its 95% limits."""
    if value is None or low is None or high is None:
        return Cell(NONE, "")
    text = f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
    return Cell(text)


def named(boards: Sequence[Board], name: str) -> Board | None:
    """The table with a name."""
    return next((each for each in boards if each.name == name), None)
