"""Django's entry for this package."""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.boards"
    label = "boards"
