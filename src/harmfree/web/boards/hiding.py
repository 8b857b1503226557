"""Which rows of a board's own counts may be shown, by the rule of the dashboards.

Counts that the run publishes as series are read through `dashboards.figures`, so that one pattern
holds everywhere. Counts that only a board has (reviews, bed days, steps of a device) are shown or
hidden as whole rows: a row is hidden when `dashboards.suppression.suppressed` hides any of its
counts, as a part of another, over the whole tree of organisations. Hiding a row where one cell
would do shows less and never more.

Limits: steps are compared in the pairs named; months stand alone, so that totals over months are
shown only beside rows of months that are shown or hidden as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.conf import settings

from harmfree.web.dashboards.suppression import suppressed
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import Tree

Row = Mapping[str, Any]
"""Counts of an organisation by name."""
Pairs = Sequence[tuple[str, str]]
"""(part, whole): both are counts of the row; a count alone stands with itself."""


def shown(viewer: Viewer, rows: Mapping[str, Row], pairs: Pairs) -> frozenset[str]:
    """Codes of the organisations whose rows this viewer may see.

    Args:
        viewer: who asks; where they see small numbers nothing is hidden from them.
        rows: by code, for every organisation of every level at once (a level that is missing
            could not be protected); an organisation without a row counts as zeros.
        pairs: which counts are parts of which.
    """
    several = {code: [row] for code, row in rows.items()}
    return shown_series(viewer, several, pairs)


def shown_series(
    viewer: Viewer, series: Mapping[str, Sequence[Row]], pairs: Pairs
) -> frozenset[str]:
    """The same for rows of months: a series is shown when all its months may be."""
    tree = viewer.tree
    places = {each: i for i, each in enumerate(sorted(tree.nodes))}
    months = max((len(each) for each in series.values()), default=0)
    tables = np.zeros((2, len(places), months * len(pairs)), np.int64)
    for code, rows in series.items():
        if code in tree.by_code:
            flat = [(row[part], row[whole]) for row in rows for part, whole in pairs]
            tables[:, places[tree.by_code[code].id], : len(flat)] = np.array(flat).T
    parents = [places.get(tree.nodes[each].parent or 0, -1) for each in places]
    known = [places[each] for each in viewer.exact]
    hidden = suppressed(tables[0], tables[1], parents, settings.SMALLEST, known)
    shut = set(np.flatnonzero((hidden.numerator | hidden.denominator).any(axis=1)).tolist())
    open_codes = {tree.nodes[each].code for each, i in places.items() if i not in shut}
    exact = {tree.nodes[each].code for each in viewer.exact}
    return frozenset(series) & (open_codes | exact)


def added_up(tree: Tree, rows: Mapping[str, Row]) -> dict[str, dict[str, Any]]:
    """Rows of sites and, for every organisation above them, their sums."""
    found: dict[str, dict[str, Any]] = {}
    for code, row in rows.items():
        if code not in tree.by_code:
            continue
        node = tree.by_code[code]
        for each in (node, *tree.above(node.id)):
            held = found.setdefault(each.code, dict.fromkeys(row, 0))
            for name, count in row.items():
                held[name] += count
    return found


def alone(*names: str) -> list[tuple[str, str]]:
    """Pairs for counts that are part of no other."""
    return [(name, name) for name in names]


def is_small(counts: Iterable[int]) -> bool:
    """Whether any count is from 1 to below the smallest that is shown."""
    return any(0 < each < settings.SMALLEST for each in counts)
