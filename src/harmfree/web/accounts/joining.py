"""Accepting an invitation: the link of the letter, then name and password."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from harmfree.web.access.roles import NAMES, Role
from harmfree.web.access.rules import public
from harmfree.web.accounts import invitations
from harmfree.web.accounts.forms import JoinForm
from harmfree.web.accounts.models import Invitation, User
from harmfree.web.common.refusals import page

KEPT = "invitation"


@public
@require_safe
def arrive(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the letter: goes on to an address without the token.

    What stays in the history of the browser after that opens nothing by itself once it was used.
    """
    request.session[KEPT] = invitations.digest(token)
    return redirect("join_form")


@public
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Name and password of someone who was invited."""
    kept = request.session.get(KEPT, "")
    made = invitations.find(kept)
    if made is None:
        return worthless(request)
    form = JoinForm(request.POST or None, user=User(email=made.email), initial={"name": made.name})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        user = invitations.accept(kept, given["name"], given["password1"])
        if user is None:
            return worthless(request)
        request.session.flush()
        messages.success(request, "Your account is ready. Sign in with your new password.")
        return redirect("account_login")
    return render(
        request, "account/join.jinja", _context(made, form), status=422 if form.errors else 200
    )


def _context(made: Invitation, form: JoinForm) -> dict[str, object]:
    return {
        "title": "Set up your account",
        "form": form,
        "invitation": made,
        "role": NAMES[Role(made.role)],
        "place": made.organisation.name if made.organisation else "every organisation",
    }


def worthless(request: HttpRequest) -> HttpResponse:
    """The page for a link that was used, withdrawn, never made or is too old: always the same."""
    text = "The link was used already, has run out or was withdrawn. Ask for a new invitation."
    return page(request, "This invitation cannot be used", text, 404)
