"""The server as its user starts it, and what survives `kill -9`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.slow

ASK = """
from harmfree.web import boot
boot()
from harmfree.web.jobs import tasks
from harmfree.web.jobs.queue import enqueue
print(enqueue(tasks.COMPUTE, months=24).pk)
"""
WATCH = """
import json
import sys
import time
from harmfree.web import boot
boot()
from harmfree.web.jobs.models import Job
from harmfree.web.publication.models import PublishedRun
state, end = "", time.monotonic() + 90
while state not in ("done", "failed") and time.monotonic() < end:
    job = Job.objects.get(pk=int(sys.argv[1]))
    live = PublishedRun.objects.filter(state="live").count()
    state = job.state
    print(json.dumps([state, job.attempts, live, job.error]), flush=True)
    time.sleep(0.2)
"""


def inside(site, text: str) -> str:
    """What a few lines of Python print in the site's environment."""
    done = subprocess.run(
        [sys.executable, "-c", text],
        env=site.environment | {"HARMFREE_LOCAL": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


class Look(NamedTuple):
    """What there is to see of a job."""

    state: str
    attempts: int
    live_runs: int
    error: str


def watched(site, number: str) -> Iterator[Look]:
    """A look at a job every fifth of a second, until it has ended."""
    command = [sys.executable, "-c", WATCH, number]
    environment = site.environment | {"HARMFREE_LOCAL": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout:
                yield Look(*json.loads(line))
        finally:
            process.kill()  # nothing happens to one that has ended


def workers(site) -> list[int]:
    """Process numbers of the loops that do the site's jobs."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            words = (each / "cmdline").read_bytes().split(b"\0")
            mine = str(site.home).encode() in (each / "environ").read_bytes()
        except OSError:
            continue  # it ended meanwhile
        if mine and b"harmfree.web.jobs.worker" in words and b"loop" in words:
            found.append(int(each.name))
    return found


def test_health_and_static_files(site):
    with urllib.request.urlopen(f"{site.address}/") as answer:
        page = answer.read().decode()
    assert "fictitious" in page
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    with urllib.request.urlopen(site.address + path) as answer:
        assert "immutable" in answer.headers["Cache-Control"]


def test_a_job_whose_worker_is_killed_is_begun_again_and_done(site):
    killed = False
    for look in watched(site, inside(site, ASK)):
        assert look.live_runs == 1, "readers see exactly one whole run at any time"
        if look.state == "running" and not killed:
            for each in workers(site):
                os.kill(each, signal.SIGKILL)
            killed = True
    assert killed
    assert (look.state, look.error) == ("done", "")
    assert look.attempts == 2
