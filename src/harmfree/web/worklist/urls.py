"""Addresses of the worklists. A person is named by an opaque key, never by an identifier."""

from __future__ import annotations

from django.urls import path

from harmfree.web.worklist import person_views, recording_views, views

urlpatterns = [
    path("", views.worklists, name="worklists"),
    path("find/", views.find, name="find_person"),
    path("<str:code>/", views.worklist, name="worklist"),
    path("<str:code>/list.csv", views.download, name="worklist_csv"),
    path("<str:code>/changes/", views.changed, name="worklist_changes"),
    path("<str:code>/print/", views.on_paper, name="worklist_print"),
    path("<str:code>/several/", recording_views.several, name="worklist_several"),
    path("<str:code>/<str:key>/", person_views.line, name="worklist_line"),
    path("<str:code>/<str:key>/act/", recording_views.act_on_line, name="worklist_act"),
    path(
        "<str:code>/<str:key>/timeline/<str:indicator>/",
        person_views.timeline,
        name="worklist_timeline",
    ),
]
