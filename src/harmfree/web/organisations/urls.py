"""Addresses of the administrator's screens about organisations."""

from django.urls import path

from harmfree.web.organisations import views

urlpatterns = [
    path("", views.organisations, name="organisations"),
    path("add/", views.add, name="organisation_add"),
    path("<str:code>/", views.organisation, name="organisation"),
    path("<str:code>/edit/", views.edit, name="organisation_edit"),
    path("<str:code>/merge/", views.merge, name="organisation_merge"),
    path("<str:code>/split/", views.split, name="organisation_split"),
]
