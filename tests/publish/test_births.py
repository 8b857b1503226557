"""Births: validity, ratios of sums, the ledger, rare events."""

from __future__ import annotations

import csv
import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from harmfree.cli.main import harmfree
from harmfree.errors import InputError
from harmfree.publish.births import (
    HELP,
    ITEMS,
    grouped,
    month_of,
    months_by_unit,
    tally,
    unit_of,
)
from harmfree.publish.births_example import write_example
from harmfree.publish.births_feed import Feed, read_births
from harmfree.publish.births_page import births_document, births_page, bundle_chart
from harmfree.publish.births_rare import rare_events

TODAY = date(2026, 11, 28)
# A baby of 31 weeks in labour, all that applies received.
WHOLE = {
    "unit": "A", "birth_date": "2026-05-01", "weeks": "31", "days": "2", "weight_grams": "1400",
    "births": "Single", "ventilation": "No", "labour": "Yes", "steroids_rx": "Yes",
    "steroids_doses": "2", "steroids_opt_poss": "Yes", "steroids_opt_act": "Yes",
    "antibiotics_rx": "Yes", "antibiotics_opt_poss": "No", "embm_info": "Yes", "cord_mgt": "Yes",
    "thermal_care": "Yes", "embm_rx": "Yes", "probiotics": "Yes",
}  # fmt: skip
APPLY = ("steroids_rx", "antibiotics_rx", "cord_mgt", "thermal_care", "embm_rx", "probiotics")


def feed_of(tmp_path: Path, *rows: dict[str, str]) -> Feed:
    path = tmp_path / "births.csv"
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return read_births(path, TODAY)


def rules(feed: Feed) -> list[tuple[int, str]]:
    return [(each.line, each.column) for each in feed.ledger.entries]


def test_a_whole_row(tmp_path: Path):
    feed = feed_of(tmp_path, WHOLE)
    assert not feed.ledger.entries
    found = tally(feed.births)
    assert (found.complete, found.incomplete, found.unknown) == (1, 0, 0)
    assert {name for name in ITEMS if found.items[name].eligible} == set(APPLY)
    assert found.received_percent == 100
    steroids = found.items["steroids_rx"]
    assert (steroids.could_be_timely, steroids.timely) == (1, 1)
    assert found.items["antibiotics_rx"].could_be_timely == 0
    assert found.items[HELP].received == 1


def test_an_exact_gestation_in_a_column_before_blank_weeks(tmp_path: Path):
    row = {"gestation": "26+6"} | WHOLE | {"weeks": "", "days": ""}
    feed = feed_of(tmp_path, row)
    assert feed.births[0].early
    assert tally(feed.births).items["place"].not_recorded == 1
    assert {each.column for each in feed.ledger.entries} >= {"place"}


def test_what_applies_is_received_or_not_or_not_recorded(tmp_path: Path):
    """The published report took the denominator from itself and said that all received it."""
    refused = WHOLE | {"antibiotics_rx": "No", "antibiotics_opt_poss": ""}
    blank = WHOLE | {"antibiotics_rx": "", "antibiotics_opt_poss": ""}
    not_in_labour = blank | {"labour": "No"}
    found = tally(feed_of(tmp_path, WHOLE, refused, refused, blank, not_in_labour).births)
    item = found.items["antibiotics_rx"]
    assert (item.received, item.not_received, item.not_recorded) == (1, 2, 1)
    assert item.eligible == item.received + item.not_received + item.not_recorded == 4
    assert item.not_applicable == 1
    assert item.percent == 25
    assert item.not_received != item.eligible - item.eligible


@pytest.mark.parametrize("seed", [1, 2])
def test_the_parts_of_every_item_add_up_in_every_unit_and_month(tmp_path: Path, seed: int):
    path = tmp_path / "births.csv"
    write_example(path, births=1500, seed=seed)
    births = read_births(path, TODAY).births
    for months in months_by_unit(births).values():
        for found in months.values():
            assert found.complete + found.incomplete + found.unknown == found.early
            for item in found.items.values():
                assert item.eligible + item.not_applicable + item.undecided == found.early
                assert item.timely + item.timing_unknown <= item.could_be_timely <= item.received


def test_a_percentage_is_a_ratio_of_sums(tmp_path: Path):
    """Unit A: 1 of 1; unit B: 1 of 3. The whole is 2 of 4, not the mean of 100% and 33%."""
    refused = WHOLE | {"cord_mgt": "No", "unit": "B"}
    feed = feed_of(tmp_path, WHOLE, WHOLE | {"unit": "B"}, refused, refused)
    by_unit = grouped(feed.births, unit_of)
    assert by_unit["A"].items["cord_mgt"].percent == 100
    assert by_unit["B"].items["cord_mgt"].percent == pytest.approx(100 / 3)
    assert tally(feed.births).items["cord_mgt"].percent == 50
    assert tally(feed.births).bundle_percent == 50
    eleven = tally(feed.births).received_percent
    assert eleven == pytest.approx(100 * (4 * 6 - 2) / (4 * 6))


def test_the_bundle_is_unknown_only_when_a_blank_could_decide_it(tmp_path: Path):
    blank = WHOLE | {"cord_mgt": ""}
    found = tally(feed_of(tmp_path, blank, blank | {"embm_rx": "No"}).births)
    assert (found.complete, found.incomplete, found.unknown) == (0, 1, 1)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"caffeine": "Yes"}, "caffeine"),  # 31 weeks: it does not apply
        ({"thermal_care": ""}, "thermal_care"),
        ({"thermal_care": "perhaps"}, "thermal_care"),
        ({"steroids_opt_poss": "No"}, "steroids_opt_act"),  # optimal, though it could not be
        ({"steroids_doses": "0"}, "steroids_doses"),
        ({"steroids_doses": "3"}, "steroids_doses"),
        ({"co_ppm": "high"}, "co_ppm"),
        ({"co_ppm": "-1"}, "co_ppm"),
        ({"weight_grams": "14000"}, "weight_grams"),
        ({"gestation": "28 - 29+6"}, "gestation"),  # against 31 weeks
        ({"extra": "1"}, "extra"),
    ],
)
def test_a_bad_cell_is_left_out_and_its_neighbours_stay(
    tmp_path: Path, change: dict[str, str], column: str
):
    feed = feed_of(tmp_path, WHOLE | change, WHOLE)
    assert column in {each.column for each in feed.ledger.entries}
    assert feed.ledger.rows == 0
    assert len(feed.births) == 2
    found = tally(feed.births)
    assert found.items["embm_rx"].received == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"birth_date": "soon"}, "not a date"),
        ({"birth_date": "2026-11-29"}, "after today"),
        ({"birth_date": "1999-12-31"}, "before 2000"),
        ({"unit": ""}, "no unit"),
    ],
)
def test_a_row_that_cannot_be_placed_is_left_out(tmp_path: Path, change: dict[str, str], says: str):
    feed = feed_of(tmp_path, WHOLE, WHOLE | change, WHOLE)
    assert len(feed.births) == 2
    assert feed.ledger.rows == 1
    assert feed.ledger.entries[0].line == 3
    assert says in feed.ledger.entries[0].rule


def test_a_baby_counts_once_and_a_mother_of_twins_once(tmp_path: Path):
    twins = {"mother": "M1", "smoker_at_booking": "Yes", "co_ppm": "4", "co_referred": "No"}
    rows = [WHOLE | twins | {"baby": f"B{i}", "births": "Multiple"} for i in (1, 2, 2)]
    feed = feed_of(tmp_path, *rows, WHOLE | {"baby": "B3", "mother": "M2", "co_ppm": "3"})
    found = tally(feed.births)
    assert (found.births, found.mothers, found.smokers) == (3, 2, 1)
    assert (found.co_measured, found.co_high, found.co_high_referred) == (2, 1, 0)
    assert feed.ledger.rows == 1


@pytest.mark.parametrize(
    ("gestation", "early", "place"),
    [
        ({"weeks": "26", "days": "6"}, True, True),
        ({"weeks": "27", "days": "0"}, True, False),
        ({"gestation": "26+6", "weeks": ""}, True, True),
        ({"gestation": "27+0", "weeks": ""}, True, False),
        ({"weeks": "26+6", "days": ""}, True, True),
        ({"gestation": "26+6", "weeks": "27", "days": "0"}, True, False),  # they disagree
        ({"weeks": "33", "days": "6"}, True, False),
        ({"weeks": "34", "days": "0"}, False, False),
        ({"weeks": "", "days": ""}, None, False),
        ({"weeks": "60", "days": ""}, None, False),
    ],
)
def test_the_boundaries_of_gestation(tmp_path: Path, gestation, early, place):
    birth = feed_of(tmp_path, WHOLE | gestation).births[0]
    assert birth.early is early
    found = tally([birth])
    assert found.items["place"].eligible == int(place)
    assert found.early == int(early is True)
    assert found.gestation_unknown == int(early is None)


@pytest.mark.shared_data
def test_validity_against_the_published_rules(tmp_path: Path, shared_data: Path):
    """Every cell of every published case, through the feed, as the collaborative's code says."""
    text = (shared_data / "maternity" / "periprem_validity_golden.json").read_text()
    cases = json.loads(text)["rows"]
    rows = [
        {"unit": "A", "birth_date": "2026-05-01"} | {k: v or "" for k, v in case["input"].items()}
        for case in cases
    ]
    births = sorted(feed_of(tmp_path, *rows).births, key=lambda each: each.line)
    assert len(births) == len(cases) > 500
    wrong = []
    for birth, case in zip(births, cases, strict=True):
        assert birth.care
        found = birth.care.detail["valid"]
        wrong += [
            (birth.line, name) for name, valid in case["valid"].items() if found[name] != valid
        ]
    assert wrong == []


def test_every_rare_event_is_a_point_and_the_gaps_add_up(tmp_path: Path):
    days = ["2026-01-05", "2026-01-20", "2026-01-20", "2026-03-01", "2026-05-05"]
    rows = [WHOLE | {"birth_date": f"2026-{month:02}-10"} for month in range(1, 6)]
    rows += [WHOLE | {"birth_date": day, "stillbirth": "Yes"} for day in days]
    births = feed_of(tmp_path, *rows).births
    rare = {each.name: each for each in rare_events(births)}
    stillbirth = rare["stillbirth"]
    assert [str(day) for day in stillbirth.dates] == days
    assert stillbirth.days and stillbirth.between
    assert len(stillbirth.days.values) == len(stillbirth.between.values) == 4
    assert (stillbirth.days.values > 0).all()
    places = [i for i, birth in enumerate(births) if "stillbirth" in birth.events]
    assert stillbirth.between.values.tolist() == [b - a - 1 for a, b in pairwise(places)]
    assert rare["brain_injury"].days is None
    fewer = rare_events(feed_of(tmp_path, *rows[:5], *rows[7:]).births)
    assert fewer[0].days is None


def test_the_bundle_chart_counts_babies_by_month(tmp_path: Path):
    rows = [WHOLE | {"birth_date": f"2026-0{month}-10"} for month in (1, 2, 3) for _ in range(4)]
    rows[0] |= {"embm_rx": "No"}
    births = feed_of(tmp_path, *rows).births
    chart = bundle_chart(births)
    assert chart is not None
    assert chart.values.tolist() == [75, 100, 100]
    assert list(grouped(births, month_of)) == [date(2026, month, 1) for month in (1, 2, 3)]
    assert bundle_chart(births[:8]) is None


def test_the_example_is_the_same_every_time_and_makes_a_page(tmp_path: Path):
    first, again = tmp_path / "a.csv", tmp_path / "b.csv"
    write_example(first, births=800)
    write_example(again, births=800)
    assert first.read_bytes() == again.read_bytes()
    feed = read_births(first, TODAY)
    page = births_page(feed)
    for said in ("Right place of birth", "Severe haemorrhage", "Left out", "Unverified"):
        assert said in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    document = births_document(feed)
    assert document["all"]["births"] == 800
    json.dumps(document, default=str)


def test_the_command(tmp_path: Path):
    path, page = tmp_path / "births.csv", tmp_path / "births.html"
    run = CliRunner().invoke
    assert run(harmfree, ["births", "--example", str(path)]).exit_code == 0
    shown = run(harmfree, ["births", str(path), "-o", str(page)])
    assert shown.exit_code == 0
    assert "Bundle complete" in shown.output
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    tracker = ["--organisations", str(tmp_path / "births_organisations.csv"), "--stages",
               str(tmp_path / "births_stages.csv")]  # fmt: skip
    document = json.loads(run(harmfree, ["births", str(path), *tracker, "--json"]).output)
    assert document["stages"]["as_is"]
    assert [each["on"] for each in document["stages"]["history"]] == ["2025-04-01", "2025-10-01"]
    assert document["left_out"]["cells_left_out"] > 0
    failed = run(harmfree, ["births", str(path), *tracker[:2]])
    assert isinstance(failed.exception, InputError)


def test_an_empty_feed_is_no_fault(tmp_path: Path):
    path = tmp_path / "births.csv"
    path.write_text("unit,birth_date\n")
    feed = read_births(path)
    assert "0 births" in births_page(feed)
    assert births_document(feed)["all"]["bundle_percent"] is None


def test_a_feed_without_its_columns(tmp_path: Path):
    path = tmp_path / "births.csv"
    path.write_text("unit,weeks\nA,30\n")
    with pytest.raises(InputError, match="birth_date"):
        read_births(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_births(tmp_path / "none.csv")
