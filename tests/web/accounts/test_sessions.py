"""How long sessions last, where one is signed in, ending them."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession

from harmfree.web.accounts import sessions
from harmfree.web.accounts.people import deactivate
from harmfree.web.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is moved."""

    class Clock:
        now = 1_800_000_000.0

        def time(self) -> float:
            return self.now

    made = Clock()
    monkeypatch.setattr(sessions, "time", made)
    monkeypatch.setattr("harmfree.web.accounts.events.time", made)
    return made


@pytest.mark.parametrize(("minutes", "lasts"), [(29, True), (30, True), (30.1, False)])
def test_a_session_ends_when_nothing_was_asked_for(someone, sign_in, clock, minutes, lasts):
    client = sign_in(someone())
    client.get("/account/")
    clock.now += minutes * 60
    answer = client.get("/account/")
    assert (answer.status_code == 200) is lasts
    if not lasts:
        page = client.get("/account/login/")
        assert "signed out after 30 minutes without activity" in page.content.decode()


@pytest.mark.parametrize(("hours", "lasts"), [(11.9, True), (12.1, False)])
def test_a_session_ends_after_a_shift_however_busy(someone, sign_in, clock, hours, lasts):
    client = sign_in(someone())
    client.get("/account/")
    end = clock.now + hours * HOUR
    while clock.now < end - 20 * 60:
        clock.now += 20 * 60
        client.get("/account/")
    clock.now = end
    assert (client.get("/account/").status_code == 200) is lasts


def test_a_page_that_renews_itself_keeps_nobody_signed_in(someone, sign_in, clock):
    client = sign_in(someone())
    client.get("/account/")
    for _ in range(3):
        clock.now += 11 * 60
        answer = client.get("/account/", headers={"HX-Request": "true"})
    assert answer.status_code == 302


def test_signing_in_anew_begins_anew(someone, sign_in, clock):
    user = someone()
    client = sign_in(user)
    clock.now += 11 * HOUR
    client.get("/account/")
    sign_in(user, client=client)
    clock.now += 20 * 60
    assert client.get("/account/").status_code == 200


def test_one_sees_ones_own_sessions_and_ends_one(someone, sign_in):
    user, other = someone(), someone()
    here, there, theirs = sign_in(user), sign_in(user), sign_in(other)
    page = here.get("/account/sessions/").content.decode()
    assert page.count("This session") == 1 and page.count("127.0.0.1") == 2
    key = UserSession.objects.get(session_key=there.session.session_key).pk
    here.post("/account/sessions/", {"session": key})
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert theirs.get("/account/").status_code == 200
    assert AuditEvent.objects.filter(action="account.sessions_ended").exists()


def test_one_ends_all_others_at_once(someone, sign_in):
    user = someone()
    here, *others = (sign_in(user) for _ in range(3))
    here.post("/account/sessions/")
    assert here.get("/account/").status_code == 200
    assert {client.get("/account/").status_code for client in others} == {302}


@pytest.mark.parametrize("key", ["0", "-1", "x", "1 OR 1=1"])
def test_nobody_ends_the_sessions_of_others(someone, sign_in, key):
    theirs = sign_in(someone())
    here = sign_in(someone())
    row = UserSession.objects.get(session_key=theirs.session.session_key)
    for sent in (key, str(row.pk)):
        assert here.post("/account/sessions/", {"session": sent}).status_code == 302
    assert theirs.get("/account/").status_code == 200


def test_deactivation_ends_every_session_now(someone, sign_in):
    user = someone()
    clients = [sign_in(user), sign_in(user)]
    assert deactivate(None, user, "left") == 2
    assert {client.get("/account/").status_code for client in clients} == {302}
