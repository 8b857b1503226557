"""`harmfree users`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from django.core import mail
from django.test import Client

from harmfree.cli.users import command
from harmfree.errors import InputError, NotFoundError
from harmfree.web.accounts.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "three calm badgers"


def call(*words: str, fails: type[Exception] | None = None) -> str:
    found = CliRunner().invoke(command, words)
    if fails:
        assert isinstance(found.exception, fails), found.output
    else:
        assert found.exit_code == 0, found.output + str(found.exception)
    return found.output


def test_the_first_administrator_sets_a_password_with_a_link(sign_in):
    said = json.loads(call("add", "Lee@Safety.example", "--role", "administrator", "--json"))
    assert said["link"].startswith("http://127.0.0.1:8000/account/join/")
    client = Client()
    client.get(said["link"].removeprefix("http://127.0.0.1:8000"))
    given = {"name": "Lee", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/account/join/", given)
    user = User.objects.get(email="lee@safety.example")
    assert sign_in(user, PASSWORD).get("/administration/").status_code == 200


def test_the_link_leads_to_the_site_that_is_named(settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://safety.example"]
    assert call("add", "a@b.example", "--role", "lead").startswith("https://safety.example/account")
    asked = call("add", "c@b.example", "--role", "lead", "--site", "https://other.example/")
    assert asked.startswith("https://other.example/account/join/")


def test_somebody_with_an_account_gets_the_role(user_of, organisation):
    user, place = user_of("analyst"), organisation("practice")
    said = call("add", user.email, "--role", "clinician", "--at", place.code)
    assert "has the role" in said and "http" not in said
    assert user.memberships.filter(role="clinician", organisation=place).exists()


def test_people_are_invited_by_letter_listed_and_deactivated(user_of, organisation):
    place = organisation("practice")
    call("invite", "new@example.org", "--role", "clinician", "--at", place.code, "--name", "New")
    assert mail.outbox[-1].to == ["new@example.org"]
    user = user_of("analyst")
    rows = {each["email"]: each for each in json.loads(call("list", "--json"))}
    assert rows["new@example.org"]["account"] == "invited"
    assert place.code in rows["new@example.org"]["roles"]
    assert rows[user.email]["account"] == "open"
    assert "cannot sign in any more" in call("deactivate", user.email, "--reason", "left")
    assert "deactivated" in call("list")


def test_what_does_not_exist_is_named():
    call("add", "a@b.example", "--role", "boss", fails=InputError)
    call("add", "a@b.example", "--role", "lead", "--at", "NOWHERE", fails=NotFoundError)
    call("deactivate", "nobody@example.org", "--reason", "x", fails=NotFoundError)
    assert "Nobody can sign in yet" in call("list")
