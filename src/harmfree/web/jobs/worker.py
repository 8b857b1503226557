"""The process that does the jobs: `python -m harmfree.web.jobs.worker`.

It ends when the server that started it is gone, and a job that kills it is begun again by the next.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from harmfree.web import boot

PAUSE = 1.0
"""Seconds between two looks at an empty queue."""


def loop(parent: int) -> None:
    """Do jobs until the parent process is gone."""
    boot()
    from django.db import close_old_connections

    from harmfree.web.jobs import tasks  # noqa: F401 - registers the tasks
    from harmfree.web.jobs.queue import work_once

    while os.getppid() == parent:
        close_old_connections()
        if work_once() is None:
            time.sleep(PAUSE)


def supervise() -> None:
    """Start the loop again whenever it dies, as long as the server lives."""
    parent = os.getppid()
    while os.getppid() == parent:
        child = subprocess.Popen([sys.executable, "-m", __spec__.name, "loop", str(os.getpid())])
        while child.poll() is None and os.getppid() == parent:
            time.sleep(PAUSE)
        if child.poll() is None:
            child.terminate()
        time.sleep(PAUSE)


if __name__ == "__main__":
    if sys.argv[1:2] == ["loop"]:
        loop(int(sys.argv[2]))
    else:
        supervise()
