"""The list of a site's people at high risk of fracture, for its care team alone; audited."""

from __future__ import annotations

import logging
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from harmfree.records.pseudonym import parse
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.audit.chain import record
from harmfree.web.boards.asking import Asked
from harmfree.web.boards.builders import FRACTURE, FRACTURE_PEOPLE
from harmfree.web.boards.results import find
from harmfree.web.boards.views import crumbs
from harmfree.web.publication.models import Person
from harmfree.web.worklist.errors import SealError
from harmfree.web.worklist.identities import open_identity

log = logging.getLogger(__name__)
ON_PAGE = 50


@allow(Permission.SEE_PEOPLE)
def fracture_people(request: HttpRequest, code: str) -> HttpResponse:
    """People at high risk by QFracture, the highest first."""
    asked = Asked.of(request, code)
    access = access_of(request)
    if not access.may_at(Permission.SEE_PEOPLE, asked.node.id) or asked.node.kind != "practice":
        raise Http404
    found = find(asked.run, FRACTURE_PEOPLE, asked.node.id, builder=FRACTURE)
    page = Paginator(found.content or [], ON_PAGE).get_page(request.GET.get("page"))
    record(
        access,
        "fracture_list.viewed",
        subject=f"board:{code}",
        organisation=code,
        reason="people at high risk of fracture",
        page=page.number,
        people=len(page.object_list),
    )
    context = {
        "title": f"People at high risk of fracture: {asked.node.name}",
        "crumbs": crumbs(asked.viewer, asked.node),
        "node": asked.node,
        "run": asked.run,
        "found": found,
        "page": page,
        "rows": _rows(list(page.object_list), asked.node.id),
    }
    return render(request, "boards/fracture_people.jinja", context)


def _rows(listed: list[dict[str, Any]], organisation: int) -> list[dict[str, Any]]:
    """The list, with the name and the worklist's line of those whom the site still has."""
    numbers = {each["person"]: parse(each["person"]) for each in listed}
    people = Person.objects.filter(pk__in=numbers.values(), organisation=organisation)
    held = {each.pk: each for each in people.select_related("identity", "line")}
    rows = []
    for each in listed:
        person = held.get(numbers[each["person"]])
        line = getattr(person, "line", None)
        key = person.key if person and line and line.organisation_id == organisation else ""
        rows.append(each | {"name": _name(person), "line": key})
    return rows


def _name(person: Person | None) -> str:
    """The person's name; empty where none is kept or it cannot be opened."""
    identity = getattr(person, "identity", None)
    if identity is None:
        return ""
    try:
        return open_identity(identity).name
    except SealError as fault:
        log.warning("A name cannot be opened: %s", fault.what)
        return ""
