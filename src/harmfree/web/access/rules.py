"""Rules that views carry. A view without a rule answers nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

from harmfree.web.access.roles import Permission
from harmfree.web.access.scope import NOBODY, Access

View = TypeVar("View", bound=Callable[..., object])
RULE = "access_rule"
Rule = Callable[[Access], bool]


def access_of(request: HttpRequest) -> Access:
    """The access of whoever sent the request; of nobody before the middleware has run."""
    found: Access = getattr(request, "access", NOBODY)
    return found


def _ruled(rule: Rule, name: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, RULE, rule)
        view.access_name = name  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Anyone may open it, signed in or not."""
    return _ruled(lambda _: True, "anyone")(view)


def signed_in(view: View) -> View:
    """Anyone who has signed in."""
    return _ruled(lambda access: access.signed_in, "signed in")(view)


def allow(*permissions: Permission) -> Callable[[View], View]:
    """Whoever holds one of the permissions somewhere; the view itself narrows to organisations."""
    names = " or ".join(each.name for each in permissions)
    return _ruled(lambda access: any(map(access.may, permissions)), names)
