"""What a run publishes: people in view, open findings, series by organisation, breakdowns.

Rows name their run. Readers ask for the rows of the live run (`PublishedRun.live`), which changes
in one step when a new run is whole; a publication that dies half way leaves the old one in view.
"""

from __future__ import annotations

import secrets
from datetime import date
from functools import cached_property

from django.db import models

from harmfree.web.organisations.models import Organisation


def fresh_key() -> str:
    """A key for addresses: it says nothing about the person."""
    return secrets.token_urlsafe(9)


class PublishedRun(models.Model):
    """One run, whole or on its way."""

    class State(models.TextChoices):
        """Where the run is."""

        COMING = "coming", "being published"
        LIVE = "live", "live"
        OLD = "old", "replaced"

    number = models.IntegerField(unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.COMING)
    created = models.DateTimeField()
    published = models.DateTimeField(null=True)
    as_of = models.DateField()
    extract_date = models.DateField()
    dates = models.JSONField()
    info = models.JSONField()
    rejections = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"Run {self.number} as of {self.as_of}"

    @classmethod
    def live(cls) -> PublishedRun | None:
        """The run that readers see; None before the first publication."""
        return cls.objects.filter(state=cls.State.LIVE).first()

    @cached_property
    def index_dates(self) -> tuple[date, ...]:
        """The first-of-the-month days of every series, ascending."""
        return tuple(map(date.fromisoformat, self.dates))

    @property
    def age(self) -> str:
        """How old the data are, in a sentence."""
        return (
            f"Records up to {self.extract_date:%-d %B %Y}, worked out as of {self.as_of:%-d %B %Y}."
        )


class Person(models.Model):
    """Someone with an open finding now or in the past, under their pseudonym.

    The pseudonym joins runs together and is shown to those who may see people; `key` stands in
    addresses. Name, NHS number and date of birth are in `worklist.Identity`, encrypted.
    """

    pseudonym = models.BigIntegerField(primary_key=True)
    key = models.CharField(max_length=20, unique=True, default=fresh_key)
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="people"
    )
    age = models.IntegerField(null=True)
    sex = models.CharField(max_length=10)

    def __str__(self) -> str:
        return self.key


class Finding(models.Model):
    """One open hazard or gap of one person in one run, with the events behind it."""

    run = models.ForeignKey(PublishedRun, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="findings")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    indicator = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    since = models.DateField()
    evidence = models.JSONField(default=list)

    class Meta:
        """Found by run and place, or by person."""

        constraints = [
            models.UniqueConstraint(fields=["run", "person", "indicator"], name="one_finding")
        ]
        indexes = [models.Index(fields=["run", "organisation", "indicator"])]

    def __str__(self) -> str:
        return f"{self.indicator} of {self.person_id}"


class Series(models.Model):
    """Counts of one indicator at one organisation (all below it counted in) on each index date."""

    run = models.ForeignKey(PublishedRun, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    indicator = models.CharField(max_length=80)
    denominators = models.JSONField()
    numerators = models.JSONField()
    variation = models.CharField(max_length=30, blank=True)

    class Meta:
        """One series for an indicator at an organisation."""

        constraints = [
            models.UniqueConstraint(fields=["run", "organisation", "indicator"], name="one_series")
        ]
        indexes = [models.Index(fields=["run", "indicator"])]

    def __str__(self) -> str:
        return f"{self.indicator} at {self.organisation_id}"


class Breakdown(models.Model):
    """The same by sex, age band, ethnicity or deprivation, at a place and all above it."""

    run = models.ForeignKey(PublishedRun, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    indicator = models.CharField(max_length=80)
    dimension = models.CharField(max_length=20)
    category = models.CharField(max_length=40)
    denominators = models.JSONField()
    numerators = models.JSONField()

    class Meta:
        """Found by indicator and place."""

        indexes = [models.Index(fields=["run", "organisation", "indicator"])]

    def __str__(self) -> str:
        return f"{self.indicator} by {self.dimension} at {self.organisation_id}"
