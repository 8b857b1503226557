"""Bringing the cases in line with a run: new ones open, gone ones close, back ones reopen.

It runs in the transaction that makes the run live, so that nobody sees one without the other.
What a run makes of a case is kept as a `Turn`, a part of the case's history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from harmfree.errors import NotFoundError
from harmfree.publish.closing import Closing, Gone, Why, reasons, sites_on
from harmfree.records import Store
from harmfree.web.audit.chain import record
from harmfree.web.organisations.tree import tree
from harmfree.web.publication.models import Finding, Person, PublishedRun
from harmfree.web.worklist.lines import AT_ONCE, PIECE, rank
from harmfree.web.worklist.models import Action, Case, Turn

Progress = Callable[[str, int, int], None]
Key = tuple[int, str]
State, Became = Case.State, Turn.Became
CHANGED = [
    "organisation", "kind", "state", "since", "evidence", "changed", "snoozed_until", "still_shown",
    "assigned_to", "closed_run", "closed_on", "closed_because", "reopened", "version",
]  # fmt: skip


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
    _Sync(run, progress).all()


class _Sync:
    """One run's effect on the cases, gathered in memory and written in a few statements."""

    def __init__(self, run: PublishedRun, progress: Progress) -> None:
        self.run, self.progress = run, progress
        self.now, self.today = timezone.now(), timezone.localdate()
        self.changed: list[Case] = []
        self.turns: list[Turn] = []
        self.moved: dict[int, int] = {}  # person to the organisation where they are now
        rows = Finding.objects.filter(run=run).values_list(
            "person_id", "indicator", "organisation_id", "kind", "since", "evidence"
        )
        self.found = {(row[0], row[1]): Found(*row) for row in rows.iterator(chunk_size=5000)}

    def all(self) -> None:
        """Do it."""
        self.progress("bringing cases in line", 0, len(self.found))
        closed = _closed()
        # Locked in the order of `actions.act`: nobody acts on a case while it is brought in line.
        going = {
            (case.person_id, case.indicator): case
            for case in Case.objects.select_for_update().exclude(state=State.CLOSED).order_by("pk")
        }
        held = [(person, place) for (person, _), (_, place) in closed.items()]
        held += [(case.person_id, case.organisation_id) for case in going.values()]
        self.moved = self._movers(held)
        back = Case.objects.in_bulk([pk for key, (pk, _) in closed.items() if key in self.found])
        for case in (*going.values(), *back.values()):
            if each := self.found.get((case.person_id, case.indicator)):
                self._seen(case, each)
        self._close([case for key, case in going.items() if key not in self.found])
        self._follow()
        new = [self._opened(e) for k, e in self.found.items() if k not in going and k not in closed]
        Case.objects.bulk_create(new, batch_size=PIECE)
        save(self.changed)
        Turn.objects.bulk_create(self.turns, batch_size=PIECE)
        rank()
        turns: dict[str, Any] = Counter(str(turn.became) for turn in self.turns)
        record(None, "cases.synced", subject=f"run:{self.run.number}", new=len(new), **turns)
        self.progress("bringing cases in line", len(self.found), len(self.found))

    def _movers(self, held: Iterable[tuple[int, int]]) -> dict[int, int]:
        """People who have a case at another site than where they are now, and that site."""
        now = {each.person: each.organisation for each in self.found.values()}
        held = set(held)
        quiet = {person for person, _ in held} - set(now)
        if quiet and self._store is not None:
            known = tree().by_code
            codes = sites_on(self._store, quiet, self.run.as_of)
            now |= {person: known[code].id for person, code in codes.items() if code in known}
        return {p: now[p] for p, place in held if p in now and now[p] != place}

    def _opened(self, each: Found) -> Case:
        return Case(
            person_id=each.person,
            organisation_id=each.organisation,
            indicator=each.indicator,
            kind=each.kind,
            since=each.since,
            evidence=each.evidence,
            first_run=self.run.number,
            first_seen=self.now,
            changed=self.now,
        )

    def _seen(self, case: Case, each: Found) -> None:
        """Take over what the finding says of a case that was there before."""
        before = (case.kind, case.since, case.evidence)
        turns = len(self.turns)
        self._move(case)
        if case.state == State.CLOSED:
            self._reopen(case)
        elif case.state == State.SNOOZED and case.snoozed_until and self._due(case.snoozed_until):
            case.state, case.snoozed_until = State.OPEN, None
            self._turn(case, Became.WOKEN)
        elif case.state == State.DONE:
            self._confirm(case, each.since)
        case.kind, case.since, case.evidence = each.kind, each.since, each.evidence
        if len(self.turns) > turns:
            case.changed, case.version = self.now, case.version + 1
        if len(self.turns) > turns or before != (case.kind, case.since, case.evidence):
            self.changed.append(case)

    def _due(self, until: date) -> bool:
        return until <= self.today

    def _move(self, case: Case) -> None:
        """The case follows its person; nobody of the old site answers for it any more."""
        there = self.moved.get(case.person_id, case.organisation_id)
        if there != case.organisation_id:
            words = f"From {tree().nodes[case.organisation_id].name}."
            case.organisation_id, case.assigned_to = there, None
            self._turn(case, Became.MOVED, words=words)

    def _reopen(self, case: Case) -> None:
        case.state, case.reopened, case.still_shown = State.OPEN, case.reopened + 1, None
        case.closed_run, case.closed_on, case.closed_because = None, None, ""
        self._turn(case, Became.REOPENED)

    def _confirm(self, case: Case, since: date) -> None:
        """What records newer than the deed say: it ended and began again, or it never ended."""
        done = self._done_on.get(case.pk)
        if done and since > done:
            self._reopen(case)
        elif done and case.still_shown is None and self.run.extract_date > done:
            case.still_shown = self.run.extract_date
            self._turn(case, Became.STILL_SHOWN)

    @cached_property
    def _done_on(self) -> dict[int, date]:
        """The day on which each case that is done was last recorded so."""
        rows = Action.objects.filter(did=Action.Did.DONE, case__state=State.DONE)
        latest = rows.order_by().values_list("case").annotate(Max("at"))
        return {case: timezone.localdate(at) for case, at in latest}

    def _turn(self, case: Case, became: str, because: str = "", words: str = "") -> None:
        self.turns.append(
            Turn(
                case=case,
                organisation_id=case.organisation_id,
                became=became,
                because=because,
                words=words,
                run=self.run.number,
                at=self.now,
            )
        )

    def _close(self, closing: list[Case]) -> None:
        """Close the cases that the run no longer has, each with the reason."""
        why = self._reasons(closing)
        for case in closing:
            self._move(case)
            told = why[case.person_id, case.indicator]
            case.state, case.snoozed_until, case.still_shown = State.CLOSED, None, None
            case.closed_run, case.closed_on = self.run.number, self.run.as_of
            case.closed_because = told.why.name
            case.changed, case.version = self.now, case.version + 1
            self._turn(case, Became.CLOSED, told.why.name, told.words)
            self.changed.append(case)

    def _reasons(self, closing: Iterable[Case]) -> dict[Key, Closing]:
        findings: dict[int, list[str]] = {}
        for case in closing:
            findings.setdefault(case.person_id, []).append(case.indicator)
        if not findings:
            return {}
        if self._store is None:
            unknown = Closing(Why.UNKNOWN, "The records are not on this machine.")
            return {(person, name): unknown for person in findings for name in findings[person]}
        last = PublishedRun.live()
        gone = Gone(
            findings,
            as_of=self.run.as_of,
            looked_for=self.run.info["indicators"],
            before=last.as_of if last else None,
            redefined=_redefined(last, self.run),
        )
        return reasons(Path(settings.HOME), self._store, gone, self._asking)

    def _asking(self, done: int, total: int) -> None:
        self.progress("asking the records why cases ended", done, total)

    @cached_property
    def _store(self) -> Store | None:
        try:
            return Store.open(Path(settings.HOME))
        except NotFoundError:
            return None

    def _follow(self) -> None:
        """What is closed of a person is where the person is, too."""
        going_to: dict[int, list[int]] = {}
        for person, organisation in self.moved.items():
            going_to.setdefault(organisation, []).append(person)
        for organisation, those in going_to.items():
            for start in range(0, len(those), AT_ONCE):
                part = those[start : start + AT_ONCE]
                Person.objects.filter(pk__in=part).update(organisation=organisation)
                Case.objects.filter(person__in=part, state=State.CLOSED).update(
                    organisation=organisation
                )


def _closed() -> dict[Key, tuple[int, int]]:
    """(person, indicator) of closed cases to their key and their organisation."""
    columns = ("person_id", "indicator", "pk", "organisation_id")
    rows = Case.objects.filter(state=State.CLOSED).values_list(*columns)
    return {(row[0], row[1]): (row[2], row[3]) for row in rows.iterator(chunk_size=5000)}


def save(cases: list[Case]) -> None:
    """Write changed cases, many in a statement."""
    Case.objects.bulk_create(
        cases, batch_size=PIECE, update_conflicts=True, unique_fields=["id"], update_fields=CHANGED
    )


def wake(organisations: Iterable[int], today: date) -> int:
    """Open again what was snoozed until today or before; how many cases.

    Whoever opens a worklist asks for it: a case is back on its day, run or no run.
    """
    due = Case.objects.filter(
        organisation__in=list(organisations), state=State.SNOOZED, snoozed_until__lte=today
    )
    if not due.exists():
        return 0
    with transaction.atomic():
        woken = list(due.select_for_update().order_by("pk"))
        for case in woken:
            case.state, case.snoozed_until = State.OPEN, None
            case.changed, case.version = timezone.now(), case.version + 1
        save(woken)
        Turn.objects.bulk_create(
            Turn(case=case, organisation_id=case.organisation_id, became=Became.WOKEN)
            for case in woken
        )
        rank({case.person_id for case in woken})
        record(None, "cases.woken", cases=len(woken))
    return len(woken)


def _redefined(last: PublishedRun | None, run: PublishedRun) -> set[str]:
    """Indicators whose definition has another version than in the last run."""
    if last is None:
        return set()
    before, now = (
        dict(zip(each.info["indicators"], each.info["versions"], strict=True))
        for each in (last, run)
    )
    return {name for name in before if name in now and before[name] != now[name]}
