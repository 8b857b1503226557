"""Which of a board's own counts may be shown, by the rule of the dashboards.

Counts that the run publishes as series are read through `dashboards.figures`, so that one pattern
holds everywhere. Counts that only a board has (reviews, injuries, steps of a device) are named in
pairs, a part and its whole; `dashboards.suppression.suppressed` says for each pair what to hide
over the whole tree of organisations, and a count is shown when no pair that it is in hides it.
Showing less than a pair allows gives nothing away. Pairs are named for every two counts of which
one holds the other, not only for neighbouring steps, so that what lies between two shown counts
cannot be small.

Limit: months stand alone. A series of months is shown only when all of its months may be, so that
a total beside it gives no single month away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Shown:
    """What a viewer may see: pairs of an organisation's code and a count's name.

    Where they see small numbers everything is shown, whatever its name.
    """

    counts: frozenset[tuple[str, str]]
    exact: frozenset[str]

    def has(self, code: str, *names: str) -> bool:
        """Whether all these counts of an organisation may be shown."""
        return code in self.exact or all((code, name) in self.counts for name in names)


def shown(viewer: Viewer, rows: Mapping[str, Row], pairs: Pairs) -> Shown:
    """What this viewer may see of some counts.

    Args:
        viewer: who asks; where they see small numbers nothing is hidden from them.
        rows: by code, for every organisation of every level at once (a level that is missing
            could not be protected); an organisation without a row counts as zeros.
        pairs: which counts are parts of which; what is in no pair is not shown.
    """
    return shown_series(viewer, {code: [row] for code, row in rows.items()}, pairs)


def shown_series(viewer: Viewer, series: Mapping[str, Sequence[Row]], pairs: Pairs) -> Shown:
    """The same for rows of months: a count is shown when it may be in every month."""
    tree = viewer.tree
    places = {each: i for i, each in enumerate(sorted(tree.nodes))}
    months = max((len(each) for each in series.values()), default=0)
    tables = np.zeros((2, len(places), months, len(pairs)), np.int64)
    for code, rows in series.items():
        if code in tree.by_code and rows:
            counts = [[(row[part], row[whole]) for part, whole in pairs] for row in rows]
            tables[:, places[tree.by_code[code].id], : len(rows)] = np.array(counts).transpose(
                2, 0, 1
            )
    parents = [places.get(tree.nodes[each].parent or 0, -1) for each in places]
    flat = tables.reshape(2, len(places), -1)
    known = [places[each] for each in viewer.exact]
    hidden = suppressed(flat[0], flat[1], parents, settings.SMALLEST, known)
    gone_parts, gone_wholes = (
        np.any(each.reshape(tables.shape[1:]), axis=1).tolist()
        for each in (hidden.numerator, hidden.denominator)
    )
    at = {code: places[tree.by_code[code].id] for code in series if code in tree.by_code}
    return Shown(
        frozenset(
            (code, name)
            for code, place in at.items()
            for name in _open(pairs, gone_parts[place], gone_wholes[place])
        ),
        frozenset(tree.nodes[each].code for each in viewer.exact),
    )


def _open(pairs: Pairs, part_gone: Sequence[bool], whole_gone: Sequence[bool]) -> set[str]:
    """Names of the counts that no pair hides."""
    shut = {part for (part, _), gone in zip(pairs, part_gone, strict=True) if gone}
    shut |= {whole for (_, whole), gone in zip(pairs, whole_gone, strict=True) if gone}
    return {name for pair in pairs for name in pair} - shut


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
