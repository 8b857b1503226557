"""One entry of the audit trail."""

from __future__ import annotations

from django.db import models


class AuditEvent(models.Model):
    """Who did or saw what, when and why. Never changed, never deleted.

    `detail` holds no name, NHS number or date of birth: a person is named by the key of their
    line, which means something only to those who may open it. `digest` chains each entry to the
    one before (`harmfree.web.audit.chain`).
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)
    organisation = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        """Newest last; people look for an actor, a subject or an action."""

        ordering = ["number"]
        indexes = [
            models.Index(fields=["actor", "number"]),
            models.Index(fields=["subject", "number"]),
            models.Index(fields=["action", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.subject}"
