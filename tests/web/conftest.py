"""A small published region in the test database, and someone of each role.

The region is built and published once, by the first worker that needs it; each test works in a
transaction that is undone.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from django.test.utils import teardown_databases

from harmfree.publish.reading import LiveRun
from harmfree.publish.run import RunRequest, run
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings
from harmfree.web.access.roles import Role
from harmfree.web.accounts.models import Membership, User
from harmfree.web.organisations.models import Organisation
from harmfree.web.publication.models import PublishedRun
from harmfree.web.publication.publish import publish
from once import made_once
from web_database import set_up
from web_settings import HOME

PEOPLE = 3_000


def quiet(*_: object) -> None:
    """No progress bar."""


def make_region(folder: Path) -> None:
    """A store with a small synthetic region and a finished run."""
    build(Settings(PEOPLE, 1), folder, workers=1)
    run(folder, RunRequest(months=24), quiet)


@pytest.fixture(scope="session")
def region_home(shared_folder):
    """The folder of a store with a small synthetic region and a finished run."""
    shutil.copytree(made_once(shared_folder / "region", make_region), HOME, dirs_exist_ok=True)
    return HOME


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment,
    django_db_modify_db_settings,
    django_db_blocker,
    region_home,
    shared_folder,
):
    """The test database with the region published into it."""
    with django_db_blocker.unblock():
        made = set_up(shared_folder, lambda: publish(LiveRun.open(region_home)))
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def region(db) -> PublishedRun:
    """The live run of the small region."""
    live = PublishedRun.live()
    assert live is not None
    return live


@pytest.fixture
def organisation(db):
    """Finds an organisation by kind: organisation("practice") is the first one by name."""

    def find(kind: str, number: int = 0) -> Organisation:
        return Organisation.objects.filter(kind=kind).order_by("name")[number]

    return find


@pytest.fixture
def user_of(db):
    """Makes someone with a role at an organisation (None: everywhere)."""

    def make(role: Role | str, organisation: Organisation | None = None, name: str = "") -> User:
        number = User.objects.count()
        user = User.objects.create_user(f"{role}{number}@example.org", name or f"A {role}", "x")
        Membership.objects.create(user=user, role=Role(role), organisation=organisation)
        return user

    return make


@pytest.fixture
def signed_in_client():
    """A client of someone who has signed in; the second factor is taken as given."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@dataclass(frozen=True)
class Site:
    """A real server on a home of its own, with someone of each role to sign in as."""

    address: str
    home: Path
    password: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def own_database(name: str) -> str:
    """The address of a new database on the PostgreSQL server of the tests; empty for SQLite."""
    server = os.environ.get("HARMFREE_TEST_DATABASE", "")
    if not server:
        return ""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(scope="session")
def site(region_home, tmp_path_factory, worker_id):
    """The demonstration of the small region, served as its user would serve it."""
    home = tmp_path_factory.mktemp("site")
    for name in ("generations", "runs", "current"):
        source = region_home / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, home / name)
    environment = os.environ | {
        "HARMFREE_HOME": str(home),
        "HARMFREE_DATABASE": own_database(f"site_{worker_id}_{os.getpid()}"),
        "HARMFREE_JOB_LEASE": "3",
        "DJANGO_SETTINGS_MODULE": "harmfree.web.settings",
    }
    for name in ("HARMFREE_LOCAL", "DJANGO_ALLOW_ASYNC_UNSAFE"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "harmfree.cli.main", "demo", "site"]
    told = subprocess.run(
        [*command, "--no-serve", "--json"], env=environment, capture_output=True, check=True
    )
    address = f"127.0.0.1:{free_port()}"
    log = (home / "server.log").open("wb")
    process = subprocess.Popen(
        [*command, "--address", address], env=environment, stdout=log, stderr=log
    )
    made = Site(
        f"http://{address}", home, json.loads(told.stdout)["password"], environment, process
    )
    try:
        wait_for(made)
        yield made
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def wait_for(made: Site, seconds: float = 60) -> None:
    """Until the server answers; fails with its log when it does not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and made.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{made.address}/health/", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail((made.home / "server.log").read_text(encoding="utf-8", errors="replace"))


@pytest.fixture
def page_as(browser, site):
    """Opens a page as someone of the demonstration: page_as("pharmacist"), page_as(None).

    Any error in a script and any request that leaves the site fails the test.
    """
    contexts, faults = [], []

    def open_page(who: str | None, width: int = 1280):
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((site.address, "data:", "blob:"))
                else faults.append(f"left the site: {request.url}")
            ),
        )
        page.on(
            "console",
            lambda message: (
                faults.append(f"console: {message.text}")
                if "Content Security Policy" in message.text
                else None
            ),
        )
        if who is not None:
            page.goto(f"{site.address}/account/login/")
            page.fill("input[name=login]", f"{who}@demo.example")
            page.fill("input[name=password]", site.password)
            page.click("main button[type=submit]")
            page.wait_for_url(lambda url: "/account/login/" not in url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def accessible():
    """Asserts that axe finds nothing on the page that is open (WCAG 2.2 AA)."""
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

    # Violations are told whole; of what passes, whose telling takes half of the time, one example.
    options = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}

    def check(page) -> None:
        found = Axe().run(page, options=options)
        said = [
            f"{page.url}: {each['id']} {node['target']} {node.get('failureSummary', '')[:300]}"
            for each in found.response["violations"]
            for node in each["nodes"]
        ]
        assert not said, "\n".join(said)

    return check
