"""Django's entry for this package."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.audit"
    label = "audit"
