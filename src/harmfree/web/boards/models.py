"""What the boards keep: results that take long to work out, and tables that leads bring."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from harmfree.web.organisations.models import Organisation
from harmfree.web.publication.models import PublishedRun


class BoardResult(models.Model):
    """What was worked out from the records of one run, exact: pages hide small numbers.

    `organisation` is none when the result covers all. `digest` tells apart results of one run
    that rest on different tables or assumptions. It goes when its run goes.
    """

    run = models.ForeignKey(PublishedRun, on_delete=models.CASCADE)
    name = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    digest = models.CharField(max_length=64, blank=True)
    content = models.JSONField()
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        """One result for a run, a name, a place and what it rests on."""

        constraints = [
            models.UniqueConstraint(
                fields=["run", "name", "organisation", "digest"], name="one_board_result"
            ),
            models.UniqueConstraint(
                fields=["run", "name", "digest"],
                condition=Q(organisation__isnull=True),
                name="one_board_result_of_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of run {self.run_id}"


class Upload(models.Model):
    """A table that somebody brought: its good rows, and which rows were left out and why.

    The file itself is not kept. The newest of a kind at an organisation that is not withdrawn
    holds.
    """

    class Kind(models.TextChoices):
        """What a table is for."""

        REGISTER = "register", "roll-out register"
        PRICES = "prices", "price list"
        BIRTHS = "births", "births"
        DEVICE = "device", "device evaluation"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=200)
    content = models.JSONField()
    rejected = models.JSONField(default=list)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT)
    made = models.DateTimeField(default=timezone.now)
    withdrawn = models.DateTimeField(null=True)

    class Meta:
        """The newest last."""

        ordering = ["made", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.file_name}"
