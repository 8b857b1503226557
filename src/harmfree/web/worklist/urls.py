"""Addresses of this part."""

from django.urls import path

from harmfree.web.worklist import views

urlpatterns = [path("", views.index, name="worklists")]
