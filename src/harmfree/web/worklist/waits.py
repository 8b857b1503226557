"""How long cases wait for action: the table behind Kaplan-Meier curves.

A wait begins when the case was first shown on a worklist and ends when somebody first recorded a
decision (done, declined, not appropriate), or when the records first showed it over by itself
(care given, medicine stopped, ended), whichever came first. A case closed for any other reason
(death, leaving, no longer at risk, a correction) and one that still waits count as not acted on
from that moment: they are censored. Only the first time counts; a case that comes back is not a
second row. Assigning, snoozing and notes decide nothing and end no wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import F, Min, Q
from django.utils import timezone

from harmfree.improvement.evaluation.time_to_action import Waits
from harmfree.publish.closing import Why
from harmfree.web.worklist.filters import programme_of
from harmfree.web.worklist.models import Action, Case, Turn

DECISIONS = (
    Action.Did.DONE,
    Action.Did.DECLINED_BY_PATIENT,
    Action.Did.DECLINED_BY_CLINICIAN,
    Action.Did.NOT_APPROPRIATE,
)
ACTED = tuple(each.name for each in Why if each.by_action)
SECONDS = 86_400.0


@dataclass(frozen=True)
class Wait:
    """One case.

    Attributes:
        site: code of the organisation where the case is.
        programme, indicator, kind: what it is.
        days: from the first showing to the action, or to the end of watching.
        acted: whether it ended in action.
        ended: "decision", "records", "closed otherwise" or "waiting".
        shown: when it was first shown.
        person: whose it is, for counting people; never shown.
    """

    site: str
    programme: str
    indicator: str
    kind: str
    days: float
    acted: bool
    ended: str
    shown: datetime
    person: int


def waits(organisations: Iterable[int], until: datetime | None = None) -> list[Wait]:
    """The waits of all cases at some organisations, in the order of the cases.

    Args:
        organisations: keys; the caller narrows them to what the reader may see.
        until: the end of watching; now by default.
    """
    end = until or timezone.now()
    programme = programme_of()
    cases = (
        Case.objects.filter(organisation__in=list(organisations), first_seen__lte=end)
        .order_by("pk")
        .values_list("pk", "organisation__code", "indicator", "kind", "first_seen", "person_id")
    )
    decided, over = _decided(organisations), _over(organisations)
    found = []
    for pk, site, name, kind, shown, person in cases:
        ends = [*decided.get(pk, ()), *over.get(pk, ())]
        at, acted, ended = min(
            [each for each in ends if each[0] <= end], default=(end, False, "waiting")
        )
        days = max((at - shown).total_seconds() / SECONDS, 0.0)
        where = programme.get(name, "")
        found.append(Wait(site, where, name, kind, days, acted, ended, shown, person))
    return found


End = tuple[datetime, bool, str]


def _decided(organisations: Iterable[int]) -> dict[int, list[End]]:
    rows = (
        Action.objects.filter(case__organisation__in=list(organisations), did__in=DECISIONS)
        .order_by()
        .values_list("case")
        .annotate(first=Min("at"))
    )
    return {case: [(at, True, "decision")] for case, at in rows}


def _over(organisations: Iterable[int]) -> dict[int, list[End]]:
    """When the records first showed each case over, and when it first closed otherwise."""
    closed = Q(became=Turn.Became.CLOSED, case__organisation__in=list(organisations))
    rows = (
        Turn.objects.filter(closed)
        .order_by()
        .values(key=F("case"))
        .annotate(acted=Min("at", filter=Q(because__in=ACTED)))
        .annotate(other=Min("at", filter=~Q(because__in=ACTED)))
    )
    return {
        row["key"]: [
            *([(row["acted"], True, "records")] if row["acted"] else []),
            *([(row["other"], False, "closed otherwise")] if row["other"] else []),
        ]
        for row in rows
    }


def measured(rows: list[Wait], group: str = "") -> Waits:
    """The table as the evaluation takes it.

    Args:
        rows: the waits.
        group: the field to compare by ("programme", "kind" ...); none for one group.
    """
    return Waits(
        days=np.array([each.days for each in rows], dtype=float),
        acted=np.array([each.acted for each in rows], dtype=bool),
        group=tuple(str(getattr(each, group)) for each in rows) if group else (),
        sites=tuple(each.site for each in rows),
    )
