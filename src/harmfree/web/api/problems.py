"""Answers to requests that cannot be answered, after RFC 9457: what, where and what to do."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from harmfree.clinical.errors import UnknownToolError
from harmfree.errors import HarmfreeError, NotFoundError
from harmfree.programmes.errors import UnknownIndicatorError
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, public

MEDIA_TYPE = "application/problem+json"
DO: dict[int, str] = {
    400: "Send JSON as docs/api.md and the OpenAPI document describe it.",
    401: "Send the header 'Authorization: Bearer TOKEN' with a token that holds.",
    403: "Ask whoever runs the service for the scope.",
    404: "Check the address. What is not yours to see is answered in the same way.",
    413: "Send fewer cases.",
    422: "Correct what is named.",
    429: "Wait as long as the header Retry-After says.",
    500: "It is our fault and has been logged. Try again in a few minutes.",
    503: "Try again later.",
}
log = logging.getLogger(__name__)


class MissingPermissionError(Exception):
    """The client or person may not ask for this at all."""

    def __init__(self, permission: Permission) -> None:
        super().__init__(permission.value)
        self.permission = permission


class NothingPublishedError(Exception):
    """There is no run to read from yet."""


def require(request: HttpRequest, permission: Permission) -> None:
    """Pass when the request holds the permission somewhere; MissingPermissionError otherwise."""
    if not access_of(request).may(permission):
        raise MissingPermissionError(permission)


def problem(
    request: HttpRequest, status: int, what: str, *, where: str = "", do: str = "", **more: object
) -> HttpResponse:
    """A problem as JSON."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": what,
        "where": where or request.path,
        "do": do or DO.get(status, ""),
    }
    response = JsonResponse(body | more, status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


@public
def no_such_address(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """404 for every address below the API that is none."""
    return problem(request, 404, "There is nothing at this address.")


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [
        {"where": ".".join(str(part) for part in fault["loc"]), "what": fault["msg"]}
        for fault in error.errors
    ]
    what = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults)
    return problem(request, 422, what, errors=faults)


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, error.status_code, error.message)


def _missing(request: HttpRequest, error: MissingPermissionError) -> HttpResponse:
    return problem(request, 403, f"This needs the right to {error.permission.value}.")


def _ours(request: HttpRequest, error: HarmfreeError) -> HttpResponse:
    missing = isinstance(error, NotFoundError | UnknownToolError | UnknownIndicatorError)
    return problem(request, 404 if missing else 422, error.what, do=error.do)


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("The API failed at %s.", request.path, exc_info=error)
    return problem(request, 500, "The request could not be answered.")


def add_handlers(api: NinjaAPI) -> None:
    """Make every error of an API a problem."""
    handlers: dict[type[Exception], Any] = {
        ValidationError: _invalid,
        HttpError: _http,
        MissingPermissionError: _missing,
        HarmfreeError: _ours,
        AuthenticationError: lambda r, e: problem(r, 401, "The request carries no valid token."),
        Throttled: lambda r, e: problem(r, 429, "Too many requests in this minute."),
        Http404: lambda r, e: problem(r, 404, "There is no such thing."),
        RequestDataTooBig: lambda r, e: problem(r, 413, "The request is too large."),
        NothingPublishedError: lambda r, e: problem(r, 503, "No run has been published yet."),
        Exception: _fault,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
