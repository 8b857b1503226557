"""The lines of the worklists: what is open of each person, counted, so that ranking costs nothing.

Declined, not appropriate, snoozed, done and closed cases do not count as open.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, Min, Q

from harmfree.web.worklist.models import Case, Line

PIECE = 1000
AT_ONCE = 300
"""People named in one condition; SQLite limits how many values a query may have."""


def rank(people: Collection[int] | None = None) -> None:
    """Count the open cases of some people again, or of everybody."""
    if people is None:
        Line.objects.all().delete()
        _count(Q())
        return
    every = sorted(people)
    for start in range(0, len(every), AT_ONCE):
        part = every[start : start + AT_ONCE]
        Line.objects.filter(person__in=part).delete()
        _count(Q(person__in=part))


def _count(wanted: Q) -> None:
    rows = (
        Case.objects.filter(wanted, state=Case.State.OPEN)
        .values("person", "organisation")
        .annotate(
            hazards=Count("id", filter=Q(kind="hazard")),
            gaps=Count("id", filter=Q(kind="gap")),
            oldest=Min("since"),
        )
    )
    lines = (
        Line(
            person_id=row["person"],
            organisation_id=row["organisation"],
            hazards=row["hazards"],
            gaps=row["gaps"],
            oldest=row["oldest"],
        )
        for row in rows
    )
    Line.objects.bulk_create(lines, batch_size=PIECE)
