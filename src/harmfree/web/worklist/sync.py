"""Bringing the cases in line with a run: new ones open, gone ones close, back ones reopen.

It runs in the transaction that makes the run live, so that nobody sees one without the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone

from harmfree.errors import HarmfreeError
from harmfree.publish.closing import Why, reasons
from harmfree.publish.reading import LiveRun
from harmfree.web.publication.models import Finding, PublishedRun
from harmfree.web.worklist.models import Case, Line

Progress = Callable[[str, int, int], None]
Key = tuple[int, str]
State = Case.State
PIECE = 1000
CHANGED = ["organisation", "kind", "state", "since", "evidence", "changed", "snoozed_until"]
CHANGED += ["closed_run", "closed_on", "closed_because", "reopened", "version"]


class Found(NamedTuple):
    """A finding, as the cases need it."""

    person: int
    indicator: str
    organisation: int
    kind: str
    since: date
    evidence: list[dict[str, str]]


def sync_cases(run: PublishedRun, progress: Progress) -> None:
    """Bring the cases in line with `run`, within the transaction that makes it live."""
    rows = Finding.objects.filter(run=run).values_list(
        "person_id", "indicator", "organisation_id", "kind", "since", "evidence"
    )
    found = {(row[0], row[1]): Found(*row) for row in rows.iterator(chunk_size=5000)}
    held = {(case.person_id, case.indicator): case for case in Case.objects.all()}
    progress("bringing cases in line", 0, len(found))
    changed = [case for key, case in held.items() if key in found and _seen_again(case, found[key])]
    changed += _closed(run, [case for key, case in held.items() if key not in found], progress)
    new = [_opened(each, run) for key, each in found.items() if key not in held]
    Case.objects.bulk_create(new, batch_size=PIECE)
    Case.objects.bulk_update(changed, CHANGED, batch_size=PIECE)
    rank()
    progress("bringing cases in line", len(found), len(found))


def _opened(each: Found, run: PublishedRun) -> Case:
    return Case(
        person_id=each.person,
        organisation_id=each.organisation,
        indicator=each.indicator,
        kind=each.kind,
        since=each.since,
        evidence=each.evidence,
        first_run=run.number,
    )


def _seen_again(case: Case, each: Found) -> bool:
    """Take over what the finding says; whether anything changed that people should see."""
    before = (case.state, case.organisation_id, case.since, case.evidence)
    if case.state == State.CLOSED:
        case.state, case.reopened = State.OPEN, case.reopened + 1
        case.closed_run, case.closed_on, case.closed_because = None, None, ""
    elif case.state == State.SNOOZED and case.snoozed_until and case.snoozed_until <= date.today():
        case.state, case.snoozed_until = State.OPEN, None
    case.organisation_id, case.kind = each.organisation, each.kind
    case.since, case.evidence = each.since, each.evidence
    if before == (case.state, case.organisation_id, case.since, case.evidence):
        return False
    _touch(case)
    return True


def _touch(case: Case) -> None:
    case.changed, case.version = timezone.now(), case.version + 1


def _closed(run: PublishedRun, gone: Iterable[Case], progress: Progress) -> list[Case]:
    """Close the cases that the run no longer has, each with the reason."""
    closing = [case for case in gone if case.state != State.CLOSED]
    why = closing_reasons(run, closing, progress)
    for case in closing:
        case.state, case.snoozed_until = State.CLOSED, None
        case.closed_run, case.closed_on = run.number, run.as_of
        case.closed_because = why[case.person_id, case.indicator].name
        _touch(case)
    return closing


def closing_reasons(
    run: PublishedRun, closing: Iterable[Case], progress: Progress
) -> dict[Key, Why]:
    """Why each case is no longer found; what cannot be asked of the records is said to be so."""
    asked: dict[int, list[str]] = {}
    for case in closing:
        asked.setdefault(case.person_id, []).append(case.indicator)
    if not asked:
        return {}
    unknown = {
        (person, name): Why.NOT_IN_RECORDS for person, names in asked.items() for name in names
    }
    try:
        live = LiveRun.open(Path(settings.HOME))
    except HarmfreeError:
        return unknown  # the records are not on this machine
    told = reasons(live, asked, lambda done, total: progress("asking why", done, total))
    return unknown | told


def rank(people: Iterable[int] | None = None) -> None:
    """Count what is open of everybody (or of some people) and keep it with their line."""
    wanted = Q() if people is None else Q(person__in=list(people))
    Line.objects.filter(wanted).delete()
    counts = (
        Case.objects.filter(wanted, state=State.OPEN)
        .values("person", "organisation")
        .annotate(
            hazards=Count("id", filter=Q(kind="hazard")),
            gaps=Count("id", filter=Q(kind="gap")),
            oldest=Min("since"),
        )
    )
    lines = {
        row["person"]: Line(
            person_id=row["person"],
            organisation_id=row["organisation"],
            hazards=row["hazards"],
            gaps=row["gaps"],
            oldest=row["oldest"],
        )
        for row in counts
    }
    Line.objects.bulk_create(lines.values(), batch_size=PIECE)


def wake(organisations: Iterable[int], today: date) -> int:
    """Open again what was snoozed until today or before; how many."""
    due = Case.objects.filter(
        organisation__in=list(organisations), state=State.SNOOZED, snoozed_until__lte=today
    )
    woken = list(due)
    for case in woken:
        case.state, case.snoozed_until = State.OPEN, None
        _touch(case)
    if woken:
        Case.objects.bulk_update(woken, CHANGED, batch_size=PIECE)
        rank({case.person_id for case in woken})
    return len(woken)
