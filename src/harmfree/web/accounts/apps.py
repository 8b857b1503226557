"""Django's entry for this package."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.accounts"
    label = "accounts"
