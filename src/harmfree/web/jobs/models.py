"""One piece of work in the background."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Job(models.Model):
    """Work to do, being done or done. It is leased, not taken: a dead worker's lease runs out."""

    class State(models.TextChoices):
        """Where the job is."""

        WAITING = "waiting", "waiting"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    task = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    attempts = models.IntegerField(default=0)
    lease = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    doing = models.CharField(max_length=200, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        """Workers look for what waits, oldest first."""

        ordering = ["id"]
        indexes = [models.Index(fields=["state", "id"])]

    def __str__(self) -> str:
        return f"{self.task} ({self.state})"

    @property
    def percent(self) -> int:
        """How far it is."""
        return round(100 * self.done / self.total) if self.total else 0
