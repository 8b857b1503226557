"""Addresses of this part."""

from django.urls import path

from harmfree.web.dashboards import views

urlpatterns = [path("", views.index, name="dashboard")]
