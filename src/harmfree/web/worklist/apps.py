"""Django's entry for this package."""

from django.apps import AppConfig


class WorklistConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.worklist"
    label = "worklist"
