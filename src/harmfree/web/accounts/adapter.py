"""How people join and sign in: by invitation, never by signing up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from harmfree.web.accounts.sealing import seal, unseal

LONGEST_PASSWORD = 128


class ByInvitation(DefaultAccountAdapter):
    """Refuses to let strangers sign up, and says what to do in plain English."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": "Too many attempts to sign in. Wait 5 minutes and try again, "
        "or set a new password.",
        "email_password_mismatch": "The e-mail address or the password is wrong",
        "incorrect_password": "The password is wrong",
        "enter_current_password": "The current password is wrong",
        "rate_limited": "Too many attempts. Wait 5 minutes and try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """False: an administrator invites."""
        return False

    def clean_password(self, password: str, user: Any = None) -> str:
        """The password, when it is good enough.

        Raises:
            ValidationError: too short, too long, too common or too like the person's name.
        """
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(f"The password must be {LONGEST_PASSWORD} characters or fewer")
        checked: str = super().clean_password(password, user)
        return checked

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Whether this is the person's password; counted among the attempts to sign in."""
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """The page to sign in: a new password ends every session."""
        return reverse("account_login")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person by letter what changed about their account."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)


class SealedFactors(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "The code is wrong or too old. Enter the one shown now.",
    }

    def encrypt(self, text: str) -> str:
        """The secret as the database has it."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret as the person's telephone has it."""
        return unseal(encrypted_text)
