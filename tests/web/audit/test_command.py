"""`harmfree audit`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from django.db import connection

from harmfree.cli.audit import command
from harmfree.errors import InputError
from harmfree.web.audit.chain import BEGINNING, digest, record
from harmfree.web.audit.models import AuditEvent
from harmfree.web.errors import AuditBrokenError

pytestmark = pytest.mark.django_db


def call(*words: str, fails: type[Exception] | None = None) -> str:
    found = CliRunner().invoke(command, words)
    if fails:
        assert isinstance(found.exception, fails), found.output
    else:
        assert found.exit_code == 0, found.output + str(found.exception)
    return found.output


@pytest.fixture
def trail():
    for number in range(3):
        record(None, "test.happened", subject=f"thing:{number}")


@pytest.fixture
def without_triggers():
    """Somebody with the database in their hands: the triggers are gone for the test."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER audit_no_update")
            cursor.execute("DROP TRIGGER audit_no_delete")


def test_a_whole_trail_is_said_to_be_whole(trail):
    said = json.loads(call("verify", "--json"))
    assert said["whole"] and said["entries"] == AuditEvent.objects.count()
    assert "none changed" in call("verify")


@pytest.mark.parametrize("column", ["subject", "reason", "actor_name", "organisation", "action"])
def test_a_changed_entry_is_found(trail, without_triggers, column):
    number = AuditEvent.objects.order_by("-number").values_list("number", flat=True)[1]
    AuditEvent.objects.filter(number=number).update(**{column: "forged"})
    found = CliRunner().invoke(command, ["verify"])
    assert isinstance(found.exception, AuditBrokenError)
    assert found.exception.exit_code == 92
    assert str(number) in str(found.exception)
    call("export", "never.ndjson", fails=AuditBrokenError)


def test_an_entry_that_was_taken_out_is_found(trail, without_triggers):
    number = AuditEvent.objects.order_by("-number").values_list("number", flat=True)[1]
    AuditEvent.objects.filter(number=number).delete()
    call("verify", fails=AuditBrokenError)


def test_entries_cut_off_at_the_end_are_found_with_a_digest_kept_elsewhere(trail, without_triggers):
    said = json.loads(call("verify", "--json"))
    kept = f"{said['entries']}:{said['digest']}"
    assert "none changed" in call("verify", "--expect", kept)
    AuditEvent.objects.filter(number=said["entries"]).delete()
    assert "none changed" in call("verify"), "the chain alone cannot know"
    call("verify", "--expect", kept, fails=AuditBrokenError)


def test_a_trail_written_anew_is_found_with_a_digest_kept_elsewhere(trail, without_triggers):
    said = json.loads(call("verify", "--json"))
    before = BEGINNING
    for event in AuditEvent.objects.order_by("number"):
        event.reason = "forged"
        event.digest = before = digest(event, before)
        event.save()
    assert "none changed" in call("verify")
    call("verify", "--expect", f"{said['entries']}:{said['digest']}", fails=AuditBrokenError)


@pytest.mark.parametrize("expect", ["", "x", "1", "1:short", "x:" + "0" * 64])
def test_what_is_no_entry_is_refused(trail, expect):
    call("verify", "--expect", expect, fails=InputError)


def test_the_export_holds_every_entry_and_can_be_checked_by_anyone(trail, tmp_path):
    file = tmp_path / "trail.ndjson"
    assert "entries in trail.ndjson" in call("export", str(file))
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[-1]["subject"] == "thing:2"
    assert AuditEvent.objects.order_by("-number").first().action == "audit.exported"
    call("export", str(tmp_path / "nowhere" / "trail.ndjson"), fails=InputError)
