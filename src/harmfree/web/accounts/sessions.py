"""How long a session lasts: until nothing was asked for a while, and never longer than a shift."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from harmfree.web.accounts.models import User

BEGAN, SEEN = "began", "seen"
TOUCHED_EVERY = 60  # s: a write for every request would hold up everybody on SQLite


class SessionLimits:
    """Signs people out when the session was idle for too long, or is too old.

    A page that asks for itself again and again (htmx) does not count as somebody being there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        if request.user.is_authenticated:
            now = time.time()
            why = over(request, now)
            if why:
                logout(request)
                messages.info(request, why)
            else:
                _touch(request, now)
        return self.get_response(request)


def over(request: HttpRequest, now: float) -> str:
    """Why the session is over, as its owner is told; empty while it lasts."""
    session = request.session
    if now - session.get(SEEN, now) > settings.IDLE_MINUTES * 60:
        return f"You were signed out after {settings.IDLE_MINUTES} minutes without activity."
    if now - session.get(BEGAN, now) > settings.SESSION_HOURS * 3600:
        return f"You were signed out: a session lasts {settings.SESSION_HOURS} hours at most."
    return ""


def _touch(request: HttpRequest, now: float) -> None:
    session = request.session
    if BEGAN not in session:
        session[BEGAN] = now
    elif now - session.get(SEEN, 0) < TOUCHED_EVERY or "HX-Request" in request.headers:
        return
    session[SEEN] = now
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())


def end_all(user: User, but: str = "") -> int:
    """End every session of a person; how many there were.

    Args:
        user: whose.
        but: the key of a session that goes on.
    """
    ended = [
        each for each in UserSession.objects.filter(user_id=user.pk) if each.session_key != but
    ]
    return _end(ended)


def _end(sessions: Iterable[UserSession]) -> int:
    count = 0
    for each in sessions:
        each.end()
        count += 1
    return count
