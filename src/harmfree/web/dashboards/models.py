"""What people add to charts: annotations and interventions."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from harmfree.web.organisations.models import Organisation


class Annotation(models.Model):
    """Something that happened at an organisation and may explain a chart.

    An intervention has a start day that evaluations use; without an indicator it concerns all.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    indicator = models.CharField(max_length=80, blank=True)
    on = models.DateField()
    text = models.CharField(max_length=200)
    intervention = models.BooleanField(default=False)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT)
    made = models.DateTimeField(default=timezone.now)
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        """In order of day."""

        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.on} {self.text}"
