"""The list of one's own sessions, and ending them."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from harmfree.web.access.rules import access_of, signed_in
from harmfree.web.access.scope import Access
from harmfree.web.accounts.events import subject
from harmfree.web.accounts.sessions import end_all
from harmfree.web.accounts.views import CRUMBS
from harmfree.web.audit.chain import record


@signed_in
@require_http_methods(["GET", "POST"])
def your_sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; POST ends one session, or all but this one."""
    access = access_of(request)
    user = access.user
    if user is None:
        raise Http404
    if request.method == "POST":
        messages.success(request, _end(access, request))
        return redirect("your_sessions")
    sessions = sorted(UserSession.objects.purge_and_list(user), key=lambda each: each.created_at)
    context = {
        "title": "Where you are signed in",
        "crumbs": CRUMBS,
        "sessions": sessions,
        "current": request.session.session_key,
    }
    return render(request, "account/sessions.jinja", context)


@transaction.atomic
def _end(access: Access, request: HttpRequest) -> str:
    user, key = access.user, request.POST.get("session", "")
    if user is None:
        raise Http404
    if not key:
        count = end_all(user, but=request.session.session_key or "")
    else:
        found = UserSession.objects.filter(user_id=user.pk, pk=key if key.isdigit() else None)
        for each in found:
            each.end()
        count = len(found)
    record(access, "account.sessions_ended", subject=subject(user), sessions=count)
    return "The session has ended." if count == 1 else f"{count} sessions have ended."
