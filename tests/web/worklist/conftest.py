"""A practice with people on its worklist, and somebody who works there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings

from harmfree.publish.reading import LiveRun
from harmfree.web.access.roles import Role
from harmfree.web.organisations.models import Organisation
from harmfree.web.publication.models import Finding, PublishedRun
from harmfree.web.worklist.models import Case
from harmfree.web.worklist.sync import sync_cases


@pytest.fixture
def practice(region) -> Organisation:
    """The practice with most people on its list."""
    sites = Organisation.objects.filter(kind="practice")
    return max(sites, key=lambda site: Finding.objects.filter(organisation=site).count())


@pytest.fixture
def pharmacist(user_of, practice):
    return user_of(Role.CLINICIAN, practice, "Pat Pharmacist")


@pytest.fixture
def colleague(user_of, practice):
    return user_of(Role.CLINICIAN, practice, "Col League")


@pytest.fixture
def client(pharmacist, signed_in_client):
    return signed_in_client(pharmacist)


@pytest.fixture
def case(practice) -> Case:
    """An open case of somebody with more than one."""
    return Case.objects.filter(organisation=practice, state="open").order_by("pk")[0]


@pytest.fixture
def next_run(region):
    """Makes a further run with the findings of the live one, some left out, and syncs the cases."""

    def make(without=(), with_=()) -> PublishedRun:
        live = LiveRun.open(settings.HOME)
        run = PublishedRun.objects.create(
            number=PublishedRun.objects.count() + 100,
            created=region.created,
            as_of=region.as_of,
            extract_date=region.extract_date,
            dates=region.dates,
            info=region.info,
        )
        skipped = {(each.person_id, each.indicator) for each in without}
        copies = [
            Finding(
                run=run,
                person_id=f.person_id,
                organisation_id=f.organisation_id,
                indicator=f.indicator,
                kind=f.kind,
                since=f.since,
                evidence=f.evidence,
            )
            for f in Finding.objects.filter(run=region)
            if (f.person_id, f.indicator) not in skipped
        ]
        Finding.objects.bulk_create(copies)
        for change in with_:
            change(Finding.objects.filter(run=run))
        assert replace(live.info, number=1)
        sync_cases(run, lambda *_: None)
        return run

    return make
