"""Cases follow the runs: they open, close with a reason, come back and move."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from harmfree.publish.closing import Why
from harmfree.web.organisations.models import Organisation
from harmfree.web.publication.models import Finding
from harmfree.web.worklist.actions import Deed, act
from harmfree.web.worklist.models import Case, Line
from harmfree.web.worklist.sync import rank, wake


def test_every_finding_has_an_open_case_and_every_person_a_line(region):
    findings = Finding.objects.filter(run=region)
    assert Case.objects.filter(state="open").count() == findings.count() > 50
    assert Line.objects.count() == findings.values("person").distinct().count()


def test_lines_count_what_is_open(region, practice):
    for line in Line.objects.filter(organisation=practice)[:20]:
        cases = Case.objects.filter(person=line.person, state="open")
        assert line.hazards == cases.filter(kind="hazard").count()
        assert line.gaps == cases.filter(kind="gap").count()
        assert line.oldest == min(each.since for each in cases)


def test_what_the_records_no_longer_show_is_closed_and_comes_back_when_they_do(case, next_run):
    run = next_run(without=[case])
    case.refresh_from_db()
    assert (case.state, case.closed_run, case.closed_on) == ("closed", run.number, run.as_of)
    assert case.closed_because in Why.__members__
    assert case.version == 2
    next_run()
    case.refresh_from_db()
    assert (case.state, case.reopened, case.closed_because) == ("open", 1, "")


def test_a_finding_that_the_records_still_hold_is_never_said_to_have_ended_by_death(case, next_run):
    # The record has not changed: only the list of findings has, so the reason must be one that a
    # living, registered person can have.
    next_run(without=[case])
    case.refresh_from_db()
    assert case.closed_because in ("HAZARD_ENDED", "CARE_GIVEN", "NOT_AT_RISK")


def test_somebody_who_is_not_in_the_records_any_more_is_said_to_be_so(region, case, next_run):
    from harmfree.web.publication.models import Person

    gone = Person.objects.create(pseudonym=7, organisation=case.organisation, age=1, sex="female")
    made = Case.objects.create(
        person=gone,
        organisation=case.organisation,
        indicator=case.indicator,
        kind="hazard",
        since=date(2026, 1, 1),
        first_run=1,
    )
    next_run()
    made.refresh_from_db()
    assert made.closed_because == "NOT_IN_RECORDS"


def test_a_declined_case_stays_declined_through_runs(access_of_pharmacist, case, next_run):
    act(access_of_pharmacist, {case.pk: case.version}, Deed("declined_by_patient", "prefers not"))
    next_run()
    case.refresh_from_db()
    assert case.state == "declined"


def test_a_case_done_is_closed_by_the_records(access_of_pharmacist, case, next_run):
    act(access_of_pharmacist, {case.pk: case.version}, Deed("done"))
    case.refresh_from_db()
    assert case.state == "done"
    next_run()
    case.refresh_from_db()
    assert case.state == "done", "until the records show it"
    next_run(without=[case])
    case.refresh_from_db()
    assert case.state == "closed"


def test_a_snoozed_case_comes_back_on_its_day(access_of_pharmacist, case):
    tomorrow = date.today() + timedelta(days=1)
    act(access_of_pharmacist, {case.pk: case.version}, Deed("snoozed", until=tomorrow))
    assert wake([case.organisation_id], date.today()) == 0
    assert wake([case.organisation_id], tomorrow) == 1
    case.refresh_from_db()
    assert (case.state, case.snoozed_until) == ("open", None)
    assert Line.objects.filter(person=case.person_id).exists()


def test_somebody_who_moves_takes_their_case_and_its_history_along(
    access_of_pharmacist, case, next_run, practice
):
    act(access_of_pharmacist, {case.pk: case.version}, Deed("noted", "called"))
    other = Organisation.objects.filter(kind="practice").exclude(pk=practice.pk).first()

    def move(findings):
        for each in findings.filter(person=case.person_id):
            each.organisation = other
            each.save()

    next_run(with_=[move])
    case.refresh_from_db()
    assert case.organisation_id == other.pk
    assert [action.reason for action in case.actions.all()] == ["called"]
    assert Line.objects.get(person=case.person_id).organisation_id == other.pk


@pytest.mark.parametrize("state", ["declined", "not_appropriate", "snoozed", "done", "closed"])
def test_only_open_cases_make_a_line(case, state):
    Case.objects.filter(person=case.person_id).update(state=state)
    rank([case.person_id])
    assert not Line.objects.filter(person=case.person_id).exists()


@pytest.fixture
def access_of_pharmacist(pharmacist):
    from harmfree.web.access.scope import Access

    return Access.of(pharmacist)
