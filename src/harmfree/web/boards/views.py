"""The boards: the index, one of them, its tables as files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from harmfree.programmes import programmes
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.boards.asking import Asked, Page
from harmfree.web.boards.pages import PAGES, BoardPage
from harmfree.web.boards.pharmacist_results import region_of
from harmfree.web.boards.report_tables import REPORTS
from harmfree.web.boards.tables import named
from harmfree.web.common.downloads import csv_response
from harmfree.web.common.refusals import page as message
from harmfree.web.dashboards import levels
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.dashboards.views import crumbs as organisations_above
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import PublishedRun


@allow(Permission.SEE_FIGURES)
def index(request: HttpRequest) -> HttpResponse:
    """Straight to the boards of the organisation that this person's figures begin with."""
    viewer = Viewer(access_of(request))
    if not viewer.tops:
        return message(request, "Boards", "You have no organisation yet.", 200)
    return redirect("boards_of", viewer.tops[0].code)


@allow(Permission.SEE_FIGURES)
def boards_of(request: HttpRequest, code: str) -> HttpResponse:
    """The boards of an organisation, by programme."""
    viewer = Viewer(access_of(request))
    node, run = viewer.find(code), PublishedRun.live()
    if run is None:
        return message(request, "Boards", "Nothing has been published yet.", 200)
    held = programmes()
    groups: dict[str, list[BoardPage]] = {}
    for each in PAGES.values():
        heading = held[each.programme].title if each.programme else "Every programme"
        groups.setdefault(heading, []).append(each)
    may_bring = viewer.access.may_at(Permission.ANNOTATE, region_of(node).id)
    context = {
        "reports": REPORTS if may_bring else {},
        "title": f"Boards: {node.name}",
        "crumbs": organisations_above(viewer, node, whole=True),
        "node": node,
        "run": run,
        "groups": groups,
        "children": viewer.children(node),
        "others": [each for each in viewer.tops if each.id != node.id],
    }
    return render(request, "boards/index.jinja", context)


@allow(Permission.SEE_FIGURES)
def board(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """One board of one organisation."""
    what, asked, page = made(request, code, slug)
    refused = page.form is not None and not page.form.is_valid()
    context: dict[str, Any] = {
        "title": f"{'Error: ' if refused else ''}{what.title}: {asked.node.name}",
        "crumbs": crumbs(asked.viewer, asked.node),
        "what": what,
        "asked": asked,
        "node": asked.node,
        "run": asked.run,
        "exact": asked.exact,
        "levels": levels,
        "page": page,
        "form": page.form,
        "base": reverse("board", args=[code, slug]),
        "query": request.GET.urlencode(),
        **page.context,
    }
    return render(request, what.template, context, status=422 if refused else 200)


@allow(Permission.SEE_FIGURES)
def table(request: HttpRequest, code: str, slug: str, name: str) -> HttpResponse:
    """A table of a board as the viewer may see it, as a CSV file."""
    _, _, page = made(request, code, slug)
    found = named(page.tables, name)
    if found is None or (page.form is not None and not page.form.is_valid()):
        raise Http404
    return csv_response(f"{code}-{slug}-{name}", *found.file)


def made(request: HttpRequest, code: str, slug: str) -> tuple[BoardPage, Asked, Page]:
    """A board made for whoever asks; Http404 when there is none or it is not theirs."""
    what = PAGES.get(slug)
    if what is None:
        raise Http404
    asked = Asked.of(request, code)
    return what, asked, what.make(asked)


def crumbs(viewer: Viewer, node: Node) -> list[tuple[str, str]]:
    """The way back: the organisations above and the boards of this one."""
    line = organisations_above(viewer, node, whole=True)
    return [*line, ("Boards", reverse("boards_of", args=[node.code]))]
