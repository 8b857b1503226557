"""The API as a whole: its parts, who may ask, its OpenAPI document."""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.openapi.schema import OpenAPISchema

from harmfree.web.access.rules import public
from harmfree.web.api import definitions, figures, findings, tools
from harmfree.web.api.auth import EachMinute, Session, Token
from harmfree.web.api.problems import MEDIA_TYPE, add_handlers, problem

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "where", "do"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong."},
        "where": {"type": "string"},
        "do": {"type": "string", "description": "What to do about it."},
    },
}
FAULTS = {
    "400": "The request is not JSON or not whole",
    "401": "No valid token and no session",
    "403": "The token lacks a scope, or the form token of a session is missing",
    "404": "Nothing there, or not yours to see",
    "413": "Too large",
    "422": "A value cannot be used",
    "429": "Too many requests; Retry-After says when to come back",
    "503": "No run has been published yet",
}


class Api(NinjaAPI):
    """Ninja with problems as answers, nothing kept by browsers and every fault documented."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """A response that nobody keeps."""
        response = super().create_temporal_response(request)
        response["Cache-Control"] = "no-store"
        return response

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """The OpenAPI document with the faults that every operation may answer with."""
        made = super().get_openapi_schema(**given)
        made["components"]["schemas"]["Problem"] = PROBLEM
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for operations in made["paths"].values():
            for operation in operations.values():
                for status, said in FAULTS.items():
                    fault = {"description": said, "content": content}
                    operation["responses"].setdefault(status, fault)
        return made


api = Api(
    title="Harmfree API",
    version="1",
    description="Definitions, figures, findings and clinical tools. How to ask: docs/api.md.",
    docs_url=None,  # its page would load scripts from another site
    openapi_url=None,  # a view of ours, with a rule
    auth=[Token(), Session()],
    throttle=[EachMinute()],
    urls_namespace="api-v1",
)
add_handlers(api)


class HealthOut(Schema):
    """Whether the service works."""

    status: str


@api.get("/health", response=HealthOut, auth=None, throttle=[], tags=["service"], summary="Health")
def health(request: HttpRequest) -> Any:
    """`ok` when the database answers; needs no token."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return problem(request, 503, "The database does not answer.")
    return {"status": "ok"}


@public
def document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document; needs no token."""
    return JsonResponse(api.get_openapi_schema(path_prefix="/api/v1/"))


for part in (definitions, figures, findings, tools):
    api.add_router("", part.router)
