"""The server as its user starts it, and what survives `kill -9`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ASK = """
from harmfree.web import boot
boot()
from harmfree.web.jobs import tasks
from harmfree.web.jobs.queue import enqueue
print(enqueue(tasks.COMPUTE, months=24).pk)
"""
LOOK = """
import json
from harmfree.web import boot
boot()
from harmfree.web.jobs.models import Job
from harmfree.web.publication.models import PublishedRun
job = Job.objects.get(pk={number})
live = PublishedRun.objects.filter(state="live").count()
print(json.dumps([job.state, job.attempts, live, job.error]))
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
    number = inside(site, ASK)
    killed = False
    end = time.monotonic() + 90
    while time.monotonic() < end:
        state, attempts, live, error = json.loads(inside(site, LOOK.format(number=number)))
        assert live == 1, "readers see exactly one whole run at any time"
        if state == "running" and not killed:
            for each in workers(site):
                os.kill(each, signal.SIGKILL)
            killed = True
        if state in ("done", "failed"):
            break
        time.sleep(0.2)
    assert killed
    assert (state, error) == ("done", "")
    assert attempts == 2
