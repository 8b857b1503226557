"""What was left out of a user's tables: every row and cell, with its line, rule and value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Rejection:
    """One thing left out; its neighbours stay.

    Attributes:
        file: name of the file. line: its line, the heading being 1.
        column: the cell's column; empty when the whole row was left out.
        value: what stood there.
        rule: what is wrong, in a sentence.
    """

    file: str
    line: int
    column: str
    value: str
    rule: str

    @property
    def whole_row(self) -> bool:
        """Whether the row was left out, and not one cell."""
        return not self.column


@dataclass(frozen=True)
class Ledger:
    """Everything left out, in the order found."""

    entries: tuple[Rejection, ...]

    @classmethod
    def of(cls, entries: Iterable[Rejection]) -> Ledger:
        """A ledger from rejections."""
        return cls(tuple(entries))

    @property
    def rows(self) -> int:
        """How many whole rows were left out."""
        return len({(e.file, e.line) for e in self.entries if e.whole_row})

    @property
    def cells(self) -> int:
        """How many cells were left out of rows that stay."""
        return sum(not e.whole_row for e in self.entries)

    def counts(self) -> dict[tuple[str, str], int]:
        """(file, rule) to how often, the most frequent first."""
        return dict(Counter((e.file, e.rule) for e in self.entries).most_common())

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "rows_left_out": self.rows,
            "cells_left_out": self.cells,
            "by_rule": [
                {"file": file, "rule": rule, "count": count}
                for (file, rule), count in self.counts().items()
            ],
            "entries": [asdict(each) for each in self.entries],
        }
