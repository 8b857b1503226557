"""Public pages: the programmes, their definitions and figures, what this is, accessibility."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from harmfree.programmes import Indicator, Programme, programmes
from harmfree.programmes.indicator import TAG_MEANING
from harmfree.programmes.page import flags
from harmfree.web.access.rules import public
from harmfree.web.dashboards.charts import chart_or_reason
from harmfree.web.dashboards.figures import Figures
from harmfree.web.dashboards.notes import Notes
from harmfree.web.programme_pages.definitions import (
    definition,
    library,
    list_row,
    users_of_lists,
)
from harmfree.web.programme_pages.figures import region_figures
from harmfree.web.programme_pages.markdown import rendered, without_title
from harmfree.web.publication.models import PublishedRun

NO_NOTES = Notes((), (), None)


def crumbs(*pages: tuple[str, str]) -> list[tuple[str, str]]:
    """Text and address of the pages above."""
    return [("Home", reverse("home")), *pages]


def _all() -> tuple[str, str]:
    return "Programmes", reverse("programmes")


@public
def index(request: HttpRequest) -> HttpResponse:
    """The programmes."""
    context = {
        "title": "Programmes",
        "crumbs": crumbs(),
        "programmes": [(each, _lead(each)) for each in programmes().values()],
        "run": PublishedRun.live(),
    }
    return render(request, "programmes/index.jinja", context)


def _lead(programme: Programme) -> str:
    """The first paragraph of a programme's page, as plain text."""
    paragraphs = without_title(programme.page).strip().split("\n\n")
    return " ".join(paragraphs[0].split()).replace("**", "").replace("`", "")


def _programme(name: str) -> Programme:
    found = programmes().get(name)
    if found is None:
        raise Http404(f"There is no programme {name}.")
    return found


@public
def programme(request: HttpRequest, name: str) -> HttpResponse:
    """One programme: what it is for, and each indicator with the region's latest figure."""
    held, run, today = _programme(name), PublishedRun.live(), timezone.localdate()
    latest = _latest(run, held.indicators)
    rows = [(each, latest.get(each.id, []), flags(each, today)) for each in held.indicators]
    context = {
        "title": held.title,
        "crumbs": crumbs(_all()),
        "programme": held,
        "body": rendered(without_title(held.page), top=2),
        "rows": rows,
        "measures": [(each, flags(each, today)) for each in held.measures],
        "run": run,
        "smallest": settings.SMALLEST,
    }
    return render(request, "programmes/programme.jinja", context)


def _latest(
    run: PublishedRun | None, indicators: tuple[Indicator, ...]
) -> dict[str, list[Figures]]:
    if run is None:
        return {}
    found: dict[str, list[Figures]] = {}
    for each in region_figures(run, [indicator.id for indicator in indicators]):
        found.setdefault(each.indicator.id, []).append(each)
    return found


@public
def indicator(request: HttpRequest, name: str, indicator: str) -> HttpResponse:
    """One indicator: its definition, and how the region is doing; or one measure."""
    held = _programme(name)
    found = next((each for each in held.indicators if each.id == indicator), None)
    if found is None:
        return _measure(request, held, indicator)
    run = PublishedRun.live()
    context = {
        "title": found.title,
        "crumbs": crumbs(_all(), (held.title, reverse("programme", args=[name]))),
        "programme": held,
        "it": definition(found, timezone.localdate()),
        "figures": [_drawn(each) for each in _latest(run, (found,)).get(found.id, [])],
        "run": run,
        "smallest": settings.SMALLEST,
    }
    return render(request, "programmes/indicator.jinja", context)


def _measure(request: HttpRequest, held: Programme, name: str) -> HttpResponse:
    """The definition of a measure that a command of its own works out."""
    found = next((each for each in held.measures if each.id == name), None)
    if found is None:
        raise Http404(f"{held.title} has no indicator or measure {name}.")
    context = {
        "title": found.title,
        "crumbs": crumbs(_all(), (held.title, reverse("programme", args=[held.name]))),
        "programme": held,
        "measure": found,
        "source": found.provenance,
        "tag_means": TAG_MEANING[found.provenance.tag],
        "flags": flags(found, timezone.localdate()),
    }
    return render(request, "programmes/measure.jinja", context)


def _drawn(figures: Figures) -> dict[str, Any]:
    picture, why_not = chart_or_reason(figures, NO_NOTES, "xmr")
    return {"of": figures, "chart": picture.figure() if picture else "", "why_not": why_not}


@public
def code_list(request: HttpRequest, name: str) -> HttpResponse:
    """One code list: every rule with its source, and which indicators read it."""
    held = library().get(name)
    if held is None:
        raise Http404(f"There is no code list {name}.")
    context = {
        "title": f"Code list: {name.replace('_', ' ')}",
        "crumbs": crumbs(_all()),
        "row": list_row(name),
        "rules": held.rules,
        "users": [(each, _where(each)) for each in users_of_lists()[name]],
    }
    return render(request, "programmes/code_list.jinja", context)


def _where(indicator: Indicator) -> str:
    name = next(n for n, held in programmes().items() if indicator in held.indicators)
    return reverse("programme_indicator", args=[name, indicator.id])


@public
def about(request: HttpRequest) -> HttpResponse:
    """What this is, and what it is not."""
    context = {
        "title": "What this is, and what it is not",
        "crumbs": crumbs(_all()),
        "contact": settings.CONTACT,
        "smallest": settings.SMALLEST,
    }
    return render(request, "programmes/about.jinja", context)


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    context = {
        "title": "Accessibility statement",
        "crumbs": crumbs(_all()),
        "contact": settings.CONTACT,
    }
    return render(request, "programmes/accessibility.jinja", context)
