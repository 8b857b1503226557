"""Adding, moving, merging and splitting organisations, and what history says afterwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from harmfree.web.audit.models import AuditEvent
from harmfree.web.organisations import changes, history
from harmfree.web.organisations.changes import Facts, OrganisationError
from harmfree.web.organisations.models import FormerParent, Organisation, Succession
from harmfree.web.organisations.tree import successors, tree

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 1)
BEFORE = DAY - timedelta(days=1)


def codes(organisations) -> list[str]:
    return [each.code for each in organisations]


def fresh(organisation: Organisation) -> Organisation:
    return Organisation.objects.get(pk=organisation.pk)


def move(organisation, parent, on=DAY):
    facts = Facts(organisation.code, organisation.name, organisation.kind, parent, date(2010, 4, 1))
    changes.edit(None, organisation, facts, on, "moved")


def test_a_move_is_known_as_it_was_and_as_it_is(small):
    move(small["A"], small["NET2"])
    assert codes(history.members_on(small["NET1"], BEFORE)) == ["A", "B"]
    assert codes(history.members_on(small["NET1"], DAY)) == ["B"]
    assert codes(history.members_on(small["NET2"], DAY)) == ["A", "C", "D"]
    assert codes(history.members_on(small["TOP"], BEFORE)) == ["A", "B", "C", "D"]


def test_several_moves_each_hold_for_their_time(small):
    move(small["A"], small["NET2"], date(2020, 1, 1))
    move(fresh(small["A"]), small["NET1"], date(2022, 1, 1))
    move(fresh(small["A"]), small["NET2"], date(2024, 1, 1))
    for year, net in [(2019, "NET1"), (2021, "NET2"), (2023, "NET1"), (2025, "NET2")]:
        assert "A" in codes(history.members_on(small[net], date(year, 6, 1))), year
    assert FormerParent.objects.count() == 3


def test_the_parent_above_moves_with_all_below(small, place):
    other = place("OTHER", "place")
    move(small["NET1"], other)
    assert codes(history.members_on(other, DAY)) == ["A", "B"]
    assert codes(history.members_on(small["TOP"], DAY)) == ["C", "D"]
    assert codes(history.members_on(small["TOP"], BEFORE)) == ["A", "B", "C", "D"]


def test_those_that_did_not_exist_on_the_day_are_not_members(small, place):
    place("NEW", "practice", small["NET1"], valid_from=DAY)
    place("OLD", "practice", small["NET1"], valid_to=DAY)
    assert codes(history.members_on(small["NET1"], BEFORE)) == ["A", "B", "OLD"]
    assert codes(history.members_on(small["NET1"], DAY)) == ["A", "B", "NEW"]


def test_a_merger_closes_the_old_and_keeps_its_history(small):
    changes.succeed(None, [small["A"], small["B"]], [small["C"]], DAY, "merged")
    assert fresh(small["A"]).valid_to == DAY
    assert fresh(small["A"]).parent == small["NET1"], "where it was stays"
    assert successors("A") == ["C"]
    assert codes(history.members_on(small["NET1"], BEFORE)) == ["A", "B"]
    assert history.members_on(small["NET1"], DAY) == []
    assert [row.predecessor.code for row in history.predecessors(small["C"])] == ["A", "B"]
    event = AuditEvent.objects.filter(action="organisation.succeeded").first()
    assert event.detail == {"successors": ["C"]} and event.reason == "merged"


def test_figures_as_if_todays_organisations_had_always_been(small):
    changes.succeed(None, [small["A"], small["B"]], [small["C"]], DAY, "")
    series = {"A": [1, 2], "B": [10, 20], "C": [100, 200], "D": [7, 7]}
    assert history.as_is(series) == {"C": [111, 222], "D": [7, 7]}


def test_a_chain_of_mergers_is_followed_to_its_end(small, place):
    changes.succeed(None, [small["A"]], [small["B"]], date(2020, 1, 1), "")
    changes.succeed(None, [small["B"]], [small["C"]], DAY, "")
    assert history.today_of(["A", "B", "C"]) == {"A": "C", "B": "C", "C": "C"}
    assert history.as_is({"A": [1], "B": [2], "C": [4]}) == {"C": [7]}


def test_what_was_split_keeps_its_own_line(small):
    changes.succeed(None, [small["A"]], [small["B"], small["C"]], DAY, "split")
    assert successors("A") == ["B", "C"]
    series = {"A": [5], "B": [1], "C": [2]}
    assert history.as_is(series) == series
    assert sum(counts[0] for counts in history.as_is(series).values()) == 8, "none is lost"


def test_merged_and_then_split_stops_where_it_cannot_be_apportioned(small):
    changes.succeed(None, [small["A"]], [small["B"]], date(2020, 1, 1), "")
    changes.succeed(None, [small["B"]], [small["C"], small["D"]], DAY, "")
    assert history.as_is({"A": [1], "B": [2], "C": [4], "D": [8]}) == {"B": [3], "C": [4], "D": [8]}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("A", "A", "itself"),
        ("A", "NET1", "same kind"),
        ("", "A", "Name the organisations"),
        ("A", "", "Name the organisations"),
    ],
)
def test_impossible_successions_are_refused(small, old, new, says):
    with pytest.raises(OrganisationError, match=says):
        changes.succeed(None, [small[old]] if old else [], [small[new]] if new else [], DAY, "")
    assert not Succession.objects.filter(predecessor__code__in=small).exists()


def test_a_circle_of_successions_is_refused(small):
    changes.succeed(None, [small["A"]], [small["B"]], DAY, "")
    reopened = fresh(small["A"])
    reopened.valid_to = None
    reopened.save()
    with pytest.raises(OrganisationError, match="circle"):
        changes.succeed(None, [fresh(small["B"])], [reopened], DAY, "")


def test_what_is_closed_cannot_close_again_nor_take_over(small):
    changes.succeed(None, [small["A"]], [small["B"]], DAY, "")
    for old, new in (("A", "C"), ("C", "A")):
        with pytest.raises(OrganisationError, match="does not exist"):
            changes.succeed(None, [fresh(small[old])], [fresh(small[new])], DAY, "")


@pytest.mark.parametrize(
    ("kind", "parent", "says"),
    [
        ("network", "NET1", "cannot stand above"),
        ("region", "TOP", "cannot stand above"),
        ("practice", "A", "cannot stand above"),
    ],
)
def test_the_levels_of_the_tree_are_kept(small, kind, parent, says):
    with pytest.raises(OrganisationError, match=says):
        changes.add(None, Facts("NEW", "New", kind, small[parent]))


def test_days_and_codes_are_checked(small):
    with pytest.raises(OrganisationError, match="after the first"):
        changes.add(None, Facts("NEW", "New", "practice", small["NET1"], DAY, DAY))
    with pytest.raises(OrganisationError, match="already"):
        changes.add(None, Facts("A", "New", "practice", small["NET1"]))


def test_the_tree_knows_a_new_organisation_at_once(small):
    made = changes.add(None, Facts("NEW", "New", "practice", small["NET1"]))
    assert made.pk in tree().below(small["TOP"].pk)
