"""Rare events of maternity care: the days and the births between them.

Monthly counts of mostly 0 and 1 hide a change; the gap between one event and the next shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from harmfree.improvement.spc.chart import ControlChart, control_chart
from harmfree.improvement.spc.rare_events import time_between
from harmfree.improvement.spc.series import Series, Settings
from harmfree.publish.births_feed import RARE, Birth

FEWEST = 4
"""Events from which a chart is drawn: three gaps (a choice; limits are on trial up to 12)."""


@dataclass(frozen=True)
class Rare:
    """One kind of rare event.

    Attributes:
        name: column of the feed. title: for people.
        dates: the day of every event, ascending. births: all births of the feed.
        days: t chart of the time between; None with fewer than four events.
        between: g chart of the births between; None likewise.
    """

    name: str
    title: str
    dates: tuple[date, ...]
    births: int
    days: ControlChart | None
    between: ControlChart | None


def rare_events(births: Sequence[Birth]) -> list[Rare]:
    """Every kind of rare event of the feed.

    Args:
        births: ascending by date, of one unit or several.
    """
    return [_rare(name, births) for name in RARE]


def _rare(name: str, births: Sequence[Birth]) -> Rare:
    places = [i for i, birth in enumerate(births) if name in birth.events]
    dates = tuple(births[i].on for i in places)
    days = between = None
    if len(dates) >= FEWEST:
        better = Settings(improve="up")
        days = control_chart("t", time_between(dates), better)
        # Births after one event and before the next, the event itself not counted.
        gaps = np.diff(np.array(places, float)) - 1
        between = control_chart("g", Series(gaps, dates[1:]), better)
    return Rare(name, RARE[name], dates, len(births), days, between)
