"""Reading a worklist: one line a person, ranked, with the cases that the filters let through."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from harmfree.programmes.page import flags
from harmfree.publish.closing import Why
from harmfree.publish.worklist import RANKING
from harmfree.records.pseudonym import shown
from harmfree.web.accounts.models import User
from harmfree.web.jinja import day
from harmfree.web.publication.models import Person
from harmfree.web.worklist.errors import SealError
from harmfree.web.worklist.filters import Filters, known_indicators
from harmfree.web.worklist.identities import Known, open_identity
from harmfree.web.worklist.models import Action, Case, Line

__all__ = ["PAGE", "RANKING", "Item", "Row", "item_of", "known_of", "ranked", "reason", "rows"]
log = logging.getLogger(__name__)
PAGE = 50


class Shown(NamedTuple):
    """What a list shows of a case: less than the model, because a page has hundreds."""

    pk: int
    version: int
    person_id: int
    indicator: str
    kind: str
    state: str
    since: date
    reopened: int
    assigned_to: str
    still_shown: date | None
    snoozed_until: date | None
    closed_on: date | None
    closed_because: str


COLUMNS = [name if name != "assigned_to" else "assigned_to__name" for name in Shown._fields]


@dataclass(frozen=True)
class Item:
    """One case as a page shows it, with the latest thing that was done about it."""

    case: Case | Shown
    words: Words
    last: Action | None = None

    @property
    def title(self) -> str:
        """What the indicator is called."""
        return self.words.title

    @property
    def action(self) -> str:
        """What to do."""
        return self.words.action

    @property
    def flags(self) -> tuple[str, ...]:
        """What the reader must know of the definition: unverified, overdue for review."""
        return self.words.flags

    @property
    def head(self) -> str:
        """Its first words as HTML: the indicator's, escaped once, and a date, which needs none."""
        since = day(self.case.since)
        # Not mark_safe, which takes longer than the rest: a page has hundreds.
        return SafeString(f'{self.words.head} <span class="app-quiet">since {since}</span>')

    @property
    def field(self) -> str:
        """The hidden field that carries it and the version seen: two whole numbers."""
        value = f"{self.case.pk:d}.{self.case.version:d}"
        return SafeString(f'<input type="hidden" name="case" value="{value}">')

    @property
    def notes(self) -> list[str]:
        """What is special about this case."""
        case = self.case
        said = ["came back"] if case.reopened else []
        if case.assigned_to:
            said.append(f"assigned to {case.assigned_to}")
        if case.still_shown:
            said.append(f"records up to {day(case.still_shown)} still show it")
        if case.snoozed_until:
            said.append(f"snoozed until {day(case.snoozed_until)}")
        return said

    @property
    def closed_because(self) -> str:
        """Why it is closed, in words; empty while it is not."""
        return reason(self.case.closed_because)


@dataclass(frozen=True)
class Words:
    """An indicator's words, with the parts of a list that never change ready as HTML."""

    title: str
    action: str
    flags: tuple[str, ...]
    head: str
    advice: str


@lru_cache(maxsize=2000)
def words_of(indicator: str, kind: str, today: date) -> Words:
    """The words of an indicator; one that is gone keeps its id."""
    each = known_indicators().get(indicator)
    title, action = (each.title, each.action) if each else (indicator, "")
    said = tuple(flags(each, today)) if each else ("no longer looked for",)
    head = format_html(
        '<span class="app-kind app-kind--{}">{}</span> <strong>{}</strong>',
        kind,
        "Hazard" if kind == "hazard" else "Gap",
        title,
    )
    marks = format_html_join("", ' <span class="app-flag">{}</span>', ((flag,) for flag in said))
    advice = format_html('<br><span class="app-line__action">{}</span>', action) if action else ""
    return Words(title, action, said, head + marks, advice)


@dataclass(frozen=True)
class Row:
    """One line: a person and those of their cases that the filters let through.

    Attributes:
        person: who.
        pseudonym: how they are called where no name is kept.
        known: name, NHS number and date of birth; None where they are not kept or not to open.
        more: how many open cases of the person the filters hide.
    """

    person: Person
    pseudonym: str
    known: Known | None = None
    more: int = 0
    items: list[Item] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the line is called."""
        return self.known.name if self.known else self.pseudonym


def reason(name: str) -> str:
    """A reason for closing in words; one that this version does not know keeps its name."""
    return Why[name].value if name in Why.__members__ else name.replace("_", " ").lower()


def item_of(case: Case | Shown, last: Action | None = None) -> Item:
    """A case with the words of its indicator."""
    return Item(case, words_of(case.indicator, case.kind, date.today()), last)


def known_of(person: Person) -> Known | None:
    """Who the person is, for their care team; None where that is not kept or cannot be opened."""
    identity = getattr(person, "identity", None)
    if identity is None:
        return None
    try:
        return open_identity(identity)
    except SealError as fault:
        log.warning("An identity cannot be opened: %s", fault.what)
        return None


def matching(
    organisation: int, filters: Filters, user: User, since: datetime | None
) -> QuerySet[Case]:
    """The cases of a worklist that the filters let through."""
    return Case.objects.filter(filters.cases(user, since), organisation=organisation)


def ranked(
    organisation: int, filters: Filters, user: User, since: datetime | None
) -> QuerySet[Line, int] | QuerySet[Case, int]:
    """The people of a worklist in their rank, as pseudonyms.

    Without filters the lines have the counts ready; with filters what they let through is counted.
    """
    if not filters.narrowed:
        lines = Line.objects.filter(organisation=organisation)
        order = ("-hazards", "-gaps", "oldest", "person_id")
        return lines.order_by(*order).values_list("person_id", flat=True)
    return (
        matching(organisation, filters, user, since)
        .values("person_id")
        .annotate(
            hazards=Count("id", filter=Q(kind="hazard")),
            gaps=Count("id", filter=Q(kind="gap")),
            oldest=Min("since"),
        )
        .order_by("-hazards", "-gaps", "oldest", "person_id")
        .values_list("person_id", flat=True)
    )


def page_of(people: QuerySet[Line, int] | QuerySet[Case, int], number: str | None) -> Page:
    """One page of the people; the nearest that there is."""
    return Paginator(people, PAGE).get_page(number)


def rows(people: Iterable[int], cases: QuerySet[Case], filters: Filters) -> list[Row]:
    """The lines of some people in the order given.

    Args:
        people: pseudonyms.
        cases: those that the filters let through.
        filters: what was asked for.
    """
    order = list(people)
    held = Person.objects.select_related("identity").in_bulk(order)
    chosen = cases.filter(person__in=order).order_by("-kind", "since", "indicator")
    found = [Shown(*row) for row in chosen.values_list(*COLUMNS)]
    last = _last_actions(order, {case.state for case in found})
    more = _more(order, found) if filters.narrowed else {}
    lines = {
        each: Row(held[each], shown(each), known_of(held[each]), more.get(each, 0))
        for each in order
    }
    for case in found:
        lines[case.person_id].items.append(item_of(case, last.get(case.pk)))
    return list(lines.values())


def _more(people: list[int], cases: list[Shown]) -> dict[int, int]:
    """How many open cases each person has beside those shown."""
    counts = Line.objects.filter(person__in=people).annotate(every=F("hazards") + F("gaps"))
    seen = Counter(case.person_id for case in cases if case.state == Case.State.OPEN)
    rows = counts.values_list("person_id", "every")
    return {person: every - seen[person] for person, every in rows}


def _last_actions(people: list[int], states: set[str]) -> dict[int, Action]:
    """The latest action about each case of some people that is in one of some states.

    By people, not by case: a page has 50 of them and some hundred cases.
    """
    of = Q(case__person__in=people, case__state__in=states)
    actions = Action.objects.filter(of).select_related("by", "to")
    return {each.case_id: each for each in actions.order_by("at", "pk")}
