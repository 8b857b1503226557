"""Whether the service works, for whoever watches over it."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from harmfree.web.access.rules import public


@public
def health(request: HttpRequest) -> JsonResponse:
    """200 with `ok` when the database answers, 503 otherwise; no figures, no versions."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})
