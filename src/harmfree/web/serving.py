"""The server: what has to be in place before the first page, and gunicorn itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

from harmfree.web.errors import FrontEndMissingError

THREADS = 4
BESIDE = ("harmfree.web.jobs.worker", "harmfree.web.clinical_tools.warming")
"""What runs beside the server: the worker, and once the compiling that the ECG page needs."""


def prepare(progress: Callable[[str, int, int], None] = lambda *_: None) -> None:
    """Bring the database up to date and gather the static files.

    Raises:
        FrontEndMissingError: the front-end files of others are not installed.
    """
    from django.conf import settings
    from django.core.management import call_command

    if not (settings.FRONT_END / "nhsuk" / "nhsuk.css").is_file():
        raise FrontEndMissingError(
            "The front-end files (the NHS design system) are not installed.",
            where=str(settings.FRONT_END),
            do="Run python3 run.py demo once, or name their folder in HARMFREE_FRONT_END.",
        )
    progress("preparing the database", 0, 3)
    call_command("migrate", interactive=False, verbosity=0)
    progress("preparing the database", 1, 3)
    call_command("createcachetable", verbosity=0)
    progress("gathering static files", 2, 3)
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)
    progress("gathering static files", 3, 3)


def start(address: str, workers: int) -> None:
    """Serve until told to stop, with a worker for background jobs beside it.

    Args:
        address: such as ``127.0.0.1:8000``.
        workers: processes that answer requests, each with `THREADS` threads.
    """
    from gunicorn.app.base import BaseApplication

    from harmfree.web.readiness import make_ready
    from harmfree.web.wsgi import application

    class Server(BaseApplication):
        """Gunicorn with settings from here, not from a file."""

        def load_config(self) -> None:
            """Set what gunicorn asks for."""
            for name, value in gunicorn_settings(address, workers).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            """The application to serve."""
            return application

    beside = [subprocess.Popen([sys.executable, "-m", module]) for module in BESIDE]
    try:
        make_ready()
        Server().run()
    finally:
        for each in beside:
            each.terminate()


def gunicorn_settings(address: str, workers: int) -> dict[str, Any]:
    """What gunicorn is told; no access log, because addresses may say who looked at what."""
    return {
        "bind": address,
        "workers": workers,
        "threads": THREADS,
        "worker_class": "gthread",
        "timeout": 60,
        "graceful_timeout": 10,
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        "accesslog": None,
        "loglevel": "warning",
        "preload_app": False,
        "control_socket_disable": True,
    }
