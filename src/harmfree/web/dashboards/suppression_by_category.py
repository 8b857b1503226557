"""Which counts of a breakdown are hidden: they add up over categories and over organisations.

Two-way tables have no simple rule: hiding two counts in each row and column can still give one
away. For each small count a linear programme finds the cheapest other way in which people could
have been spread that keeps every total and makes the count one that is not small; whatever differs
between the two is hidden. Numerators, the rest and denominators are one system, and small counts
are each protected in this way. After Kelly JP, Golden BL, Assad AA (1992) Networks 22:397-417 and
Fischetti M, Salazar JJ (2001) Management Science 47:1008-1027.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack

from harmfree.web.dashboards.suppression import Bools, Hidden, Hierarchy, Ints, is_small

ABOVE, OUTSIDE, BELOW = 0, 1, 2
"""Those in the numerator, those in the denominator only, and both: the denominator."""
ALREADY, SHOWN, SHOWN_DENOMINATOR = 1e-4, 1.0, 3.0
"""What moving one person through a count costs: what is hidden already is nearly free."""


@dataclass(frozen=True, eq=False)
class _Table:
    """A breakdown as a system of sums; the last category stands for the organisation's total.

    Attributes:
        values: int[table, organisation, category + 1].
        tree: the organisations.
        fixed: bool of the same shape: what is shown elsewhere and cannot be hidden here.
    """

    values: Ints
    tree: Hierarchy
    fixed: Bools


def suppressed_by_category(
    numerator: Ints, denominator: Ints, total: Hidden, parents: Sequence[int], smallest: int
) -> Hidden:
    """What to hide of one breakdown in one month.

    Args:
        numerator, denominator: int[organisation, category].
        total: what is hidden of the organisations' totals: bool[organisation].
        parents: for each organisation the place of the one above it; -1 at the top. People who
            are in no organisation below count as known.
        smallest: the smallest count that is shown.

    Returns:
        bool[organisation, category]; everything when nothing less protects a small count.
    """
    table = _table(numerator, denominator, total, parents)
    small = is_small(table.values, smallest)
    hidden = _tied(small[:, :, :-1])
    sums = _sums(table)
    for cell in map(tuple, np.argwhere(small[:, :, :-1])):
        moved = _moved(table, sums, hidden, cell, smallest)
        if moved is None:  # nobody can tell what is not zero where an organisation shows nothing
            hidden[:, cell[1]] = True
            moved = _moved(table, sums, hidden, cell, smallest)
        if moved is None:
            return Hidden(*np.ones((2, *numerator.shape), bool))
        hidden = _tied(hidden | moved)
    return Hidden(hidden[ABOVE], hidden[BELOW])


def _table(numerator: Ints, denominator: Ints, total: Hidden, parents: Sequence[int]) -> _Table:
    parts = np.stack([numerator, denominator - numerator, denominator]).astype(np.int64)
    values = np.concatenate([parts, parts.sum(axis=2, keepdims=True)], axis=2)
    fixed = np.zeros(values.shape, bool)
    fixed[[ABOVE, OUTSIDE], :, -1] = ~(total.numerator | total.denominator)
    fixed[BELOW, :, -1] = ~total.denominator
    return _Table(values, Hierarchy(parents), fixed)


def _tied(hidden: Bools) -> Bools:
    """A hidden part hides the other part; a hidden denominator hides both."""
    parts = hidden.any(axis=0)
    return np.stack([parts, parts, hidden[BELOW]])


def _sums(table: _Table) -> csr_array:
    """The sums as rows of a matrix: each is nought for any change that keeps them."""
    shape = table.values.shape
    place = np.arange(table.values.size).reshape(shape)
    rows, columns, signs = [], [], []
    for row, (whole, parts) in enumerate(_equations(place, table.tree)):
        rows += [row] * (1 + len(parts))
        columns += [whole, *parts]
        signs += [-1.0] + [1.0] * len(parts)
    return csr_array((signs, (rows, columns)), shape=(max(rows) + 1, place.size))


def _equations(place: npt.NDArray[np.intp], tree: Hierarchy) -> Iterator[tuple[int, list[int]]]:
    """A whole and its parts, for categories, for organisations, for numerator and rest."""
    tables, organisations, categories = place.shape
    for each in range(organisations):
        for one in range(tables):
            yield int(place[one, each, -1]), place[one, each, :-1].tolist()
        for category in range(categories):
            yield int(place[BELOW, each, category]), place[:BELOW, each, category].tolist()
        for one in range(tables if tree.children[each] else 0):
            for category in range(categories):
                parts = place[one, tree.children[each], category]
                yield int(place[one, each, category]), parts.tolist()


def _moved(
    table: _Table, sums: csr_array, hidden: Bools, cell: tuple[int, ...], smallest: int
) -> Bools | None:
    """What changes in the cheapest other spread in which the cell is not small; None if none."""
    values, at = table.values, int(np.ravel_multi_index(cell, table.values.shape))
    most_up = np.where(table.fixed, 0.0, np.inf).ravel()
    told = ~np.all(hidden, axis=(0, 2), keepdims=True)
    least = np.minimum(values, 1) * told
    most_down = np.where(table.fixed, 0.0, values - least).ravel()
    least_up = np.zeros(values.size)
    least_up[at] = most_up[at] = smallest - values[cell]
    most_down[at] = 0
    cost, least_down = _costs(table, hidden), np.zeros(values.size)
    least, most = np.concatenate([least_up, least_down]), np.concatenate([most_up, most_down])
    both_ways: Any = hstack([sums, -sums])  # SciPy takes a sparse matrix; its types do not say so
    found = linprog(
        np.concatenate([cost, cost]),
        A_eq=both_ways,
        b_eq=np.zeros(sums.shape[0]),
        bounds=list(zip(least.tolist(), most.tolist(), strict=True)),
    )
    if found.status != 0:
        return None
    spread = np.asarray(found.x)
    changed = np.abs(spread[: values.size] - spread[values.size :]) > 1e-7
    moved: Bools = changed.reshape(values.shape)[:, :, :-1]
    return moved


def _costs(table: _Table, hidden: Bools) -> npt.NDArray[np.float64]:
    cost = np.full(table.values.shape, SHOWN)
    cost[BELOW] = SHOWN_DENOMINATOR
    cost[:, :, -1] = ALREADY
    cost[:, :, :-1][hidden] = ALREADY
    return cost.ravel()
