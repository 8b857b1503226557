"""What people add to charts: annotations, interventions, decisions to rebase, and targets."""

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


class Rebase(models.Model):
    """A person's decision that a process has changed and its limits begin afresh, and why.

    The program never rebases by itself (Making Data Count: a change that is real, sustained and
    understood).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    indicator = models.CharField(max_length=80)
    on = models.DateField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT)
    made = models.DateTimeField(default=timezone.now)
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        """In order of day."""

        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.on} {self.reason}"


class Target(models.Model):
    """The percentage that an indicator should reach at an organisation and all below it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    indicator = models.CharField(max_length=80)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    source = models.CharField(max_length=200)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT)
    made = models.DateTimeField(default=timezone.now)
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        """The newest last: it is the one that holds."""

        ordering = ["made", "id"]

    def __str__(self) -> str:
        return f"{self.percent}% for {self.indicator}"
