"""Django's entry for this package."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.dashboards"
    label = "dashboards"
