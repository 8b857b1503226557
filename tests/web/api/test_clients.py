"""Tokens: what is kept, until when they hold, what they carry."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from harmfree.errors import InputError, NotFoundError
from harmfree.web.access.roles import MAY, Permission
from harmfree.web.api.clients import by_prefix, digest, issue, of_token, revoke
from harmfree.web.api.models import ApiClient
from harmfree.web.api.scopes import MEANING, SCOPES, ClientAccess
from harmfree.web.audit.models import AuditEvent
from harmfree.web.organisations.tree import tree

pytestmark = pytest.mark.django_db


def make(*scopes: str, **given):
    given = {"organisation": None, "days": 30} | given
    return issue(None, "A program", scopes or ("definitions",), **given)


def test_the_token_is_kept_nowhere():
    client, token = make()
    row = ApiClient.objects.values().get(pk=client.pk)
    assert token not in str(row) and token.split("_")[2] not in str(row)
    assert row["digest"] == digest(token)
    assert token not in str(list(AuditEvent.objects.values("detail", "subject", "reason")))


def test_making_and_revoking_are_audited(organisation):
    place = organisation("practice")
    client, _ = make("figures", organisation=place, reason="a trial")
    made = AuditEvent.objects.order_by("-number").first()
    assert (made.action, made.subject) == ("api_client.made", f"client:{client.pk}")
    assert (made.organisation, made.reason) == (place.code, "a trial")
    assert made.detail["scopes"] == ["figures"]
    revoke(None, client, "over")
    revoke(None, client, "again")
    ended = AuditEvent.objects.filter(action="api_client.revoked")
    assert [event.reason for event in ended] == ["over"]


@pytest.mark.parametrize(("seconds", "holds"), [(-1, True), (0, False), (1, False)])
def test_a_token_holds_until_it_expires(seconds, holds):
    client, token = make(days=1)
    found = of_token(token, client.expires + timedelta(seconds=seconds))
    assert (found is not None) is holds


def test_a_revoked_token_holds_no_more():
    client, token = make()
    assert of_token(token) == client
    revoke(None, client)
    assert of_token(token) is None
    assert client.state(timezone.now()) == "revoked"


def test_use_is_noted_to_the_hour():
    client, token = make()
    start = timezone.now()
    assert of_token(token, start).last_used == start
    of_token(token, start + timedelta(minutes=60))
    client.refresh_from_db()
    assert client.last_used == start
    of_token(token, start + timedelta(minutes=61))
    client.refresh_from_db()
    assert client.last_used == start + timedelta(minutes=61)


@pytest.mark.parametrize("token", ["", "x", "hf_00000000_" + "0" * 48, "Ω" * 50])
def test_other_tokens_are_nobodys(token):
    make()
    assert of_token(token) is None


@pytest.mark.parametrize(
    "given",
    [
        {"scopes": ()},
        {"scopes": ("all",)},
        {"days": 0},
        {"days": 367},
        {"per_minute": 0},
        {"per_minute": 6001},
        {"name": " "},
        {"name": "x" * 101},
    ],
)
def test_what_is_out_of_range_is_refused(given):
    full = {"name": "A", "scopes": ("figures",), "organisation": None, "days": 1} | given
    with pytest.raises(InputError):
        issue(None, full.pop("name"), full.pop("scopes"), **full)
    assert not ApiClient.objects.exists()


@pytest.mark.parametrize(
    "given", [{"days": 1}, {"days": 366}, {"per_minute": 1}, {"per_minute": 6000}]
)
def test_both_ends_are_accepted(given):
    make(**given)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_carries_its_permissions_at_its_place_and_below(scope, organisation):
    place = organisation("network")
    access = ClientAccess(make(scope, organisation=place)[0])
    assert access.permissions == SCOPES[scope]
    assert not access.signed_in
    for permission in Permission:
        expected = tree().below(place.pk) if permission in SCOPES[scope] else frozenset()
        assert access.organisations(permission) == expected


def test_a_scope_without_a_place_holds_everywhere():
    access = ClientAccess(make("figures")[0])
    assert access.organisations(Permission.SEE_FIGURES) == tree().every


def test_a_scope_that_is_gone_carries_nothing():
    client, _ = make()
    client.scopes = ["former"]
    assert ClientAccess(client).permissions == frozenset()


def test_no_scope_lets_a_program_change_anything():
    held = frozenset().union(*SCOPES.values())
    assert not held & {Permission.ACT, Permission.MANAGE_PEOPLE, Permission.RUN, Permission.USE_API}
    assert set(MEANING) == set(SCOPES) and held <= frozenset().union(*MAY.values())


def test_a_client_is_found_by_its_prefix():
    client, token = make()
    assert by_prefix(token.split("_")[1]) == client
    with pytest.raises(NotFoundError):
        by_prefix("none")
