"""Cards that are kept as HTML: shared by those who see the same, by nobody else."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.dashboards import notes, sections
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import tree
from harmfree.web.publication.models import PublishedRun, Series


@pytest.fixture(autouse=True)
def made(monkeypatch):
    """Nothing is kept at the start; the organisations whose cards were made since, in order."""
    monkeypatch.setattr(sections, "_kept", type(sections._kept)())
    told, make = [], sections._made

    def telling(reader, node, *more):
        told.append(node.code)
        return make(reader, node, *more)

    monkeypatch.setattr(sections, "_made", telling)
    return told


def cards(client, address):
    """The sections of a page; its status where it is not theirs."""
    page = client.get(address)
    if page.status_code != 200:
        return page.status_code
    return re.findall(r"<section.*?</section>", page.content.decode(), re.DOTALL)


@pytest.fixture
def people(marked, user_of, signed_in_client):
    """Somebody of every role and circle that sees cards, signed in."""
    north, abbey, brook = (
        marked.networks["North"],
        *(marked.practices[n] for n in ("Abbey", "Brook")),
    )
    two = user_of(Role.CLINICIAN, brook)
    two.memberships.create(role=Role.CLINICIAN, organisation=marked.practices["Castle"])
    users = [
        user_of(Role.SITE_MEMBER, north),
        user_of(Role.ANALYST, marked.region),
        user_of(Role.CLINICIAN, abbey),
        user_of(Role.CLINICIAN, brook),
        two,
        user_of(Role.CLINICIAN, marked.region),
        user_of(Role.LEAD, marked.region),
    ]
    return [signed_in_client(each) for each in users]


def test_nobody_is_given_cards_that_were_made_for_somebody_who_sees_other_numbers(marked, people):
    """In whatever order people come, each reads what they read when nothing is kept."""
    everywhere = [marked.region, *marked.networks.values(), *marked.practices.values()]
    addresses = [f"/dashboard/{each.code}/" for each in everywhere]
    alone = {}
    for person in people:
        for address in addresses:
            sections._kept.clear()
            alone[person, address] = cards(person, address)
    assert len({str(each) for each in alone.values()}) > len(addresses), "they see different things"
    for order in (people, people[::-1]):
        sections._kept.clear()
        for person in [*order, *order]:
            for address in addresses:
                assert cards(person, address) == alone[person, address], address


def test_whoever_sees_the_same_shares_them(marked, made, user_of, signed_in_client):
    address = f"/dashboard/{marked.region.code}/"
    first, second = (signed_in_client(user_of(Role.ANALYST, marked.region)) for _ in "12")
    assert cards(first, address) == cards(second, address) != []
    assert made == [marked.region.code]


@pytest.mark.parametrize("end", ["?show=attention", "?programme=falls", "falls/"])
def test_each_arrangement_is_its_own(marked, made, user_of, signed_in_client, end):
    client = signed_in_client(user_of(Role.ANALYST, marked.region))
    address = f"/dashboard/{marked.region.code}/"
    whole = cards(client, address)
    assert cards(client, address + end) != whole
    assert len(made) == 2


def test_what_people_decide_is_seen_at_once(marked, made, user_of, signed_in_client):
    user = user_of(Role.LEAD, marked.region)
    client, access = signed_in_client(user), Access.of(user)
    node = tree().nodes[marked.region.pk]
    address = f"/dashboard/{node.code}/"
    cards(client, address)
    target = notes.set_target(
        access, node, indicator="pincer_a", percent=Decimal(37), source="the board"
    )
    assert "target 37%" in str(cards(client, address))
    notes.rebase(access, node, indicator="pincer_a", on=date(2026, 1, 1), reason="new clinic")
    cards(client, address)
    assert len(made) == 3
    notes.withdraw(access, "target", target, "it was a mistake")
    assert "target 37%" not in str(cards(client, address))


def test_a_new_run_and_another_threshold_are_seen_at_once(
    marked, made, user_of, signed_in_client, settings
):
    client = signed_in_client(user_of(Role.ANALYST, marked.region))
    address = f"/dashboard/{marked.region.code}/"
    cards(client, address)
    settings.SMALLEST = 7
    cards(client, address)
    assert len(made) == 2
    old = PublishedRun.live()
    rows = list(Series.objects.filter(run=old))
    PublishedRun.objects.filter(pk=old.pk).update(state="old")
    old.pk, old.number, old.published = None, old.number + 1, timezone.now()
    old.save(force_insert=True)
    for row in rows:
        row.pk, row.run = None, old
        row.numerators = [each + 1000 if each > 4000 else each for each in row.numerators]
    Series.objects.bulk_create(rows)
    cards(client, address)
    assert len(made) == 3


def test_nothing_of_a_person_is_kept(marked, user_of, signed_in_client):
    user = user_of(Role.CLINICIAN, marked.region)
    page = signed_in_client(user).get(f"/dashboard/{marked.region.code}/").content.decode()
    assert str(user) in page
    (kept,) = sections._kept.values()
    assert str(user) not in kept
    assert "csrfmiddlewaretoken" not in kept


def test_what_is_kept_has_a_bound(marked, monkeypatch, user_of, signed_in_client):
    monkeypatch.setattr(sections, "KEPT", 2)
    user = user_of(Role.ANALYST, marked.region)
    client = signed_in_client(user)
    for each in marked.practices.values():
        cards(client, f"/dashboard/{each.code}/")
    kept = [key[2].code for key in sections._kept]
    assert kept == [each.code for each in list(marked.practices.values())[-2:]]
    assert Viewer(Access.of(user)).exact == frozenset()
