"""Addresses of this part."""

from django.urls import path

from harmfree.web.clinical_tools import views

urlpatterns = [path("", views.index, name="tools")]
