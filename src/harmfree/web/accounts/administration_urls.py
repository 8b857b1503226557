"""Addresses of the administrator's screens."""

from __future__ import annotations

from django.urls import path

from harmfree.web.accounts import views

urlpatterns = [path("", views.administration, name="administration")]
