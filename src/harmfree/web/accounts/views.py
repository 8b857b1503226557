"""One's own account, and the administrator's first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import allow, signed_in
from harmfree.web.common.refusals import page


@signed_in
def your_account(request: HttpRequest) -> HttpResponse:
    """One's own account."""
    return page(request, "Your account", "This part is being built.", 200)


@signed_in
def second_factor(request: HttpRequest) -> HttpResponse:
    """Asks for a second factor before anything else can be seen."""
    return page(request, "Set up a second factor", "This part is being built.", 200)


second_factor.before_second_factor = True  # type: ignore[attr-defined]


@allow(Permission.MANAGE_PEOPLE, Permission.SEE_AUDIT)
def administration(request: HttpRequest) -> HttpResponse:
    """The administrator's first page."""
    return page(request, "Administration", "This part is being built.", 200)
