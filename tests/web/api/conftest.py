"""Programs with tokens."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.cache import cache
from django.test import Client

from harmfree.web.api.clients import issue


@pytest.fixture(autouse=True)
def no_counts():
    """Counts of requests do not carry over from one test to the next."""
    cache.clear()


@pytest.fixture
def program(db):
    """Makes a client with scopes at an organisation: program("figures", at=practice)."""

    def make(*scopes: str, at=None, per_minute: int = 6000, days: int = 30) -> Client:
        _, token = issue(
            None, "A program", scopes, organisation=at, days=days, per_minute=per_minute
        )
        made = Client(headers={"authorization": f"Bearer {token}"})
        made.token = token
        made.post_json = partial(made.post, content_type="application/json")
        return made

    return make
