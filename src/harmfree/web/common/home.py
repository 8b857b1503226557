"""The first page: what this is, or, for whoever has signed in, the page they work on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, public


@public
def home(request: HttpRequest) -> HttpResponse:
    """The landing page, or the page that this person works on."""
    access = access_of(request)
    if access.may(Permission.SEE_PEOPLE):
        return redirect("worklists")
    if access.may(Permission.SEE_FIGURES):
        return redirect("dashboard")
    return render(request, "home.jinja")
