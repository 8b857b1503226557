"""Addresses of the administrator's screens."""

from __future__ import annotations

from django.urls import include, path

from harmfree.web.accounts import administration, invitation_views, people_views

PEOPLE = [
    path("", people_views.people, name="people"),
    path("<int:key>/", people_views.person, name="user"),
    path("<int:key>/roles/", people_views.add_role, name="user_add_role"),
    path("<int:key>/roles/<int:membership>/end/", people_views.end_role, name="user_end_role"),
    path("<int:key>/<str:change>/", people_views.change, name="user_change"),
]
INVITATIONS = [
    path("", invitation_views.invite, name="invite"),
    path("<int:key>/withdraw/", invitation_views.withdraw, name="withdraw_invitation"),
]

urlpatterns = [
    path("", administration.administration, name="administration"),
    path("people/", include(PEOPLE)),
    path("invitations/", include(INVITATIONS)),
    path("organisations/", include("harmfree.web.organisations.urls")),
    path("audit/", include("harmfree.web.audit.urls")),
]
