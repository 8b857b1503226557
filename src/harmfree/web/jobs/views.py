"""The runs: what is published, how old it is, what was left out; and computing anew."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.audit.chain import record
from harmfree.web.jobs.models import Job
from harmfree.web.jobs.queue import enqueue, waiting_or_running
from harmfree.web.jobs.tasks import COMPUTE
from harmfree.web.publication.models import PublishedRun

SHOWN = 20


@allow(Permission.RUN)
def runs(request: HttpRequest) -> HttpResponse:
    """The live run, the ones before, and the latest jobs."""
    context = {
        "title": "Runs",
        "runs": PublishedRun.objects.exclude(state="coming").order_by("-number"),
        "jobs": Job.objects.filter(task=COMPUTE).order_by("-id")[:SHOWN],
        "going_on": waiting_or_running(COMPUTE),
    }
    return render(request, "runs/runs.jinja", context)


@allow(Permission.RUN)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Put a computation in the queue, unless one is there already."""
    access = access_of(request)
    with transaction.atomic():
        going_on = waiting_or_running(COMPUTE)
        if going_on is None:
            going_on = enqueue(COMPUTE, access.user)
            record(access, "run.asked", subject=f"job:{going_on.pk}")
            messages.success(request, "The computation has been asked for.")
        else:
            messages.info(request, "A computation is going on already.")
    return redirect("job", going_on.pk)


@allow(Permission.RUN)
def job(request: HttpRequest, number: int) -> HttpResponse:
    """One job and how far it is; the page asks for itself again while the job goes on."""
    found = get_object_or_404(Job, pk=number, task=COMPUTE)
    going_on = found.state in (Job.State.WAITING, Job.State.RUNNING)
    context = {
        "title": "Computing and publishing",
        "job": found,
        "going_on": going_on,
        "crumbs": [("Runs", "/runs/")],
    }
    name = "runs/progress.jinja" if getattr(request, "htmx", False) else "runs/job.jinja"
    return render(request, name, context)
