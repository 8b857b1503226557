"""Falls per 1,000 bed days: exact limits, stays, and a second count day by day."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from scipy import stats

from harmfree.cli.main import harmfree
from harmfree.errors import NotFoundError
from harmfree.improvement.spc.errors import ChartError
from harmfree.periods.stored import resolved_lists
from harmfree.periods.windows import to_date, to_day
from harmfree.programmes.registry import code_folders
from harmfree.publish.errors import RunRequestError
from harmfree.publish.falls_rates import (
    HomeRates,
    Month,
    falls_rates,
    month_edges,
    poisson_rate,
    t_chart,
    together,
    u_chart,
)
from harmfree.publish.stays import FALL_LISTS, home_of_code, stays_of
from harmfree.records import Bucket, Store, schema


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    arguments = ["demo", "build", "--people", "4000", "--to", str(folder), "--workers", "1"]
    assert CliRunner().invoke(harmfree, arguments).exit_code == 0
    return folder


def test_the_worked_figures():
    found = poisson_rate(37, 6120)
    assert (found.rate, found.low, found.high) == pytest.approx((6.0458, 4.2568, 8.3333), abs=5e-5)
    assert poisson_rate(4, 900).rate == pytest.approx(4.44, abs=0.005)  # NICHE's example


@pytest.mark.parametrize("events", [0, 1, 5, 100])
def test_limits_are_where_the_poisson_tail_is_two_and_a_half_per_cent(events):
    found = poisson_rate(events, 1000)
    assert stats.poisson.cdf(events, found.high) == pytest.approx(0.025)
    if events:
        assert stats.poisson.sf(events - 1, found.low) == pytest.approx(0.025)
    else:
        assert found.low == 0


def test_without_bed_days_there_is_no_rate():
    assert np.isnan(poisson_rate(0, 0).rate)


def test_only_whole_months_count():
    assert [str(to_date(int(d))) for d in month_edges(to_day("2026-10-31"), 2)] == [
        "2026-09-01", "2026-10-01", "2026-11-01",
    ]  # fmt: skip
    assert str(to_date(int(month_edges(to_day("2026-10-30"), 1)[-1]))) == "2026-10-01"


def stay_bucket(
    stays: list[tuple[str, str | None]], death: str | None = None, registered: str | None = None
) -> Bucket:
    """One person with stays in home 5 (code 9), or registered at it from a day."""
    person = {
        "person": [7], "birth_date": [None], "sex": [1],
        "death_date": [death and date.fromisoformat(death)], "ethnicity": [0], "deprivation": [0],
        "registrations": [1], "events": [len(stays)],
    }  # fmt: skip
    registration = {
        "person": [0], "site": [5 if registered else 1],
        "start": [date.fromisoformat(registered or "2000-01-01")], "end": [None],
    }  # fmt: skip
    event = {
        "person": [0] * len(stays),
        "date": [date.fromisoformat(start) for start, _ in stays],
        "code_id": [9] * len(stays),
        "value": [None] * len(stays),
        "unit_id": [0] * len(stays),
        "until": [until and date.fromisoformat(until) for _, until in stays],
    }
    return Bucket(
        pa.table(person, schema.PERSON),
        pa.table(registration, schema.REGISTRATION),
        pa.table(event, schema.EVENT),
    )


def spans(bucket: Bucket, as_of: str = "2026-06-30") -> list[tuple[str, str]]:
    found = stays_of(bucket, {9: 5}, frozenset({5}), to_day(as_of))
    assert set(found.home.tolist()) <= {5}
    return [
        (str(to_date(a)), str(to_date(b)))
        for a, b in zip(found.start.tolist(), found.stop.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        (stay_bucket([("2026-01-01", "2026-02-01")]), [("2026-01-01", "2026-02-01")]),
        (stay_bucket([("2026-01-01", None)]), [("2026-01-01", "2026-07-01")]),
        (stay_bucket([("2026-01-01", None)], "2026-03-05"), [("2026-01-01", "2026-03-05")]),
        (stay_bucket([("2026-07-01", None)]), []),
        (
            stay_bucket([("2026-01-01", "2026-02-01"), ("2026-01-15", "2026-03-01")]),
            [("2026-01-01", "2026-03-01")],
        ),
        (
            stay_bucket([("2026-01-01", "2026-02-01"), ("2026-03-01", "2026-04-01")]),
            [("2026-01-01", "2026-02-01"), ("2026-03-01", "2026-04-01")],
        ),
        (stay_bucket([], registered="2026-05-01"), [("2026-05-01", "2026-07-01")]),
    ],
)
def test_stays(bucket, expected):
    assert spans(bucket) == expected


def fall_days(store: Store, bucket: Bucket) -> dict[int, dict[int, bool]]:
    """Person to the days with a fall, and whether it injured."""
    lists = resolved_lists(store, FALL_LISTS, code_folders())
    falling = {int(code) for table in lists.values() for code in table.code_ids}
    hurting = set(lists["fall_injury"].code_ids.tolist())
    days: dict[int, dict[int, bool]] = {}
    for row in bucket.event.to_pylist():
        if row["code_id"] in falling:
            mine, day = days.setdefault(row["person"], {}), to_day(row["date"])
            mine[day] = mine.get(day, False) or row["code_id"] in hurting
    return days


def present(store: Store, bucket: Bucket, as_of: int) -> set[tuple[int, int, int]]:
    """(person, home, day) of every day of every stay."""
    codes, deaths = home_of_code(store), bucket.person["death_date"].to_pylist()
    found: set[tuple[int, int, int]] = set()
    for row in bucket.event.to_pylist():
        if row["code_id"] in codes:
            ends = [to_day(day) for day in (row["until"], deaths[row["person"]]) if day]
            days = range(to_day(row["date"]), min([*ends, as_of + 1]))
            found.update((row["person"], codes[row["code_id"]], day) for day in days)
    return found


def test_a_count_day_by_day_gives_the_same(home: Path):
    store = Store.open(home)
    as_of = to_day(store.manifest.extract_date)
    edges = month_edges(as_of, 12)
    [bucket] = [store.bucket(number) for number in store.buckets]
    days = fall_days(store, bucket)
    beds, falls, hurt, people, fell = (Counter() for _ in range(5))
    for who, where, day in present(store, bucket, as_of):
        month = int(np.searchsorted(edges, day, side="right")) - 1
        if month < 0 or month > 11:
            continue
        beds[where, month] += 1
        people[where, month, who] = 1
        if day in days.get(who, {}):
            falls[where, month] += 1
            hurt[where, month] += days[who][day]
            fell[where, month, who] = 1
    assert sum(falls.values()) > 10
    homes = {each.id: each.number for each in _places(store)}
    for each in falls_rates(home, 12):
        assert len(each.fall_dates) == sum(month.falls for month in each.months)
        for i, month in enumerate(each.months):
            at = homes[each.home], i
            assert (month.falls, month.injuries, month.bed_days) == (falls[at], hurt[at], beds[at])
            assert month.residents == sum(key[:2] == at for key in people)
            assert month.fallers == sum(key[:2] == at for key in fell)


def _places(store: Store):
    from harmfree.publish.places import Places

    return Places(store.sites).every


def made(falls: list[int], bed_days: list[int]) -> HomeRates:
    months = tuple(
        Month(date(2024 + i // 12, i % 12 + 1, 1), f, 0, b, b // 30, f)
        for i, (f, b) in enumerate(zip(falls, bed_days, strict=True))
    )
    days = tuple(sorted(m.month for m in months for _ in range(m.falls)))
    return HomeRates("H", "Home", months, days)


def test_the_u_chart_is_per_thousand_bed_days_and_leaves_empty_months_out():
    rates = made([3, 4, 0, 5] * 4, [900, 950, 0, 1000] * 4)
    chart = u_chart(rates)
    assert len(chart.values) == 12
    assert chart.values[0] == pytest.approx(3 / 900 * 1000)
    assert chart.limits.mean[0] == pytest.approx(48 / 11400 * 1000)
    assert chart.settings.improve == "down"


def test_the_t_chart_needs_two_falls():
    assert len(t_chart(made([1, 1, 0, 1], [900] * 4)).values) == 2
    with pytest.raises(ChartError):
        t_chart(made([1, 0], [900, 900]))


def test_homes_together(home: Path):
    found = falls_rates(home, 6)
    whole = together(found)
    assert whole.total().falls == sum(each.total().falls for each in found)
    assert whole.total(2).bed_days == sum(m.bed_days for e in found for m in e.months[-2:])
    assert list(whole.fall_dates) == sorted(d for each in found for d in each.fall_dates)


def test_what_cannot_be_asked(home: Path):
    with pytest.raises(NotFoundError):
        falls_rates(home, site="NOWHERE")
    practice = next(each.id for each in _places(Store.open(home)) if each.kind == "practice")
    with pytest.raises(NotFoundError, match="no care home"):
        falls_rates(home, site=practice)
    for months in (0, 601):
        with pytest.raises(RunRequestError):
            falls_rates(home, months)


def test_the_command(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HARMFREE_HOME", str(home))
    every = CliRunner().invoke(harmfree, ["falls-rate"])
    assert every.exit_code == 0, every.output
    assert "all together" in every.output
    held = json.loads(CliRunner().invoke(harmfree, ["falls-rate", "--json"]).output)
    name = held["homes"][0]["home"]
    for each in held["homes"]:
        total = each["total"]
        assert (total["rate"] is None) == (total["bed_days"] == 0)
        assert not total["bed_days"] or total["low"] <= total["rate"] <= total["high"]
    out = tmp_path / "chart.svg"
    region = next(each.id for each in _places(Store.open(home)) if each.kind == "region")
    for words in ([], ["--chart", "t"]):
        shown = CliRunner().invoke(
            harmfree, ["falls-rate", "--home", region, "-o", str(out), *words]
        )
        assert shown.exit_code == 0, shown.output
        assert out.read_text(encoding="utf-8").startswith("<svg")
    monthly = CliRunner().invoke(harmfree, ["falls-rate", "--home", name, "--months", "3"])
    assert monthly.output.count("2026-") == 3
