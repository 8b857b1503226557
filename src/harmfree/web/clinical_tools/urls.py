"""Addresses of the clinical tools."""

from django.urls import path

from harmfree.web.clinical_tools.ecg_views import ecg, model_card
from harmfree.web.clinical_tools.views import index, tool

urlpatterns = [
    path("", index, name="tools"),
    path("ecg/", ecg, name="ecg"),
    path("ecg/model-card/", model_card, name="ecg_model_card"),
    path("<slug:name>/", tool, name="tool"),
]
