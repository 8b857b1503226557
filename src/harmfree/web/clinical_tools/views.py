"""Pages of this part."""

from django.http import HttpRequest, HttpResponse

from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import allow
from harmfree.web.common.refusals import page


@allow(Permission.USE_TOOLS)
def index(request: HttpRequest) -> HttpResponse:
    """The first page of this part."""
    return page(request, "Being built", "This part is being built.", 200)
