"""The page of atrial fibrillation for commissioners."""

from __future__ import annotations

from dataclasses import asdict

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from harmfree.errors import HarmfreeError
from harmfree.programmes import programmes
from harmfree.programmes.atrial_fibrillation.tables import targets
from harmfree.publish.af_landscape import Assumptions
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.dashboards import levels
from harmfree.web.dashboards.figures import Reader
from harmfree.web.dashboards.landscape import programme_of, rows_of
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.dashboards.views import crumbs
from harmfree.web.publication.models import PublishedRun

LABELS = {
    "detection_target": "Detection target, % of those expected",
    "protection_target": "Protection target, % of those at risk",
    "number_needed": "People treated for a year to avoid one stroke",
    "relative_reduction": "Share of strokes that treatment avoids",
    "rates_factor": "Prevalence rates times",
    "fatal_share": "Share of strokes that kill",
    "cost_per_stroke": "Cost of one stroke, pounds",
}
"""The assumptions that the page lets people edit."""


@allow(Permission.SEE_FIGURES)
def landscape(request: HttpRequest, code: str) -> HttpResponse:
    """Gaps with their targets, strokes to expect and to avoid, by organisation."""
    viewer = Viewer(access_of(request))
    node, run = viewer.find(code), PublishedRun.live()
    if run is None or "atrial_fibrillation" not in programmes():
        raise Http404
    below = viewer.levels_below(node)
    level = request.GET.get("level", "")
    level = level if level in below else _usual(below)
    given = {name: request.GET[name].strip() for name in LABELS if request.GET.get(name)}
    reader = Reader(run, viewer)
    every = viewer.at_level(node, level)
    inside = [each for each in every if each.id in viewer.named and each.id != node.id]
    problem, assumed = "", Assumptions()
    try:
        assumed = Assumptions().changed(given)
        rows = rows_of(reader, [node, *inside], assumed)
    except HarmfreeError as error:
        problem, assumed = _said(error), Assumptions()
        rows = rows_of(reader, [node, *inside], assumed)
    if not rows:
        raise Http404
    context = {
        "title": f"Atrial fibrillation: {node.name}",
        "crumbs": crumbs(viewer, node, whole=True),
        "node": node,
        "run": run,
        "rows": rows,
        "level": level,
        "below": below,
        "levels": levels,
        "labels": LABELS,
        "given": asdict(assumed) | given,
        "assumed": assumed,
        "problem": problem,
        "targets": targets(),
        "programme": programme_of(run) if node.kind == "region" else None,
        "exact": viewer.sees_small(node.id),
    }
    return render(request, "dashboard/landscape.jinja", context, status=422 if problem else 200)


def _said(error: HarmfreeError) -> str:
    """What is wrong, with the words that stand beside the field."""
    text = error.what
    for name, label in LABELS.items():
        text = text.replace(name, f"'{label}'")
    return text.removeprefix("strokes_avoided: ").rstrip(".") + "."


def _usual(below: list[str]) -> str:
    return next((each for each in ("place", "network", "practice") if each in below), "practice")
