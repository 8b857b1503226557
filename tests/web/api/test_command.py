"""`harmfree api-token`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from harmfree.cli.api_token import command
from harmfree.errors import InputError, NotFoundError
from harmfree.web.api.clients import of_token
from harmfree.web.api.models import ApiClient
from harmfree.web.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def call(*words: str, fails: type[Exception] | None = None) -> str:
    found = CliRunner().invoke(command, words)
    if fails:
        assert isinstance(found.exception, fails), found.output
    else:
        assert found.exit_code == 0, found.output + str(found.exception)
    return found.output


def test_a_token_is_made_used_listed_and_revoked(client, organisation):
    code = organisation("practice").code
    said = call("add", "Board", "--scope", "figures", "--scope", "tools", "--at", code, "--json")
    made = json.loads(said)
    assert of_token(made["token"]).scopes == ["figures", "tools"]
    header = {"authorization": f"Bearer {made['token']}"}
    assert client.get("/api/v1/tools", headers=header).status_code == 200
    rows = json.loads(call("list", "--json"))
    assert rows[0]["at"] == code and rows[0]["state"] == "in use"
    assert made["token"] not in call("list")
    call("revoke", made["prefix"], "--reason", "over")
    assert client.get("/api/v1/tools", headers=header).status_code == 401
    assert json.loads(call("list", "--json"))[0]["state"] == "revoked"
    assert AuditEvent.objects.get(action="api_client.revoked").reason == "over"


def test_the_token_is_the_first_line():
    token = call("add", "Board", "--scope", "definitions", "--everywhere").splitlines()[0]
    assert of_token(token).name == "Board"


@pytest.mark.parametrize(
    "words",
    [
        ("Board", "--scope", "figures"),
        ("Board", "--scope", "figures", "--everywhere", "--at", "X"),
        ("Board", "--scope", "all", "--everywhere"),
        ("Board", "--scope", "figures", "--everywhere", "--days", "0"),
        ("Board", "--scope", "findings", "--everywhere"),
        ("Board", "--scope", "findings", "--everywhere", "--reason", " "),
    ],
)
def test_what_cannot_be_is_refused(words):
    call("add", *words, fails=InputError)
    assert not ApiClient.objects.exists()


def test_names_that_are_none_are_refused():
    call("add", "Board", "--scope", "figures", "--at", "none", fails=NotFoundError)
    call("revoke", "none", fails=NotFoundError)
    assert "No program has a token" in call("list")


def test_findings_with_a_reason():
    call("add", "Board", "--scope", "findings", "--everywhere", "--reason", "agreed")
    assert AuditEvent.objects.get(action="api_client.made").reason == "agreed"
