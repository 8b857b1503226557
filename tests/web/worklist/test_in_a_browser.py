"""The pharmacist's journey in a real browser, by keyboard alone; two people at one moment."""

from __future__ import annotations

import http.cookiejar
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from datetime import date, timedelta

import pytest

pytestmark = pytest.mark.browser


def place(page) -> int:
    """Which line has the focus; -1 for none."""
    return page.evaluate(
        "[...document.querySelectorAll('[data-line]')]"
        ".findIndex((line) => line.contains(document.activeElement))"
    )


def test_ten_minutes_between_patients_by_keyboard_alone(page_as, site, accessible):
    """Find the second on the list, record the first thing as done, come back: no mouse."""
    page = page_as("pharmacist")
    page.goto(f"{site.address}/worklist/")
    accessible(page)
    for key in "jjjkk":
        page.keyboard.press(key)
    assert place(page) == 0
    page.keyboard.press("k")
    assert place(page) == 0 and "the first on this page" in page.locator("#said").inner_text()
    page.keyboard.press("j")
    assert page.locator("#said").inner_text().startswith("Line 2 of ")
    name = page.evaluate("document.activeElement.innerText")
    page.keyboard.press("d")
    page.wait_for_url("**/?did=done#record")
    assert page.locator("h1").inner_text() == name
    assert page.locator("input[name=did][value=done]").is_checked()
    accessible(page)
    before = page.locator("section.app-case").count()
    while page.evaluate("document.activeElement.name") != "case":
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    while page.evaluate("document.activeElement.name") != "did":
        page.keyboard.press("Tab")
    assert page.locator("input[name=case]:checked").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_selector(".nhsuk-notification-banner--success")
    accessible(page)
    assert page.locator("section.app-case").count() == before
    assert page.locator("section.app-case", has_text="Done, to be confirmed").count() >= 1


def test_several_lines_are_chosen_and_snoozed_by_keyboard(page_as, site, accessible):
    page = page_as("pharmacist")
    page.goto(f"{site.address}/worklist/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("input[name=line]:checked").count() == 2
    page.get_by_role("button", name="Record for the chosen lines").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Record for several people')")
    accessible(page)
    page.get_by_label("Snoozed until").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Record for all of them").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".nhsuk-error-summary")
    accessible(page)
    page.get_by_label("Snooze until").fill(str(date.today() + timedelta(days=10)))
    page.get_by_role("button", name="Record for all of them").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".nhsuk-notification-banner--success")
    assert "Recorded for 2 people" in page.locator("main").inner_text()


def test_keys_do_not_act_while_somebody_types_and_can_be_switched_off(page_as, site):
    page = page_as("pharmacist")
    page.goto(f"{site.address}/worklist/")
    page.locator("summary", has_text="NHS number").click()
    page.locator("input[name=nhs_number]").press_sequentially("jkxd?")
    assert page.locator("input[name=nhs_number]").input_value() == "jkxd?"
    assert place(page) == -1
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.locator("#keys-help").evaluate("(help) => help.open")
    page.get_by_role("button", name="Shortcuts are on").press("Enter")
    for _ in range(2):
        page.locator("h1").click()
        page.keyboard.press("j")
        assert place(page) == -1
        page.reload()
    page.locator("#keys-help summary").click()
    page.get_by_role("button", name="Shortcuts are off").click()
    page.keyboard.press("j")
    assert place(page) == 0


def test_a_refused_form_keeps_what_was_written(page_as, site, accessible):
    page = page_as("pharmacist")
    page.goto(f"{site.address}/worklist/")
    page.locator("[data-line] h3 a").nth(1).click()
    page.locator("input[name=case]").first.check()
    page.get_by_label("Snoozed until").check()
    page.get_by_label("Reason or note").fill("Waiting for the hospital")
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_selector(".nhsuk-error-summary")
    accessible(page)
    assert page.get_by_label("Reason or note").input_value() == "Waiting for the hospital"
    assert page.locator("input[name=case]").first.is_checked()


def test_the_timeline_comes_when_it_is_asked_for(page_as, site, accessible):
    page = page_as("pharmacist")
    page.goto(f"{site.address}/worklist/")
    page.locator("[data-line] h3 a").nth(2).click()
    page.locator("section.app-case summary").first.click()
    page.wait_for_selector("section.app-case figure svg")
    accessible(page)
    assert "/timeline/" not in page.url


def test_every_state_of_the_lists_is_accessible(page_as, site, accessible):
    page = page_as("manager")
    page.goto(f"{site.address}/worklist/")
    here = page.url
    for address in ("?kind=gap&age=80-over", "?state=declined", "print/?kind=hazard", "changes/"):
        page.goto(f"{here}{address}")
        accessible(page)


@pytest.mark.parametrize("width", [320, 768])
def test_nothing_is_wider_than_the_screen(page_as, site, width):
    page = page_as("pharmacist", width)
    page.goto(f"{site.address}/worklist/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("[data-line] h3 a").first.click()
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
    path = re.findall(r'<h3 class="app-line__name"><a href="([^"]+)"', listed)[-1]
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
