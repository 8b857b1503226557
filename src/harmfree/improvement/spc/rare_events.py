"""Gaps between rare events, one for every event after the first, even on the same day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np

from harmfree.improvement.spc.arrays import Floats
from harmfree.improvement.spc.errors import ChartError
from harmfree.improvement.spc.series import Moment, Series


def days_between(events: Sequence[Moment], labels: Sequence[str] = ()) -> Series:
    """Whole days between events for a g chart; a second event on one day has a gap of 0 days.

    Each gap stands at the date of the event that ends it. The order of events on one day does not
    matter.
    """
    order = _in_order(events)
    days = np.array([_day(events[i]).toordinal() for i in order], float)
    return _gaps(np.diff(days), order, events, labels)


def time_between(events: Sequence[Moment], labels: Sequence[str] = ()) -> Series:
    """Time between events in days for a t chart, with the time of day where it is known.

    Events on one day without a time are spread evenly over it, so that each keeps its own point
    and no gap is zero.
    """
    order = _in_order(events)
    return _gaps(np.diff(_spread_over_days([events[i] for i in order])), order, events, labels)


def _gaps(
    gaps: Floats, order: list[int], events: Sequence[Moment], labels: Sequence[str]
) -> Series:
    ends = order[1:]
    return Series(
        gaps,
        dates=tuple(events[i] for i in ends),
        labels=tuple(labels[i] for i in ends) if labels else (),
    )


def _in_order(events: Sequence[Moment]) -> list[int]:
    if len(events) < 2:
        raise ChartError(
            f"There is a gap between two events, and only {len(events)} is given",
            do="give the dates of all events",
        )
    return sorted(range(len(events)), key=lambda i: _instant(events[i]))


def _spread_over_days(events: list[Moment]) -> Floats:
    """Days since year 1 of events in order; those without a time share their day evenly."""
    times = np.array([_day(e).toordinal() + _day_share(e) for e in events])
    bare: dict[date, list[int]] = {}
    for i, event in enumerate(events):
        if not isinstance(event, datetime):
            bare.setdefault(event, []).append(i)
    for day, places in bare.items():
        for rank, i in enumerate(places):
            times[i] = day.toordinal() + (rank + 0.5) / len(places)
    return times


def _day(event: Moment) -> date:
    return event.date() if isinstance(event, datetime) else event


def _day_share(event: Moment) -> float:
    if not isinstance(event, datetime):
        return 0.5
    return (event.hour * 3600 + event.minute * 60 + event.second) / 86400


def _instant(event: Moment) -> float:
    return _day(event).toordinal() + _day_share(event)
