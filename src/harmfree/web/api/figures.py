"""Organisations, the live run, and series: scoped and suppressed as on the dashboard."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from harmfree.programmes import indicator as find_indicator
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of
from harmfree.web.api.paging import Code, Limit, Offset, Page, page
from harmfree.web.api.problems import NothingPublishedError, require
from harmfree.web.dashboards.figures import Figures, Reader, every_indicator
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import PublishedRun, Series

router = Router(tags=["figures"])


class OrganisationOut(Schema):
    """An organisation; `parent` is the code of the one above."""

    code: str
    name: str
    kind: str
    parent: str | None
    closed: bool


class OrganisationPage(Page):
    """Organisations."""

    items: list[OrganisationOut]


class RunOut(Schema):
    """The live run: how old the figures are."""

    number: int
    created: datetime
    published: datetime | None
    as_of: date
    extract_date: date
    dates: list[date] = Field(description="The first of each month of every series.")
    age: str
    indicators: list[str]


class SeriesOut(Schema):
    """One indicator at one organisation. null stands for what is hidden because it is small."""

    organisation: str
    indicator: str
    title: str
    direction: str
    version: int
    dates: list[date]
    numerators: list[int | None]
    denominators: list[int | None]
    percent: list[float | None]
    hides: bool


class SeriesPage(Page):
    """Series."""

    items: list[SeriesOut]


def live_run() -> PublishedRun:
    """The live run; NothingPublishedError before the first publication."""
    run = PublishedRun.live()
    if run is None:
        raise NothingPublishedError
    return run


@router.get("/run", response=RunOut, summary="The live run")
def run_info(request: HttpRequest) -> dict[str, Any]:
    """Which run the figures and findings are of, and how old its records are."""
    require(request, Permission.SEE_FIGURES)
    run = live_run()
    names = ("number", "created", "published", "as_of", "extract_date", "age")
    held = {name: getattr(run, name) for name in names}
    return held | {"dates": list(run.index_dates), "indicators": run.info["indicators"]}


def _out(node: Node, viewer: Viewer) -> dict[str, Any]:
    above = viewer.tree.nodes.get(node.parent) if node.parent is not None else None
    return {
        "code": node.code,
        "name": node.name,
        "kind": node.kind,
        "parent": above.code if above else None,
        "closed": node.closed,
    }


@router.get("/organisations", response=OrganisationPage, summary="List the organisations")
def list_organisations(
    request: HttpRequest, kind: Code | None = None, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """Organisations whose figures this client may see, and those above them, by code."""
    require(request, Permission.SEE_FIGURES)
    viewer = Viewer(access_of(request))
    nodes = [viewer.tree.nodes[each] for each in viewer.named | viewer.above]
    chosen = sorted((n for n in nodes if kind in (None, n.kind)), key=lambda n: n.code)
    found = page(chosen, limit, offset)
    return found | {"items": [_out(each, viewer) for each in found["items"]]}


@router.get("/organisations/{code}", response=OrganisationOut, summary="One organisation")
def one_organisation(request: HttpRequest, code: str) -> dict[str, Any]:
    """One organisation by its code."""
    require(request, Permission.SEE_FIGURES)
    viewer = Viewer(access_of(request))
    return _out(viewer.find(code), viewer)


@router.get("/trends", response=SeriesPage, summary="Series of indicators by month")
def trends(
    request: HttpRequest,
    organisation: Code | None = None,
    indicator: Code | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Series by organisation's code and indicator; narrow by either or both.

    Counts under the smallest that is shown, and others that would give one away, are null.
    """
    require(request, Permission.SEE_FIGURES)
    viewer, run = Viewer(access_of(request)), live_run()
    open_to = viewer.named | viewer.above
    chosen = [viewer.find(organisation).id] if organisation else list(open_to)
    names = [find_indicator(indicator).id] if indicator else list(every_indicator())
    rows = Series.objects.filter(run=run, organisation_id__in=chosen, indicator__in=names)
    ordered = rows.order_by("organisation__code", "indicator")
    wanted = list(ordered.values_list("organisation_id", "indicator")[offset : offset + limit])
    items = [_series(each) for each in _read(Reader(run, viewer), wanted)]
    return {"count": rows.count(), "limit": limit, "offset": offset, "items": items}


def _read(reader: Reader, wanted: list[tuple[int, str]]) -> list[Figures]:
    """The series of these pairs, in this order."""
    if not wanted:
        return []
    found = reader.series({place for place, _ in wanted}, sorted({name for _, name in wanted}))
    held = {(each.organisation.id, each.indicator.id): each for each in found}
    return [held[pair] for pair in wanted]


def _series(figures: Figures) -> dict[str, Any]:
    return {
        "organisation": figures.organisation.code,
        "indicator": figures.indicator.id,
        "title": figures.indicator.title,
        "direction": figures.indicator.direction,
        "version": figures.indicator.provenance.version,
        "dates": list(figures.dates),
        "numerators": list(figures.numerators),
        "denominators": list(figures.denominators),
        "percent": [round(float(p), 4) if np.isfinite(p) else None for p in figures.percent],
        "hides": figures.hides,
    }


def site_of(request: HttpRequest, code: str, permission: Permission) -> Node:
    """The organisation with this code when the permission holds there; Http404 otherwise."""
    access = access_of(request)
    node = Viewer(access).tree.by_code.get(code)
    if node is None or not access.may_at(permission, node.id):
        raise Http404
    return node
