"""Addresses of the API."""

from django.urls import path, re_path

from harmfree.web.api.problems import no_such_address
from harmfree.web.api.service import api, document

urlpatterns = [
    path("v1/", no_such_address),
    path("v1/openapi.json", document, name="openapi"),
    path("v1/", api.urls),
    re_path("", no_such_address),
]
