"""A small published region in the test database, and someone of each role.

The region is built and published once a session; each test works in a transaction that is undone.
"""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from harmfree.publish.reading import LiveRun
from harmfree.publish.run import RunRequest, run
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings
from harmfree.web.access.roles import Role
from harmfree.web.accounts.models import Membership, User
from harmfree.web.organisations.models import Organisation
from harmfree.web.publication.models import PublishedRun
from harmfree.web.publication.publish import publish

PEOPLE = 3_000


def quiet(*_: object) -> None:
    """No progress bar."""


@pytest.fixture(scope="session")
def region_home():
    """The folder of a store with a small synthetic region and a finished run."""
    build(Settings(PEOPLE, 1), settings.HOME, workers=1)
    run(settings.HOME, RunRequest(months=24), quiet)
    return settings.HOME


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, region_home):
    """The test database with the region published into it."""
    with django_db_blocker.unblock():
        publish(LiveRun.open(region_home))


@pytest.fixture
def region(db) -> PublishedRun:
    """The live run of the small region."""
    live = PublishedRun.live()
    assert live is not None
    return live


@pytest.fixture
def organisation(db):
    """Finds an organisation by kind: organisation("practice") is the first one by name."""

    def find(kind: str, number: int = 0) -> Organisation:
        return Organisation.objects.filter(kind=kind).order_by("name")[number]

    return find


@pytest.fixture
def user_of(db):
    """Makes someone with a role at an organisation (None: everywhere)."""

    def make(role: Role | str, organisation: Organisation | None = None, name: str = "") -> User:
        number = User.objects.count()
        user = User.objects.create_user(f"{role}{number}@example.org", name or f"A {role}", "x")
        Membership.objects.create(user=user, role=Role(role), organisation=organisation)
        return user

    return make


@pytest.fixture
def signed_in_client():
    """A client of someone who has signed in; the second factor is taken as given."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make
