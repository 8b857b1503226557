"""How people join: by invitation, never by signing up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ByInvitation(DefaultAccountAdapter):
    """Refuses to let strangers sign up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """False: an administrator invites."""
        return False
