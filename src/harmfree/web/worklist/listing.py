"""Reading a worklist: filters that live in the address, lines in rank, what changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from harmfree.programmes.indicator import Indicator
from harmfree.programmes.page import flags
from harmfree.programmes.registry import indicators, programmes
from harmfree.records.pseudonym import shown
from harmfree.web.accounts.models import User
from harmfree.web.publication.models import Person
from harmfree.web.worklist.errors import SealError
from harmfree.web.worklist.models import Case, Line, Look
from harmfree.web.worklist.sealing import unseal

log = logging.getLogger(__name__)

State = Case.State
PAGE = 50
STATES = {
    "open": "Open",
    "declined": "Declined",
    "not_appropriate": "Not appropriate",
    "snoozed": "Snoozed",
    "done": "Done, to be confirmed",
}
KINDS = {"hazard": "Hazards", "gap": "Gaps in care"}
AGES = {"0-17": (0, 17), "18-64": (18, 64), "65-79": (65, 79), "80-over": (80, 200)}
AGE_NAMES = {"0-17": "0 to 17", "18-64": "18 to 64", "65-79": "65 to 79", "80-over": "80 and over"}
SEXES = {"female": "Female", "male": "Male"}
RANKING = "Most hazards first, then most gaps, then the longest open."


@dataclass(frozen=True)
class Filters:
    """What is shown; every field is a part of the address."""

    programme: str = ""
    indicator: str = ""
    kind: str = ""
    state: str = "open"
    mine: bool = False
    new: bool = False
    age: str = ""
    sex: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Filters:
        """The filters of an address; what is not known is left out."""
        held = _indicators()
        known = {
            "programme": set(programmes()),
            "indicator": set(held),
            "kind": set(KINDS),
            "state": set(STATES),
            "age": set(AGES),
            "sex": set(SEXES),
        }
        given: dict[str, Any] = {
            name: query[name] for name, values in known.items() if query.get(name) in values
        }
        return cls(**given, mine=query.get("mine") == "1", new=query.get("new") == "1")

    def address(self, **change: object) -> str:
        """The query of an address with these filters, some of them changed."""
        values = {**vars(self), **change}
        plain = {
            name: "1" if value is True else value
            for name, value in values.items()
            if value and not (name == "state" and value == "open")
        }
        return urlencode(plain)

    def cases(self, user: User, since: datetime | None) -> Q:
        """The condition on cases."""
        wanted = Q(state=self.state)
        if self.indicator:
            wanted &= Q(indicator=self.indicator)
        elif self.programme:
            wanted &= Q(indicator__in=[e.id for e in programmes()[self.programme].indicators])
        if self.kind:
            wanted &= Q(kind=self.kind)
        if self.mine:
            wanted &= Q(assigned_to=user)
        if self.new and since:
            wanted &= Q(first_seen__gt=since)
        return wanted

    def people(self) -> Q:
        """The condition on people."""
        wanted = Q()
        if self.age:
            low, high = AGES[self.age]
            wanted &= Q(age__gte=low, age__lte=high)
        if self.sex:
            wanted &= Q(sex=self.sex)
        return wanted

    @property
    def narrowed(self) -> bool:
        """Whether anything but the default is asked for."""
        return self != Filters()


@dataclass(frozen=True)
class Item:
    """One case as a line shows it."""

    case: Case
    title: str
    action: str
    flags: tuple[str, ...]

    @property
    def still_shown(self) -> bool:
        """Done by what somebody recorded, but a later extract still shows it."""
        return self.case.still_shown is not None


@dataclass(frozen=True)
class Row:
    """One line: a person and their cases."""

    person: Person
    pseudonym: str
    name: str = ""
    items: list[Item] = field(default_factory=list)


@lru_cache(maxsize=1)
def _indicators() -> dict[str, Indicator]:
    return {each.id: each for each in indicators()}


@lru_cache(maxsize=2)
def _flags(today: date) -> dict[str, tuple[str, ...]]:
    return {name: tuple(flags(each, today)) for name, each in _indicators().items()}


def item_of(case: Case) -> Item:
    """A case with the words of its indicator; one that is gone keeps its id."""
    each = _indicators().get(case.indicator)
    if each is None:
        return Item(case, case.indicator, "", ("no longer looked for",))
    return Item(case, each.title, each.action, _flags(date.today()).get(case.indicator, ()))


def lines(
    organisation: int, filters: Filters, user: User, since: datetime | None
) -> QuerySet[Person]:
    """The people of a worklist in their rank; `Person.line` tells what is open."""
    wanted = Case.objects.filter(
        filters.cases(user, since), person=OuterRef("pk"), organisation=organisation
    )
    people = Person.objects.filter(filters.people())
    if filters.state == "open":
        people = people.filter(line__organisation=organisation).select_related("line", "identity")
        if filters.narrowed:
            people = people.filter(Exists(wanted))
        return people.order_by("-line__hazards", "-line__gaps", "line__oldest", "pseudonym")
    return people.filter(Exists(wanted)).select_related("identity").order_by("pseudonym")


def name_of(person: Person) -> str:
    """The person's name, for the care team; empty where none is kept or it cannot be opened."""
    identity = getattr(person, "identity", None)
    if identity is None:
        return ""
    try:
        return unseal(identity.name, "name", person.pk)
    except SealError as fault:
        log.warning("A name cannot be opened: %s", fault.what)
        return ""


def rows(people: Iterable[Person], organisation: int, filters: Filters) -> list[Row]:
    """The lines of a page with their cases, hazards first."""
    found = {each.pk: Row(each, shown(each.pk), name_of(each)) for each in people}
    cases = (
        Case.objects.filter(person__in=list(found), organisation=organisation, state=filters.state)
        .select_related("assigned_to")
        .order_by("-kind", "since", "indicator")
    )
    for case in cases:
        found[case.person_id].items.append(item_of(case))
    return list(found.values())


def look(user: User, organisation: int) -> datetime | None:
    """Note that the user looks at a worklist now; when they last did, in another sitting."""
    now = timezone.now()
    seen, made = Look.objects.get_or_create(
        user=user, organisation_id=organisation, defaults={"at": now}
    )
    if made:
        return None
    if (now - seen.at).total_seconds() > 30 * 60:  # a new sitting
        seen.before = seen.at
    seen.at = now
    seen.save()
    return seen.before


def changes(organisation: int, user: User, since: datetime) -> dict[str, list[Item]]:
    """What happened to a worklist since a moment: new, closed, back, acted on by others."""
    recent = Case.objects.filter(organisation=organisation, changed__gt=since).select_related(
        "person"
    )
    found: dict[str, list[Item]] = {"new": [], "closed": [], "back": [], "acted": []}
    fresh = Case.objects.filter(organisation=organisation, first_seen__gt=since, state=State.OPEN)
    found["new"] = [item_of(each) for each in fresh.select_related("person")]
    for case in recent:
        if case.state == State.CLOSED:
            found["closed"].append(item_of(case))
        elif case.state == State.OPEN and case.reopened and case.first_seen <= since:
            found["back"].append(item_of(case))
        elif case.actions.filter(at__gt=since).exclude(by=user).exists():
            found["acted"].append(item_of(case))
    return found


def summary(organisations: Iterable[int], user: User) -> list[dict[str, Any]]:
    """The worklists of some organisations with what is open at each, the fullest first."""
    from django.db.models import Count, Sum

    wanted = list(organisations)
    counts = (
        Line.objects.filter(organisation__in=wanted)
        .values("organisation", "organisation__name", "organisation__code")
        .annotate(people=Count("id"), hazards=Sum("hazards"), gaps=Sum("gaps"))
    )
    mine = {
        row["organisation"]: row["count"]
        for row in Case.objects.filter(organisation__in=wanted, assigned_to=user, state=State.OPEN)
        .values("organisation")
        .annotate(count=Count("id"))
    }
    found = [
        {
            "code": row["organisation__code"],
            "name": row["organisation__name"],
            "people": row["people"],
            "hazards": row["hazards"],
            "gaps": row["gaps"],
            "mine": mine.get(row["organisation"], 0),
        }
        for row in counts
    ]
    return sorted(found, key=lambda row: (-row["hazards"], row["name"]))
