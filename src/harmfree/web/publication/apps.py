"""Django's entry for this package."""

from django.apps import AppConfig


class PublicationConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.publication"
    label = "publication"
