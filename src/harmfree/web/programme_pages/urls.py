"""Addresses of the public pages."""

from django.urls import path

from harmfree.web.programme_pages import views

urlpatterns = [
    path("", views.index, name="programmes"),
    path("about/", views.about, name="about"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
