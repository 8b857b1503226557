"""Jobs survive the death of whoever does them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from harmfree.errors import InputError
from harmfree.web.jobs import queue
from harmfree.web.jobs.models import Job
from harmfree.web.jobs.queue import LeaseLostError, claim, enqueue, task, work_once

pytestmark = pytest.mark.django_db


@task("test: adds")
def adds(progress, first: int, second: int) -> int:
    progress("adding", 1, 1)
    return first + second


@task("test: fails")
def fails(progress) -> None:
    raise InputError("The file is empty.", do="Send another.")


@task("test: breaks")
def breaks(progress) -> None:
    raise ZeroDivisionError("secret of a patient")


def test_a_job_is_done_and_its_result_kept():
    job = enqueue("test: adds", first=2, second=3)
    assert work_once().pk == job.pk
    job.refresh_from_db()
    assert (job.state, job.result, job.percent) == (Job.State.DONE, 5, 100)
    assert work_once() is None


def test_an_error_that_the_user_can_act_on_is_kept_as_it_is_said():
    enqueue("test: fails")
    job = work_once()
    assert job.state == Job.State.FAILED
    assert "Send another." in job.error


def test_a_fault_of_ours_says_nothing_of_its_content():
    enqueue("test: breaks")
    job = work_once()
    assert job.state == Job.State.FAILED
    assert job.error == "A fault of ours (ZeroDivisionError)."


def test_a_job_is_in_the_queue_only_if_its_transaction_succeeds():
    with pytest.raises(RuntimeError), transaction.atomic():
        enqueue("test: adds", first=1, second=1)
        raise RuntimeError
    assert not Job.objects.exists()


def test_an_unknown_task_is_refused_when_it_is_asked_for():
    with pytest.raises(KeyError):
        enqueue("test: nothing of that name")


def test_a_leased_job_is_not_given_twice():
    enqueue("test: adds", first=1, second=1)
    assert claim() is not None
    assert claim() is None


def test_when_a_worker_dies_its_lease_runs_out_and_another_begins_again():
    enqueue("test: adds", first=1, second=1)
    dead = claim()
    Job.objects.filter(pk=dead.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    again = work_once()
    assert again.state == Job.State.DONE
    assert again.attempts == 2


def test_a_worker_that_lost_its_lease_changes_nothing():
    enqueue("test: adds", first=1, second=1)
    slow = claim()
    Job.objects.filter(pk=slow.pk).update(lease="another worker's")
    with pytest.raises(LeaseLostError):
        queue._reporter(slow)("adding", 1, 2)
    assert Job.objects.get(pk=slow.pk).done == 0


def test_a_job_that_kills_its_workers_is_given_up():
    enqueue("test: adds", first=1, second=1)
    for _ in range(queue.MOST_ATTEMPTS):
        dead = claim()
        Job.objects.filter(pk=dead.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claim() is None
    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert "worker died" in job.error
