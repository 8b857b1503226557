"""What people do with their accounts, written to the audit trail as it happens.

Nothing that somebody typed is kept: a name or a password may have gone into the wrong box.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from harmfree.web.access.scope import Access
from harmfree.web.accounts.models import User
from harmfree.web.accounts.sessions import BEGAN, end_all
from harmfree.web.audit.chain import record


def subject(user: User) -> str:
    """How the trail names a person who signs in."""
    return f"user:{user.pk}"


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    request.session[BEGAN] = time.time()
    record(Access(user), "account.signed_in", subject=subject(user))


def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        record(Access(user), "account.signed_out", subject=subject(user))


def _refused(credentials: dict[str, Any], **_: Any) -> None:
    """A failed attempt; the account is named when there is one."""
    user = User.objects.filter(email__iexact=str(credentials.get("email", ""))).first()
    record(None, "account.sign_in_failed", subject=subject(user) if user else "")


def _password(request: HttpRequest, user: User, **_: Any) -> None:
    """A new password ends every session that anyone had with the old one."""
    end_all(user)
    record(Access(user), "account.password_changed", subject=subject(user))


def _factor(action: str) -> Any:
    def tell(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
        record(Access(user), action, subject=subject(user), kind=str(authenticator.type))

    return tell


def _used(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A recovery code is worth an entry of its own; a code of the app is not."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        record(Access(user), "account.recovery_code_used", subject=subject(user))


def listen() -> None:
    """Connect all of this; once, when the application starts."""
    heard = {
        user_logged_in: _signed_in,
        user_logged_out: _signed_out,
        user_login_failed: _refused,
        authenticator_added: _factor("account.second_factor_added"),
        authenticator_removed: _factor("account.second_factor_removed"),
        authenticator_reset: _factor("account.recovery_codes_made"),
        authentication_failed: _factor("account.second_factor_failed"),
        authenticator_used: _used,
    }
    for signal, handler in heard.items():
        signal.connect(handler, weak=False, dispatch_uid=f"harmfree_{id(signal)}")
    for number, signal in enumerate((password_changed, password_set, password_reset)):
        signal.connect(_password, weak=False, dispatch_uid=f"harmfree_password_{number}")
