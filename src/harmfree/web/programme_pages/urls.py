"""Addresses of the public pages."""

from django.urls import path

from harmfree.web.programme_pages.views import (
    about,
    accessibility,
    code_list,
    index,
    indicator,
    programme,
)

urlpatterns = [
    path("", index, name="programmes"),
    path("about/", about, name="about"),
    path("accessibility/", accessibility, name="accessibility"),
    path("codes/<slug:name>/", code_list, name="code_list"),
    path("<slug:name>/", programme, name="programme"),
    path("<slug:name>/<slug:indicator>/", indicator, name="programme_indicator"),
]
