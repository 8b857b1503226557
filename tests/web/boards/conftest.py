"""The boards' results of the small region, worked out once and put into each test's database."""

from __future__ import annotations

import pytest
from django.db import transaction

from harmfree.publish.reading import LiveRun
from harmfree.web.access.roles import Role
from harmfree.web.accounts.models import User
from harmfree.web.boards import builders  # noqa: F401 - registers the builders
from harmfree.web.boards.models import BoardResult
from harmfree.web.boards.results import Made, Work, builder_of, names
from harmfree.web.demonstration import put_on_charts
from harmfree.web.publication.models import PublishedRun


def quiet(*_: object) -> None:
    """No progress."""


def roll_out(live: LiveRun) -> None:
    """The go-live dates of the synthetic region as interventions, as in the demonstration."""
    put_on_charts(live, User.objects.create_user("rollout@example.org", "Roll-out", "x"))


@pytest.fixture(scope="session")
def made(django_db_setup, django_db_blocker, region_home) -> dict[str, list[Made]]:
    """What each builder makes of the small region."""
    live = LiveRun.open(region_home)
    with django_db_blocker.unblock(), transaction.atomic():
        run = PublishedRun.live()
        assert run is not None
        roll_out(live)
        found = {name: list(builder_of(name)(Work(live, run, None, quiet))) for name in names()}
        transaction.set_rollback(True)
    return found


@pytest.fixture
def boards(region, region_home, made) -> PublishedRun:
    """The live run with every board worked out."""
    roll_out(LiveRun.open(region_home))
    for name, several in made.items():
        for each in several:
            BoardResult.objects.create(
                run=region,
                name=each.name or name,
                organisation_id=each.organisation,
                digest=each.digest,
                content=each.content,
            )
    return region


@pytest.fixture
def live(region_home) -> LiveRun:
    """The run in the store."""
    return LiveRun.open(region_home)


@pytest.fixture
def client_of(user_of, organisation, signed_in_client):
    """A client of someone with a role at the first organisation of a kind (None: everywhere)."""

    def make(role: Role, kind: str | None = "region", number: int = 0):
        at = organisation(kind, number) if kind else None
        return signed_in_client(user_of(role, at))

    return make
