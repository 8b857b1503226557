"""Addresses of the audit trail."""

from django.urls import path

from harmfree.web.audit import views

urlpatterns = [
    path("", views.trail, name="audit"),
    path("trail.csv", views.export, name="audit_export"),
]
