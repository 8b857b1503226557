"""Fixtures that every room's tests may use."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

OF_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TESTS = Path(__file__).resolve().parent
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party data, or a skip: the project never needs it."""
    folder = Path(os.environ.get("HARMFREE_SHARED_DATA", SHARED))
    if not folder.is_dir():
        pytest.skip("the third-party data folder is not here")
    return folder


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers see; `run.py test` names one, to serve for both databases."""
    if os.environ.get("HARMFREE_TEST_SHARED"):
        return Path(os.environ["HARMFREE_TEST_SHARED"])
    folder = tmp_path_factory.getbasetemp()
    folder = (folder if worker_id == "master" else folder.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, or the one that Playwright has fetched; skips where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_api.sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        try:
            started = playwright.chromium.launch(executable_path=chromium, args=OF_CHROMIUM)
        except sync_api.Error:
            if chromium:
                raise
            pytest.skip("no chromium here")
        # Playwright leaves its event loop marked as running, for which Django would refuse the
        # database to every test that comes after the first in a browser.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield started
        started.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the served site first, then the others of the web application.

    xdist gives each worker a stretch of the list, and whoever is through with it takes from the end
    of another's. So one worker alone starts a site, the longest tests are begun first, and the last
    ones that are shared out are short and need nothing made for them.
    """
    items.sort(key=turn)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what imports and collection have made, because it stays."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Give it back: at the end some libraries complain of what they find still there."""
    gc.unfreeze()


def turn(item: pytest.Item) -> int:
    """Place in the order; within one the order of the files stays."""
    if "site" in getattr(item, "fixturenames", ()):
        return 0
    return 1 if "web" in item.path.relative_to(TESTS).parts else 2
