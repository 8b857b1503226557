"""Tools and public pages in a browser: axe, narrow screens, print, nothing asked elsewhere."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIGN_IN = """
from harmfree.web import boot
boot()
from django.test import Client
from harmfree.web.accounts.models import User
client = Client()
client.force_login(User.objects.get(email="analyst@demo.example"))
print(client.cookies["sessionid"].value)
"""
PAGES = [
    "/tools/",
    "/tools/news2/",
    "/tools/efi/",
    "/tools/warfarin_cpic/?example=1",
    "/tools/stoppfall/",
    "/tools/mews_england/",
    "/tools/ecg/?example=fibrillation",
    "/tools/ecg/model-card/",
    "/programmes/",
    "/programmes/falls/",
    "/programmes/medicines_optimisation/pincer_any/",
    "/programmes/codes/nsaid_oral/",
    "/programmes/about/",
    "/programmes/accessibility/",
    "/administration/clients/",
]


@pytest.fixture(scope="module")
def page(site, browser):
    """A page of the region's analyst; a script's error or a request elsewhere fails the test."""
    done = subprocess.run(
        [sys.executable, "-c", SIGN_IN],
        env=site.environment | {"HARMFREE_LOCAL": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(30_000)
    key = done.stdout.strip().splitlines()[-1]
    context.add_cookies([{"name": "sessionid", "value": key, "url": site.address}])
    page = context.new_page()
    wrong: list[str] = []
    elsewhere: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: elsewhere.append(asked.url))
    yield page
    context.close()
    assert not wrong
    assert [url for url in elsewhere if not url.startswith((site.address, "data:"))] == []


def faults(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": TAGS, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def sticks_out(page) -> int:
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_sticks_out(page, site, path):
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.goto(site.address + path).status == 200
    assert sticks_out(page) == 0
    page.set_viewport_size({"width": 320, "height": 900})
    page.reload(wait_until="networkidle")  # the menu folds when the page opens
    assert not faults(page)
    assert sticks_out(page) == 0


def test_a_result_and_a_refusal_too(page, site):
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(f"{site.address}/tools/news2/?example=1")
    page.get_by_role("button", name="Show the result").click()
    page.locator("#result-title").wait_for()
    assert not faults(page) and sticks_out(page) == 0
    page.fill("#id_systolic", "900")
    page.get_by_role("button", name="Show the result").click()
    summary = page.get_by_role("alert")
    summary.wait_for()
    assert not faults(page) and sticks_out(page) == 0
    summary.get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "id_systolic"


def test_what_is_printed_is_the_result_without_the_form(page, site):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site.address}/tools/news2/?example=1")
    page.get_by_role("button", name="Show the result").click()
    page.locator("#result-title").wait_for()
    page.emulate_media(media="print")
    assert page.locator(".app-result__value").is_visible()
    assert page.get_by_text("Known limits").is_visible()
    for gone in ("#id_systolic", "#record-text", "nav.nhsuk-breadcrumb", "footer"):
        assert not page.locator(gone).is_visible(), gone
    page.emulate_media(media="screen")


def test_an_upload_is_judged_without_a_script(site, browser, page, tmp_path):
    from harmfree.rhythm.synthetic import strip

    values = strip("fibrillation", seed=7).recording.signals[:, 0]
    path = tmp_path / "strip.csv"
    path.write_text("# rate: 300\n" + "\n".join(map(str, values)))
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(60_000)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    plain.goto(f"{site.address}/tools/ecg/")
    plain.set_input_files("#id_recording", path)
    plain.get_by_role("button", name="Judge the strip").click()
    assert "Possible AF" in plain.locator(".app-result__value").inner_text()
    assert plain.locator("figure svg").count() >= 6
    context.close()
