"""The site's pages under load, beside a bare Django page on the same machine in the same run.

`python tools/with_postgres.py python -m benchmarks.web [--people 50000]`: builds and publishes a
region, serves it as `harmfree serve` does, and lets some users ask for pages at once. Every user
waits for their answer before they ask again, with and without a pause for reading. Server time is
what gunicorn took from the first byte to the last, as the client sees it over the loopback.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import http.cookies
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

PORT, BARE_PORT = 8790, 8791


class Client:
    """A browser without a screen: one connection, its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes, str]:
        """(status, body, address that it sends on to) of one request."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        headers |= {"Accept-Encoding": "gzip", "Referer": f"http://127.0.0.1:{PORT}{path}"}
        headers["Sec-Fetch-Site"] = "same-origin"  # as browsers say of a link within the site
        body = None
        if form is not None:
            token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
            body = urlencode(form | token)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._sent("POST" if form is not None else "GET", path, body, headers)
        content = answer.read()
        for value in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in http.cookies.SimpleCookie(value).items():
                self.cookies[name] = morsel.value
        return answer.status, content, answer.headers.get("Location", "")

    def _sent(
        self, verb: str, path: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        """Send on the open connection, or on a new one when the server has closed it."""
        try:
            self.connection.request(verb, path, body, headers)
            return self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            self.connection.close()
            self.connection.request(verb, path, body, headers)
            return self.connection.getresponse()

    def sign_in(self, email: str, password: str) -> None:
        """Sign in; ends with a message when it is refused."""
        self.ask("/account/login/")
        status, _, _ = self.ask("/account/login/", {"login": email, "password": password})
        if status != 302:
            sys.exit(f"{email} could not sign in ({status}).")


@contextmanager
def served(environment: dict[str, str], workers: int) -> Iterator[None]:
    """The site and the bare page, each behind a gunicorn of its own with the same settings."""
    python = sys.executable
    site = subprocess.Popen(
        [python, "-m", "harmfree.cli.main", "serve", "--local", "--address", f"127.0.0.1:{PORT}"]
        + ["--workers", str(workers)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    bare = subprocess.Popen(
        [python, "-m", "gunicorn", "benchmarks.bare_page:application", "-b"]
        + [f"127.0.0.1:{BARE_PORT}", "-w", str(workers), "--threads", "4", "-k", "gthread"]
        + ["--log-level", "warning"]
    )
    try:
        for port in (PORT, BARE_PORT):
            wait_for(port)
        yield
    finally:
        for process in (site, bare):
            process.terminate()
            process.wait()


def wait_for(port: int) -> None:
    """Until something answers on the port."""
    for _ in range(600):
        try:
            Client(port).ask("/health/" if port == PORT else "/")
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"Nothing answers on port {port}.")


def load(clients: list[Client], path: str, seconds: float, pause: float) -> list[float]:
    """Seconds that each request took, while all clients ask for the page at once."""
    taken: list[float] = []
    end = time.perf_counter() + seconds

    def use(client: Client) -> None:
        while time.perf_counter() < end:
            started = time.perf_counter()
            status, _, _ = client.ask(path)
            taken.append(time.perf_counter() - started)
            if status != 200:
                sys.exit(f"{path} answered {status}.")
            time.sleep(pause * random.uniform(0.5, 1.5))  # people do not read in step

    threads = [threading.Thread(target=use, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def weight(client: Client, path: str) -> tuple[int, int]:
    """(bytes that are sent, bytes once unpacked) of the page and of every style sheet, script and
    picture of the site that it names."""
    _, sent, _ = client.ask(path)
    page = unpacked(sent)
    named = set(re.findall(rb'(?:href|src|data-nhsuk)="(/static/[^"]+)"', page))
    others = [client.ask(each.decode())[1] for each in named]
    plain = [len(unpacked(each)) for each in others]
    return len(sent) + sum(map(len, others)), len(page) + sum(plain)


def unpacked(content: bytes) -> bytes:
    """The content as it was before it was compressed, if it was."""
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def row(name: str, taken: list[float], bare: list[float]) -> str:
    """One line of the table."""
    middle, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    return (
        f"{name:46} {1000 * middle:8.1f} {1000 * p95:8.1f} {len(taken):8}"
        f" {middle / statistics.median(bare):8.1f}"
    )


def prepared(people: int, home: Path) -> dict[str, str]:
    """Build, run and publish the region; the environment of a server for it, and its sign-ins."""
    environment = os.environ | {
        "HARMFREE_HOME": str(home),
        "HARMFREE_DATABASE": os.environ.get("HARMFREE_TEST_DATABASE", ""),
        "HARMFREE_SECOND_FACTOR": "0",
        "HARMFREE_DEMONSTRATION": "1",
    }
    command = [sys.executable, "-m", "harmfree.cli.main"]
    steps = (["demo", "build", "--people", str(people)], ["run"], ["demo", "site", "--no-serve"])
    for step in steps:
        subprocess.run([*command, *step], env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


def everyone(environment: dict[str, str], count: int) -> tuple[list[str], str, int]:
    """Make `count` clinicians of the whole region; their addresses, the password, the findings."""
    text = """
import json, sys
from harmfree.web import boot
boot()
from django.conf import settings
from harmfree.web.accounts.models import Membership, User
from harmfree.web.organisations.models import Organisation
from harmfree.web.publication.models import Finding
region = Organisation.objects.get(kind="region")
password = (settings.SECRETS / "demonstration").read_text()
made = []
for number in range(int(sys.argv[1])):
    user = User.objects.create_user(f"load{number}@demo.example", "Load", password)
    Membership.objects.create(user=user, role="clinician", organisation=region)
    made.append(user.email)
practice = Organisation.objects.filter(people__isnull=False, kind="practice").first()
print(json.dumps([made, password, Finding.objects.count(), practice.code, region.code]))
"""
    done = subprocess.run(
        [sys.executable, "-c", text, str(count)],
        env=environment | {"HARMFREE_LOCAL": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        environment = prepared(asked.people, Path(scratch))
        emails, password, findings, practice, region = everyone(environment, asked.users)
        kind = "PostgreSQL" if environment["HARMFREE_DATABASE"] else "SQLite"
        print(f"{findings:,} findings on {kind}; {asked.users} users, {asked.workers} workers of 4")
        print(f"threads, {os.cpu_count()} cores, Python {platform.python_version()}, load", end=" ")
        print(f"{os.getloadavg()[0]:.1f}; milliseconds as the client sees them")
        with served(environment, asked.workers):
            measure(asked, emails, password, practice, region)


def measure(
    asked: argparse.Namespace, emails: list[str], password: str, practice: str, region: str
) -> None:
    """Sign everybody in and load each page, with a pause and without."""
    clients = [Client(PORT) for _ in emails]
    for client, email in zip(clients, emails, strict=True):
        client.sign_in(email, password)
    bare_clients = [Client(BARE_PORT) for _ in emails]
    pages = {
        f"worklist of {practice}": f"/worklist/{practice}/",
        f"dashboard of {region}": f"/dashboard/{region}/",
        "clinical tools": "/tools/",
    }
    print(f"{'':46} {'median':>8} {'p95':>8} {'requests':>8} {'x bare':>8}")
    for pause in (1.0, 0.0):
        said = "about 1 s pause" if pause else "no pause"
        bare = load(bare_clients, "/", asked.seconds / 2, pause)
        print(row(f"bare Django page, {said}", bare, bare))
        for name, path in pages.items():
            clients[0].ask(path)
            print(row(f"{name}, {said}", load(clients, path, asked.seconds, pause), bare))
    one, bare_one = clients[:1], bare_clients[:1]
    bare = load(bare_one, "/", 3, 0)
    for name, path in pages.items():
        print(row(f"{name}, one user", load(one, path, 4, 0), bare))
    for name, path in pages.items():
        sent, plain = (each / 1000 for each in weight(clients[0], path))
        print(f"{name}: {sent:,.0f} kB sent without a cache, {plain:,.0f} kB uncompressed")


if __name__ == "__main__":
    main()
