"""Django's entry for this package."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """Organisations."""

    name = "harmfree.web.organisations"
    label = "organisations"
