"""Settings of signing in (allauth), kept beside the screens that they govern."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from harmfree.web import environment
from harmfree.web.accounts.openid_settings import provider_from_environment

_LOCAL = environment.flag("HARMFREE_LOCAL", default=False)

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "harmfree.web.accounts.adapter.ByInvitation"
ACCOUNT_TEMPLATE_EXTENSION = "jinja"
"""allauth then asks for `account/login.jinja`: ours, never its own pages with inline script."""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if _LOCAL else "https"
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_FORMS = {
    "login": "harmfree.web.accounts.forms.SignInForm",
    "change_password": "harmfree.web.accounts.forms.ChangeForm",
    "set_password": "harmfree.web.accounts.forms.SetForm",
    "reset_password": "harmfree.web.accounts.forms.ResetForm",
    "reset_password_from_key": "harmfree.web.accounts.forms.ResetKeyForm",
    "reauthenticate": "harmfree.web.accounts.forms.AgainForm",
}
# One proxy stands before us: the address that it saw is the last one of X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = int(environment.flag("HARMFREE_BEHIND_PROXY", default=False))

MFA_ADAPTER = "harmfree.web.accounts.adapter.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = environment.text("HARMFREE_SERVICE", "Harmfree")
MFA_TOTP_TOLERANCE = 1
"""A telephone's clock may be half a minute off."""
MFA_ALLOW_UNVERIFIED_EMAIL = True
"""The invitation went to the address: whoever has an account has shown that it is theirs."""
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _LOCAL
MFA_FORMS = {
    "authenticate": "harmfree.web.accounts.forms.CodeForm",
    "reauthenticate": "harmfree.web.accounts.forms.CodeAgainForm",
    "activate_totp": "harmfree.web.accounts.forms.FirstCodeForm",
    "add_webauthn": "harmfree.web.accounts.forms.PasskeyForm",
}
USERSESSIONS_TRACK_ACTIVITY = False
SECOND_FACTOR = environment.flag("HARMFREE_SECOND_FACTOR", default=True)
"""Whoever may see people, or administers, must have a second factor."""

IDLE_MINUTES = environment.number("HARMFREE_SESSION_IDLE_MINUTES", 30, 5, 240)
SESSION_HOURS = environment.number("HARMFREE_SESSION_HOURS", 12, 1, 24)
SESSION_COOKIE_AGE = int(timedelta(hours=SESSION_HOURS).total_seconds())

if not _LOCAL:
    # Browsers take such a cookie from this very host alone, over HTTPS.
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())

SOCIALACCOUNT_ADAPTER = "harmfree.web.accounts.openid.InvitedOnly"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
"""Ours matches people itself (`openid.InvitedOnly`): allauth would wipe their password."""
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = provider_from_environment()
