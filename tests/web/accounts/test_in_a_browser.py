"""Passkeys with the browser's own authenticator, and the pages as people see them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = [
    "/account/",
    "/account/name/",
    "/account/sessions/",
    "/account/second-factor/",
    "/account/second-factor/passkeys/",
    "/account/password/change/",
    "/administration/",
    "/administration/people/",
    "/administration/people/1/",
    "/administration/people/1/roles/",
    "/administration/invitations/",
    "/administration/organisations/",
    "/administration/organisations/add/",
    "/administration/audit/",
]


MAKE = """
from harmfree.web import boot
boot()
from harmfree.web.access.roles import Role
from harmfree.web.accounts.models import Membership, User
from harmfree.web.organisations.models import Organisation
region = Organisation.objects.filter(kind="region").first()
for name in {names!r}:
    user = User.objects.create_user(name + "@demo.example", name, {password!r})
    Membership.objects.create(user=user, role=Role.ANALYST, organisation=region)
"""


@pytest.fixture(scope="module")
def holders(site) -> None:
    """People who may keep a passkey: with one, those of the demonstration could no longer sign in
    by password, which the other tests of the site do."""
    code = MAKE.format(names=["alone", "after"], password=site.password)
    environment = site.environment | {"HARMFREE_LOCAL": "1"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


@pytest.fixture
def localhost(site, browser, holders):
    """A page on the site by name (a passkey belongs to a name), with a virtual authenticator."""
    context = browser.new_context(base_url=site.address.replace("127.0.0.1", "localhost"))
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
    )
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()
    assert not faults


def enter(page, site, who: str) -> None:
    page.goto("/account/login/")
    page.fill("input[name=login]", f"{who}@demo.example")
    page.fill("input[name=password]", site.password)
    page.click("main button:text-is('Sign in')")


def add_key(page, site, alone: bool) -> None:
    page.goto("/account/second-factor/passkeys/add/")
    if "/again/" in page.url:
        page.fill("input[name=password]", site.password)
        page.click("main button[type=submit]")
    page.fill("input[name=name]", "Work telephone")
    if alone:
        page.check("input[name=passwordless]")
    page.click("main button:text-is('Add it')")
    page.wait_for_url(re.compile("recovery-codes"))


def sign_out(page) -> None:
    page.click("text=Sign out")
    page.wait_for_load_state()


def test_a_passkey_signs_in_alone(localhost, site):
    page = localhost
    enter(page, site, "alone")
    page.wait_for_url(lambda url: "/account/" not in url)
    add_key(page, site, alone=True)
    sign_out(page)
    page.goto("/account/login/")
    page.click("text=Sign in with a passkey")
    page.wait_for_url(lambda url: "/account/" not in url)
    page.goto("/account/second-factor/passkeys/")
    assert "Work telephone" in page.inner_text("main")
    assert "signs in alone" in page.inner_text("main")


def test_a_security_key_follows_the_password(localhost, site):
    page = localhost
    enter(page, site, "after")
    page.wait_for_url(lambda url: "/account/" not in url)
    add_key(page, site, alone=False)
    sign_out(page)
    enter(page, site, "after")
    page.wait_for_url(re.compile("authenticate"))
    page.goto("/dashboard/")
    assert "/account/login/" in page.url or "authenticate" in page.url, "not signed in yet"
    page.goto("/account/second-factor/authenticate/")
    page.click("text=Use a passkey or security key")
    page.wait_for_url(lambda url: "/account/" not in url)
    assert page.goto("/account/").status == 200


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_are_accessible_and_fit(page_as, accessible, site, width):
    page = page_as("administrator", width)
    for path in PAGES:
        assert page.goto(site.address + path).status == 200, path
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/"])
def test_the_pages_before_signing_in_are_accessible(page_as, accessible, site, path):
    page = page_as(None, 320)
    page.goto(site.address + path)
    accessible(page)
    page.click("main button[type=submit]")
    accessible(page)
    assert page.inner_text(".nhsuk-error-summary")


def test_a_password_can_be_shown(page_as, site):
    page = page_as(None)
    page.goto(f"{site.address}/account/login/")
    page.fill("input[name=password]", "seven quiet herons")
    assert page.get_attribute("input[name=password]", "type") == "password"
    page.click("text=Show")
    assert page.get_attribute("input[name=password]", "type") == "text"
