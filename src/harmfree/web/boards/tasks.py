"""The task that works boards out in the background."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from django.db import connection

from harmfree.web.boards import builders  # noqa: F401 - registers the builders
from harmfree.web.boards.pharmacist_results import PHARMACIST, roll_out
from harmfree.web.boards.results import TASK, ask_for, names, store_of, work_out
from harmfree.web.jobs.queue import LEASE, LeaseLostError, Progress, task
from harmfree.web.organisations.tree import tree
from harmfree.web.publication.models import PublishedRun


@task(TASK)
def work_out_board(
    progress: Progress,
    run: int,
    name: str,
    organisation: int | None = None,
    digest: str = "",  # noqa: ARG001 - tells jobs apart; the builder reads what holds now
) -> dict[str, Any]:
    """Work out one board of a run, unless another run is live by now."""
    published = PublishedRun.objects.filter(pk=run, state=PublishedRun.State.LIVE).first()
    live = store_of(published) if published else None
    if published is None or live is None:
        return {"kept": 0}
    with alive(progress, f"working out {name}"):
        return {"kept": work_out(published, live, name, lambda *_: None, organisation)}


@contextmanager
def alive(progress: Progress, doing: str) -> Iterator[None]:
    """Give a sign of life while work goes on that tells nothing of its progress by itself."""
    over = Event()

    def beat() -> None:
        try:
            while not over.wait(LEASE.total_seconds() / 3):
                progress(doing, 0, 1)
        except LeaseLostError:
            pass  # whoever took the job over does it again; what this one keeps is the same
        finally:
            connection.close()

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def ask_for_all(run: PublishedRun) -> None:
    """Put all boards of a run in the queue, one job each: one that fails stops no other."""
    for name in names():
        if name != PHARMACIST:
            ask_for(run, name)
    for region in tree().tops:
        using = roll_out(region)
        if using.started:
            ask_for(run, PHARMACIST, region.id, using.digest)
