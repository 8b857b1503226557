"""The figures of the boards are those of the publish functions."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pytest
from django.http import QueryDict

from harmfree.programmes.registry import indicator
from harmfree.publish.af_arms import arms
from harmfree.publish.af_devices import device_yield
from harmfree.publish.af_landscape import Assumptions, landscape
from harmfree.publish.af_warfarin import control
from harmfree.publish.falls_rates import falls_rates, poisson_rate, together
from harmfree.publish.fracture_funnel import expected, funnels
from harmfree.publish.fracture_risk import Asked as RiskAsked
from harmfree.publish.fracture_risk import fracture_risk
from harmfree.publish.pharmacist_activity import activity
from harmfree.publish.pharmacist_impact import INDICATORS
from harmfree.publish.roll_out import Register, evaluate
from harmfree.publish.stewardship import stewardship
from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.boards import af_rows, antibiotics_page, falls_page, fracture_page
from harmfree.web.boards.asking import Asked
from harmfree.web.boards.pages import PAGES
from harmfree.web.boards.pharmacist_results import PHARMACIST, roll_out
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(boards, user_of):
    """What somebody who may see every number asks about an organisation."""
    user = user_of(Role.CLINICIAN, None)

    def make(code: str, query: str = "") -> Asked:
        viewer = Viewer(Access.of(user))
        return Asked(QueryDict(query), viewer, viewer.find(code), boards)

    return make


def table_of(asked: Asked, slug: str, name: str) -> dict[str, list[object]]:
    """Plain rows of a table by the name of the organisation."""
    page = PAGES[slug].make(asked)
    found = next(each for each in page.tables if each.name == name)
    return {str(row[0].plain): [cell.plain for cell in row[1:]] for row in found.rows}


@pytest.mark.parametrize("level", ["practice", "network", "place", "system"])
def test_the_landscape_is_the_publish_functions(asked, live, level):
    assumed = Assumptions(number_needed=30, relative_reduction=0.5)
    made = landscape(live, level, assumed)
    what = asked("ZREGION", f"level={level}&number_needed=30&relative_reduction=0.5")
    nodes = what.rows()
    held = af_rows.read(what.reader, nodes)
    lists = {each.id: each.expected for each in made.rows}
    rows = {row.node.code: row for row in af_rows.rows_of(held, nodes, assumed, lists)}
    for each in made.rows:
        row, plain = rows[each.id], asdict(each)
        for name in set(row.counts) & set(plain):
            assert row.counts[name] == plain[name], (each.id, name)
        assert row.to_find == each.to_detection_target
        assert row.to_treat == each.to_protection_target
        assert row.strokes == each.strokes
        assert not row.rough


def test_expected_people_are_those_of_the_landscape(asked, live):
    shown = table_of(asked("ZREGION", "level=practice"), "atrial-fibrillation", "find")
    for each in landscape(live, "practice").rows:
        assert shown[each.name][:3] == [each.people, round(each.expected), each.register]


def test_devices_control_and_arms(asked, live):
    what = asked("ZREGION", "level=place&cost_per_strip=20")
    devices = table_of(what, "atrial-fibrillation", "devices")
    for each in device_yield(live, "place", cost_per_strip=20).rows:
        cells = devices[each.name]
        assert cells[:7] == [each.strips, each.people, each.unreadable, each.possible,
                             each.traced, each.found, each.treated]  # fmt: skip
        pounds = "" if each.cost_per_case is None else round(each.cost_per_case)
        assert cells[9] == pounds
    shown = table_of(what, "atrial-fibrillation", "control")
    for each in control(live, "place")[1]:
        assert shown[each.name][0] == each.judged
        assert shown[each.name][3] == each.judged_below_65
    page = PAGES["atrial-fibrillation"].make(what)
    board = next(each for each in page.tables if each.name == "arms")
    began = {(row[0].text, row[1].text): row[2].plain for row in board.rows}
    for each in arms(live, "place").rows:
        assert began[each.name, "genotype-guided"] == each.guided.started
        assert began[each.name, "standard"] == each.standard.started


def test_the_fracture_funnel_and_its_estimate(asked, live):
    what = asked("ZREGION", "level=practice")
    counts = fracture_page.counts_of(what, what.rows())
    by_code = tree().by_code
    for each in funnels(live, "practice"):
        assert tuple(counts[by_code[each.place].id].values()) == each.counts
        found = fracture_page.estimate(counts[by_code[each.place].id], fracture_page.USUAL)
        assert found == expected(each)
    whole = funnels(live, "region")[0]
    assert tuple(counts[by_code[whole.place].id].values()) == whole.counts


def test_assumptions_of_the_estimate_are_in_the_address(asked):
    what = asked("ZREGION", "avoided=10&among=100&persistence=0.5")
    page = PAGES["fracture-prevention"].make(what)
    counts = fracture_page.counts_of(what, [what.node])[what.node.id]
    treated_more = counts["high_risk"] - counts["treated"]
    assert page.context["estimate"].avoided == pytest.approx(treated_more * 0.5 * 10 / 100)
    assert "your own assumptions" in page.context["estimate"].says


def test_qfracture_by_site(asked, live, region_home):
    found = fracture_risk(region_home, RiskAsked(as_of=live.as_of), lambda *_: None)
    shown = table_of(asked("ZREGION", "level=practice"), "fracture-prevention", "qfracture")
    for each in found.sites:
        assert shown[each.name][:4] == [each.people, each.scored, each.above, each.high]
    bands = table_of(asked("ZREGION", "level=practice"), "fracture-prevention", "bands")
    for each in found.sites:
        assert sum(bands[each.name]) == each.scored
        assert sum(bands[each.name][2:]) == each.above


def test_falls_by_home_and_together(asked, live, region_home):
    rates = falls_rates(region_home, 24, as_of=live.as_of)
    what = asked("ZREGION")
    shown = table_of(what, "falls", "homes")
    for each in [*rates, together(rates)]:
        year = each.total(12)
        cells = shown[each.name if each.home else what.node.name]
        assert cells[:3] == [year.falls, year.injuries, year.bed_days]
    whole = together(rates)
    months = table_of(what, "falls", "months")
    for month in whole.months:
        cells = months[f"{month.month:%Y-%m}"]
        assert cells[:3] == [month.falls, month.injuries, month.bed_days]
        rate = poisson_rate(month.falls, month.bed_days)
        assert cells[5] == f"{rate.rate:.1f} ({rate.low:.1f} to {rate.high:.1f})"


@pytest.mark.parametrize("level", ["practice", "place"])
def test_antibiotics(asked, live, region_home, boards, level):
    made = stewardship(region_home, level, months=12, as_of=live.as_of)
    what = asked("ZREGION", f"level={level}")
    content = boards.boardresult_set.get(name="antibiotics").content
    rows = antibiotics_page.added_months(what, content["sites"])
    for each in made.sites:
        for month, row in zip(each.months, rows[each.id], strict=True):
            found = antibiotics_page.volume_of(row)
            assert found.star_pu == pytest.approx(month.star_pu)
            assert found.items_all == month.items_all
            assert (found.four_c, found.four_c_nhs) == (month.four_c, month.four_c_nhs)
            assert found.consulted == month.consulted


def test_the_pharmacists_impact(asked, live, boards):
    using = roll_out(tree().by_code["ZREGION"])
    kept = boards.boardresult_set.get(name=PHARMACIST)
    assert kept.digest == using.digest
    total = activity(live)[-1]
    shown = table_of(asked("ZREGION", "level=place"), "pharmacist-impact", "activity")
    assert shown["Northmere and Fells"][:9] == [
        total.reviews, total.offered, total.accepted, total.risks_accepted, total.looked_at,
        total.followed, total.resolved, total.ended_otherwise, total.recurred,
    ]  # fmt: skip
    page = PAGES["pharmacist-impact"].make(asked("ZREGION"))
    found = {name: each for name, *each in page.context["evaluations"]}
    assert list(found) == list(INDICATORS)
    title, picture, why = found["pincer_any"]
    result = evaluate(live, Register(using.starts), ["pincer_any"])
    assert (title, picture.sentence, why) == (
        indicator("pincer_any").title, result.sentence, "",
    )  # fmt: skip


def test_months_of_homes_add_up(asked, boards):
    content = boards.boardresult_set.get(name="falls").content
    series = falls_page.added_series(asked("ZREGION"), content)
    for i, month in enumerate(series["ZREGION"]):
        assert month["falls"] == sum(homes[i]["falls"] for homes in content.values())
        assert date.fromisoformat(month["month"]).day == 1
