"""Django's entry for this package."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The package as an application of Django."""

    name = "harmfree.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Write what people do with their accounts to the audit trail."""
        from harmfree.web.accounts.events import listen

        listen()
