"""Time between events: against a plain count, person by person and day by day."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harmfree.periods.expressions import DerivationInput
from harmfree.programmes.deterioration.timing import NEVER, DaysSince, DaysToNext

Events = list[list[tuple[int, int]]]
people: st.SearchStrategy[Events] = st.lists(
    st.lists(st.tuples(st.integers(-5, 12), st.integers(0, 1)), max_size=8), min_size=1, max_size=4
)


def given_input(events: Events) -> DerivationInput:
    rows = [(who, day, source) for who, each in enumerate(events) for day, source in sorted(each)]
    person, day, source = (np.array(x) for x in zip(*rows, strict=True)) if rows else ([], [], [])
    return DerivationInput(
        day=np.array(day, np.int32),
        value=np.full(len(rows), np.nan),
        source=np.array(source, np.int8),
        person=np.array(person, np.int64),
        age=np.full(len(rows), np.nan),
        female=np.zeros(len(rows), bool),
    )


def at_the_end_of_each_day(events: Events, found: np.ndarray) -> dict[tuple[int, int], float]:
    rows = [(who, day) for who, each in enumerate(events) for day, _ in sorted(each)]
    return dict(zip(rows, found.tolist(), strict=True))


@given(people)
def test_days_since_the_last_second_before_the_latest_first(events: Events):
    for (who, day), value in at_the_end_of_each_day(
        events, DaysSince()(given_input(events))
    ).items():
        firsts = [d for d, source in events[who] if source == 0 and d <= day]
        if not firsts:
            assert math.isnan(value)
            continue
        before = [d for d, source in events[who] if source == 1 and d <= max(firsts)]
        assert value == (max(firsts) - max(before) if before else NEVER)


@given(people)
def test_days_to_the_next_second_on_a_later_day(events: Events):
    found = at_the_end_of_each_day(events, DaysToNext()(given_input(events)))
    for (who, day), value in found.items():
        firsts = [d for d, source in events[who] if source == 0 and d <= day]
        if not firsts:
            assert math.isnan(value)
            continue
        after = [d for d, source in events[who] if source == 1 and max(firsts) < d <= day]
        assert value == (min(after) - max(firsts) if after else NEVER)
