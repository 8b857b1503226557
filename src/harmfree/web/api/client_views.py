"""The administrator's screens of programs that use the API: list, make, revoke."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.access.scope import Access
from harmfree.web.api.clients import LONGEST_DAYS, issue, revoke
from harmfree.web.api.models import ApiClient, ApiClientQuerySet
from harmfree.web.api.scopes import MEANING, ONLY_ON_THE_MACHINE, SCOPES
from harmfree.web.organisations.models import Organisation
from harmfree.web.organisations.tree import tree


def scopes_of(access: Access) -> list[str]:
    """The scopes that this person may give: those whose permissions they hold themselves."""
    return [
        name
        for name, carried in SCOPES.items()
        if name not in ONLY_ON_THE_MACHINE and carried <= access.permissions
    ]


def may_everywhere(access: Access) -> bool:
    """Whether they see figures of every organisation."""
    return access.organisations(Permission.SEE_FIGURES) == tree().every


def visible(access: Access) -> ApiClientQuerySet:
    """The programs that this person may see: at organisations within their own."""
    every = ApiClient.objects.select_related("organisation", "made_by")
    if may_everywhere(access):
        return every
    return every.filter(organisation_id__in=access.organisations(Permission.SEE_FIGURES))


class ClientForm(forms.Form):
    """A new program. Its choices are what the person who makes it may do.

    Args:
        access: of that person.
    """

    name = forms.CharField(
        max_length=100,
        label="Name of the program, and who answers for it",
        error_messages={"required": "Enter a name for the program"},
    )
    scopes = forms.MultipleChoiceField(
        label="What it may ask for",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one scope"},
    )
    at = forms.CharField(
        label="Organisation",
        help_text="Its code. The scopes hold there and at all below it.",
        error_messages={"required": "Enter the code of an organisation"},
    )
    days = forms.IntegerField(
        label="Days for which the token holds",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=90,
        error_messages={
            "required": "Enter a number of days",
            "invalid": "Days must be a whole number",
            "min_value": "Days must be 1 or more",
            "max_value": f"Days must be {LONGEST_DAYS} or fewer",
        },
    )
    reason = forms.CharField(
        max_length=300,
        label="Why it needs the token",
        error_messages={"required": "Enter why it needs the token"},
    )

    def __init__(self, access: Access, *given: Any) -> None:
        super().__init__(*given)
        self.access = access
        scopes = self.fields["scopes"]
        if isinstance(scopes, forms.MultipleChoiceField):
            scopes.choices = [(name, f"{name}: {MEANING[name]}") for name in scopes_of(access)]
        if may_everywhere(access):
            self.fields["at"].required = False
            self.fields["at"].help_text += " Leave it empty for every organisation."

    def clean_at(self) -> Organisation | None:
        """The organisation; None for every one."""
        code = self.cleaned_data["at"].strip()
        if not code:
            return None
        allowed = self.access.organisations(Permission.SEE_FIGURES)
        found = Organisation.objects.filter(code=code, pk__in=allowed).first()
        if found is None:
            raise forms.ValidationError("Enter the code of one of your organisations")
        return found


@allow(Permission.USE_API)
def clients(request: HttpRequest) -> HttpResponse:
    """Programs and their scopes, and a form for a new one."""
    access = access_of(request)
    form = ClientForm(access, request.POST) if request.method == "POST" else ClientForm(access)
    context: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        made, token = issue(
            access,
            said["name"],
            said["scopes"],
            organisation=said["at"],
            days=said["days"],
            reason=said["reason"],
        )
        # Shown in answer to the POST itself: a token must pass through no cookie or session.
        context = {"made": made, "token": token}
        form = ClientForm(access)
    now = timezone.now()
    context |= {
        "title": ("Error: " if form.errors else "") + "Programs that use the API",
        "crumbs": [("Home", reverse("home"))],
        "form": form,
        "rows": [(each, each.state(now)) for each in visible(access)],
    }
    status = 422 if form.errors else 200
    return render(request, "administration/clients.jinja", context, status=status)


@allow(Permission.USE_API)
@require_POST
def end(request: HttpRequest, key: int) -> HttpResponse:
    """Revoke a token."""
    access = access_of(request)
    client = visible(access).filter(pk=key).first()
    if client is None:
        raise Http404
    revoke(access, client, "on the administrator's page")
    messages.success(request, f"The token of {client.name} no longer holds")
    return redirect("api_clients")
