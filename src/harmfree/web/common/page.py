"""What every page is given: the service's name, the navigation, the age of the data."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of
from harmfree.web.access.scope import Access
from harmfree.web.jinja import address


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Context of every page."""
    access = access_of(request)
    return {
        "service": settings.SERVICE,
        "organisation_name": settings.ORGANISATION,
        "access": access,
        "Permission": Permission,
        "navigation": navigation(access, request.path),
        "account": account(access),
        "is_demo": settings.DEMONSTRATION,
    }


def navigation(access: Access, path: str) -> list[dict[str, Any]]:
    """The links of the header that this person can use."""
    found = [("Programmes", "programmes")]
    if access.may(Permission.SEE_FIGURES):
        found[:0] = [("Dashboard", "dashboard"), ("Boards", "boards")]
    if access.may(Permission.SEE_PEOPLE):
        found.insert(0, ("Worklist", "worklists"))
    if access.may(Permission.USE_TOOLS):
        found.append(("Clinical tools", "tools"))
    if access.may(Permission.RUN):
        found.append(("Runs", "runs"))
    if access.may(Permission.MANAGE_PEOPLE) or access.may(Permission.SEE_AUDIT):
        found.append(("Administration", "administration"))
    links = [(text, address(name)) for text, name in found]
    return [{"text": text, "href": href, "current": path.startswith(href)} for text, href in links]


def account(access: Access) -> dict[str, Any]:
    """The links to the right of the header."""
    if access.user is None:
        return {"items": [{"text": "Sign in", "href": address("account_login")}]}
    return {
        "items": [
            {"text": str(access.user), "href": address("your_account"), "icon": True},
            {"text": "Sign out", "action": address("account_logout"), "method": "post"},
        ]
    }
