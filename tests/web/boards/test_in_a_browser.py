"""The boards in a browser: axe, a narrow screen, without script errors, on paper."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harmfree.web.boards.pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIGN_IN = """
import sys
from harmfree.web import boot
boot()
from django.test import Client
from harmfree.web.accounts.models import User
client = Client()
client.force_login(User.objects.get(email=sys.argv[1] + "@demo.example"))
print(client.cookies["sessionid"].value)
"""


@pytest.fixture
def open_as(site, browser):
    """A page signed in as somebody; errors of scripts and of the content policy fail the test."""
    contexts, wrong = [], []

    def make(who: str, width: int):
        done = subprocess.run(
            [sys.executable, "-c", SIGN_IN, who],
            env=site.environment | {"HARMFREE_LOCAL": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        key = done.stdout.strip().splitlines()[-1]
        context.add_cookies([{"name": "sessionid", "value": key, "url": site.address}])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        return page

    yield make
    for each in contexts:
        each.close()
    assert not wrong


def test_every_board_is_accessible_and_fits(site, open_as, accessible):
    page = open_as("lead", 320)
    for address in ("", *(f"{slug}/" for slug in PAGES), "bring/prices/", "births/"):
        page.goto(f"{site.address}/boards/ZREGION/{address}")
        accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{address} is {wide} wide"


def test_a_level_is_chosen_without_a_script(site, open_as):
    page = open_as("lead", 1280)
    page.goto(f"{site.address}/boards/ZREGION/atrial-fibrillation/")
    page.select_option("#level", "practice")
    page.click("text=Assumptions")
    page.fill("#id_number_needed", "50")
    page.click("text=Work out again")
    assert "number_needed=50" in page.url and "level=practice" in page.url
    assert page.locator("text=Assumptions that were changed").count() == 1
    page.emulate_media(media="print")
    assert not page.locator("form").first.is_visible()
    assert page.locator("table").first.is_visible()
