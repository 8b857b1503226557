"""Refuses every view that carries no rule, and every person whom the rule does not admit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from harmfree.web.access.rules import RULE
from harmfree.web.access.scope import Access

log = logging.getLogger(__name__)
# Views of others that carry no rule of ours: what each module is opened to.
THIRD_PARTY: dict[str, str] = {
    "allauth.account": "anyone",
    "allauth.mfa": "anyone",
    "allauth.socialaccount": "anyone",
    "allauth.usersessions": "signed in",
    "django.views.static": "nobody",
    "django.contrib.staticfiles": "anyone",
    "ninja": "anyone",  # the API has authentication of its own on every operation
}
# The API asks for it itself (`api.auth.Session`): a program is not sent to a page.
WITHOUT_SECOND_FACTOR = ("allauth.", "harmfree.web.common.health", "ninja.")


class AccessMiddleware:
    """Puts `request.access` on every request and asks the view's rule before the view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        request.access = Access.of(getattr(request, "user", None))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.access.signed_in and not response.has_header("Cache-Control"):  # type: ignore[attr-defined]
            # A shared computer must not show the last person's pages to the next.
            response["Cache-Control"] = "no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let the request pass (None), or answer it here."""
        access: Access = request.access  # type: ignore[attr-defined]
        if not admits(view, access):
            if access.signed_in:
                raise Http404
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if self._second_factor_missing(request, view, access):
            return redirect("second_factor")
        return None

    def _second_factor_missing(
        self, request: HttpRequest, view: Callable[..., Any], access: Access
    ) -> bool:
        if not settings.SECOND_FACTOR or not access.needs_second_factor:
            return False
        if getattr(view, "before_second_factor", False) or _module(view).startswith(
            WITHOUT_SECOND_FACTOR
        ):
            return False
        from allauth.mfa.utils import is_mfa_enabled

        return not is_mfa_enabled(request.user)


def _module(view: Callable[..., Any]) -> str:
    owner = getattr(view, "view_class", None) or view
    return str(getattr(owner, "__module__", ""))


def admits(view: Callable[..., Any], access: Access) -> bool:
    """Whether the view's rule admits this access; a view without a rule admits nobody."""
    rule = getattr(view, RULE, None)
    if rule is not None:
        return bool(rule(access))
    module = _module(view)
    for prefix, opened in THIRD_PARTY.items():
        if module.startswith(prefix):
            return opened == "anyone" or (opened == "signed in" and access.signed_in)
    log.error("The view %s in %s carries no rule: nobody may open it.", view, module)
    return False
