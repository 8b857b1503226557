"""What an organisation is, and what became of it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q


class Kind(models.TextChoices):
    """The levels of the tree, from the smallest to the largest."""

    PRACTICE = "practice", "GP practice"
    CARE_HOME = "care_home", "Care home"
    WARD = "ward", "Ward"
    UNIT = "unit", "Maternity or neonatal unit"
    NETWORK = "network", "Network"
    PLACE = "place", "Place (formerly CCG)"
    SYSTEM = "system", "System"
    REGION = "region", "Region"


SITES = (Kind.PRACTICE, Kind.CARE_HOME, Kind.WARD, Kind.UNIT)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations, narrowed by day."""

    def on(self, day: date) -> OrganisationQuerySet:
        """Those that exist on a day."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        )


class Organisation(models.Model):
    """One organisation with its ODS-style code.

    `valid_to` is the first day on which it no longer exists. A merger or split keeps the old
    organisation with its history and names its successors (`Succession`).
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        """Order by name, as people look for them."""

        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def is_site(self) -> bool:
        """Whether people belong to it directly."""
        return self.kind in SITES

    def exists_on(self, day: date) -> bool:
        """Whether it exists on a day."""
        began = self.valid_from is None or self.valid_from <= day
        return began and (self.valid_to is None or day < self.valid_to)


class FormerParent(models.Model):
    """Until a day (not included) `organisation` stood below `parent` (none: at the top)."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="former_parents"
    )
    parent = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="former_children"
    )
    until = models.DateField()

    def __str__(self) -> str:
        return f"{self.organisation.code} below {self.parent or 'nothing'} until {self.until}"


class Succession(models.Model):
    """On a day, `successor` took over all or part of `predecessor`."""

    predecessor = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="successions"
    )
    successor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="inherited")
    on = models.DateField()

    class Meta:
        """One row for a pair."""

        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="one_succession")
        ]

    def __str__(self) -> str:
        return f"{self.predecessor.code} to {self.successor.code} on {self.on}"
