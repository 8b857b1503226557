"""The administrator's first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.accounts.people import in_reach, waiting

CRUMBS = [("Administration", "/administration/")]


@allow(Permission.MANAGE_PEOPLE, Permission.SEE_AUDIT, Permission.MANAGE_ORGANISATIONS)
def administration(request: HttpRequest) -> HttpResponse:
    """Links to what this person administers."""
    access = access_of(request)
    context: dict[str, object] = {"title": "Administration"}
    if access.may(Permission.MANAGE_PEOPLE):
        context |= {
            "people": in_reach(access).filter(is_active=True).count(),
            "waiting": len(waiting(access)),
        }
    return render(request, "administration/index.jinja", context)
