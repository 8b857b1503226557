"""The filters of a worklist: every one is a part of the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from harmfree.programmes.indicator import Indicator
from harmfree.programmes.registry import indicators, programmes
from harmfree.web.accounts.models import User
from harmfree.web.worklist.models import Case, Turn

State, Became = Case.State, Turn.Became
STATES = {
    "open": "Open",
    "done": "Done, to be confirmed",
    "still_shown": "Done, but newer records still show it",
    "declined": "Declined",
    "not_appropriate": "Not appropriate",
    "snoozed": "Snoozed",
    "closed": "Closed",
}
KINDS = {"hazard": "Hazards", "gap": "Gaps in care"}
AGES = {"0-17": (0, 17), "18-64": (18, 64), "65-79": (65, 79), "80-over": (80, 200)}
SEXES = {"female": "Female", "male": "Male"}
CAME_BACK = (Became.REOPENED, Became.WOKEN, Became.MOVED)
"""Turns that put a case (again) on the list of whoever looks at it."""


@lru_cache(maxsize=1)
def known_indicators() -> dict[str, Indicator]:
    """Every indicator by id."""
    return {each.id: each for each in indicators()}


@lru_cache(maxsize=1)
def programme_of() -> dict[str, str]:
    """The programme's name of every indicator."""
    return {each.id: name for name, p in programmes().items() for each in p.indicators}


@dataclass(frozen=True)
class Filters:
    """What is shown."""

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
        known = {
            "programme": set(programmes()),
            "indicator": set(known_indicators()),
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
        """The condition on cases.

        Args:
            user: who asks, for "assigned to me".
            since: their last look, for "new since"; without one everything is new.
        """
        wanted = self._state() & self._person()
        if self.indicator:
            wanted &= Q(indicator=self.indicator)
        if self.programme:
            wanted &= Q(indicator__in=[e.id for e in programmes()[self.programme].indicators])
        if self.kind:
            wanted &= Q(kind=self.kind)
        if self.mine:
            wanted &= Q(assigned_to=user)
        if self.new and since:
            back = Turn.objects.filter(became__in=CAME_BACK, at__gt=since)
            wanted &= Q(first_seen__gt=since) | Q(pk__in=back.values("case"))
        return wanted

    def _state(self) -> Q:
        if self.state == "still_shown":
            return Q(state=State.DONE, still_shown__isnull=False)
        return Q(state=self.state)

    def _person(self) -> Q:
        wanted = Q()
        if self.age:
            low, high = AGES[self.age]
            wanted &= Q(person__age__gte=low, person__age__lte=high)
        if self.sex:
            wanted &= Q(person__sex=self.sex)
        return wanted

    @property
    def narrowed(self) -> bool:
        """Whether anything but the default is asked for."""
        return self != Filters()
