"""Pages of an organisation: its indicators as cards, by programme."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from harmfree.programmes import programmes
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.common.refusals import page
from harmfree.web.dashboards import levels
from harmfree.web.dashboards.figures import Reader
from harmfree.web.dashboards.sections import Asked, sections
from harmfree.web.dashboards.sparkline import icon_sprite
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import PublishedRun

FOUND_AT_ONCE = 20


@allow(Permission.SEE_FIGURES)
def index(request: HttpRequest) -> HttpResponse:
    """The organisation that this person's figures begin with, and finding another."""
    viewer = Viewer(access_of(request))
    tops = viewer.tops
    if not tops:
        return page(request, "Dashboard", "You have no organisation yet.", 200)
    wanted = request.GET.get("find", "").strip()[:100]
    return _organisation(request, viewer, tops[0], {"wanted": wanted, "is_index": True})


@allow(Permission.SEE_FIGURES)
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """An organisation's cards."""
    viewer = Viewer(access_of(request))
    return _organisation(request, viewer, viewer.find(code), {})


@allow(Permission.SEE_FIGURES)
def programme(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One programme's cards, with what it is for."""
    viewer = Viewer(access_of(request))
    node = viewer.find(code)
    if name not in programmes():
        raise Http404
    return _organisation(request, viewer, node, {"programme": programmes()[name]})


def _organisation(
    request: HttpRequest, viewer: Viewer, node: Node, more: dict[str, Any]
) -> HttpResponse:
    run = PublishedRun.live()
    if run is None:
        return page(request, "Dashboard", "Nothing has been published yet.", 200)
    chosen = more["programme"].name if "programme" in more else _chosen_programme(request)
    attention = request.GET.get("show") == "attention"
    asked = Asked(chosen, "programme" in more, attention)
    context = {
        "title": f"{node.name}: {more['programme'].title}" if "programme" in more else node.name,
        "crumbs": crumbs(viewer, node, whole=bool(more.get("programme"))),
        "node": node,
        "level": levels.one(node.kind),
        "run": run,
        "sections": sections(Reader(run, viewer), node, asked),
        "chosen": chosen,
        "attention": attention,
        "programmes": [(each.name, each.title) for each in programmes().values()],
        "children": [(each, viewer.children(each)) for each in viewer.children(node)],
        "others": viewer.tops[1:] if more.get("is_index") else [],
        "found": _found(viewer, more.get("wanted", "")),
        "exact": viewer.sees_small(node.id),
        "may_annotate": viewer.may_annotate(node.id),
        "view": request.path,
        "sprite": icon_sprite(),
    }
    return render(request, "dashboard/organisation.jinja", context | more)


def _chosen_programme(request: HttpRequest) -> str:
    """The programme asked for in the address; none when there is no such programme."""
    name = request.GET.get("programme", "")
    return name if name in programmes() else ""


def _found(viewer: Viewer, wanted: str) -> list[Node]:
    """Organisations by part of their name or code that this person may open."""
    if not wanted:
        return []
    text = wanted.casefold()
    nodes = (each for each in viewer.tree.nodes.values() if viewer.may_open(each.id))
    hits = [n for n in nodes if text in n.name.casefold() or text == n.code.casefold()]
    return sorted(hits, key=lambda n: n.name)[:FOUND_AT_ONCE]


def crumbs(viewer: Viewer, node: Node, whole: bool = False) -> list[tuple[str, str]]:
    """The organisations above that this person may open; with `whole` the organisation too."""
    over = [each for each in reversed(viewer.tree.above(node.id)) if viewer.may_open(each.id)]
    line = [*over, *([node] if whole else [])]
    found = [(each.name, reverse("dashboard_organisation", args=[each.code])) for each in line]
    return [("Dashboard", reverse("dashboard")), *found]
