"""One's own account."""

from __future__ import annotations

from datetime import date

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from harmfree.web.access.roles import MAY, Role
from harmfree.web.access.rules import access_of, signed_in
from harmfree.web.access.scope import Access
from harmfree.web.accounts.forms import NameForm
from harmfree.web.accounts.people import rename

CRUMBS = [("Your account", "/account/")]


@signed_in
def your_account(request: HttpRequest) -> HttpResponse:
    """One's own account: name, password, second factor, sessions, roles."""
    access = access_of(request)
    context = {
        "title": "Your account",
        "roles": roles(access),
        "factors": Authenticator.objects.filter(user_id=request.user.pk)
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .count(),
    }
    return render(request, "account/your_account.jinja", context)


def roles(access: Access) -> list[dict[str, object]]:
    """The roles that somebody has today, with what each may do."""
    if access.user is None:
        return []
    held = access.user.memberships.on(date.today()).select_related("organisation")
    return [
        {
            "role": each.get_role_display(),
            "place": each.organisation.name if each.organisation else "Every organisation",
            "may": sorted(permission.value for permission in MAY[Role(each.role)]),
        }
        for each in held
    ]


@signed_in
@require_http_methods(["GET", "POST"])
def your_name(request: HttpRequest) -> HttpResponse:
    """Change one's own name."""
    access = access_of(request)
    form = NameForm(request.POST or None, initial={"name": str(access.user)})
    if request.method == "POST" and form.is_valid():
        rename(access, form.cleaned_data["name"])
        messages.success(request, "Your name has been changed.")
        return redirect("your_account")
    context = {"title": "Change your name", "form": form, "crumbs": CRUMBS}
    return render(request, "account/form.jinja", context, status=422 if form.errors else 200)


@signed_in
def second_factor(request: HttpRequest) -> HttpResponse:
    """Asks for a second factor before anything else can be seen."""
    return render(
        request, "account/second_factor.jinja", {"title": "Set up a second factor to go on"}
    )


second_factor.before_second_factor = True  # type: ignore[attr-defined]
