"""Open findings of people, under the key that says nothing about them. Every call is audited."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from harmfree.programmes import indicator as find_indicator
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of
from harmfree.web.api.figures import live_run, site_of
from harmfree.web.api.paging import Code, Limit, Offset, Page
from harmfree.web.api.problems import require
from harmfree.web.api.scopes import ClientAccess
from harmfree.web.audit.chain import record
from harmfree.web.organisations.tree import tree
from harmfree.web.publication.models import Finding

router = Router(tags=["findings"])


class EventOut(Schema):
    """An event behind a finding."""

    date: str
    term: str
    value: str = ""


class FindingOut(Schema):
    """One open hazard or gap. `person` is a key: it opens nothing without a sign-in of the site."""

    person: str
    organisation: str
    indicator: str
    kind: str
    since: date
    evidence: list[EventOut]


class FindingPage(Page):
    """Findings."""

    run: int = Field(description="Number of the run that they are of.")
    items: list[FindingOut]


@router.get("/findings", response=FindingPage, summary="Open findings at an organisation")
def findings(
    request: HttpRequest,
    organisation: Annotated[
        str, Query(min_length=1, max_length=80, description="Code; all below it is counted in.")
    ],
    indicator: Code | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Findings of the live run by organisation, person and indicator."""
    require(request, Permission.SEE_PEOPLE)
    node, run = site_of(request, organisation, Permission.SEE_PEOPLE), live_run()
    inside = tree().below(node.id) & access_of(request).organisations(Permission.SEE_PEOPLE)
    rows = Finding.objects.filter(run=run, organisation_id__in=inside)
    if indicator:
        rows = rows.filter(indicator=find_indicator(indicator).id)
    ordered = rows.order_by("organisation__code", "person__key", "indicator")
    part = ordered.select_related("person", "organisation")[offset : offset + limit]
    with transaction.atomic():
        items = [_out(each) for each in part]
        _audit(request, node.code, run.number, indicator or "", len(items), offset)
    found = {"count": rows.count(), "limit": limit, "offset": offset, "items": items}
    return found | {"run": run.number}


def _out(finding: Finding) -> dict[str, Any]:
    return {
        "person": finding.person.key,
        "organisation": finding.organisation.code,
        "indicator": finding.indicator,
        "kind": finding.kind,
        "since": finding.since,
        "evidence": finding.evidence,
    }


def _audit(  # noqa: PLR0913 - the facts of one reading
    request: HttpRequest, code: str, run: int, indicator: str, rows: int, offset: int
) -> None:
    access = access_of(request)
    client = access.client if isinstance(access, ClientAccess) else None
    record(
        access,
        "findings.read",
        subject=f"client:{client.pk}" if client else "api",
        organisation=code,
        reason="asked through the API",
        client=client.name if client else "",
        run=run,
        indicator=indicator,
        rows=rows,
        offset=offset,
    )
