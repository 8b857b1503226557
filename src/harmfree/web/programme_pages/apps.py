"""Django's entry for this package."""

from django.apps import AppConfig


class ProgrammePagesConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.programme_pages"
    label = "programme_pages"
