"""The worklists of the sites: which there are, one of them, what changed, several lines at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from harmfree.programmes.registry import programmes
from harmfree.publish.closing import Why
from harmfree.records.pseudonym import shown
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.audit.chain import record
from harmfree.web.common.downloads import csv_response
from harmfree.web.organisations.tree import Node, tree
from harmfree.web.publication.models import PublishedRun
from harmfree.web.worklist import listing
from harmfree.web.worklist.actions import ChangedMeanwhileError, NotAllowedError, act, colleagues
from harmfree.web.worklist.forms import DeedForm, SearchForm
from harmfree.web.worklist.identities import find_by_nhs_number
from harmfree.web.worklist.models import Case
from harmfree.web.worklist.sync import wake

FEW = 1


def node_of(request: HttpRequest, code: str, permission: Permission) -> Node:
    """The organisation of an address; 404 when it is not this person's to see."""
    node = tree().by_code.get(code)
    if node is None or not access_of(request).may_at(permission, node.id):
        raise Http404
    return node


@allow(Permission.SEE_PEOPLE)
def worklists(request: HttpRequest) -> HttpResponse:
    """The worklists that this person may see; straight to it when there is one."""
    access = access_of(request)
    assert access.user is not None
    found = listing.summary(access.organisations(Permission.SEE_PEOPLE), access.user)
    if len(found) == FEW:
        return redirect("worklist", found[0]["code"])
    context = {"title": "Worklists", "worklists": found, "search": SearchForm()}
    return render(request, "worklist/worklists.jinja", context)


@allow(Permission.SEE_PEOPLE)
def worklist(request: HttpRequest, code: str) -> HttpResponse:
    """One site's worklist: a line for each person."""
    node = node_of(request, code, Permission.SEE_PEOPLE)
    access = access_of(request)
    assert access.user is not None
    wake([node.id], date.today())
    before = listing.look(access.user, node.id)
    filters = listing.Filters.of(request.GET)
    run = PublishedRun.live()
    people = listing.lines(node.id, filters, access.user, before)
    page = Paginator(people, listing.PAGE).get_page(request.GET.get("page"))
    rows = listing.rows(page, node.id, filters)
    record(
        access,
        "worklist.viewed",
        subject=f"worklist:{code}",
        organisation=code,
        reason="worklist",
        identified=sum(bool(row.name) for row in rows),
        page=page.number,
        filters=filters.address(),
    )
    context = {
        "title": f"Worklist of {node.name}",
        "site": node,
        "filters": filters,
        "page": page,
        "rows": rows,
        "run": run,
        "before": before,
        "ranking": listing.RANKING,
        "choices": choices(),
        "may_act": access.may_at(Permission.ACT, node.id),
        "search": SearchForm(),
        "crumbs": crumbs(access.organisations(Permission.SEE_PEOPLE)),
    }
    return render(request, "worklist/worklist.jinja", context)


def crumbs(sites: frozenset[int]) -> list[tuple[str, str]]:
    """The way back to the list of worklists, where there are several."""
    return [("Worklists", reverse("worklists"))] if len(sites) > FEW else []


def choices() -> dict[str, Any]:
    """What the filters offer."""
    return {
        "programmes": {name: each.title for name, each in programmes().items()},
        "indicators": [
            (each.title, [(i.id, i.title) for i in each.indicators if i.on_worklist])
            for each in programmes().values()
        ],
        "kinds": listing.KINDS,
        "states": listing.STATES,
        "ages": [
            (name, name.replace("-over", " and over").replace("-", " to ")) for name in listing.AGES
        ],
        "sexes": listing.SEXES,
    }


@allow(Permission.SEE_PEOPLE)
def download(request: HttpRequest, code: str) -> HttpResponse:
    """The worklist as a CSV file, as it is filtered."""
    node = node_of(request, code, Permission.SEE_PEOPLE)
    access = access_of(request)
    assert access.user is not None
    filters = listing.Filters.of(request.GET)
    people = list(listing.lines(node.id, filters, access.user, None))
    record(
        access,
        "worklist.downloaded",
        subject=f"worklist:{code}",
        organisation=code,
        reason="download",
        people=len(people),
        filters=filters.address(),
    )
    rows = [
        (row.pseudonym, row.person.age, row.person.sex, item.case.indicator, item.title)
        + (item.case.kind, item.case.since, item.case.get_state_display(), item.action)
        for row in listing.rows(people, node.id, filters)
        for item in row.items
    ]
    heads = ("person", "age", "sex", "indicator", "title", "kind", "since", "state", "action")
    return csv_response(f"worklist-{code}", heads, rows)


@allow(Permission.SEE_PEOPLE)
def changed(request: HttpRequest, code: str) -> HttpResponse:
    """What changed since this person last looked, in another sitting."""
    node = node_of(request, code, Permission.SEE_PEOPLE)
    access = access_of(request)
    assert access.user is not None
    before = listing.look(access.user, node.id)
    record(access, "worklist.changes", subject=f"worklist:{code}", organisation=code)
    context = {
        "title": "What changed since you last looked",
        "site": node,
        "before": before,
        "changes": listing.changes(node.id, access.user, before) if before else {},
        "reasons": {each.name: each.value for each in Why},
        "crumbs": [(f"Worklist of {node.name}", reverse("worklist", args=[code]))],
    }
    return render(request, "worklist/changes.jinja", context)


@allow(Permission.ACT)
@require_POST
def several(request: HttpRequest, code: str) -> HttpResponse:
    """Record one thing about several lines: all their open cases that the filters show."""
    node = node_of(request, code, Permission.ACT)
    access = access_of(request)
    assert access.user is not None
    back = f"{reverse('worklist', args=[code])}?{request.POST.get('back', '')}"
    keys = request.POST.getlist("line")
    versions = versions_of(request.POST.getlist("case"))
    team = colleagues([node.id])
    form = DeedForm(request.POST if "did" in request.POST else None, colleagues=team)
    chosen = Case.objects.filter(
        pk__in=versions, person__key__in=keys, organisation=node.id
    ).select_related("person")
    if not keys or not chosen:
        messages.info(request, "Choose one or more lines first.")
        return redirect(back)
    if form.is_bound and form.is_valid():
        try:
            done = act(access, {each.pk: versions[each.pk] for each in chosen}, form.deed)
        except NotAllowedError as fault:
            raise Http404 from fault
        except ChangedMeanwhileError as fault:
            names = ", ".join(sorted({shown(c.person_id) for c in fault.cases}))
            text = f"Nothing was recorded: a colleague acted meanwhile on {names}. Look again."
            messages.warning(request, text)
            return redirect(back)
        messages.success(request, f"Recorded for {len({c.person_id for c in done})} people.")
        return redirect(back)
    context = {
        "title": "Record for several people",
        "site": node,
        "form": form,
        "items": [listing.item_of(each) for each in chosen],
        "versions": versions,
        "keys": keys,
        "back": request.POST.get("back", ""),
        "people": len({each.person_id for each in chosen}),
        "shown": shown,
        "crumbs": [(f"Worklist of {node.name}", reverse("worklist", args=[code]))],
    }
    return render(request, "worklist/several.jinja", context)


def versions_of(values: list[str]) -> dict[int, int]:
    """Case to version, from ``key.version`` as a form carries them; others are left out."""
    pairs = (value.split(".", 1) for value in values if value.count(".") == 1)
    return {int(key): int(version) for key, version in pairs if (key + version).isdigit()}


@allow(Permission.SEE_PEOPLE)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """The line of the person with an NHS number, if this person may see them."""
    access = access_of(request)
    form = SearchForm(request.POST)
    if not form.is_valid():
        messages.warning(request, str(form.errors["nhs_number"][0]))
        return redirect("worklists")
    identity = find_by_nhs_number(form.cleaned_data["nhs_number"])
    person = identity.person if identity else None
    seen = access.organisations(Permission.SEE_PEOPLE)
    record(access, "person.searched", reason="search by NHS number", found=person is not None)
    if person is None or person.organisation_id not in seen:
        messages.info(request, "Nobody with that NHS number is on a worklist of yours.")
        return redirect("worklists")
    node = tree().nodes[person.organisation_id]
    return redirect("worklist_line", node.code, person.key)
