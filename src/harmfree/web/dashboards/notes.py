"""Annotations, interventions, rebases and targets: what holds at an organisation, and changing it.

What is written at an organisation holds for all below it: an intervention of the region is marked
on each practice's chart. A rebase concerns one chart only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from harmfree.web.access.roles import Permission
from harmfree.web.access.scope import Access
from harmfree.web.accounts.models import User
from harmfree.web.audit.chain import record
from harmfree.web.dashboards.models import Annotation, Rebase, Target
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.models import Organisation
from harmfree.web.organisations.tree import Node

Note = Annotation | Rebase | Target
KINDS: dict[str, type[Annotation] | type[Rebase] | type[Target]] = {
    "annotation": Annotation,
    "rebase": Rebase,
    "target": Target,
}


@dataclass(frozen=True)
class Notes:
    """What has been written for one chart.

    Attributes:
        annotations: of the organisation and of those above, for the indicator or for all.
        rebases: of this chart.
        target: the nearest that holds; None when nobody set one.
    """

    annotations: tuple[Annotation, ...]
    rebases: tuple[Rebase, ...]
    target: Target | None


def notes_of(viewer: Viewer, node: Node, indicator: str) -> Notes:
    """Everything that holds for one chart; three queries."""
    line = [node.id, *(each.id for each in viewer.tree.above(node.id))]
    annotations = Annotation.objects.filter(
        Q(indicator=indicator) | Q(indicator=""), organisation_id__in=line, withdrawn=None
    ).select_related("organisation", "by")
    rebases = Rebase.objects.filter(organisation_id=node.id, indicator=indicator, withdrawn=None)
    return Notes(
        tuple(annotations),
        tuple(rebases.select_related("by")),
        targets_of(viewer, node, [indicator]).get(indicator),
    )


def targets_of(viewer: Viewer, node: Node, indicators: Iterable[str] = ()) -> dict[str, Target]:
    """The target of each indicator that has one: the organisation's own, else the nearest above."""
    line = [node.id, *(each.id for each in viewer.tree.above(node.id))]
    rows = Target.objects.filter(organisation_id__in=line, withdrawn=None)
    if indicators:
        rows = rows.filter(indicator__in=list(indicators))
    found: dict[str, Target] = {}
    for each in sorted(rows, key=lambda row: line.index(row.organisation_id), reverse=True):
        found[each.indicator] = each  # sorting keeps the newest of one organisation last
    return found


def rebases_of(node: Node) -> dict[str, list[date]]:
    """The days from which limits begin afresh, by indicator."""
    found: dict[str, list[date]] = {}
    for each in Rebase.objects.filter(organisation_id=node.id, withdrawn=None):
        found.setdefault(each.indicator, []).append(each.on)
    return found


@dataclass(frozen=True)
class Terms:
    """What people decided that changes verdicts at an organisation.

    Attributes:
        targets: (indicator, percentage), by indicator.
        rebases: (indicator, days from which limits begin afresh), by indicator.
    """

    targets: tuple[tuple[str, float], ...] = ()
    rebases: tuple[tuple[str, tuple[date, ...]], ...] = ()


def terms_of(viewer: Viewer, node: Node) -> Terms:
    """The targets and rebases that hold at an organisation; two queries."""
    targets = ((name, float(each.percent)) for name, each in targets_of(viewer, node).items())
    rebases = ((name, tuple(days)) for name, days in rebases_of(node).items())
    return Terms(tuple(sorted(targets)), tuple(sorted(rebases)))


@transaction.atomic
def annotate(  # noqa: PLR0913 - the fields of an annotation, by name
    access: Access, node: Node, *, indicator: str, on: date, text: str, intervention: bool
) -> Annotation:
    """Write what happened; Http404 where this person may not."""
    made = Annotation.objects.create(
        organisation=_allowed(access, node.id),
        indicator=indicator,
        on=on,
        text=text,
        intervention=intervention,
        by=_who(access),
    )
    action = "intervention.added" if intervention else "annotation.added"
    record(
        access,
        action,
        subject=f"annotation:{made.pk}",
        organisation=node.code,
        indicator=indicator,
        on=on.isoformat(),
    )
    return made


@transaction.atomic
def rebase(access: Access, node: Node, *, indicator: str, on: date, reason: str) -> Rebase:
    """Decide that limits begin afresh; Http404 where this person may not."""
    made = Rebase.objects.create(
        organisation=_allowed(access, node.id),
        indicator=indicator,
        on=on,
        reason=reason,
        by=_who(access),
    )
    record(
        access,
        "rebase.added",
        subject=f"rebase:{made.pk}",
        organisation=node.code,
        reason=reason,
        indicator=indicator,
        on=on.isoformat(),
    )
    return made


@transaction.atomic
def set_target(
    access: Access, node: Node, *, indicator: str, percent: Decimal, source: str
) -> Target:
    """Set a target; Http404 where this person may not."""
    made = Target.objects.create(
        organisation=_allowed(access, node.id),
        indicator=indicator,
        percent=percent,
        source=source,
        by=_who(access),
    )
    record(
        access,
        "target.set",
        subject=f"target:{made.pk}",
        organisation=node.code,
        reason=source,
        indicator=indicator,
        percent=str(percent),
    )
    return made


def find(access: Access, kind: str, key: int) -> Note:
    """A note that holds and that this person may withdraw; Http404 for any other."""
    if kind not in KINDS:
        raise Http404
    note: Note | None = KINDS[kind].objects.filter(pk=key, withdrawn=None).first()
    if note is None:
        raise Http404
    _allowed(access, note.organisation_id)
    return note


@transaction.atomic
def withdraw(access: Access, kind: str, note: Note, reason: str) -> None:
    """Take a note off every chart; it stays in the database and in the audit trail."""
    note.withdrawn = timezone.now()
    note.save(update_fields=["withdrawn"])
    record(
        access,
        f"{kind}.withdrawn",
        subject=f"{kind}:{note.pk}",
        organisation=note.organisation.code,
        reason=reason,
    )


def _who(access: Access) -> User:
    if access.user is None:
        raise Http404
    return access.user


def _allowed(access: Access, organisation: int) -> Organisation:
    if not access.may_at(Permission.ANNOTATE, organisation):
        raise Http404
    return Organisation.objects.get(pk=organisation)
