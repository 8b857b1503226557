"""Severity of each test, and somebody to attack."""

from __future__ import annotations

import pytest
from django.core.cache import cache

PASSWORD = "seven quiet herons"


@pytest.fixture(autouse=True)
def no_attempts_yet():
    """Limits on attempts count in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def victim(user_of):
    """An analyst with a password."""
    user = user_of("analyst")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def administrator(user_of):
    return user_of("administrator")


@pytest.fixture
def screens(administrator, signed_in_client):
    return signed_in_client(administrator)
