"""The administrator's pages about invitations."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from harmfree.errors import InputError
from harmfree.web.access.roles import Role
from harmfree.web.access.rules import access_of, allow
from harmfree.web.access.scope import Access
from harmfree.web.accounts import invitations
from harmfree.web.accounts.administration_forms import InviteForm
from harmfree.web.accounts.models import Invitation
from harmfree.web.accounts.people import MANAGE, reaches
from harmfree.web.accounts.people_views import PEOPLE


@allow(MANAGE)
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by letter."""
    access = access_of(request)
    form = InviteForm(request.POST or None, access=access)
    if request.method == "POST" and form.is_valid():
        try:
            made = _invite(request, access, form)
        except InputError as refused:
            form.add_error(None, f"{refused.what} {refused.do}".strip())
        else:
            messages.success(request, f"The invitation was sent to {made.email}.")
            return redirect("people")
    context = {
        "title": "Invite somebody",
        "crumbs": PEOPLE,
        "form": form,
        "button_text": "Send the invitation",
        "explanation": "They get a letter with a link that works once, for 7 days.",
    }
    status = 422 if form.errors else 200
    return render(request, "administration/form.jinja", context, status=status)


@transaction.atomic
def _invite(request: HttpRequest, access: Access, form: InviteForm) -> Invitation:
    """Without the letter there is no invitation: its token would be lost."""
    given = form.cleaned_data
    made, token = invitations.invite(
        access, given["email"], given["name"], Role(given["role"]), form.place, given["reason"]
    )
    invitations.send(made, token, request.build_absolute_uri)
    return made


@allow(MANAGE)
@require_POST
def withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """Withdraw an open invitation."""
    access = access_of(request)
    made = get_object_or_404(Invitation.objects.open(), pk=key)
    if not reaches(access, made.organisation):
        raise Http404
    invitations.withdraw(access, made, "withdrawn by an administrator")
    messages.success(request, "The invitation is withdrawn.")
    return redirect("people")
