"""The administrator's screens about organisations."""

from __future__ import annotations

import pytest

from harmfree.web.access.roles import Role
from harmfree.web.audit.models import AuditEvent
from harmfree.web.organisations.models import FormerParent, Organisation, Succession

pytestmark = pytest.mark.django_db
BASE = "/administration/organisations"


@pytest.fixture
def screens(user_of, signed_in_client):
    return signed_in_client(user_of(Role.ADMINISTRATOR))


@pytest.fixture
def local(user_of, signed_in_client, small):
    """An administrator of the first network alone."""
    return signed_in_client(user_of(Role.ADMINISTRATOR, small["NET1"]))


def test_the_tree_shows_every_level_and_its_sites(screens, small):
    page = screens.get(f"{BASE}/").content.decode()
    assert page.index("The TOP") < page.index("The NET1") < page.index("The A (A)")


def test_an_organisation_is_found_by_part_of_its_name(screens, small):
    page = screens.get(f"{BASE}/?q=the+net").content.decode()
    assert "The NET1" in page and "The NET2" in page and "The TOP" not in page


def test_one_is_added_moved_and_closed(screens, small):
    given = {"code": "E1", "name": "The E", "kind": "practice", "parent": "NET1", "reason": "new"}
    assert screens.post(f"{BASE}/add/", given)["Location"] == f"{BASE}/E1/"
    moved = {"name": "The New E", "parent": "NET2", "on": "1/4/2026", "reason": "moved"}
    assert screens.post(f"{BASE}/E1/edit/", moved).status_code == 302
    row = FormerParent.objects.get(organisation__code="E1")
    assert (row.parent.code, str(row.until)) == ("NET1", "2026-04-01")
    page = screens.get(f"{BASE}/E1/").content.decode()
    assert "The New E" in page and "Belonged until 1 April 2026" in page
    sites = screens.get(f"{BASE}/NET1/?day=2026-03-31").content.decode()
    assert "The New E (E1)" in sites
    assert "The New E (E1)" not in screens.get(f"{BASE}/NET1/").content.decode()
    actions = AuditEvent.objects.filter(organisation="E1").values_list("action", flat=True)
    assert list(actions) == ["organisation.added", "organisation.changed"]


def test_others_merge_into_one(screens, small):
    given = {"codes": "A\nB", "on": "1 April 2026", "reason": "merged"}
    assert screens.post(f"{BASE}/C/merge/", given).status_code == 302
    assert set(
        Succession.objects.filter(successor__code="C").values_list("predecessor__code", flat=True)
    ) == {"A", "B"}
    page = screens.get(f"{BASE}/C/").content.decode()
    assert "Took over on 1 April 2026" in page and "The A (A)" in page
    assert "Taken over on 1 April 2026 by" in screens.get(f"{BASE}/A/").content.decode()


def test_one_is_split(screens, small):
    given = {"codes": "B C", "on": "2026-04-01", "reason": "split"}
    assert screens.post(f"{BASE}/A/split/", given).status_code == 302
    assert Succession.objects.filter(predecessor__code="A").count() == 2


@pytest.mark.parametrize(
    ("path", "given", "says"),
    [
        ("C/merge", {"codes": "NOWHERE", "on": "1/4/2026", "reason": "x"}, "NOWHERE"),
        ("C/merge", {"codes": "A", "on": "31/2/2026", "reason": "x"}, "real date"),
        ("C/merge", {"codes": "A", "on": "1/4/2026"}, "Enter a reason"),
        ("C/merge", {"codes": "NET1", "on": "1/4/2026", "reason": "x"}, "same kind"),
        ("add", {"code": "a b", "name": "x", "kind": "ward", "reason": "x"}, "A code has"),
        ("add", {"code": "add", "name": "x", "kind": "ward", "reason": "x"}, "cannot be used"),
        ("A/edit", {"name": "A", "parent": "B", "reason": "x"}, "Choose one"),
        ("NET1/edit", {"name": "N", "parent": "NET2", "reason": "x"}, "cannot stand above"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(screens, small, path, given, says):
    page = screens.post(f"{BASE}/{path}/", given)
    assert page.status_code == 422
    assert says in page.content.decode() and "There is a problem" in page.content.decode()


def test_a_local_administrator_changes_what_is_below_them_alone(local, small):
    page = local.get(f"{BASE}/").content.decode()
    assert "The NET1" in page and "The NET2" not in page and "The TOP" not in page
    for path in ("C/", "NET2/", "TOP/", "C/edit/", "C/merge/", "C/split/", "NET1/edit/"):
        assert local.get(f"{BASE}/{path}").status_code == 404, path
    assert local.get(f"{BASE}/A/edit/").status_code == 200
    given = {"name": "A", "reason": "x", "parent": "NET2"}
    assert local.post(f"{BASE}/A/edit/", given).status_code == 422
    given["parent"] = "none"
    assert local.post(f"{BASE}/A/edit/", given).status_code == 422
    taken = {"codes": "C", "on": "1/4/2026", "reason": "x"}
    assert local.post(f"{BASE}/A/merge/", taken).status_code == 422
    assert Organisation.objects.get(code="C").valid_to is None


def test_a_wrong_day_in_the_address_shows_today(screens, small):
    for day in ("2026-02-30", "x", "0001-01-01", "9999-12-31"):
        assert screens.get(f"{BASE}/NET1/?day={day}").status_code == 200
