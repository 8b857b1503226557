"""The administrator's pages about people: who they are here, their roles, their account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from harmfree.errors import InputError
from harmfree.web.access.roles import Role
from harmfree.web.access.rules import access_of, allow
from harmfree.web.access.scope import Access
from harmfree.web.accounts import people as service
from harmfree.web.accounts.administration import CRUMBS
from harmfree.web.accounts.administration_forms import ReasonForm, RoleForm, SearchForm
from harmfree.web.accounts.events import subject
from harmfree.web.accounts.models import Membership, User
from harmfree.web.audit.chain import record

PAGE = 50
PEOPLE = [*CRUMBS, ("People", "/administration/people/")]


@allow(service.MANAGE)
def people(request: HttpRequest) -> HttpResponse:
    """Everyone with an account, and the invitations that are open."""
    access = access_of(request)
    form = SearchForm(request.GET)
    found = service.in_reach(access)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    if not form.is_valid():
        found = found.none()
    elif text:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    context = {
        "title": "People",
        "crumbs": CRUMBS,
        "form": form,
        "text": text,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "waiting": service.waiting(access),
    }
    return render(request, "administration/people.jinja", context)


@allow(service.MANAGE)
def person(request: HttpRequest, key: int) -> HttpResponse:
    """One person: roles now and before, and what can be done."""
    access = access_of(request)
    user = _find(access, key)
    today = date.today()
    roles = [
        {
            "row": each,
            "now": each.holds_on(today),
            "own": service.reaches(access, each.organisation),
        }
        for each in user.memberships.select_related("organisation").order_by("valid_to", "role")
    ]
    record(access, "user.viewed", subject=subject(user))
    context = {
        "title": str(user),
        "crumbs": PEOPLE,
        "user": user,
        "roles": roles,
        "oneself": user.pk == request.user.pk,
        "whole": service.whole(access, user),
        "changes": {name: each for name, each in CHANGES.items() if each.fits(user)},
    }
    return render(request, "administration/person.jinja", context)


def _find(access: Access, key: int) -> User:
    """The person, when this administrator looks after them; 404 otherwise."""
    return get_object_or_404(service.in_reach(access), pk=key)


@allow(service.MANAGE)
@require_http_methods(["GET", "POST"])
def add_role(request: HttpRequest, key: int) -> HttpResponse:
    """Give somebody a role."""
    access = access_of(request)
    user = _find(access, key)
    form = RoleForm(request.POST or None, access=access)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            service.give_role(access, user, Role(given["role"]), form.place, given["reason"])
        except InputError as refused:
            form.add_error(None, refused.what)
        else:
            messages.success(request, "The role has been given.")
            return redirect("user", user.pk)
    return _form(request, user, form, "Give a role", "Give the role")


@allow(service.MANAGE)
@require_http_methods(["GET", "POST"])
def end_role(request: HttpRequest, key: int, membership: int) -> HttpResponse:
    """End a role of somebody."""
    access = access_of(request)
    user = _find(access, key)
    row = get_object_or_404(Membership, pk=membership, user=user)
    if not service.reaches(access, row.organisation) or not row.holds_on(date.today()):
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.end_role(access, row, form.cleaned_data["reason"])
        except InputError as refused:
            form.add_error(None, refused.what)
        else:
            messages.success(request, "The role has ended.")
            return redirect("user", user.pk)
    return _form(request, user, form, f"End the role: {row}", "End the role")


@dataclass(frozen=True)
class Change:
    """Something that an administrator does to an account."""

    title: str
    explanation: str
    done: str
    act: Callable[[Access, User, str], object]
    fits: Callable[[User], bool]


CHANGES = {
    "deactivate": Change(
        "Deactivate the account",
        "It cannot sign in any more, and its sessions end now. What it did stays.",
        "The account is deactivated.",
        service.deactivate,
        lambda user: user.is_active,
    ),
    "reactivate": Change(
        "Reactivate the account",
        "It can sign in again, with the roles that it still has.",
        "The account is active again.",
        service.reactivate,
        lambda user: not user.is_active,
    ),
    "second-factor": Change(
        "Remove the second factor",
        "For someone who lost their telephone and recovery codes. Make sure that it is them. "
        "They set up a new one when they next sign in.",
        "The second factor is removed.",
        service.forget_second_factor,
        lambda user: user.is_active,
    ),
}


@allow(service.MANAGE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, key: int, change: str) -> HttpResponse:
    """Deactivate or reactivate an account, or remove its second factor."""
    access = access_of(request)
    user = _find(access, key)
    what = CHANGES.get(change)
    if what is None or not what.fits(user) or not service.whole(access, user):
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            what.act(access, user, form.cleaned_data["reason"])
        except InputError as refused:
            form.add_error(None, refused.what)
        else:
            messages.success(request, what.done)
            return redirect("user", user.pk)
    return _form(request, user, form, what.title, what.title, what.explanation)


def _form(  # noqa: PLR0913 - what a page with a form says
    request: HttpRequest,
    user: User,
    form: forms.Form,
    title: str,
    button: str,
    explanation: str = "",
) -> HttpResponse:
    context = {
        "title": title,
        "crumbs": [*PEOPLE, (str(user), reverse("user", args=[user.pk]))],
        "caption": str(user),
        "form": form,
        "button_text": button,
        "explanation": explanation,
    }
    status = 422 if form.errors else 200
    return render(request, "administration/form.jinja", context, status=status)
