"""A practice with people on its worklist, somebody who works there, and further runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.organisations.models import Organisation
from harmfree.web.publication.models import Finding, PublishedRun
from harmfree.web.worklist.actions import Deed, act
from harmfree.web.worklist.models import Action, Case
from harmfree.web.worklist.sync import sync_cases


@pytest.fixture
def practice(region) -> Organisation:
    """The practice with most people on its list."""
    sites = Organisation.objects.filter(kind="practice")
    return max(sites, key=lambda site: Finding.objects.filter(organisation=site).count())


@pytest.fixture
def other_practice(practice) -> Organisation:
    """Another one."""
    return Organisation.objects.filter(kind="practice").exclude(pk=practice.pk)[0]


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
def did(pharmacist):
    """Records what the pharmacist did about a case: did(case, "done"), perhaps on another day."""

    def record(case: Case, what: str, on: date | None = None, **more: object) -> Case:
        act(Access.of(pharmacist), {case.pk: case.version}, Deed(what, **more))
        if on is not None:
            at = timezone.make_aware(datetime(on.year, on.month, on.day, 12))
            Action.objects.filter(case=case).update(at=at)
        case.refresh_from_db()
        return case

    return record


@pytest.fixture
def next_run(region):
    """Makes a further run and syncs the cases: the live run's findings, some left out or changed.

    The region stays the live run, so that its last day is the last on which a finding was seen.
    """

    def make(
        without: Iterable[Case] = (),
        with_: Iterable[Callable[[Finding], None]] = (),
        days: int = 0,
        info: dict[str, object] | None = None,
    ) -> PublishedRun:
        run = PublishedRun.objects.create(
            number=PublishedRun.objects.count() + 100,
            created=region.created,
            as_of=region.as_of + timedelta(days=days),
            extract_date=region.extract_date + timedelta(days=days),
            dates=region.dates,
            info=region.info | (info or {}),
        )
        skipped = {(each.person_id, each.indicator) for each in without}
        copies = []
        for finding in Finding.objects.filter(run=region):
            if (finding.person_id, finding.indicator) not in skipped:
                finding.pk, finding.run = None, run
                for change in with_:
                    change(finding)
                copies.append(finding)
        Finding.objects.bulk_create(copies)
        sync_cases(run, lambda *_: None)
        return run

    return make
