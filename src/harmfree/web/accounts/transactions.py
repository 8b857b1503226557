"""Views of others in one transaction with the audit entry of what they did."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def whole(view: View) -> View:
    """The view with its POST in one transaction; reading takes no lock."""

    @wraps(view)
    def run(request: HttpRequest, *given: Any, **named: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *given, **named)
        with transaction.atomic():
            return view(request, *given, **named)

    return run
