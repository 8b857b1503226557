"""What changed at a worklist since somebody last looked, and how full the worklists are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from harmfree.web.accounts.models import User
from harmfree.web.organisations.models import SITES
from harmfree.web.organisations.tree import Node, tree
from harmfree.web.publication.models import Person
from harmfree.web.worklist.filters import CAME_BACK
from harmfree.web.worklist.history import turned
from harmfree.web.worklist.listing import Item, item_of
from harmfree.web.worklist.models import Action, Case, Line, Look, Turn

SITTING = timedelta(minutes=30)
"""Looks that are no further apart belong to one sitting."""
MOST = 200
"""How many of each kind of change are listed; the heading tells how many there are."""


def last_look(user: User, organisation: int) -> datetime | None:
    """When somebody last looked at a worklist in a sitting before this one; None for never."""
    seen = Look.objects.filter(user=user, organisation=organisation).first()
    if seen is None:
        return None
    return seen.at if timezone.now() - seen.at > SITTING else seen.before


def looked(user: User, organisation: int, before: datetime | None) -> None:
    """Note that somebody looks at a worklist now, whose last look is known."""
    now = timezone.now()
    mine = Look.objects.filter(user=user, organisation=organisation)
    if not mine.update(at=now, before=before):
        Look.objects.update_or_create(  # two first looks at one moment make one row
            user=user, organisation_id=organisation, defaults={"at": now, "before": before}
        )


@dataclass(frozen=True)
class Change:
    """One thing that happened to a case, in words."""

    person: Person
    item: Item
    at: datetime
    words: str


@dataclass
class Kind:
    """Changes of one kind, newest first, and how many there are of them."""

    heading: str
    changes: list[Change] = field(default_factory=list)
    count: int = 0


def changes(organisation: int, user: User, since: datetime) -> list[Kind]:
    """What happened to a worklist since a moment: new, closed, back, acted on by others."""
    fresh = Case.objects.filter(organisation=organisation, first_seen__gt=since)
    turns = Turn.objects.filter(case__organisation=organisation, at__gt=since)
    acted = Action.objects.filter(case__organisation=organisation, at__gt=since).exclude(by=user)
    return [
        _kind("New", fresh, "first_seen", lambda case: (case, case.first_seen, "")),
        _kind("Back on the list", turns.filter(became__in=CAME_BACK), "at", _turned),
        _kind("Closed", turns.filter(became=Turn.Became.CLOSED), "at", _turned),
        _kind("Still in newer records", turns.filter(became="still_shown"), "at", _turned),
        _kind("Acted on by colleagues", acted.select_related("by", "to"), "at", _acted),
    ]


def _kind(heading: str, every: QuerySet, at: str, make: Any) -> Kind:
    related = f"{'' if every.model is Case else 'case__'}person__identity"
    part = every.select_related(related).order_by(f"-{at}", "-pk")[:MOST]
    made = (make(each) for each in part)
    found = [Change(case.person, item_of(case), moment, words) for case, moment, words in made]
    return Kind(heading, found, len(found) if len(found) < MOST else every.count())


def _turned(turn: Turn) -> tuple[Case, datetime, str]:
    return turn.case, turn.at, turned(turn)


def _acted(action: Action) -> tuple[Case, datetime, str]:
    return action.case, action.at, f"{action.words} ({action.by})"


@dataclass(frozen=True)
class Summary:
    """One worklist as the list of worklists shows it; `changed` is None before the first look."""

    node: Node
    people: int
    hazards: int
    gaps: int
    mine: int
    changed: int | None


def summaries(organisations: Iterable[int], user: User) -> list[Summary]:
    """The worklists of the sites among some organisations, the fullest first.

    Sites where nobody ever had a finding are left out, unless there is no other.
    """
    wanted = [each for each in organisations if tree().nodes[each].kind in SITES]
    counts = {
        row["organisation"]: row
        for row in Line.objects.filter(organisation__in=wanted)
        .values("organisation")
        .annotate(people=Count("id"), hazards=Sum("hazards"), gaps=Sum("gaps"))
    }
    mine = _count(Case.objects.filter(organisation__in=wanted, assigned_to=user, state="open"))
    looked = set(Look.objects.filter(user=user).values_list("organisation_id", flat=True))
    changed = _changed(wanted, user) if looked else {}
    held = Case.objects.filter(organisation__in=wanted).order_by()
    used = set(held.values_list("organisation", flat=True).distinct())
    found = []
    for each in used or set(wanted):
        row = counts.get(each, {"people": 0, "hazards": 0, "gaps": 0})
        moved = changed.get(each, 0) if each in looked else None
        node = tree().nodes[each]
        found.append(
            Summary(node, row["people"], row["hazards"], row["gaps"], mine.get(each, 0), moved)
        )
    return sorted(found, key=lambda row: (-row.hazards, -row.gaps, row.node.name))


def _count(cases: QuerySet[Case]) -> dict[int, int]:
    rows = cases.order_by().values_list("organisation").annotate(Count("id"))
    return dict(rows)


def _changed(organisations: list[int], user: User) -> dict[int, int]:
    """How many people have a change since the user's last look at each worklist."""
    people: dict[int, set[int]] = defaultdict(set)
    for rows, place in (
        (Case.objects.filter(organisation__in=organisations), ""),
        (Turn.objects.filter(case__organisation__in=organisations), "case__"),
        (Action.objects.filter(case__organisation__in=organisations).exclude(by=user), "case__"),
    ):
        looked = Look.objects.filter(user=user, organisation=OuterRef(f"{place}organisation"))
        since: Any = rows.annotate(looked_at=Subquery(looked.values("at")[:1]))
        after = Q(first_seen__gt=F("looked_at")) if not place else Q(at__gt=F("looked_at"))
        pairs = since.filter(after).order_by()
        for organisation, person in pairs.values_list(f"{place}organisation", f"{place}person"):
            people[organisation].add(person)
    return {organisation: len(those) for organisation, those in people.items()}
