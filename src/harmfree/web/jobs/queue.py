"""A queue of leased jobs in the database: work survives the death of whoever does it.

A worker leases a job for a while and renews the lease with every sign of progress. If it dies, the
lease runs out and another worker begins the job again, so a task must bear being done twice.
Putting a job in the queue is part of the caller's transaction: it is there if that succeeds.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from harmfree.errors import HarmfreeError
from harmfree.web import environment
from harmfree.web.accounts.models import User
from harmfree.web.jobs.models import Job

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=environment.number("HARMFREE_JOB_LEASE", 60, 2, 3600))
MOST_ATTEMPTS = 3
Progress = Callable[[str, int, int], None]
Task = Callable[..., Any]
_tasks: dict[str, Task] = {}


class LeaseLostError(Exception):
    """Another worker has taken the job over, because this one gave no sign of life."""


def task(name: str) -> Callable[[Task], Task]:
    """Register the function below as what jobs named `name` run.

    It is called with a progress function, then the job's arguments by name, and may return
    anything that JSON takes.
    """

    def register(function: Task) -> Task:
        _tasks[name] = function
        return function

    return register


def enqueue(name: str, user: User | None = None, /, **arguments: Any) -> Job:
    """Put a job in the queue, as part of the transaction that is open."""
    if name not in _tasks:
        raise KeyError(f"no task is named {name}")
    return Job.objects.create(task=name, arguments=arguments, asked_by=user)


def waiting_or_running(name: str) -> Job | None:
    """A job of that name that is not over, if there is one."""
    states = (Job.State.WAITING, Job.State.RUNNING)
    return Job.objects.filter(task=name, state__in=states).first()


def claim() -> Job | None:
    """Lease the oldest job that waits or whose worker is gone; None when there is none."""
    now = timezone.now()
    free = Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=now)
    with transaction.atomic():
        query = Job.objects.filter(free).order_by("id")
        if connection.features.has_select_for_update_skip_locked:
            query = query.select_for_update(skip_locked=True)
        job = query.first()
        if job is None:
            return None
        job.attempts += 1
        job.state, job.lease = Job.State.RUNNING, secrets.token_hex(16)
        job.lease_until, job.started = now + LEASE, job.started or now
        if job.attempts > MOST_ATTEMPTS:
            job.state, job.ended = Job.State.FAILED, now
            job.error = f"Given up: its worker died {MOST_ATTEMPTS} times."
        job.save()
    return job if job.state == Job.State.RUNNING else claim()


def work_once() -> Job | None:
    """Do one job; the job as it ended, or None when there was none to do."""
    job = claim()
    if job is None:
        return None
    try:
        result = _tasks[job.task](_reporter(job), **job.arguments)
    except LeaseLostError:
        log.warning("Job %s was taken over by another worker.", job.pk)
        return job
    except HarmfreeError as error:
        return _end(job, Job.State.FAILED, error=str(error))
    except Exception as fault:  # noqa: BLE001 - whatever it is, the job must not look alive
        log.error("Job %s failed:\n%s", job.pk, traceback.format_exc())
        return _end(job, Job.State.FAILED, error=f"A fault of ours ({type(fault).__name__}).")
    return _end(job, Job.State.DONE, result=result)


def _reporter(job: Job) -> Progress:
    """Tells how far the job is and renews its lease, at most once a second."""
    last = [timezone.now() - LEASE]

    def report(doing: str, done: int, total: int) -> None:
        now = timezone.now()
        if doing == job.doing and done < total and now - last[0] < timedelta(seconds=1):
            return
        last[0], job.doing = now, doing
        _hold(job, doing=doing[:200], done=done, total=total, lease_until=now + LEASE)

    return report


def _hold(job: Job, **values: Any) -> None:
    """Change the job if the lease is still ours.

    Raises:
        LeaseLostError: it is not.
    """
    held = Job.objects.filter(pk=job.pk, lease=job.lease, state=Job.State.RUNNING)
    if not held.update(**values):
        raise LeaseLostError


def _end(job: Job, state: str, result: Any = None, error: str = "") -> Job:
    try:
        _hold(job, state=state, result=result, error=error, ended=timezone.now(), lease_until=None)
    except LeaseLostError:
        log.warning("Job %s was taken over by another worker before it ended.", job.pk)
    job.refresh_from_db()
    return job
