"""Pages on which leads annotate charts, decide to rebase and set targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from harmfree.programmes import Indicator
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.access.scope import Access
from harmfree.web.dashboards import notes
from harmfree.web.dashboards.figures import every_indicator
from harmfree.web.dashboards.forms import AnnotationForm, RebaseForm, TargetForm, WithdrawForm
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.dashboards.views import crumbs
from harmfree.web.organisations.tree import Node

Save = Callable[[Access, Node, str, dict[str, Any]], object]


@dataclass(frozen=True)
class Kind:
    """A kind of note: its form, its words and how it is saved."""

    form: type[forms.Form]
    title: str
    explanation: str
    done: str
    save: Save


def _annotate(access: Access, node: Node, indicator: str, given: dict[str, Any]) -> object:
    return notes.annotate(
        access,
        node,
        indicator=indicator if given["scope"] == "one" else "",
        on=given["on"],
        text=given["text"],
        intervention=given["intervention"],
    )


def _rebase(access: Access, node: Node, indicator: str, given: dict[str, Any]) -> object:
    return notes.rebase(access, node, indicator=indicator, on=given["on"], reason=given["reason"])


def _target(access: Access, node: Node, indicator: str, given: dict[str, Any]) -> object:
    return notes.set_target(
        access, node, indicator=indicator, percent=given["percent"], source=given["source"]
    )


KINDS = {
    "annotation": Kind(
        AnnotationForm,
        "Annotate the chart",
        "An annotation marks a day on the charts of this organisation and of all below it.",
        "The annotation is on the chart.",
        _annotate,
    ),
    "rebase": Kind(
        RebaseForm,
        "Begin the limits afresh",
        "Do this when a change is real, lasting and understood, not to make a signal go away. "
        "Your name and reason stand on the chart.",
        "The limits begin afresh from that day.",
        _rebase,
    ),
    "target": Kind(
        TargetForm,
        "Set a target",
        "It holds here and below, until another is set or this one is withdrawn.",
        "The target is set.",
        _target,
    ),
}


@allow(Permission.ANNOTATE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, code: str, identifier: str, kind: str) -> HttpResponse:
    """Add a note to a chart."""
    access = access_of(request)
    viewer = Viewer(access)
    node, what = viewer.find(code), KINDS.get(kind)
    indicator = every_indicator().get(identifier)
    if what is None or indicator is None or not viewer.may_annotate(node.id):
        raise Http404
    form = what.form(_given(request))
    if request.method == "POST" and form.is_valid():
        what.save(access, node, identifier, form.cleaned_data)
        messages.success(request, what.done)
        return redirect("dashboard_indicator", node.code, identifier)
    return _page(request, viewer, node, indicator, form, what.title, what.explanation)


@allow(Permission.ANNOTATE)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """Take a note off the charts."""
    access = access_of(request)
    note = notes.find(access, kind, key)
    viewer = Viewer(access)
    node = viewer.tree.nodes[note.organisation_id]
    indicator = every_indicator().get(note.indicator)
    form = WithdrawForm(_given(request))
    if request.method == "POST" and form.is_valid():
        notes.withdraw(access, kind, note, form.cleaned_data["reason"])
        messages.success(request, "It is withdrawn.")
        if indicator is None:
            return redirect("dashboard_organisation", node.code)
        return redirect("dashboard_indicator", node.code, indicator.id)
    return _page(request, viewer, node, indicator, form, f"Withdraw this {kind}", str(note))


def _given(request: HttpRequest) -> QueryDict | None:
    """What was sent, even when that is nothing; None when the form is only asked for."""
    return request.POST if request.method == "POST" else None


def _page(  # noqa: PLR0913 - what a page with a form says
    request: HttpRequest,
    viewer: Viewer,
    node: Node,
    indicator: Indicator | None,
    form: forms.Form,
    title: str,
    explanation: str,
) -> HttpResponse:
    line = crumbs(viewer, node, whole=True)
    if indicator is not None:
        line.append(
            (indicator.title, reverse("dashboard_indicator", args=[node.code, indicator.id]))
        )
    context = {
        "title": title,
        "crumbs": line,
        "node": node,
        "indicator": indicator,
        "form": form,
        "explanation": explanation,
    }
    status = 422 if form.errors else 200
    return render(request, "dashboard/note.jinja", context, status=status)
