"""Forms of signing in and of one's own account: allauth's, with our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as MfaReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from harmfree.web.accounts.adapter import LONGEST_PASSWORD

GOOD_PASSWORD = "At least 12 characters. Three random words are easy to remember and hard to guess."
CODE = "The 6 digits that your authenticator app shows, or a recovery code"
DIFFERENT = "The two passwords must be the same"


def _words(form: forms.Form, labels: dict[str, str], hints: dict[str, str] | None = None) -> None:
    """Put our labels, hints and messages in the place of allauth's."""
    for name, label in labels.items():
        field = form.fields[name]
        field.label, field.help_text = label, (hints or {}).get(name, "")
        field.widget.attrs.pop("placeholder", None)
        field.error_messages["required"] = f"Enter {label[0].lower()}{label[1:]}"


class SignInForm(LoginForm):
    """E-mail address and password."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _words(self, {"login": "E-mail address", "password": "Password"})
        self.fields["login"].error_messages["invalid"] = (
            "Enter an e-mail address in the correct format, like name@example.com"
        )

    @property
    def elsewhere(self) -> list[dict[str, Any]]:
        """The identity providers that people may sign in with instead."""
        found: list[dict[str, Any]] = settings.SOCIALACCOUNT_PROVIDERS.get(
            "openid_connect", {}
        ).get("APPS", [])
        return found


class AgainForm(ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _words(self, {"password": "Password"})


class ChangeForm(ChangePasswordForm):
    """A new password in place of a known one."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        labels = {
            "oldpassword": "Current password",
            "password1": "New password",
            "password2": "New password again",
        }
        _words(self, labels, {"password1": GOOD_PASSWORD})


class SetForm(SetPasswordForm):
    """The first password of someone who signs in elsewhere."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        labels = {"password1": "New password", "password2": "New password again"}
        _words(self, labels, {"password1": GOOD_PASSWORD})


class ResetForm(ResetPasswordForm):
    """Where the letter with the link goes."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _words(self, {"email": "E-mail address"})


class ResetKeyForm(ResetPasswordKeyForm):
    """A new password in place of a forgotten one."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        labels = {"password1": "New password", "password2": "New password again"}
        _words(self, labels, {"password1": GOOD_PASSWORD})


class CodeForm(AuthenticateForm):
    """A code after the password."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _words(self, {"code": "Code"}, {"code": CODE})


class CodeAgainForm(MfaReauthenticateForm):
    """A code once more, before something that matters."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _words(self, {"code": "Code"}, {"code": CODE})


class FirstCodeForm(ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        _words(self, {"code": "Code"}, {"code": "The 6 digits that the app shows now"})


class PasskeyForm(AddWebAuthnForm):
    """A new passkey or security key."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.initial["name"] = ""
        _words(
            self,
            {"name": "Name of the key", "passwordless": "Sign in with this key alone"},
            {
                "name": "Such as: work telephone",
                "passwordless": "The key then asks for your finger, face or PIN each time.",
            },
        )


class NameForm(forms.Form):
    """One's own name as others see it."""

    name = forms.CharField(
        label="Name",
        max_length=150,
        help_text="Colleagues see it beside what you record.",
        error_messages={"required": "Enter your name"},
    )


class JoinForm(forms.Form):
    """Name and first password of someone who was invited."""

    name = forms.CharField(
        label="Your name", max_length=150, error_messages={"required": "Enter your name"}
    )
    password1 = forms.CharField(
        label="Password",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput,
        help_text=GOOD_PASSWORD,
        error_messages={"required": "Enter a password"},
    )
    password2 = forms.CharField(
        label="Password again",
        strip=False,
        widget=forms.PasswordInput,
        error_messages={"required": "Enter the password again"},
    )

    def __init__(self, *given: Any, user: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same, and good enough."""
        given: dict[str, Any] = super().clean() or {}
        password = given.get("password1")
        if password and "password2" in given and password != given["password2"]:
            self.add_error("password2", DIFFERENT)
        if password:
            self.user.name = given.get("name", "")
            try:
                validate_password(password, self.user)
            except ValidationError as wrong:
                self.add_error("password1", wrong)
        return given
