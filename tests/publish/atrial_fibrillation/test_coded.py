"""Events of a few lists with their sites: look-ups against a plain search, and the store itself."""

from __future__ import annotations

import math

import duckdb
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harmfree.periods.kernel_tables import PERSON, REGISTRATION, UNKNOWN_DAY, People, records
from harmfree.publish.coded import NOWHERE, Coded, coded, site_on
from harmfree.publish.reading import LiveRun

EVENTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(0, 1)), max_size=12)
ASKED = st.lists(st.tuples(st.integers(0, 4), st.integers(-2, 14)), max_size=6)


def made(events: list[tuple[int, int, int]]) -> Coded:
    ordered = sorted(events)
    person, day, source = (np.array([e[i] for e in ordered], np.int64) for i in range(3))
    blank = np.full(len(ordered), np.nan)
    home = np.zeros(5, np.int64)
    return Coded(("a", "b"), person, day, source.astype(np.int8), blank, person * 0, home)


@given(EVENTS, ASKED)
def test_the_first_event_after_a_day(
    events: list[tuple[int, int, int]], asked: list[tuple[int, int]]
):
    held = made(events)
    person, day = (np.array([each[i] for each in asked], np.int64) for i in range(2))
    for number, codes in enumerate(("a", "b")):
        found = held.first_after(codes, person, day)
        for i, (who, since) in enumerate(asked):
            days = [d for p, d, s in events if p == who and s == number and d >= since]
            assert found[i] == min(days) if days else math.isnan(found[i])


def test_where_somebody_was_on_a_day():
    people = People(
        persons=records(
            PERSON, 3, birth=[0, 0, 0], sex=[1, 1, 1], death=[UNKNOWN_DAY] * 3,
            first_registration=[0, 2, 2], first_event=[0, 0, 0],
        ),
        strata=np.zeros((2, 0), np.int16),
        registrations=records(
            REGISTRATION, 2, site=[7, 8], start=[10, 20], end=[20, UNKNOWN_DAY]
        ),
    )  # fmt: skip
    person, day = np.array([0, 0, 0, 0, 0, 1]), np.array([9, 10, 19, 20, 999, 15])
    assert site_on(people, person, day).tolist() == [NOWHERE, 7, 7, 8, 8, NOWHERE]


def test_the_events_are_those_of_the_store(live: LiveRun):
    held = coded(live, ("device_strip", "device_possible_af", "inr"), live.as_of)
    files = [str(live.store.path(n) / "event.parquet") for n in live.store.buckets]
    code = str(live.store.folder / "code.parquet")
    counts = duckdb.sql(
        f"SELECT code LIKE 'HF-DEVICE%' AS strip, code = 'HF-DEVICE-POSSIBLE-AF' AS possible,"
        f" code = '165581004' AS inr, count(*) FROM read_parquet({files}) e"
        f" JOIN read_parquet('{code}') c USING (code_id) WHERE date <= DATE '{live.as_of}'"
        " GROUP BY ALL"
    ).fetchall()
    assert held.of("device_strip").sum() == sum(n for strip, _, _, n in counts if strip)
    assert held.of("device_possible_af").sum() == sum(n for _, possible, _, n in counts if possible)
    assert held.of("inr").sum() == sum(n for _, _, inr, n in counts if inr)
    assert (np.diff(held.person) >= 0).all()
    assert (np.diff(held.day)[np.diff(held.person) == 0] >= 0).all()
    assert len(held.home) == live.store.manifest.people
