"""The impact of the pharmacists: the truth of the synthetic region is found, and counted right."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from harmfree.errors import InputError, NotFoundError
from harmfree.publish.pharmacist_activity import Activity, activity
from harmfree.publish.pharmacist_impact import impact, page
from harmfree.publish.reading import LiveRun
from harmfree.publish.roll_out import Register, Start, evaluate, panel_of, read_register
from harmfree.publish.run import RunRequest, run
from harmfree.publish.savings import Price, PriceList, read_prices, savings
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings


@pytest.fixture(scope="module")
def live(tmp_path_factory) -> LiveRun:
    """A region large enough for its built-in effect to be seen."""
    home = tmp_path_factory.mktemp("impact")
    build(Settings(50_000, 1), home)
    run(home, RunRequest(programmes=("medicines_optimisation",)), lambda *_: None)
    return LiveRun.open(home)


@pytest.fixture(scope="module")
def register(live: LiveRun) -> Register:
    return read_register(live.store.folder / "rollout.csv", [e.id for e in live.places.every])


def test_the_built_in_effect_lies_in_the_interval(live, register):
    truth = json.loads((live.store.folder / "truth.json").read_text())
    ratio = evaluate(live, register, ["pincer_bleeding"]).estimates["ratio_after_12"]
    assert ratio.lower < truth["hazardous_prescribing_rate_ratio"] < ratio.upper
    assert ratio.upper < 1, "the roll-out is seen to lower hazards"


def test_the_built_in_effect_on_monitoring_lies_in_the_interval(live, register):
    truth = json.loads((live.store.folder / "truth.json").read_text())
    ratio = evaluate(live, register, ["pincer_monitoring"]).estimates["ratio_after_12"]
    assert ratio.lower < truth["missed_monitoring_rate_ratio"] < ratio.upper


def test_the_panel_holds_every_site_and_month_with_the_counts_of_the_run(live, register):
    panel = panel_of(live, register, ["pincer_a", "pincer_d"])
    trend = live.table("trend").to_pylist()
    wanted = sum(r["numerator"] for r in trend if r["indicator"] in ("pincer_a", "pincer_d"))
    assert panel.events.sum() == wanted
    assert len(panel.sites) == len(register.starts) * 60
    first = next(each for each in register.starts if each.go_live)
    rows = [i for i, site in enumerate(panel.sites) if site == first.site]
    began = [i for i in rows if panel.since[i] == 0]
    assert panel.labels[panel.period[began[0]]] == f"{first.go_live:%b %Y}"


def test_an_indicator_that_was_not_computed_is_named(live, register):
    with pytest.raises(NotFoundError, match="did not compute"):
        panel_of(live, register, ["bone_qof_register"])


def test_activity_adds_up(live):
    *sites, total = activity(live)
    assert total.reviews == sum(each.reviews for each in sites) > 0
    assert total.accepted <= total.offered <= total.reviews
    assert total.resolved + total.ended_otherwise <= total.followed <= total.looked_at
    assert total.recurred <= total.resolved
    assert activity(live, first=date(2200, 1, 1)) == [Activity("")]


def test_a_register_keeps_its_good_rows_and_names_the_others(tmp_path: Path):
    file = tmp_path / "register.csv"
    file.write_text(
        "site,go_live,sessions\nA,2024-06-01,2.5\nB,,\nC,2024-01-01,\nA,2025-01-01,\nD,1/6/24,\n"
        "E,2024-01-01,many\n"
    )
    found = read_register(file, ["A", "B", "D", "E"])
    assert found.starts == (Start("A", date(2024, 6, 1), 2.5), Start("B", None))
    assert [line for line, _ in found.rejected] == [4, 5, 6, 7]


@pytest.mark.parametrize("content", ["site;go_live\n", "", "\x00"])
def test_a_file_that_is_no_register_is_refused(tmp_path: Path, content: str):
    file = tmp_path / "register.csv"
    file.write_text(content)
    with pytest.raises(InputError):
        read_register(file, [])


@pytest.mark.parametrize("price", ["free", "0", "-1", "100000", "nan", ""])
def test_a_price_that_cannot_be_is_left_out_and_named(tmp_path: Path, price: str):
    file = tmp_path / "prices.csv"
    file.write_text(f"set,code,price\nS,X,{price}\nS,Y,0.5\n")
    found = read_prices(file)
    assert found.prices == (Price("S", "Y", 0.5),)
    assert [line for line, _ in found.rejected] == [2]


def test_savings_are_those_of_the_published_method(live):
    codes = live.store.codes.to_pylist()
    two = [row["code"] for row in codes if row["system"] == "bnf" and row["events"]][:2]
    prices = PriceList((Price("pair", two[0], 10.0), Price("pair", two[1], 90.0)))
    (found,) = savings(live, prices, months=60)
    assert found.result is not None and found.issues > found.without_quantity
    sites = found.result.plotted["sites"]
    target = found.result.estimates["target_price"].value
    assert 10 <= target <= 90
    for quantity, cost, saving in zip(
        sites["quantity"], sites["cost"], sites["saving"], strict=True
    ):
        above = max(0.0, cost - quantity * target)
        assert saving == pytest.approx(above if above >= 600 else 0.0)


def test_the_page_shows_safety_and_efficiency_and_what_was_left_out(live, register):
    broken = Register(register.starts, ((9, "There is no site '<b>'."),))
    found = impact(live, broken, PriceList((Price("S", "no such code", 1.0),)))
    text = page(found)
    for heading in ("Safety", "Activity", "Efficiency", "Rows left out"):
        assert f"<h2>{heading}</h2>" in text
    assert "&lt;b&gt;" in text and "<b>" not in text
    assert "http" not in text.replace("http://www.w3.org", "")
    assert json.dumps(found.as_dict(), default=str)
