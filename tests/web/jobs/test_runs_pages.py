"""The pages of the runs."""

from __future__ import annotations

import pytest

from harmfree.web.access.roles import Role
from harmfree.web.audit.models import AuditEvent
from harmfree.web.jobs.models import Job
from harmfree.web.jobs.queue import claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(user_of, signed_in_client):
    return signed_in_client(user_of(Role.LEAD))


def test_the_page_says_what_is_live_and_how_old_it_is(lead, region):
    page = lead.get("/runs/").content.decode()
    assert "live" in page
    assert f"{region.extract_date:%B %Y}" in page
    assert "Records left out" in page


def test_asking_twice_gives_one_job(lead):
    first = lead.post("/runs/start/")
    assert lead.post("/runs/start/")["Location"] == first["Location"]
    assert Job.objects.count() == 1
    assert AuditEvent.objects.filter(action="run.asked").count() == 1


def test_the_page_of_a_job_says_how_far_it_is(lead):
    lead.post("/runs/start/")
    job = claim()
    Job.objects.filter(pk=job.pk).update(doing="computing", done=3, total=12)
    page = lead.get(f"/runs/jobs/{job.pk}/").content.decode()
    assert "Computing: 3 of 12" in page
    part = lead.get(f"/runs/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert 'value="25"' in part and "<html" not in part


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ANALYST, Role.CONTRIBUTOR])
def test_others_do_not_find_it(role, user_of, signed_in_client):
    client = signed_in_client(user_of(role))
    assert client.get("/runs/").status_code == 404
    assert client.post("/runs/start/").status_code == 404
