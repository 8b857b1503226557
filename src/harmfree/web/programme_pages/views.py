"""Public pages."""

from django.http import HttpRequest, HttpResponse

from harmfree.web.access.rules import public
from harmfree.web.common.refusals import page


@public
def index(request: HttpRequest) -> HttpResponse:
    """The programmes."""
    return page(request, "Programmes", "This part is being built.", 200)


@public
def about(request: HttpRequest) -> HttpResponse:
    """What this is, and what it is not."""
    return page(request, "What this is, and what it is not", "This part is being built.", 200)


@public
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return page(request, "Accessibility", "This part is being built.", 200)
