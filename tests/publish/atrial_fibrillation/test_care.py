"""Device funnel, warfarin control and arms: boundaries by hand, sums over the region."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from harmfree.clinical.anticoagulation.ttr import rosendaal
from harmfree.periods.windows import to_day
from harmfree.publish.af_arms import ARMS, _difference, _starts, arms
from harmfree.publish.af_devices import LISTS as DEVICE_LISTS
from harmfree.publish.af_devices import _suspicions, device_yield
from harmfree.publish.af_warfarin import LISTS as WARFARIN_LISTS
from harmfree.publish.af_warfarin import _judged, control
from harmfree.publish.coded import NOWHERE, Coded
from harmfree.publish.reading import LiveRun

Events = list[tuple[int, str, int, float]]
DAY = to_day("2024-10-01")


def made(lists: tuple[str, ...], events: Events, people: int, home: int = 0) -> Coded:
    """Events (person, list, day, value) of people at site 0."""
    ordered = sorted((who, day, lists.index(name), value) for who, name, day, value in events)
    person, day, source, value = (np.array([e[i] for e in ordered]) for i in range(4))
    return Coded(
        lists,
        person.astype(np.int64),
        day.astype(np.int64),
        source.astype(np.int8),
        value.astype(np.float64),
        np.zeros(len(ordered), np.int64),
        np.full(people, home, np.int64),
    )


def funnel(*events: tuple[str, int]) -> tuple[int, int, int, int]:
    """Possible, traced, found, treated of one person with a strip on day 100, followed 180 days."""
    strip: Events = [(0, "device_strip", 100, np.nan), (0, "device_possible_af", 100, np.nan)]
    rows: Events = [(0, name, day, np.nan) for name, day in events]
    held = made(DEVICE_LISTS, strip + rows, 1)
    seen = _suspicions(held, np.ones(len(held.day), dtype=bool), 180)
    return len(seen.site), int(seen.traced.sum()), int(seen.found.sum()), int(seen.treated.sum())


@pytest.mark.parametrize(
    ("says", "events", "found"),
    [
        ("a strip alone", [], (1, 0, 0, 0)),
        ("ECG on the day", [("ecg_12_lead", 100)], (1, 1, 0, 0)),
        ("ECG on the last day", [("ecg_12_lead", 280)], (1, 1, 0, 0)),
        ("ECG a day late", [("ecg_12_lead", 281)], (1, 0, 0, 0)),
        ("ECG before", [("ecg_12_lead", 99)], (1, 0, 0, 0)),
        ("AF on the day", [("atrial_fibrillation", 100)], (1, 0, 1, 0)),
        ("AF on the last day", [("atrial_fibrillation", 280)], (1, 0, 1, 0)),
        ("AF a day late", [("atrial_fibrillation", 281)], (1, 0, 0, 0)),
        ("AF known before", [("atrial_fibrillation", 99), ("ecg_12_lead", 101)], (0, 0, 0, 0)),
        ("treated", [("atrial_fibrillation", 120), ("oral_anticoagulant", 280)], (1, 0, 1, 1)),
        ("treated late", [("atrial_fibrillation", 120), ("oral_anticoagulant", 281)], (1, 0, 1, 0)),
        ("issued before AF", [("atrial_fibrillation", 120), ("oral_anticoagulant", 119)],
         (1, 0, 1, 0)),
        ("treated without AF", [("oral_anticoagulant", 110)], (1, 0, 0, 0)),
        ("a second strip", [("device_possible_af", 150), ("ecg_12_lead", 300)], (1, 0, 0, 0)),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_the_funnel_at_its_boundaries(says: str, events: list[tuple[str, int]], found: tuple):
    assert funnel(*events) == found


def test_the_funnel_narrows_and_adds_up(live: LiveRun):
    report = device_yield(live, "practice", cost_per_strip=10)
    region = device_yield(live, "region", cost_per_strip=10).rows[0]
    assert report.until == live.as_of - timedelta(days=180)
    for name in ("strips", "unreadable", "possible", "traced", "found", "treated"):
        assert sum(getattr(row, name) for row in report.rows) == getattr(region, name), name
    assert region.strips > region.possible > region.traced >= 1
    assert region.possible >= region.found >= region.treated
    assert region.people <= region.strips
    assert region.ppv is not None and region.ppv_low < region.ppv < region.ppv_high
    assert region.cost_per_case == pytest.approx(10 * region.strips / region.found)
    assert device_yield(live, "region").rows[0].cost_per_case is None


def test_no_strip_no_share(live: LiveRun):
    long_ago = device_yield(live, "region", date(1990, 1, 1), date(1990, 12, 31)).rows[0]
    assert (long_ago.strips, long_ago.possible, long_ago.found) == (0, 0, 0)
    assert long_ago.ppv is long_ago.days_to_ecg is long_ago.strips_per_case is None


WELL: Events = [(0, "atrial_fibrillation", DAY - 2000, np.nan)]
WELL += [(0, "vitamin_k_antagonist", DAY - 400 + 42 * i, np.nan) for i in range(9)]
TESTS = [(DAY - 250, 2.5), (DAY - 200, 3.4), (DAY - 150, 2.2), (DAY - 100, 1.8), (DAY - 50, 2.6)]
INRS: Events = [(0, "inr", day, value) for day, value in TESTS]


def test_days_in_range_are_those_of_the_tool_up_to_the_last_test():
    found = _judged(made(WARFARIN_LISTS, WELL + INRS, 1), date(2024, 10, 1))
    last = DAY - 50
    since = to_day("2024-02-12")
    assert last == to_day("2024-08-12")
    days, values = zip(*TESTS, strict=True)
    scalar = rosendaal(days, values, since=since, until=last)
    assert found.usable.tolist() == [pytest.approx(scalar.usable)]
    assert found.inside.tolist() == [pytest.approx(scalar.inside)]


@pytest.mark.parametrize(
    ("says", "changed"),
    [
        ("no issue in six months", WELL[:6] + INRS),
        ("resolved", [*WELL, *INRS, (0, "atrial_fibrillation_resolved", DAY - 2000, np.nan)]),
        ("valve", [*WELL, *INRS, (0, "mechanical_valve", DAY - 900, np.nan)]),
        ("no test in six months", WELL + INRS[:2]),
        ("one test", WELL + INRS[-1:]),
        ("begun lately", [WELL[0], *WELL[6:], *INRS]),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_who_is_not_judged(says: str, changed: Events):
    assert len(_judged(made(WARFARIN_LISTS, changed, 1), date(2024, 10, 1)).site) == 0


def test_who_left_or_died_is_not_judged():
    held = made(WARFARIN_LISTS, WELL + INRS, 1, home=NOWHERE)
    assert len(_judged(held, date(2024, 10, 1)).site) == 0


def test_the_judged_are_those_of_the_indicator(live: LiveRun):
    on, practices = control(live, "practice")
    region = control(live, "region")[1][0]
    for row in practices:
        assert row.judged_below_65 == row.below_65, row.id
    assert sum(row.judged for row in practices) == region.judged > 5
    assert region.judged <= region.on_warfarin
    assert region.mean_ttr is not None and 30 < region.mean_ttr < 95
    assert region.pooled_ttr is not None and 30 < region.pooled_ttr < 95
    assert on.day == 1


def test_one_start_by_hand():
    lists = ("inr", *ARMS.values())
    begun: Events = [(0, "genotype_guided_dosing", 100, np.nan)]
    tests: Events = [(0, "inr", 95, 1.0), (0, "inr", 107, 1.6), (0, "inr", 114, 2.4)]
    tests += [(0, "inr", 142, 3.2), (0, "inr", 184, 4.1), (0, "inr", 185, 9.0)]
    found = _starts(made(lists, begun + tests, 1), "genotype_guided_dosing")
    scalar = rosendaal([107, 114, 142, 184], [1.6, 2.4, 3.2, 4.1])
    assert found.percent.tolist() == [pytest.approx(100 * scalar.ttr)]
    assert found.highest.tolist() == [4.1]
    assert found.reached.tolist() == [14]


def test_a_start_without_tests_is_not_judged():
    lists = ("inr", *ARMS.values())
    found = _starts(made(lists, [(0, "standard_dosing", 100, np.nan)], 1), "standard_dosing")
    assert np.isnan(found.percent).all()
    assert np.isnan(found.highest).all()


def test_the_difference_of_two_arms():
    assert _difference(np.array([60.0]), np.array([50.0, 55.0])) == (None, None, None)
    # Welch by hand: means 70 and 50, variances 100 and 100, three people each: SE 8.165, df 4.
    arm = np.array([60.0, 70.0, 80.0])
    difference, low, high = _difference(arm, arm - 20)
    assert difference == pytest.approx(20)
    assert (low, high) == (pytest.approx(20 - 22.67, abs=0.01), pytest.approx(20 + 22.67, abs=0.01))


def test_arms_add_up_and_end_in_time(live: LiveRun):
    report, region = arms(live, "practice"), arms(live, "region").rows[0]
    assert report.until == live.as_of - timedelta(days=84)
    for arm in ("guided", "standard"):
        whole = getattr(region, arm)
        assert sum(getattr(row, arm).started for row in report.rows) == whole.started > 5
        assert whole.judged <= whole.started
        assert 30 < whole.mean_ttr < 100
    assert region.difference == pytest.approx(region.guided.mean_ttr - region.standard.mean_ttr)
    assert region.low < region.difference < region.high
    none = arms(live, "region", date(1990, 1, 1), date(1990, 1, 2)).rows[0]
    assert (none.guided.started, none.guided.mean_ttr, none.difference) == (0, None, None)
