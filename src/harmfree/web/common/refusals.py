"""Pages for requests that cannot be answered: what happened and what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from harmfree.web.access.rules import public


def page(request: HttpRequest, title: str, text: str, status: int) -> HttpResponse:
    """A page that says what happened."""
    return render(request, "refusal.jinja", {"title": title, "text": text}, status=status)


@public
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: the same answer for what does not exist and for what is not this person's to see."""
    text = "Check the address. You may also need to sign in, or to ask for access."
    return page(request, "Page not found", text, 404)


@public
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return page(request, "You cannot do this", "Ask your administrator if you should.", 403)


@public
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return page(request, "The request was not understood", "Go back and try again.", 400)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """500: said without details, which are in the log."""
    text = "It is our fault and has been logged. Try again in a few minutes."
    return page(request, "Sorry, there is a problem with the service", text, 500)


@public
def forgery(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is missing or old."""
    text = (
        "The page was open for too long or came from elsewhere. Go back, reload it and try again."
    )
    return page(request, "The form could not be sent", text, 403)
