"""Django's entry for this package."""

from django.apps import AppConfig


class ClinicalToolsConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.clinical_tools"
    label = "clinical_tools"
