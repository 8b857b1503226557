"""Somebody with a password, and what an authenticator app would show."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from django.core.cache import cache
from django.test import Client

PASSWORD = "seven quiet herons"


@pytest.fixture(autouse=True)
def no_attempts_yet():
    """Limits on attempts count in the cache, which outlives a test."""
    cache.clear()


def totp(secret: str, at: float | None = None) -> str:
    """RFC 6238, written anew: what the app shows at a moment."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    mac = hmac.new(key, counter, hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


@pytest.fixture
def code_of():
    """The code that an app with this secret shows now, or at a moment."""
    return totp


@pytest.fixture
def someone(user_of):
    """Makes somebody of a role who signs in with `PASSWORD`."""

    def make(role: str = "analyst", organisation=None, name: str = ""):
        user = user_of(role, organisation, name)
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


@pytest.fixture
def sign_in():
    """Signs in through the page, as a browser does; the client."""

    def go(user, password: str = PASSWORD, follow: bool = False, client: Client | None = None):
        client = client or Client()
        data = {"login": user.email, "password": password}
        client.last = client.post("/account/login/", data, follow=follow)
        return client

    return go


@pytest.fixture
def set_up_app(code_of):
    """Sets up an authenticator app in a client that has just signed in; its secret."""

    def go(client: Client) -> str:
        page = client.get("/account/second-factor/app/")
        if page.status_code == 302:
            client.post(page["Location"], {"password": PASSWORD})
            page = client.get("/account/second-factor/app/")
        found = re.search(r'app-secret">([A-Z2-7]+)<', page.content.decode())
        assert found, page.content.decode()
        secret = found[1]
        done = client.post("/account/second-factor/app/", {"code": code_of(secret)})
        assert done.status_code == 302
        return secret

    return go
