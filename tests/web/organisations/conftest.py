"""A small tree of its own, whatever the region has."""

from __future__ import annotations

from datetime import date

import pytest

from harmfree.web.organisations.models import Organisation

FOUNDED = date(2010, 4, 1)


@pytest.fixture
def place(db):
    """Makes an organisation: place("A", "practice", parent)."""

    def make(code: str, kind: str = "practice", parent: Organisation | None = None, **days):
        given = {"valid_from": FOUNDED} | days
        return Organisation.objects.create(
            code=code, name=f"The {code}", kind=kind, parent=parent, **given
        )

    return make


@pytest.fixture
def small(place):
    """Two networks of one place with two practices each, by code."""
    top = place("TOP", "place")
    one, two = place("NET1", "network", top), place("NET2", "network", top)
    sites = [
        place(code, "practice", net) for code, net in zip("ABCD", (one, one, two, two), strict=True)
    ]
    return {each.code: each for each in (top, one, two, *sites)}
