"""Counts by index date: kept as changes, and only where there are any.

A *tally* is a count that is kept of one step: how many people it holds of, by place, on each index
date. Definitions that share a denominator share its tally.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from harmfree.periods.kernel_counts import add_changes, sum_up

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Changes:
    """By how much the tallies of some people change from one index date to the next.

    Attributes:
        first: int64[tallies + 1]; changes ``first[i]:first[i + 1]`` are of tally i.
        cell: int32[n], place * index dates + index date; no cell stands twice within a tally.
        amount: int32[n], never 0.
    """

    first: Int64
    cell: Int32
    amount: Int32

    def write(self, file: BinaryIO) -> None:
        """Write them to a file, after what it holds."""
        for array in (self.first, self.cell, self.amount):
            np.save(file, array)

    @classmethod
    def read(cls, file: BinaryIO) -> Changes:
        """The next that `write` wrote to a file."""
        return cls(*(np.load(file) for _ in range(3)))


class Totals:
    """The changes of any number of buckets, added up."""

    def __init__(self, tallies: int, places: int, dates: int) -> None:
        self._totals = np.zeros((tallies, places, dates), np.int32)
        self._summed = False

    def add(self, changes: Changes) -> None:
        """Add those of one bucket; RuntimeError once the counts were asked for."""
        if self._summed:
            raise RuntimeError("Totals take no changes after their counts were asked for.")
        flat = self._totals.reshape(len(self._totals), -1)
        if flat.size:
            add_changes(changes.first, changes.cell, changes.amount, flat)

    def counts(self) -> Int32:
        """int32[tally, place, date]: how many people; the changes are summed where they lie."""
        if not self._summed:
            sum_up(self._totals)
            self._summed = True
        return self._totals
