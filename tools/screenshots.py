"""Take the pictures of docs/screenshots: `python tools/screenshots.py` beside a demonstration.

It uses the home of the demonstration (HARMFREE_HOME, by default ./harmfree-data), serves it on a
port of its own, signs in as each role and takes every page at three widths.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
ADDRESS = "127.0.0.1:8795"
WIDTHS = (320, 768, 1280)
COMMAND = [sys.executable, "-m", "harmfree.cli.main", "demo", "site"]
# name of the picture -> (who looks, address)
PAGES = {
    "home": (None, "/"),
    "programmes": (None, "/programmes/"),
    "programme": (None, "/programmes/atrial_fibrillation/"),
    "worklist": ("pharmacist", "/worklist/"),
    "dashboard": ("analyst", "/dashboard/ZREGION/"),
    "indicator": ("lead", "/dashboard/ZREGION/indicators/pincer_a/"),
    "board": ("lead", "/boards/ZREGION/atrial-fibrillation/"),
    "impact": ("lead", "/boards/ZREGION/pharmacist-impact/"),
    "tools": ("pharmacist", "/tools/"),
    "tool": ("pharmacist", "/tools/news2/"),
    "ecg": ("pharmacist", "/tools/ecg/"),
    "administration": ("administrator", "/administration/"),
    "runs": ("lead", "/runs/"),
}


@contextmanager
def served() -> Iterator[str]:
    """The demonstration, served; the password of its sign-ins."""
    told = subprocess.run([*COMMAND, "--no-serve", "--json"], capture_output=True, check=True)
    server = subprocess.Popen([*COMMAND, "--address", ADDRESS], stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"http://{ADDRESS}/health/", timeout=2):
                    break
            except OSError:
                time.sleep(0.2)
        yield json.loads(told.stdout)["password"]
    finally:
        server.terminate()
        server.wait()


def signed_in(browser: Browser, who: str | None, password: str) -> Page:
    """A page of somebody who has signed in."""
    page = browser.new_context().new_page()
    page.set_default_timeout(30_000)
    if who is not None:
        page.goto(f"http://{ADDRESS}/account/login/")
        page.fill("input[name=login]", f"{who}@demo.example")
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda address: "/account/login/" not in address)
    return page


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    os.environ.setdefault("HARMFREE_HOME", "harmfree-data")
    with served() as password, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        pages = {who: signed_in(browser, who, password) for who in {w for w, _ in PAGES.values()}}
        for name, (who, path) in PAGES.items():
            for width in WIDTHS:
                pages[who].set_viewport_size({"width": width, "height": 900})
                pages[who].goto(f"http://{ADDRESS}{path}", wait_until="networkidle")
                pages[who].screenshot(path=FOLDER / f"{name}-{width}.png")
        browser.close()
    made = sorted(FOLDER.glob("*.png"))
    sys.stdout.write(f"{len(made)} pictures, {sum(p.stat().st_size for p in made) / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
