"""The page of atrial fibrillation: its figures are the command's, hidden ones hide what rests on
them, assumptions stand in the address."""

from __future__ import annotations

import re

import pytest

from harmfree.publish.af_landscape import Assumptions
from harmfree.publish.af_landscape import landscape as by_command
from harmfree.publish.reading import LiveRun
from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.dashboards.figures import Reader
from harmfree.web.dashboards.landscape import rows_of
from harmfree.web.dashboards.patterns import PARTITIONS, pattern
from harmfree.web.dashboards.suppression import small_parts
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(organisation):
    return organisation("region")


def test_who_sees_everything_reads_what_the_command_gives(region, region_home, user_of, whole):
    viewer = Viewer(Access.of(user_of(Role.CLINICIAN, whole)))
    assumed = Assumptions().changed({"number_needed": "40", "protection_target": "95"})
    practices = tree().of_kind("practice")
    mine = {row.node.code: row for row in rows_of(Reader(region, viewer), practices, assumed)}
    theirs = by_command(LiveRun.open(region_home), "practice", assumed).rows
    assert len(theirs) > 10
    for each in theirs:
        row = mine[each.id]
        assert row.counts["eligible"] == each.eligible
        assert row.counts["anticoagulated"] == each.anticoagulated
        assert row.counts["nothing"] == each.nothing
        assert row.expected == pytest.approx(each.expected)
        assert row.to_find == each.to_detection_target
        assert row.to_treat == each.to_protection_target
        assert row.protected == each.protected_percent
        assert row.strokes == each.strokes
        assert row.simple == pytest.approx(each.strokes.avoidable_simple)


def test_what_rests_on_a_hidden_count_is_hidden(region, user_of, whole):
    viewer = Viewer(Access.of(user_of(Role.ANALYST, whole)))
    rows = rows_of(Reader(region, viewer), tree().of_kind("practice"), Assumptions())
    hidden = [row for row in rows if row.counts["untreated"] is None]
    assert hidden
    for row in hidden:
        assert (row.protected, row.to_treat, row.simple, row.strokes) == (None,) * 4
        assert row.counts["anticoagulated"] is None


def test_reasons_that_add_up_are_hidden_together(region, user_of, whole):
    """The four reasons make up the untreated: three and the sum would give the fourth."""
    kept = pattern(region, tree())
    for parts in PARTITIONS:
        together = [kept.of(whole.pk, name)[0] for name in parts]
        assert all((each == together[0]).all() for each in together)


def test_assumptions_in_the_address_change_the_estimates(region, user_of, whole, signed_in_client):
    client = signed_in_client(user_of(Role.CLINICIAN, whole))
    base = f"/dashboard/{whole.code}/atrial-fibrillation/"

    def simple(query):
        text = client.get(base + query).content.decode()
        table = text.split("Strokes in a year among those not anticoagulated</caption>")[1]
        return float(re.findall(r'app-number">([\d.]+)</td>', table)[3])

    assert simple("?number_needed=50") == pytest.approx(simple("?number_needed=25") / 2, abs=0.06)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?number_needed=lots", "must be a number"),
        ("?number_needed=1", "outside the plausible range"),
        ("?protection_target=120", "cannot be 120"),
        ("?detection_target=-1", "cannot be -1"),
        ("?relative_reduction=nan", "cannot be nan"),
    ],
)
def test_impossible_assumptions_are_named(region, user_of, whole, signed_in_client, query, said):
    client = signed_in_client(user_of(Role.ANALYST, whole))
    answer = client.get(f"/dashboard/{whole.code}/atrial-fibrillation/{query}")
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_member_sees_their_own_site_and_no_other(region, user_of, organisation, signed_in_client):
    site, other = organisation("practice"), organisation("practice", 1)
    client = signed_in_client(user_of(Role.CLINICIAN, site))
    assert client.get(f"/dashboard/{other.code}/atrial-fibrillation/").status_code == 404
    for code in (site.code, organisation("region").code):
        text = client.get(f"/dashboard/{code}/atrial-fibrillation/?level=practice").content.decode()
        assert other.name not in text


@pytest.mark.parametrize(
    ("pairs", "small"),
    [
        ([(40, 20)], False),
        ([(40, 38)], True),
        ([(40, 3)], True),
        ([(4, 0)], True),
        ([(9, 9)], False),
    ],
)
def test_a_whole_a_part_or_a_rest_may_be_small(pairs, small):
    assert small_parts(pairs, 5) is small
