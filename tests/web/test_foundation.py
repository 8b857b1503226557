"""The shell that every page stands in."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from harmfree.pictures import STYLESHEET
from harmfree.web import settings as product
from harmfree.web.audit import chain
from harmfree.web.audit.models import AuditEvent
from harmfree.web.errors import AuditBrokenError

pytestmark = pytest.mark.django_db


def test_the_first_page_opens_to_anyone(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "Sign in" in page.content.decode()
    policy = page["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_health_page_says_ok_and_nothing_else(client):
    assert client.get("/health/").json() == {"status": "ok"}


def test_whoever_has_not_signed_in_is_sent_to_sign_in(client):
    page = client.get("/worklist/")
    assert page.status_code == 302
    assert page["Location"].startswith("/account/login/")


def test_pictures_have_their_style_sheet():
    style = (product.WEB / "static" / "harmfree" / "pictures.css").read_text(encoding="utf-8")
    assert style.split("\n", 1)[1] == STYLESHEET


def test_the_audit_trail_is_chained():
    for number in range(3):
        chain.record(None, "test.happened", subject=f"thing:{number}")
    count, last = chain.verify()
    assert count == AuditEvent.objects.count() >= 3
    assert last == AuditEvent.objects.order_by("-number").first().digest


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_auditevent SET action = 'other'", "DELETE FROM audit_auditevent"],
)
def test_the_database_refuses_to_change_the_trail(statement):
    chain.record(None, "test.happened")
    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("fault", ["changed", "left out", "put in"])
def test_verification_finds(fault):
    for number in range(4):
        chain.record(None, "test.happened", subject=f"thing:{number}")
    events = list(AuditEvent.objects.order_by("number"))
    if fault == "changed":
        events[1].subject = "another"
    elif fault == "left out":
        del events[1]
    else:
        events.insert(2, AuditEvent(number=3, at=events[1].at, digest="0" * 64))
    with pytest.raises(AuditBrokenError):
        chain.verify(events)
