"""A program that may ask: its token (kept as a digest), what it may ask for, where, until when."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

A_MINUTE = 120
"""Requests a minute that a client may send, unless it is given another number."""


class ApiClientQuerySet(models.QuerySet["ApiClient"]):
    """Clients, narrowed by moment."""

    def on(self, moment: datetime) -> ApiClientQuerySet:
        """Those whose token holds at a moment."""
        return self.filter(Q(revoked__isnull=True) | Q(revoked__gt=moment), expires__gt=moment)


class ApiClient(models.Model):
    """One client. The token itself is shown once, when it is made, and kept nowhere.

    `scopes` are names of `harmfree.web.api.scopes.SCOPES`; they hold at the organisation and all
    below it (none: everywhere).
    """

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    organisation = models.ForeignKey(
        "organisations.Organisation", null=True, blank=True, on_delete=models.PROTECT
    )
    per_minute = models.IntegerField(default=A_MINUTE)
    made = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    last_used = models.DateTimeField(null=True)

    objects = ApiClientQuerySet.as_manager()

    class Meta:
        """Newest first."""

        ordering = ["-made", "-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def state(self, now: datetime) -> str:
        """Whether its token holds: in use, revoked or expired."""
        if self.revoked is not None and self.revoked <= now:
            return "revoked"
        return "in use" if self.expires > now else "expired"
