"""The pages in a browser: axe, narrow screens, the keyboard, links in a funnel, print, weight."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
HEAVIEST = 300_000
"""Bytes of a page with all that it loads, as sent."""


SIGN_IN = """
from harmfree.web import boot
boot()
from django.test import Client
from harmfree.web.accounts.models import User
client = Client()
client.force_login(User.objects.get(email="analyst@demo.example"))
print(client.cookies["sessionid"].value)
"""


def session(site) -> str:
    """The key of a session of the region's analyst; signing in has tests of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SIGN_IN],
        env=site.environment | {"HARMFREE_LOCAL": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def page(site, browser):
    """A page signed in as the region's analyst; any error of a script fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    cookie = {"name": "sessionid", "value": session(site), "url": site.address}
    context.add_cookies([cookie])
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert not wrong


def indicator_address(page, site) -> str:
    page.goto(f"{site.address}/dashboard/")
    first = page.locator(".app-card a").first.get_attribute("href")
    return f"{site.address}{first}"


def faults(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": TAGS, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def addresses(page, site) -> list[str]:
    one = indicator_address(page, site)
    return [f"{site.address}/dashboard/", one, f"{one}compare/"]


def test_axe_finds_nothing_and_nothing_sticks_out(page, site):
    for address in addresses(page, site):
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.goto(address).status == 200
            assert not faults(page), f"{address} at {width}"
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert over == 0, f"{address} at {width}"
    page.set_viewport_size({"width": 1280, "height": 900})


def test_pages_are_light(page, site):
    for address in addresses(page, site):
        answers = []

        def keep(answer, kept=answers):
            kept.append(answer)

        page.on("response", keep)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.remove_listener("response", keep)
        weight = sum(each.request.sizes()["responseBodySize"] for each in answers)
        assert 1_000 < weight < HEAVIEST, address  # pages are sent compressed


def test_a_dot_leads_to_its_series_and_so_does_the_table_by_keyboard(page, site):
    page.goto(f"{site.address}/dashboard/")
    code = page.locator(".app-card a").first.get_attribute("href").split("/")[2]
    address = f"{site.address}/dashboard/{code}/indicators/regular_medicines_5/"
    page.goto(address)
    dot = page.locator(".hf-wide svg a").first
    where = dot.get_attribute("href")
    dot.click()
    page.wait_for_url(f"{site.address}{where}")
    page.goto(address)
    page.locator("#side-by-side ~ details summary").first.focus()
    page.keyboard.press("Enter")
    link = page.locator(f'th a[href="{where}"]').first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.address}{where}")


def test_print_leaves_out_what_is_for_the_screen(page, site):
    page.goto(indicator_address(page, site))
    page.emulate_media(media="print")
    assert page.locator("form.app-filter").first.is_hidden()
    assert page.locator(".hf-wide svg").first.is_visible()
    after = "getComputedStyle(document.querySelector('.app-table a'), '::after').content"
    assert page.evaluate(after) == "none"
    page.emulate_media(media="screen")
