"""What every answer carries, and how the product is set up when nothing is set.

Each test says Given, When, Then and how bad it would be if it failed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from harmfree.web import settings as product

pytestmark = pytest.mark.django_db
TEMPLATES = product.WEB / "templates"
PATHS = ["/", "/account/login/", "/account/password/reset/", "/programmes/", "/nowhere/"]


@pytest.mark.parametrize("path", PATHS)
def test_no_other_site_can_frame_a_page(path):
    """Given another site, when it puts a page of ours into a frame, then browsers refuse.
    Severity: medium."""
    answer = Client().get(path)
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("path", PATHS)
def test_pages_run_scripts_of_ours_alone(path):
    """Given markup that slipped through, when a browser shows it, then no script in it runs.
    Severity: high."""
    policy = dict(
        part.strip().split(" ", 1)
        for part in Client().get(path)["Content-Security-Policy"].split(";")
    )
    assert policy["script-src"] == policy["default-src"] == policy["style-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"


def test_no_template_has_an_inline_script_or_style():
    """Given the templates, when they are read, then none needs what the policy forbids. Severity:
    low."""
    for file in sorted(TEMPLATES.rglob("*.jinja")):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), file.name
        assert not re.search(r"\s(style|on[a-z]+)=", text), file.name
        assert not re.search(r"\|\s*safe\b", text), file.name


@pytest.mark.parametrize("path", PATHS)
def test_other_headers_are_there(path):
    """Given any page, when it is fetched, then types are not guessed and addresses not told to
    others. Severity: low."""
    answer = Client().get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Server" not in answer and "X-Powered-By" not in answer


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", "[::1"])
def test_a_host_that_is_not_ours_is_refused(host):
    """Given a forged Host header, when anything is asked for, then it is refused. Severity:
    medium."""
    assert Client(headers={"host": host}).get("/").status_code == 400


def test_errors_say_nothing_about_the_inside(screens, monkeypatch):
    """Given a fault of ours, when it happens, then the page says sorry and nothing else. Severity:
    medium."""
    monkeypatch.setattr("harmfree.web.accounts.people_views.service.in_reach", lambda _: 1 / 0)
    screens.raise_request_exception = False
    answer = screens.get("/administration/people/")
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "problem with the service" in text
    assert "Traceback" not in text and "ZeroDivision" not in text


@pytest.fixture(scope="module")
def as_deployed(tmp_path_factory) -> dict[str, str]:
    """The settings of a start with nothing set but the home, printed by a process of its own."""
    names = [
        "DEBUG",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SESSION_COOKIE_SAMESITE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECOND_FACTOR",
        "ALLOWED_HOSTS",
        "SESSION_COOKIE_AGE",
        "PASSWORD_HASHERS",
        "SECRET_KEY",
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL",
    ]
    code = (
        "from harmfree.web import boot; boot(); from django.conf import settings as s\n"
        f"for name in {names!r}: print(name, getattr(s, name), sep='=')"
    )
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("HARMFREE_")
    }
    environment |= {
        "HARMFREE_HOME": str(tmp_path_factory.mktemp("deployed")),
        "DJANGO_SETTINGS_MODULE": "harmfree.web.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    found = dict(line.split("=", 1) for line in done.stdout.splitlines())
    return found | {"home": environment["HARMFREE_HOME"]}


def test_nothing_set_means_safe(as_deployed):
    """Given a start with nothing set, when it serves, then cookies and pages want HTTPS and the
    second factor is asked for. Severity: high."""
    expected = {
        "DEBUG": "False",
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": "True",
        "SESSION_COOKIE_HTTPONLY": "True",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SECURE": "True",
        "SECURE_SSL_REDIRECT": "True",
        "SECOND_FACTOR": "True",
        "SESSION_COOKIE_AGE": str(12 * 3600),
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https",
    }
    assert {name: as_deployed[name] for name in expected} == expected
    assert int(as_deployed["SECURE_HSTS_SECONDS"]) >= 31_536_000
    assert "*" not in as_deployed["ALLOWED_HOSTS"]
    assert "Argon2PasswordHasher" in as_deployed["PASSWORD_HASHERS"].split(",")[0]


def test_the_secret_is_made_at_random_and_read_by_its_owner_alone(as_deployed):
    """Given a start with nothing set, when the secret is made, then nobody else on the machine
    reads it. Severity: high."""
    path = Path(as_deployed["home"]) / "secrets" / "web"
    assert path.stat().st_mode & 0o077 == 0
    assert len(as_deployed["SECRET_KEY"]) >= 50


def test_cookies_are_out_of_reach_of_scripts(victim):
    """Given a session, when its cookies are set, then scripts and other sites do not get them.
    Severity: high."""
    client = Client()
    client.post("/account/login/", {"login": victim.email, "password": "seven quiet herons"})
    session = client.cookies["sessionid"]
    assert session["httponly"] and session["samesite"] == "Lax"
    assert session["max-age"] == "" and session["expires"] == "", "gone with the browser"
