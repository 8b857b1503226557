"""Django's entry for this package."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.jobs"
    label = "jobs"
