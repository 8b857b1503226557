"""Someone who may use the tools, and a reader of forms as a browser would send them."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest


class FormReader(HTMLParser):
    """What a browser would send of the one POST form with a button "Show the result"."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.action, self._on, self._select, self._area = "", False, "", ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        if tag == "form" and of.get("enctype") == "multipart/form-data":
            self._on, self.action = True, of["action"]
        if not self._on:
            return
        if tag == "input" and of.get("name") and of.get("type") != "file":
            boxed = of.get("type") in ("radio", "checkbox")
            if not boxed or "checked" in of:
                self.values.setdefault(of["name"], []).append(of.get("value") or "")
        elif tag == "select":
            self._select = of["name"]
        elif tag == "option" and self._select and "selected" in of:
            self.values[self._select] = [of.get("value") or ""]
        elif tag == "textarea":
            self._area = of["name"]
            self.values[self._area] = [""]

    def handle_data(self, data):
        if self._on and self._area:
            self.values[self._area][0] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._on = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


@pytest.fixture
def form_of():
    """Reads the tool's form out of a page."""
    return lambda response: FormReader(response.content.decode()).values


@pytest.fixture
def clinician(user_of, organisation, signed_in_client):
    """A client of a clinician at the first practice."""
    return signed_in_client(user_of("clinician", organisation("practice")))
