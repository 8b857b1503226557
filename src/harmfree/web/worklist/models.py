"""A finding over time (a case), what was done about it, what runs made of it, whose name it is."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from harmfree.web.organisations.models import Organisation
from harmfree.web.publication.models import Person


class Identity(models.Model):
    """Name, NHS number and date of birth, sealed; only the care team of the site opens them.

    `nhs_number_key` is a keyed digest for finding a person by NHS number without keeping it open.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="identity")
    name = models.BinaryField()
    nhs_number = models.BinaryField()
    birth_date = models.BinaryField()
    nhs_number_key = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return f"Identity of {self.person_id}"


class Case(models.Model):
    """One hazard or gap of one person from the run that first found it to the run that closed it.

    `version` goes up with every change of state, place or person responsible: who acts on an old
    version is told, and nothing is lost. `still_shown` is the last day of the newest records that
    show it although somebody recorded it as done before that day.
    """

    class State(models.TextChoices):
        """Where the case is."""

        OPEN = "open", "Open"
        DONE = "done", "Done, to be confirmed by the next records"
        DECLINED = "declined", "Declined"
        NOT_APPROPRIATE = "not_appropriate", "Not appropriate"
        SNOOZED = "snoozed", "Snoozed"
        CLOSED = "closed", "Closed"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="cases")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    indicator = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    since = models.DateField()
    evidence = models.JSONField(default=list)
    first_run = models.IntegerField()
    first_seen = models.DateTimeField(default=timezone.now)
    changed = models.DateTimeField(default=timezone.now)
    snoozed_until = models.DateField(null=True)
    still_shown = models.DateField(null=True)
    assigned_to = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="cases"
    )
    closed_run = models.IntegerField(null=True)
    closed_on = models.DateField(null=True)
    closed_because = models.CharField(max_length=40, blank=True)
    reopened = models.IntegerField(default=0)
    version = models.IntegerField(default=1)

    class Meta:
        """One case for a person and indicator."""

        constraints = [models.UniqueConstraint(fields=["person", "indicator"], name="one_case")]
        indexes = [
            models.Index(fields=["organisation", "state", "indicator"]),
            models.Index(fields=["organisation", "changed"]),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} of {self.person_id}"


class Line(models.Model):
    """One person's place on a worklist: what is open, counted, so that ranking costs nothing."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="line")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    hazards = models.IntegerField()
    gaps = models.IntegerField()
    oldest = models.DateField()

    class Meta:
        """In the order in which lines are shown (`harmfree.publish.worklist.RANKING`)."""

        indexes = [
            models.Index(
                "organisation",
                models.F("hazards").desc(),
                models.F("gaps").desc(),
                "oldest",
                "person",
                name="line_rank",
            )
        ]

    def __str__(self) -> str:
        return f"Line of {self.person_id}"


class Action(models.Model):
    """Something that was done about a case, as the person who did it recorded it."""

    class Did(models.TextChoices):
        """What was done."""

        DONE = "done", "Done"
        DECLINED_BY_PATIENT = "declined_by_patient", "Declined by the patient"
        DECLINED_BY_CLINICIAN = "declined_by_clinician", "Declined by a clinician"
        NOT_APPROPRIATE = "not_appropriate", "Not appropriate"
        SNOOZED = "snoozed", "Snoozed until"
        ASSIGNED = "assigned", "Assigned to"
        NOTED = "noted", "Note"
        REOPENED = "reopened", "Opened again"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="actions")
    did = models.CharField(max_length=30, choices=Did.choices)
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="actions")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateField(null=True)
    to = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="assigned"
    )

    class Meta:
        """In the order in which they were done; people ask what others did since a moment."""

        ordering = ["at", "id"]
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.did} on {self.case_id}"

    @property
    def words(self) -> str:
        """What was done, with its day, colleague and reason; for the care team alone."""
        until = f"{self.until:%-d %B %Y}" if self.until else ""
        said = " ".join(filter(None, [self.get_did_display(), until, str(self.to or "")]))
        return f"{said}: {self.reason}" if self.reason else said


class Turn(models.Model):
    """What a run, or the calendar, made of a case: a part of its history that nobody did.

    `because` names a `harmfree.publish.closing.Why`; `words` says which conditions changed.
    """

    class Became(models.TextChoices):
        """What became of the case."""

        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Found again"
        MOVED = "moved", "Moved with the person to another site"
        WOKEN = "woken", "Back after snoozing"
        STILL_SHOWN = "still_shown", "Newer records still show it"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="turns")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    became = models.CharField(max_length=20, choices=Became.choices)
    because = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    run = models.IntegerField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        """In the order in which they came; people ask what happened at a site since a moment."""

        ordering = ["at", "id"]
        indexes = [models.Index(fields=["organisation", "at"])]

    def __str__(self) -> str:
        return f"{self.became}: {self.case_id}"


class Look(models.Model):
    """When someone looked at a worklist, for "what changed since".

    `at` is the last time; `before` the last time of the sitting before this one.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    at = models.DateTimeField()
    before = models.DateTimeField(null=True)

    class Meta:
        """One for a person and place."""

        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="one_look")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.organisation_id}"
