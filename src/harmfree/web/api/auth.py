"""Who asks: a client by its token, or a person by their session; and how often they may."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import BaseThrottle

from harmfree.web.access.rules import access_of
from harmfree.web.api.clients import of_token
from harmfree.web.api.models import A_MINUTE, ApiClient
from harmfree.web.api.scopes import ClientAccess

WINDOW = 60  # s


class Token(HttpBearer):
    """A client's token in the header Authorization."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiClient | None:
        """The client; its access takes the place of a person's."""
        client = of_token(token)
        if client is not None:
            request.access = ClientAccess(client)  # type: ignore[attr-defined]
        return client


class Session(APIKeyCookie):
    """A person's session; what changes something needs the token against forgery too."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        """The person; None when another way of asking was chosen, or no session is there."""
        if "Authorization" in request.headers or self.param_name not in request.COOKIES:
            return None
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The person who signed in, with a second factor where their role asks for one."""
        access = access_of(request)
        if not access.signed_in:
            return None
        if settings.SECOND_FACTOR and access.needs_second_factor:
            from allauth.mfa.utils import is_mfa_enabled

            if not is_mfa_enabled(request.user):
                raise HttpError(403, "Set up a second factor first.")
        return access.user


class EachMinute(BaseThrottle):
    """So many requests a minute for a client or person, counted in the cache of all processes.

    Two requests at the very same moment may be counted as one: the limit keeps a faulty program
    from crowding others out, it is no measure of use.
    """

    def allow_request(self, request: HttpRequest) -> bool:
        """Whether this request is still within the limit."""
        who = request.auth  # type: ignore[attr-defined]
        kind = "client" if isinstance(who, ApiClient) else "user"
        most = who.per_minute if isinstance(who, ApiClient) else A_MINUTE
        key = f"api-{kind}-{who.pk}-{int(time.time() // WINDOW)}"
        cache.add(key, 0, 2 * WINDOW)
        try:
            return int(cache.incr(key)) <= most
        except ValueError:  # culled between the two steps
            return True

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return WINDOW - time.time() % WINDOW
