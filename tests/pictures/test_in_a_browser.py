"""A figure in a real page: strict content policy, phone to desktop, no accessibility fault."""

from __future__ import annotations

import http.server
import threading
from functools import partial

import pytest

from harmfree.pictures import (
    DATA_LINE,
    GREY,
    STYLESHEET,
    Frame,
    Ink,
    LinearScale,
    Picture,
    Plot,
    Table,
)

pytestmark = pytest.mark.browser
SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll('svg')]
  .map(s => [s, s.getBoundingClientRect().width / s.viewBox.baseVal.width])
  .filter(([s, scale]) => scale > 0)
  .flatMap(([s, scale]) => [...s.querySelectorAll('text')]
    .map(t => parseFloat(getComputedStyle(t).fontSize) * scale)))"""


def figure():
    def draw(size):
        frame = Frame("Falls, Example ward", "Month", "Falls per 1,000 bed days")
        plot = Plot(size, LinearScale(0, 4), LinearScale(0, 8), frame)
        plot.line([1, 2, 3], [4, 5, 6], DATA_LINE)
        plot.points([1, 2, 3], [4, 5, 6], "circle", Ink(None, GREY))
        return plot.canvas

    table = Table(("month", "falls"), [("Jan", 4.0), ("Feb", 5.0), ("Mar", 6.0)], "Falls")
    return Picture("Falls, Example ward", "Common cause.", draw, table).figure()


class Strict(http.server.SimpleHTTPRequestHandler):
    """Serves a folder under the policy of the web application."""

    def end_headers(self):
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src data:")
        super().end_headers()

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def address(tmp_path):
    page = (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Falls</title>'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="page.css"></head><body><main><h1>Falls</h1>'
        f"{figure()}</main></body></html>"
    )
    (tmp_path / "index.html").write_text(page, encoding="utf-8")
    (tmp_path / "page.css").write_text(STYLESHEET, encoding="utf-8")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Strict, directory=tmp_path))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()
    thread.join()
    server.server_close()


def test_text_is_at_least_11_px_at_every_width_and_the_policy_is_kept(address, browser):
    for width in (320, 390, 660, 661, 800, 1280):
        page = browser.new_page(viewport={"width": width, "height": 700})
        complaints: list[str] = []
        page.on("console", lambda message, found=complaints: found.append(message.text))
        page.goto(address)
        assert page.evaluate(SMALLEST_TEXT) >= 11, width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shown = page.evaluate(
            "[...document.querySelectorAll('svg')].filter(s => s.checkVisibility()).length"
        )
        assert shown == 1
        assert [c for c in complaints if "Content Security Policy" in c] == []
        page.close()


def test_text_stays_dark_on_white_in_forced_colours(address, browser):
    page = browser.new_page(forced_colors="active", color_scheme="dark")
    page.goto(address)
    fills = page.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => getComputedStyle(t).fill)"
    )
    assert set(fills) <= {"rgb(33, 43, 50)", "rgb(76, 98, 114)"}
    page.close()


def test_axe_finds_nothing(address, browser):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = browser.new_page()
    page.goto(address)
    page.click("summary")
    assert [v["id"] for v in axe.Axe().run(page).response["violations"]] == []
