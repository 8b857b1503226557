"""Quantities of time: the compiled code against a plain reading of each person's events."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harmfree.periods.expressions import DerivationInput
from harmfree.periods.timing import (
    NEVER,
    DaysAfter,
    DaysSince,
    DaysToFirst,
    DaysToNext,
    SpanOfIssues,
    days_to_first,
)
from harmfree.periods.windows import to_day

# (person, day, list) of a few people over a few weeks, so that days coincide often.
EVENTS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-20, 20), st.integers(0, 1)), max_size=25
)


def as_input(events: list[tuple[int, int, int]]) -> DerivationInput:
    ordered = sorted(events, key=lambda event: event[:2])
    person, day, source = (np.array([e[i] for e in ordered], np.int64) for i in range(3))
    nothing = np.full(len(ordered), np.nan)
    return DerivationInput(
        day.astype(np.int32), nothing, source.astype(np.int8), person, nothing, person > 0
    )


def last_of_each_day(given_: DerivationInput, found) -> dict[tuple[int, int], float]:
    days = zip(given_.person.tolist(), given_.day.tolist(), found.tolist(), strict=True)
    return {(person, day): value for person, day, value in days}


@given(EVENTS)
def test_days_to_first(events):
    arrays = as_input(events)
    for (person, day), value in last_of_each_day(arrays, DaysToFirst()(arrays)).items():
        mine = [(d, s) for p, d, s in events if p == person and d <= day]
        firsts = [d for d, s in mine if s == 0]
        if not firsts:
            assert math.isnan(value)
            continue
        after = [d - max(firsts) for d, s in mine if s == 1 and d >= max(firsts)]
        assert value == (min(after) if after else NEVER)


@given(EVENTS)
def test_days_since_the_last_second_before_the_latest_first(events):
    arrays = as_input(events)
    for (person, day), value in last_of_each_day(arrays, DaysSince()(arrays)).items():
        firsts = [d for p, d, s in events if p == person and s == 0 and d <= day]
        if not firsts:
            assert math.isnan(value)
            continue
        before = [d for p, d, s in events if p == person and s == 1 and d <= max(firsts)]
        assert value == (max(firsts) - max(before) if before else NEVER)


@given(EVENTS)
def test_days_to_the_next_second_on_a_later_day(events):
    arrays = as_input(events)
    for (person, day), value in last_of_each_day(arrays, DaysToNext()(arrays)).items():
        firsts = [d for p, d, s in events if p == person and s == 0 and d <= day]
        if not firsts:
            assert math.isnan(value)
            continue
        after = [d for p, d, s in events if p == person and s == 1 and max(firsts) < d <= day]
        assert value == (min(after) - max(firsts) if after else NEVER)


@given(EVENTS, st.integers(0, 25))
def test_span_of_issues(events, reach):
    arrays = as_input(events)
    for (person, day), value in last_of_each_day(arrays, SpanOfIssues(reach)(arrays)).items():
        assert value == max(day - d for p, d, _ in events if p == person and 0 <= day - d <= reach)


def test_days_after_a_date():
    arrays = as_input([(0, to_day("2012-04-01"), 0), (0, to_day("2012-03-30"), 0)])
    assert DaysAfter("2012-03-31")(arrays).tolist() == [-1, 1]


def test_equal_questions_are_one():
    assert days_to_first("a", "b", "w") == days_to_first("a", "b", "w")
    assert hash(days_to_first("a", "b", "w")) == hash(days_to_first("a", "b", "w"))
