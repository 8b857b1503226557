"""Several measurements of one date or batch, for x-bar and s charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harmfree.improvement.spc.arrays import Floats
from harmfree.improvement.spc.errors import ChartError
from harmfree.improvement.spc.series import Moment, Series


def subgroup_series(
    groups: Sequence[str], values: Floats, dates: Mapping[str, Moment] | None = None
) -> Series:
    """Mean, standard deviation and size of each subgroup, in order of first appearance.

    Args:
        groups: the subgroup of each measurement; the order within one does not matter.
        values: the measurements; missing ones are left out.
        dates: date of each subgroup, when known.

    Raises:
        ChartError: no subgroup has two measurements.
    """
    members: dict[str, list[float]] = {}
    for group, value in zip(groups, values, strict=True):
        kept = members.setdefault(group, [])
        if np.isfinite(value):
            kept.append(float(value))
    sizes = np.array([len(m) for m in members.values()], float)
    if not (sizes > 1).any():
        raise ChartError(
            "No subgroup has two measurements, so the variation within them is unknown",
            do="use an XmR chart for single measurements",
        )
    return Series(
        np.array([np.mean(m) if m else np.nan for m in members.values()]),
        dates=tuple(dates[g] for g in members) if dates else (),
        sizes=sizes,
        spreads=np.array([np.std(m, ddof=1) if len(m) > 1 else np.nan for m in members.values()]),
    )
