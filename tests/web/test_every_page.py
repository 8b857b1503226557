"""Every page that a role can reach by following links: whole, accessible, no wider than a phone.

Pages of one kind (one pattern of address) are looked at once for each role.
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROLES = [None, "pharmacist", "carer", "lead", "analyst", "contributor", "administrator"]
DOWNLOADS = (".csv", ".svg", ".png", ".json", ".txt", ".xlsx")
FEWEST = {None: 6, "pharmacist": 10, "lead": 12, "analyst": 8, "administrator": 8}


def kind(path: str) -> str | None:
    """The pattern of an address; None for what is no page of ours."""
    if path.endswith(DOWNLOADS) or path.startswith(("/static/", "/api/")):
        return None
    try:
        return resolve(path).route
    except Resolver404:
        return None


def links(page, address: str) -> list[str]:
    """Paths of the links on the page, with their queries."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    whole = (urljoin(page.url, each) for each in found)
    return [
        urlsplit(each)._replace(scheme="", netloc="", fragment="").geturl()
        for each in whole
        if each.startswith(address)
    ]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role(role, site, page_as, accessible):
    page = page_as(role, 320)
    waiting, seen, looked_at, faults = ["/"], set(), set(), []
    while waiting:
        path = waiting.pop(0)
        pattern = kind(urlsplit(path).path)
        if pattern is None or pattern in seen:
            continue
        seen.add(pattern)
        answer = page.goto(site.address + path)
        if answer is None or answer.status != 200:
            faults.append(f"{path} answered {answer.status if answer else 'nothing'}")
            continue
        if page.url in looked_at:
            continue  # another address that leads to the same page
        looked_at.add(page.url)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            faults.append(f"{path} is {wide} px wide")
        if page.locator("h1").count() != 1:
            faults.append(f"{path} has {page.locator('h1').count()} first headings")
        try:
            accessible(page)
        except AssertionError as said:
            faults.append(str(said))
        waiting += links(page, site.address)
    assert not faults, "\n".join(faults)
    assert len(seen) >= FEWEST.get(role, 3)
