"""Suggests where limits might begin afresh; never applies it.

Rebasing is a human decision (Making Data Count: recalculate when a change is real, sustained and
understood, and do not redraw at each signal). The suggestion therefore waits until the shift rule
holds from some point to the end of the series and there are enough points for new limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harmfree.improvement.spc.series import Moment

if TYPE_CHECKING:
    from harmfree.improvement.spc.chart import ControlChart

#: Points since the change before a rebase is suggested: enough for limits that are not trial.
LEAST_SINCE = 12


@dataclass(frozen=True)
class Suggestion:
    """Where a rebase might be considered, and why."""

    point: int
    when: Moment | None
    sentence: str


def suggestion(chart: ControlChart) -> Suggestion | None:
    """A rebase to consider, or None."""
    if chart.kind.name not in ("xmr", "i", "run"):
        return None
    last = chart.segment == chart.segment.max()
    places = np.flatnonzero(last & chart.included & np.isfinite(chart.values))
    sides = chart.signals.side[places]
    if not len(places) or sides[-1] == 0:
        return None
    breaks = np.flatnonzero(sides != sides[-1])
    run = places[breaks[-1] + 1 :] if len(breaks) else places
    if len(run) < max(LEAST_SINCE, chart.settings.shift_points):
        return None
    point = int(run[0])
    when = chart.series.dates[point] if chart.series.dates else None
    side = "above" if sides[-1] > 0 else "below"
    since = f"since {when.isoformat()}" if when else f"since point {point + 1}"
    return Suggestion(
        point,
        when,
        f"The last {len(run)} points, {since}, are all {side} the {chart.kind.centre.lower()}. If "
        "a known and lasting change explains it, consider a rebase there and record the reason.",
    )
