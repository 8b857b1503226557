"""The pharmacist's journey in a real browser, by keyboard alone; two people at one moment."""

from __future__ import annotations

import http.cookiejar
import re
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest

pytestmark = pytest.mark.browser


def test_ten_minutes_between_patients_by_keyboard_alone(page_as, site, accessible):
    page = page_as("pharmacist")
    page.goto(f"{site.address}/worklist/")
    page.wait_for_selector("[data-line]")
    accessible(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    focused = page.evaluate(
        "[...document.querySelectorAll('[data-line]')].indexOf(document.activeElement)"
    )
    assert focused == 0
    page.keyboard.press("x")
    assert page.locator("input[name=line]:checked").count() == 1
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    page.wait_for_selector("#record")
    accessible(page)
    before = page.locator("section.app-case").count()
    page.locator("input[name=case]").first.focus()
    if not page.locator("input[name=case]").first.is_checked():
        page.keyboard.press("Space")
    page.locator("input[name=did]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nhsuk-notification-banner--success")
    accessible(page)
    assert page.locator("section.app-case").count() == before
    assert page.locator("section.app-case", has_text="Done, to be confirmed").count() >= 1


def test_keys_do_not_act_while_somebody_types(page_as, site):
    page = page_as("pharmacist")
    page.goto(f"{site.address}/worklist/")
    page.locator("summary", has_text="NHS number").click()
    page.locator("input[name=nhs_number]").fill("jkx")
    page.locator("input[name=nhs_number]").press("j")
    assert page.evaluate("document.activeElement.name") == "nhs_number"


def test_a_refused_form_keeps_what_was_written(page_as, site, accessible):
    page = page_as("pharmacist")
    page.goto(f"{site.address}/worklist/")
    page.locator("[data-line] h2 a").nth(1).click()
    page.locator("input[name=case]").first.check()
    page.get_by_label("Snoozed until").check()
    page.get_by_label("Reason or note").fill("Waiting for the hospital")
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_selector(".nhsuk-error-summary")
    accessible(page)
    assert page.get_by_label("Reason or note").input_value() == "Waiting for the hospital"


def test_the_timeline_comes_into_the_page(page_as, site, accessible):
    page = page_as("pharmacist")
    page.goto(f"{site.address}/worklist/")
    page.locator("[data-line] h2 a").nth(2).click()
    page.get_by_role("link", name="Show the timeline").first.click()
    page.wait_for_selector("section.app-case figure svg")
    accessible(page)
    assert "/timeline/" not in page.url


@pytest.mark.parametrize("width", [320, 768])
def test_nothing_is_wider_than_the_screen(page_as, site, width):
    page = page_as("pharmacist", width)
    page.goto(f"{site.address}/worklist/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("[data-line] h2 a").first.click()
    page.wait_for_selector("dl")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


class Session:
    """A client with cookies, for two people at the same moment."""

    def __init__(self, site, who: str) -> None:
        self.site = site
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.get("/account/login/")
        self.post("/account/login/", {"login": f"{who}@demo.example", "password": site.password})

    def get(self, path: str) -> str:
        with self.opener.open(self.site.address + path) as answer:
            return answer.read().decode()

    def post(self, path: str, form: dict[str, str]) -> int:
        token = {each.name: each.value for each in self.jar}["csrftoken"]
        data = urllib.parse.urlencode(form | {"csrfmiddlewaretoken": token}).encode()
        asked = urllib.request.Request(
            self.site.address + path, data, {"Referer": self.site.address + path}
        )
        try:
            with self.opener.open(asked) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code


def test_two_at_the_same_moment_leave_one_action(site):
    sessions = [Session(site, "pharmacist") for _ in range(2)]
    listed = sessions[0].get("/worklist/")
    path = re.findall(r'data-href="([^"]+)"', listed)[-1]
    case = re.search(r'name="case" value="(\d+\.\d+)"', sessions[0].get(path))
    assert case
    codes: list[int] = []

    def send(session: Session) -> None:
        codes.append(session.post(f"{path}act/", {"did": "done", "case": case[1]}))

    threads = [threading.Thread(target=send, args=(each,)) for each in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 409]
