"""Schemathesis: whatever the OpenAPI document allows is answered as it says, and never a fault."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from harmfree.web.api.clients import issue
from harmfree.web.api.service import api

load_all_checks()
# Left out: what only the service can know (which names exist), and checks that send the request
# again without its token while a session of the test is open.
LEFT_OUT = {
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "ignored_auth",
}
WANTED = CHECKS.get_by_names([name for name in CHECKS.get_all_names() if name not in LEFT_OUT])

schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))
schema.app = get_wsgi_application()


@pytest.fixture
def open_connection():
    """The transaction of the test outlives each request, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(region, open_connection):
    scopes = ("definitions", "figures", "findings", "tools")
    return issue(None, "Schemathesis", scopes, organisation=None, days=1, per_minute=6000)[1]


@schema.parametrize()
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_the_api_does_what_its_document_says(case, token):
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=WANTED)
