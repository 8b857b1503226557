"""Django's entry for this package."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.api"
    label = "api"
