"""The tasks that run in the background."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from harmfree.publish.reading import LiveRun
from harmfree.publish.run import RunRequest, run
from harmfree.web.boards.tasks import ask_for_all
from harmfree.web.jobs.queue import Progress, task
from harmfree.web.publication.publish import publish

COMPUTE = "compute and publish"


@task(COMPUTE)
def compute_and_publish(progress: Progress, months: int = 60) -> dict[str, Any]:
    """Compute every programme over the loaded records and publish the run.

    Doing it twice is harmless: the run takes up where it stopped, and the same run is published
    once.
    """
    run(settings.HOME, RunRequest(months=months), progress)
    published = publish(LiveRun.open(settings.HOME), progress)
    ask_for_all(published)
    return {"run": published.number, "as_of": published.as_of.isoformat()}
