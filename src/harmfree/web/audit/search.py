"""Looking things up in the audit trail, within one's own organisations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from harmfree.web.access.roles import Permission
from harmfree.web.access.scope import Access
from harmfree.web.accounts.people import everywhere
from harmfree.web.audit.models import AuditEvent
from harmfree.web.organisations.tree import tree

MOST_ROWS = 50_000
"""Rows of one export: more are taken day by day."""
HEADS = ("Number", "Time", "Who", "Action", "Subject", "Organisation", "Reason", "Detail")


@dataclass(frozen=True)
class Query:
    """What somebody looks for: each part is empty for everything."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    organisation: str = ""
    since: date | None = None
    until: date | None = None

    def as_detail(self) -> dict[str, str]:
        """The parts that were asked for, as the trail keeps them; names of people are left out.

        The actor may be a part of a name, so only that it was asked for is kept.
        """
        parts = {
            "action": self.action,
            "subject": self.subject,
            "organisation": self.organisation,
            "since": str(self.since or ""),
            "until": str(self.until or ""),
            "actor": "asked for" if self.actor else "",
        }
        return {name: value for name, value in parts.items() if value}


def find(access: Access, query: Query) -> QuerySet[AuditEvent]:
    """The entries that fit, newest first, of the organisations where this person sees the trail."""
    found = AuditEvent.objects.order_by("-number")
    if not everywhere(access, Permission.SEE_AUDIT):
        nodes, own = tree().nodes, access.organisations(Permission.SEE_AUDIT)
        found = found.filter(organisation__in=[nodes[each].code for each in own])
    if query.actor:
        number = Q(actor=int(query.actor)) if query.actor.isdigit() else Q()
        found = found.filter(Q(actor_name__icontains=query.actor) | number)
    if query.action:
        found = found.filter(action__startswith=query.action)
    if query.subject:
        found = found.filter(subject=query.subject)
    if query.organisation:
        found = found.filter(organisation=query.organisation)
    if query.since:
        found = found.filter(at__gte=_start(query.since))
    if query.until:
        found = found.filter(at__lt=_start(query.until + timedelta(days=1)))
    return found


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def rows(found: QuerySet[AuditEvent]) -> Iterator[tuple[object, ...]]:
    """Rows of a table, in the order of `HEADS`, at most `MOST_ROWS`."""
    for each in found[:MOST_ROWS]:
        yield (
            each.number,
            timezone.localtime(each.at).isoformat(timespec="seconds"),
            each.actor_name or "the system",
            each.action,
            each.subject,
            each.organisation,
            each.reason,
            words(each),
        )


def words(event: AuditEvent) -> str:
    """The detail of an entry in one line."""
    return "; ".join(f"{name}: {_word(value)}" for name, value in sorted(event.detail.items()))


def _word(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_word(each)}" for name, each in value.items()) or "everything"
    if isinstance(value, list):
        return ", ".join(map(_word, value))
    return str(value)
