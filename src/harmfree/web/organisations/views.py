"""The administrator's pages about organisations."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods

from harmfree.errors import InputError
from harmfree.web.access.rules import access_of, allow
from harmfree.web.access.scope import Access
from harmfree.web.accounts.administration import CRUMBS
from harmfree.web.accounts.models import Membership
from harmfree.web.accounts.people import everywhere
from harmfree.web.organisations import changes, history
from harmfree.web.organisations.changes import Facts
from harmfree.web.organisations.forms import MANAGE, TOP, AddForm, EditForm, SuccessionForm, own
from harmfree.web.organisations.models import Organisation
from harmfree.web.organisations.tree import Node, tree

LIST = [*CRUMBS, ("Organisations", "/administration/organisations/")]


@allow(MANAGE)
def organisations(request: HttpRequest) -> HttpResponse:
    """The tree, or what a search finds."""
    access = access_of(request)
    keys, text = access.organisations(MANAGE), request.GET.get("q", "").strip()[:100]
    found = (
        [each for each in tree().nodes.values() if each.id in keys and _fits(each, text)]
        if text
        else []
    )
    context = {
        "title": "Organisations",
        "crumbs": CRUMBS,
        "text": text,
        "found": sorted(found, key=lambda each: each.name),
        "rows": [] if text else _rows(keys),
        "top": everywhere(access, MANAGE),
    }
    return render(request, "administration/organisations/tree.jinja", context)


def _fits(node: Node, text: str) -> bool:
    return text.lower() in node.name.lower() or text.lower() in node.code.lower()


def _rows(keys: frozenset[int]) -> list[dict[str, Any]]:
    """The organisations above sites, each with its depth and how many sites are below it."""
    held, rows = tree(), []
    tops = [each for each in held.nodes.values() if each.id in keys and each.parent not in keys]

    def walk(node: Node, depth: int) -> None:
        below = [each for each in held.children(node.id) if each.id in keys]
        sites = [each for each in below if changes.rank(each.kind) == 0]
        rows.append({"node": node, "depth": depth, "sites": sites})
        for each in below:
            if each not in sites:
                walk(each, depth + 1)

    for each in sorted(tops, key=lambda node: (-changes.rank(node.kind), node.name)):
        walk(each, 0)
    return rows


def _find(access: Access, code: str) -> Organisation:
    found = own(access).get(code)
    if found is None:
        raise Http404
    return found


@allow(MANAGE)
def organisation(request: HttpRequest, code: str) -> HttpResponse:
    """One organisation: what it is, what it was, who belongs to it on a day."""
    access = access_of(request)
    found = _find(access, code)
    day = parse_day(request.GET.get("day", "")) or date.today()
    context = {
        "title": found.name,
        "crumbs": LIST,
        "organisation": found,
        "day": day,
        "sites": [] if found.is_site else history.members_on(found, day),
        "inherited": history.predecessors(found),
        "after": history.after(found),
        "former": found.former_parents.select_related("parent").order_by("-until"),
        "people": Membership.objects.on(date.today()).filter(organisation=found).count(),
    }
    return render(request, "administration/organisations/organisation.jinja", context)


def parse_day(text: str) -> date | None:
    """A day written 2026-03-01; None for anything else."""
    try:
        return parse_date(text)
    except ValueError:  # well formed but no such day, as 2026-02-30
        return None


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add an organisation."""
    access = access_of(request)
    form = AddForm(request.POST or None, access=access, top=everywhere(access, MANAGE))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        facts = Facts(
            given["code"],
            given["name"],
            given["kind"],
            form.parent_chosen,
            given["valid_from"],
            given["valid_to"],
        )
        try:
            made = changes.add(access, facts, given["reason"])
        except InputError as refused:
            form.add_error(None, refused.what)
        else:
            messages.success(request, f"{made.name} has been added.")
            return redirect("organisation", made.code)
    return _form(request, form, "Add an organisation", "Add", LIST)


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change an organisation's name, place or days."""
    access = access_of(request)
    found = _find(access, code)
    top = everywhere(access, MANAGE)
    if not top and found.parent_id not in access.organisations(MANAGE):
        raise Http404  # their own topmost organisation is for those above to change
    form = EditForm(request.POST or None, access=access, top=top, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        try:
            _edit(access, found, form)
        except InputError as refused:
            form.add_error(None, refused.what)
        else:
            messages.success(request, "The change has been saved.")
            return redirect("organisation", found.code)
    return _form(request, form, "Change this organisation", "Save", _crumbs(found))


def _edit(access: Access, found: Organisation, form: EditForm) -> None:
    given = form.cleaned_data
    facts = Facts(
        found.code,
        given["name"],
        found.kind,
        form.parent_chosen,
        given["valid_from"],
        given["valid_to"],
    )
    changes.edit(access, found, facts, given["on"] or date.today(), given["reason"])


def _initial(found: Organisation) -> dict[str, Any]:
    return {
        "name": found.name,
        "parent": found.parent.code if found.parent else TOP,
        "valid_from": found.valid_from,
        "valid_to": found.valid_to,
    }


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Others closed and this organisation took them over."""
    return _succession(request, code, "Merge others into this", "Codes of those that closed")


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, code: str) -> HttpResponse:
    """This organisation closed and others took it over."""
    return _succession(
        request, code, "Close this and name who took over", "Codes of those that took over"
    )


def _succession(request: HttpRequest, code: str, title: str, label: str) -> HttpResponse:
    access = access_of(request)
    found = _find(access, code)
    form = SuccessionForm(request.POST or None, access=access, label=label)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        others, this = given["codes"], [found]
        old, new = (others, this) if title.startswith("Merge") else (this, others)
        try:
            changes.succeed(access, old, new, given["on"], given["reason"])
        except InputError as refused:
            form.add_error(None, refused.what)
        else:
            messages.success(
                request, "The change has been saved. Look through the roles held there."
            )
            return redirect("organisation", found.code)
    return _form(request, form, title, "Save", _crumbs(found))


def _crumbs(found: Organisation) -> list[tuple[str, str]]:
    return [*LIST, (found.name, reverse("organisation", args=[found.code]))]


def _form(
    request: HttpRequest,
    form: forms.Form,
    title: str,
    button: str,
    crumbs: list[tuple[str, str]],
) -> HttpResponse:
    context = {
        "title": title,
        "crumbs": crumbs,
        "form": form,
        "button_text": button,
        "caption": crumbs[-1][0] if len(crumbs) > len(LIST) else "",
    }
    status = 422 if form.errors else 200
    return render(request, "administration/form.jinja", context, status=status)
