"""The worklists of the sites: which there are, one of them, on paper, as a file, what changed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from harmfree.programmes.registry import programmes
from harmfree.records.pseudonym import shown
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.access.scope import Access
from harmfree.web.accounts.models import User
from harmfree.web.audit.chain import record
from harmfree.web.common.downloads import csv_response
from harmfree.web.organisations.models import SITES
from harmfree.web.organisations.tree import Node, tree
from harmfree.web.publication.models import PublishedRun
from harmfree.web.worklist import filters as choosing
from harmfree.web.worklist import listing
from harmfree.web.worklist.changes import changes, last_look, looked, summaries
from harmfree.web.worklist.filters import Filters
from harmfree.web.worklist.forms import SearchForm
from harmfree.web.worklist.identities import find_by_nhs_number
from harmfree.web.worklist.models import Case
from harmfree.web.worklist.sync import wake

COLUMNS = (
    "pseudonym", "nhs_number", "name", "birth_date", "age", "sex", "indicator", "title",
    "kind", "since", "state", "assigned_to", "action", "records_up_to",
)  # fmt: skip
ON_PAPER = 500
"""How many lines are printed at once."""


def node_of(request: HttpRequest, code: str, permission: Permission) -> Node:
    """The site of an address; 404 when there is none or it is not this person's to see."""
    node = tree().by_code.get(code)
    if node is None or node.kind not in SITES:
        raise Http404
    if not access_of(request).may_at(permission, node.id):
        raise Http404
    return node


def user_of(access: Access) -> User:
    """Who asks, on a page that only somebody who has signed in can open."""
    if access.user is None:
        raise Http404
    return access.user


@allow(Permission.SEE_PEOPLE)
def worklists(request: HttpRequest) -> HttpResponse:
    """The worklists that this person may see; straight to it when there is one."""
    access = access_of(request)
    sites = access.organisations(Permission.SEE_PEOPLE)
    wake(sites, timezone.localdate())
    found = summaries(sites, user_of(access))
    if len(found) == 1:
        return redirect("worklist", found[0].node.code)
    context = {
        "title": "Worklists",
        "worklists": found,
        "search": SearchForm(),
        "run": PublishedRun.live(),
    }
    return render(request, "worklist/worklists.jinja", context)


@allow(Permission.SEE_PEOPLE)
def worklist(request: HttpRequest, code: str) -> HttpResponse:
    """One site's worklist: a line for each person."""
    node = node_of(request, code, Permission.SEE_PEOPLE)
    access = access_of(request)
    user = user_of(access)
    wake([node.id], timezone.localdate())
    filters, before = Filters.of(request.GET), last_look(user, node.id)
    people = listing.ranked(node.id, filters, user, before)
    page = listing.page_of(people, request.GET.get("page"))
    cases = listing.matching(node.id, filters, user, before)
    rows = listing.rows(page, cases, filters)
    with transaction.atomic():
        looked(user, node.id, before)
        _seen(access, "worklist.viewed", node, rows, filters, page=page.number)
    context = {
        "rows": rows,
        "page": page,
        "choices": choices(filters.indicator),
        "may_act": access.may_at(Permission.ACT, node.id),
        "search": SearchForm(),
        "crumbs": crumbs(access),
    }
    return render(request, "worklist/worklist.jinja", _of(node, filters, before) | context)


def _of(node: Node, filters: Filters, before: object) -> dict[str, Any]:
    """What every page of one worklist is given."""
    return {
        "title": f"Worklist of {node.name}",
        "site": node,
        "filters": filters,
        "before": before,
        "run": PublishedRun.live(),
        "ranking": listing.RANKING,
        "said": in_words(filters),
    }


def _seen(
    access: Access,
    action: str,
    node: Node,
    rows: list[listing.Row],
    filters: Filters,
    page: int = 1,
) -> None:
    """The audit entry of lines seen: whose they were, by key, and how they were chosen."""
    record(
        access,
        action,
        subject=f"worklist:{node.code}",
        organisation=node.code,
        reason="worklist",
        lines=[row.person.key for row in rows],
        identified=sum(row.known is not None for row in rows),
        page=page,
        filters=filters.address(),
    )


def crumbs(access: Access) -> list[tuple[str, str]]:
    """The way back to the list of worklists, where there are several."""
    several = len(access.organisations(Permission.SEE_PEOPLE)) > 1
    return [("Worklists", reverse("worklists"))] if several else []


def choices(chosen: str) -> dict[str, Any]:
    """What the filters offer; `chosen` is the indicator that is chosen."""
    return {
        "programmes": {name: each.title for name, each in programmes().items()},
        "indicators": _indicators(chosen),
        "kinds": choosing.KINDS,
        "states": choosing.STATES,
        "ages": {name: _years(name) for name in choosing.AGES},
        "sexes": choosing.SEXES,
    }


@lru_cache(maxsize=500)
def _indicators(chosen: str) -> str:
    """The options of the indicators by programme: hundreds, and the same on every page."""
    groups = (
        (each.title, [(i.id, i.title) for i in each.indicators if i.on_worklist])
        for each in programmes().values()
    )
    return format_html_join(
        "",
        '<optgroup label="{}">{}</optgroup>',
        ((title, _options(options, chosen)) for title, options in groups if options),
    )


def _options(options: list[tuple[str, str]], chosen: str) -> str:
    mark = {chosen: mark_safe(" selected")}
    rows = ((value, mark.get(value, ""), text) for value, text in options)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


def _years(name: str) -> str:
    return name.replace("-over", " and over").replace("-", " to ")


def in_words(filters: Filters) -> str:
    """The filters as people say them; empty when there are none."""
    titles = {name: each.title for name, each in programmes().items()}
    known = choosing.known_indicators()
    said = [
        titles.get(filters.programme, ""),
        known[filters.indicator].title if filters.indicator else "",
        choosing.KINDS.get(filters.kind, ""),
        choosing.STATES[filters.state] if filters.state != "open" else "",
        "Assigned to me" if filters.mine else "",
        "New since I last looked" if filters.new else "",
        f"Aged {_years(filters.age)}" if filters.age else "",
        choosing.SEXES.get(filters.sex, ""),
    ]
    return "; ".join(filter(None, said))


def _whole(request: HttpRequest, code: str, action: str, most: int | None) -> dict[str, Any]:
    """A worklist without pages, as it is filtered, with its audit entry."""
    node = node_of(request, code, Permission.SEE_PEOPLE)
    access = access_of(request)
    user = user_of(access)
    filters, before = Filters.of(request.GET), last_look(user, node.id)
    people = list(listing.ranked(node.id, filters, user, before))
    cases = listing.matching(node.id, filters, user, before)
    rows = listing.rows(people[:most], cases, filters)
    _seen(access, action, node, rows, filters)
    return _of(node, filters, before) | {"rows": rows, "people": len(people)}


@allow(Permission.SEE_PEOPLE)
def on_paper(request: HttpRequest, code: str) -> HttpResponse:
    """The worklist as it is filtered, on one page for the printer."""
    found = _whole(request, code, "worklist.printed", ON_PAPER)
    address = f"{reverse('worklist', args=[code])}?{found['filters'].address()}"
    context = {"crumbs": [(found["title"], address)], "now": timezone.now()}
    return render(request, "worklist/on_paper.jinja", found | context)


@allow(Permission.SEE_PEOPLE)
def download(request: HttpRequest, code: str) -> HttpResponse:
    """The worklist as a CSV file, as it is filtered."""
    found = _whole(request, code, "worklist.downloaded", None)
    run = found["run"]
    cells = [
        (row.pseudonym, *_identity(row), row.person.age, row.person.sex, item.case.indicator)
        + (item.title, item.case.kind, item.case.since, Case.State(item.case.state).label)
        + (str(item.case.assigned_to or ""), item.action, run.extract_date if run else "")
        for row in found["rows"]
        for item in row.items
    ]
    return csv_response(f"worklist-{code}", COLUMNS, cells)


def _identity(row: listing.Row) -> tuple[object, object, object]:
    known = row.known
    return (known.spaced, known.name, known.birth_date) if known else ("", "", "")


@allow(Permission.SEE_PEOPLE)
def changed(request: HttpRequest, code: str) -> HttpResponse:
    """What changed since this person last looked, in another sitting."""
    node = node_of(request, code, Permission.SEE_PEOPLE)
    access = access_of(request)
    user = user_of(access)
    wake([node.id], timezone.localdate())
    before = last_look(user, node.id)
    kinds = changes(node.id, user, before) if before else []
    people = {each.person for kind in kinds for each in kind.changes}
    names = {person.pk: listing.known_of(person) for person in people}
    with transaction.atomic():
        looked(user, node.id, before)
        record(
            access,
            "worklist.changes",
            subject=f"worklist:{code}",
            organisation=code,
            reason="worklist",
            lines=sorted(person.key for person in people),
            identified=sum(known is not None for known in names.values()),
        )
    context = {
        "title": "What changed since you last looked",
        "kinds": kinds,
        "names": names,
        "shown": shown,
        "crumbs": [*crumbs(access), (f"Worklist of {node.name}", reverse("worklist", args=[code]))],
    }
    return render(request, "worklist/changes.jinja", _of(node, Filters(), before) | context)


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
    if person and person.organisation_id not in access.organisations(Permission.SEE_PEOPLE):
        person = None  # the same answer as for a number that nobody has
    node = tree().nodes[person.organisation_id] if person and person.organisation_id else None
    record(
        access,
        "person.searched",
        subject=f"line:{person.key}" if person else "",
        organisation=node.code if node else "",
        reason="search by NHS number",
        found=person is not None,
    )
    if person is None or node is None:
        messages.info(request, "Nobody with that NHS number is at a site of yours.")
        return redirect("worklists")
    return redirect("worklist_line", node.code, person.key)
