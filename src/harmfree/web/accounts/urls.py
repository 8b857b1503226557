"""Addresses of signing in and of one's own account."""

from __future__ import annotations

from django.urls import include, path

from harmfree.web.accounts import views

urlpatterns = [
    path("", views.your_account, name="your_account"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("", include("allauth.urls")),
]
