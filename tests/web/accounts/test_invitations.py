"""Invitations: by letter, once, for a week."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from harmfree.errors import InputError
from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.accounts import invitations
from harmfree.web.accounts.models import Invitation, User
from harmfree.web.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
PASSWORD = "three calm badgers"
JOIN = {"name": "Priya Shah", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture
def administrator(user_of):
    return user_of(Role.ADMINISTRATOR)


@pytest.fixture
def screens(administrator, signed_in_client):
    return signed_in_client(administrator)


@pytest.fixture
def invited(screens, organisation):
    """Invites Priya through the page; the path of the link in her letter."""
    place = organisation("practice")
    given = {
        "email": "Priya@Practice.example",
        "name": "Priya",
        "role": "clinician",
        "organisation": place.code,
        "reason": "new pharmacist",
    }
    assert screens.post("/administration/invitations/", given).status_code == 302
    return re.search(r"http://testserver(\S+)", mail.outbox[-1].body)[1]


def test_an_invitation_leads_to_an_account_with_the_role(invited, organisation, sign_in):
    client = Client()
    form = client.get(invited)
    assert form["Location"] == "/account/join/", "the token leaves the address"
    page = client.get("/account/join/").content.decode()
    assert "priya@practice.example" in page and organisation("practice").name in page
    done = client.post("/account/join/", JOIN)
    assert done["Location"] == "/account/login/"
    user = User.objects.get(email="priya@practice.example")
    assert (user.name, user.memberships.get().role) == ("Priya Shah", "clinician")
    assert user.memberships.get().organisation == organisation("practice")
    assert sign_in(user, PASSWORD).last.status_code == 302
    taken = list(
        AuditEvent.objects.filter(action__startswith="invitation").values_list("action", flat=True)
    )
    assert taken == ["invitation.sent", "invitation.accepted"]


def test_the_letter_says_who_invites_to_what(invited):
    letter = mail.outbox[-1]
    assert letter.to == ["priya@practice.example"]
    assert "as Clinician" in letter.body and "It works once" in letter.body


def test_only_a_digest_of_the_token_is_kept(invited):
    token = invited.strip("/").split("/")[-1]
    assert len(token) >= 43
    made = Invitation.objects.get()
    assert made.token_digest == invitations.digest(token)
    client = Client()
    client.get(invited)
    assert token not in str(dict(client.session))
    assert token not in str(list(AuditEvent.objects.values()))


def test_it_works_once(invited):
    first, second = Client(), Client()
    first.get(invited)
    second.get(invited)
    assert first.post("/account/join/", JOIN).status_code == 302
    late = second.post("/account/join/", JOIN | {"password1": "x" * 20, "password2": "x" * 20})
    assert late.status_code == 404
    assert Client().get(invited, follow=True).status_code == 404
    assert User.objects.filter(email="priya@practice.example").count() == 1


@pytest.mark.parametrize(("seconds", "status"), [(5, 200), (-1, 404)])
def test_it_runs_out_after_a_week(invited, seconds, status):
    made = Invitation.objects.get()
    assert timedelta(days=6.9) < made.until - made.made < timedelta(days=7.1)
    made.until = timezone.now() + timedelta(seconds=seconds)
    made.save()
    assert Client().get(invited, follow=True).status_code == status


def test_it_can_be_withdrawn(invited, screens):
    key = Invitation.objects.get().pk
    path = f"/administration/invitations/{key}/withdraw/"
    assert screens.get(path).status_code == 405
    assert screens.post(path).status_code == 302
    assert Client().get(invited, follow=True).status_code == 404
    assert screens.post(path).status_code == 404


def test_a_second_invitation_takes_the_place_of_the_first(invited, administrator):
    invitations.invite(Access.of(administrator), "priya@practice.example", "P", Role.ANALYST, None)
    assert Client().get(invited, follow=True).status_code == 404
    assert Invitation.objects.open().count() == 1


@pytest.mark.parametrize("token", ["x", "0" * 43, "%00", "..%2f"])
def test_other_tokens_open_nothing(token):
    page = Client().get(f"/account/join/{token}/", follow=True)
    assert page.status_code == 404


def test_weak_passwords_are_refused(invited):
    client = Client()
    client.get(invited)
    for password in ("short", "priya@practice.example", "password1234"):
        given = JOIN | {"password1": password, "password2": password}
        assert client.post("/account/join/", given).status_code == 422
    differ = JOIN | {"password2": "another long one"}
    assert "must be the same" in client.post("/account/join/", differ).content.decode()
    assert not User.objects.filter(email="priya@practice.example").exists()


def test_administrators_invite_neither_themselves_nor_people_with_an_account(
    administrator, user_of
):
    access, other = Access.of(administrator), user_of(Role.ANALYST)
    with pytest.raises(InputError, match="yourself"):
        invitations.invite(access, administrator.email.upper(), "", Role.CLINICIAN, None)
    with pytest.raises(InputError, match="account already"):
        invitations.invite(access, other.email, "", Role.CLINICIAN, None)


def test_a_local_administrator_invites_to_their_own_organisations_alone(
    user_of, organisation, signed_in_client
):
    here, there = organisation("network"), organisation("network", 1)
    user = user_of(Role.ADMINISTRATOR, here)
    for place in (there, None):
        with pytest.raises(InputError, match="cannot give"):
            invitations.invite(Access.of(user), "new@example.org", "", Role.LEAD, place)
    made, _ = invitations.invite(None, "new@example.org", "New One", Role.LEAD, there)
    screens = signed_in_client(user)
    assert "New One" not in screens.get("/administration/people/").content.decode()
    path = f"/administration/invitations/{made.pk}/withdraw/"
    assert screens.post(path).status_code == 404


def test_without_the_letter_there_is_no_invitation(screens, settings, monkeypatch):
    def down(*_: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", down)
    given = {"email": "a@b.example", "name": "A", "role": "lead", "organisation": "everywhere"}
    page = screens.post("/administration/invitations/", given | {"reason": "x"})
    assert page.status_code == 422
    assert "The letter could not be sent" in page.content.decode()
    assert not Invitation.objects.exists()
