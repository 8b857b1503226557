"""Addresses of the runs and of the work in the background."""

from __future__ import annotations

from django.urls import path

from harmfree.web.jobs import views

urlpatterns = [
    path("", views.runs, name="runs"),
    path("start/", views.start, name="start_run"),
    path("jobs/<int:number>/", views.job, name="job"),
]
