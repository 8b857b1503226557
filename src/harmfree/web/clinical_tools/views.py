"""The list of the tools, and the page of one: its form and, once filled in, its result."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from harmfree.clinical.errors import UnknownToolError
from harmfree.clinical.registry import Tool, all_tools, find
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.clinical_tools.attaching import places
from harmfree.web.clinical_tools.forms import ToolForm, groups
from harmfree.web.clinical_tools.result_page import flags, needs_table, shown, sources

CRUMBS = (("Clinical tools", "tools"),)


def crumbs(*names: tuple[str, str]) -> list[tuple[str, str]]:
    """Text and address of the pages above."""
    return [("Home", "/"), *((text, reverse(name)) for text, name in names)]


@allow(Permission.USE_TOOLS)
def index(request: HttpRequest) -> HttpResponse:
    """Every tool by topic, or those that a search finds."""
    wanted = request.GET.get("q", "").strip()[:100]
    found = [tool for tool in all_tools().values() if _matches(tool, wanted)]
    today = timezone.localdate()
    by_topic = [
        (topic[:1].upper() + topic[1:], [(tool, flags(tool, today)) for tool in tools])
        for topic, tools in groupby(found, key=lambda tool: tool.card.topic)
    ]
    context = {
        "title": "Clinical tools",
        "crumbs": crumbs(),
        "topics": by_topic,
        "q": wanted,
        "count": len(found),
    }
    return render(request, "tools/index.jinja", context)


def _matches(tool: Tool[Any], wanted: str) -> bool:
    card = tool.card
    text = " ".join((card.name, card.title, card.topic, card.use, card.population)).lower()
    return all(word in text for word in wanted.lower().split())


def named(name: str) -> Tool[Any]:
    """The tool of an address; 404 when there is none."""
    try:
        found = find(name)
    except UnknownToolError as error:
        raise Http404(str(error)) from error
    if found.name != name:
        raise Http404(f"{name} is not how {found.name} is spelt.")
    return found


@allow(Permission.USE_TOOLS)
def tool(request: HttpRequest, name: str) -> HttpResponse:
    """One tool. A result is shown in answer to the POST itself: nothing of it is kept."""
    found = named(name)
    if request.method == "POST":
        form = ToolForm(found, request.POST, request.FILES)
    else:
        form = ToolForm(found, example="example" in request.GET)
    answered = request.method == "POST" and form.is_valid() and form.result is not None
    context = _about(request, found, form)
    if answered and form.result is not None:
        context["shown"] = shown(form, form.result, timezone.localtime())
        context["places"] = places(access_of(request), request.GET.get("for", ""))
    status = 422 if form.is_bound and not answered else 200
    return render(request, "tools/tool.jinja", context, status=status)


def _about(request: HttpRequest, found: Tool[Any], form: ToolForm) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "title": ("Error: " if form.errors else "") + found.card.title,
        "crumbs": crumbs(*CRUMBS),
        "tool": found,
        "card": found.card,
        "form": form,
        "groups": groups(form),
        "sources": sources(found),
        "overdue": found.overdue(today),
        "needs_table": needs_table(found),
        "person": request.GET.get("for", "")[:40],
        "example": "example" in request.GET,
    }
