"""Addresses of the screens of programs that use the API."""

from django.urls import path

from harmfree.web.api.client_views import clients, end

urlpatterns = [
    path("", clients, name="api_clients"),
    path("<int:key>/revoke/", end, name="revoke_api_client"),
]
