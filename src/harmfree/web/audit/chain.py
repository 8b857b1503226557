"""Writing the audit trail and proving that nobody changed it.

Each entry's digest is SHA-256 over its content and the digest before it, so that no entry can be
changed, left out or put in without every later digest being wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from harmfree.web.access.scope import Access
from harmfree.web.audit.models import AuditEvent
from harmfree.web.errors import AuditBrokenError

BEGINNING = "0" * 64
_LOCK = 7_204_118  # any number that only this trail uses


def digest(event: AuditEvent, before: str) -> str:
    """The digest of an entry after the digest of the one before."""
    content: dict[str, Any] = {
        "number": event.number,
        "at": event.at.isoformat(),
        "actor": event.actor,
        "actor_name": event.actor_name,
        "action": event.action,
        "subject": event.subject,
        "organisation": event.organisation,
        "reason": event.reason,
        "detail": event.detail,
    }
    written = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256((before + written).encode()).hexdigest()


def record(
    access: Access | None,
    action: str,
    *,
    subject: str = "",
    organisation: str = "",
    reason: str = "",
    at: datetime | None = None,
    **detail: object,
) -> AuditEvent:
    """Add an entry, in the same transaction as what it tells of.

    Args:
        access: who did it; None for the system.
        action: a short name such as ``worklist.viewed``.
        subject: what it was done to, by kind and key: ``line:k3J...``, ``user:12``.
        organisation: the organisation's code.
        reason: why, as the person said or the screen implies.
        at: when; now by default.
        detail: facts as JSON takes them, without anything that identifies a patient.
    """
    user = access.user if access else None
    # Within a transaction there is nothing to go back to: what is not on record must not happen.
    with transaction.atomic(savepoint=False):
        number, before = _last_for_update()
        event = AuditEvent(
            number=number + 1,
            at=(at or timezone.now()),
            actor=user.pk if user else None,
            actor_name=str(user)[:150] if user else "",
            action=action,
            subject=subject,
            organisation=organisation,
            reason=reason[:300],
            detail=detail,
        )
        event.digest = digest(event, before)
        event.save(force_insert=True)
    return event


def _last_for_update() -> tuple[int, str]:
    """The newest number and digest, with nobody else able to add one until the transaction ends.

    SQLite's transactions take the write lock when they begin; PostgreSQL is asked for a lock that
    it frees by itself.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    newest = AuditEvent.objects.order_by("-number").values_list("number", "digest").first()
    return newest or (0, BEGINNING)


def verify(events: Iterable[AuditEvent] | None = None) -> tuple[int, str]:
    """Walk the whole trail; its number of entries and its last digest.

    Raises:
        AuditBrokenError: naming the first entry that does not follow from the one before.
    """
    if events is None:
        rows: Any = AuditEvent.objects.order_by("number").iterator(chunk_size=2000)
        with closing(rows):  # frees the server's cursor when an entry is broken too
            return verify(rows)
    before, expected = BEGINNING, 1
    for event in events:
        if event.number != expected:
            raise AuditBrokenError(f"Entry {expected} of the audit trail is missing.")
        if event.digest != digest(event, before):
            raise AuditBrokenError(
                f"Entry {event.number} of the audit trail was changed.",
                do="Compare it with the same entry in a backup.",
            )
        before, expected = event.digest, expected + 1
    return expected - 1, before
