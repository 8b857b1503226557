"""Settings of signing in (allauth), kept beside the screens that they govern."""

from __future__ import annotations

from harmfree.web import environment

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "harmfree.web.accounts.adapter.ByInvitation"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = environment.text("HARMFREE_SERVICE", "Harmfree")
USERSESSIONS_TRACK_ACTIVITY = False
SECOND_FACTOR = environment.flag("HARMFREE_SECOND_FACTOR", default=True)
"""Whoever may see people, or administers, must have a second factor."""
