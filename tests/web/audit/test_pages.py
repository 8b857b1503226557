"""The audit trail on screen and as a file: who may see what of it."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.audit.chain import record
from harmfree.web.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
BASE = "/administration/audit/"


@pytest.fixture
def watcher(user_of):
    return user_of(Role.ADMINISTRATOR, None, "Wat Cher")


@pytest.fixture
def screens(watcher, signed_in_client):
    return signed_in_client(watcher)


def rows(answer) -> list[dict[str, str]]:
    text = answer.content.decode().lstrip("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def test_looking_is_an_entry_of_the_trail(screens, watcher):
    assert screens.get(BASE, {"action": "line", "subject": "line:abc"}).status_code == 200
    event = AuditEvent.objects.order_by("-number").first()
    assert (event.action, event.actor) == ("audit.viewed", watcher.pk)
    assert event.detail == {"asked": {"action": "line", "subject": "line:abc"}}
    screens.get(f"{BASE}trail.csv")
    assert AuditEvent.objects.order_by("-number").first().action == "audit.exported"


def test_a_name_that_was_looked_for_is_not_kept(screens):
    screens.get(BASE, {"actor": "Margaret"})
    assert "Margaret" not in str(list(AuditEvent.objects.values("detail", "reason")))


@pytest.fixture
def three(user_of, organisation):
    """Three entries that differ in everything."""
    ann, ben = user_of(Role.CLINICIAN, None, "Ann Ash"), user_of(Role.CLINICIAN, None, "Ben Birch")
    code = organisation("practice").code
    old = timezone.make_aware(datetime(2026, 3, 1, 23, 30))
    record(Access(ann), "line.viewed", subject="line:one", organisation=code, at=old)
    record(Access(ben), "line.changed", subject="line:two", reason="declined")
    record(None, "run.published", subject="run:7", people=12)
    return ann, ben, code


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"actor": "ash"}, ["line:one"]),
        ({"action": "line"}, ["line:one", "line:two"]),
        ({"action": "line.changed"}, ["line:two"]),
        ({"subject": "run:7"}, ["run:7"]),
        ({"since": "1/3/2026", "until": "1/3/2026"}, ["line:one"]),
        ({"since": "2/3/2026", "action": "line"}, ["line:two"]),
        ({"until": "28/2/2026"}, []),
        ({"actor": "ash", "action": "run"}, []),
    ],
)
def test_entries_are_found_by(screens, three, asked, found):
    said = rows(screens.get(f"{BASE}trail.csv", asked))
    ours = [row["Subject"] for row in said if row["Action"].split(".")[0] in ("line", "run")]
    assert sorted(ours) == sorted(found)
    page = screens.get(BASE, asked).content.decode()
    for subject in ("line:one", "line:two", "run:7"):
        assert (f"<td>{subject}</td>" in page) is (subject in found)


def test_an_actor_is_found_by_number_and_a_place_by_code(screens, three):
    ann, _, code = three
    assert {row["Who"] for row in rows(screens.get(f"{BASE}trail.csv", {"actor": ann.pk}))} >= {
        "Ann Ash"
    }
    found = rows(screens.get(f"{BASE}trail.csv", {"organisation": code}))
    assert [row["Subject"] for row in found] == ["line:one"]


@pytest.mark.parametrize(
    "asked", [{"since": "31/2/2026"}, {"actor": "9" * 30}, {"action": "x" * 61}, {"actor": "²"}]
)
def test_what_cannot_be_looked_for_is_said_and_finds_nothing(screens, three, asked):
    for path in (BASE, f"{BASE}trail.csv"):
        page = screens.get(path, asked)
        assert page.status_code == 422
        assert "line:one" not in page.content.decode()


def test_a_local_administrator_sees_the_trail_of_their_own_organisations(
    user_of, organisation, signed_in_client
):
    here, there = organisation("network"), organisation("network", 1)
    for place in (here.code, there.code, ""):
        record(None, "line.viewed", subject=f"line:{place or 'none'}", organisation=place)
    screens = signed_in_client(user_of(Role.ADMINISTRATOR, here))
    page = screens.get(BASE).content.decode()
    assert f"line:{here.code}" in page
    assert f"line:{there.code}" not in page and "line:none" not in page
    found = rows(screens.get(f"{BASE}trail.csv"))
    assert {row["Organisation"] for row in found} == {here.code}
    asked = rows(screens.get(f"{BASE}trail.csv", {"organisation": there.code}))
    assert asked == []


def test_pages_follow_one_another_with_what_was_asked_for(screens):
    for number in range(55):
        record(None, "test.many", subject=f"thing:{number:02}")
    first = screens.get(BASE, {"action": "test.many"}).content.decode()
    assert "thing:54" in first and "thing:00" not in first
    assert 'href="?action=test.many&amp;page=2"' in first
    second = screens.get(BASE, {"action": "test.many", "page": 2}).content.decode()
    assert "thing:00" in second and "55 entries" in second


def test_a_formula_in_a_reason_is_harmless_in_a_spreadsheet(screens):
    record(None, "test.formula", reason='=HYPERLINK("http://evil.example")')
    (row,) = rows(screens.get(f"{BASE}trail.csv", {"action": "test.formula"}))
    assert row["Reason"].startswith("'=")


def test_days_are_local_days(screens):
    summer = datetime(2026, 6, 1, 22, 30, tzinfo=timezone.get_fixed_timezone(0))  # 23:30 in London
    record(None, "test.late", at=summer)
    record(None, "test.late", at=summer + timedelta(hours=1))
    found = rows(screens.get(f"{BASE}trail.csv", {"action": "test.late", "until": "1/6/2026"}))
    assert [row["Time"][:16] for row in found] == ["2026-06-01T23:30"]
    assert date.fromisoformat(found[0]["Time"][:10]) == date(2026, 6, 1)
