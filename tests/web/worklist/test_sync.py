"""Cases follow the runs: they open, close with a reason, come back and move."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from harmfree.programmes.registry import indicators
from harmfree.publish.closing import Gone, Why, reasons, sites_on
from harmfree.publish.reading import LiveRun
from harmfree.publish.run import RunRequest, run
from harmfree.records import Store
from harmfree.web.audit.models import AuditEvent
from harmfree.web.publication.models import Finding, Person
from harmfree.web.worklist.lines import rank
from harmfree.web.worklist.models import Case, Line, Turn
from harmfree.web.worklist.sync import wake


def turns(case: Case) -> list[str]:
    return [each.became for each in case.turns.all()]


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


def test_a_run_that_says_the_same_changes_nothing(case, next_run):
    before = list(Case.objects.order_by("pk").values())
    next_run()
    assert list(Case.objects.order_by("pk").values()) == before
    assert not Turn.objects.exists()


def test_what_the_records_no_longer_show_is_closed_and_comes_back_when_they_do(case, next_run):
    run = next_run(without=[case])
    case.refresh_from_db()
    assert (case.state, case.closed_run, case.closed_on) == ("closed", run.number, run.as_of)
    assert case.version == 2
    next_run()
    case.refresh_from_db()
    assert (case.state, case.reopened, case.closed_because) == ("open", 1, "")
    assert turns(case) == ["closed", "reopened"]
    closed = case.turns.all()[0]
    assert (closed.run, closed.organisation_id) == (run.number, case.organisation_id)


def test_the_records_are_asked_and_what_they_do_not_explain_is_said_to_be_so(case, next_run):
    # Only the list of findings has changed: the record still shows the hazard.
    next_run(without=[case])
    case.refresh_from_db()
    assert case.closed_because == "UNKNOWN"


def test_a_medicine_that_nobody_issued_any_more_by_then_is_the_reason(practice, next_run):
    medicine = Case.objects.filter(indicator="af_aspirin_alone", state="open").first()
    medicine = medicine or Case.objects.filter(indicator__startswith="pincer", kind="hazard")[0]
    next_run(without=[medicine], days=200)
    closed = medicine.turns.get()
    assert closed.because in ("MEDICINE_STOPPED", "NOT_AT_RISK", "ENDED")
    assert closed.words.startswith("No longer: ")


def test_somebody_who_is_not_in_the_records_any_more_is_said_to_be_so(case, next_run):
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


def test_without_the_records_no_reason_is_made_up(case, next_run, settings, tmp_path):
    settings.HOME = tmp_path
    next_run(without=[case])
    closed = case.turns.get()
    assert (closed.because, closed.words) == ("UNKNOWN", "The records are not on this machine.")


def test_an_indicator_that_the_run_did_not_work_out(region, case, next_run):
    place = region.info["indicators"].index(case.indicator)
    left = {
        name: [each for at, each in enumerate(region.info[name]) if at != place]
        for name in ("indicators", "versions")
    }
    next_run(without=Case.objects.filter(indicator=case.indicator), info=left)
    case.refresh_from_db()
    assert case.closed_because == "NOT_LOOKED_FOR"


def test_a_definition_with_a_new_version(region, case, next_run):
    place = region.info["indicators"].index(case.indicator)
    versions = list(region.info["versions"])
    versions[place] += 1
    next_run(without=[case], info={"versions": versions})
    case.refresh_from_db()
    assert case.closed_because == "DEFINITION_CHANGED"


@pytest.mark.parametrize("what", ["declined_by_patient", "not_appropriate"])
def test_a_decision_stands_through_runs(did, case, next_run, what):
    state = did(case, what, reason="prefers not").state
    next_run(days=30)
    case.refresh_from_db()
    assert case.state == state != "open"
    assert turns(case) == []


def test_a_case_done_is_closed_by_the_records(did, case, next_run):
    did(case, "done")
    next_run()
    case.refresh_from_db()
    assert case.state == "done", "until the records show it"
    next_run(without=[case])
    case.refresh_from_db()
    assert case.state == "closed"


def test_records_no_newer_than_the_deed_cannot_contradict_it(did, region, case, next_run):
    did(case, "done", on=region.extract_date + timedelta(days=10))
    next_run(days=10)
    case.refresh_from_db()
    assert (case.state, case.still_shown) == ("done", None)


def test_newer_records_that_still_show_what_was_done_say_so_once(did, region, case, next_run):
    did(case, "done", on=region.extract_date + timedelta(days=10))
    next_run(days=11)
    case.refresh_from_db()
    assert (case.state, case.still_shown) == ("done", region.extract_date + timedelta(days=11))
    next_run(days=12)
    assert turns(case) == ["still_shown"]


def test_what_ended_and_began_again_after_it_was_done_is_open_again(did, region, case, next_run):
    did(case, "done", on=region.extract_date)
    began = region.extract_date + timedelta(days=1)

    def again(finding: Finding) -> None:
        if (finding.person_id, finding.indicator) == (case.person_id, case.indicator):
            finding.since = began

    next_run(with_=[again], days=20)
    case.refresh_from_db()
    assert (case.state, case.since, case.reopened) == ("open", began, 1)


def test_a_snoozed_case_comes_back_on_its_day(did, case):
    tomorrow = timezone.localdate() + timedelta(days=1)
    did(case, "snoozed", until=tomorrow)
    assert wake([case.organisation_id], timezone.localdate()) == 0
    assert wake([case.organisation_id], tomorrow) == 1
    case.refresh_from_db()
    assert (case.state, case.snoozed_until, turns(case)) == ("open", None, ["woken"])
    assert Line.objects.filter(person=case.person_id).exists()
    assert AuditEvent.objects.filter(action="cases.woken").count() == 1


def test_a_run_wakes_what_is_due_and_lets_sleep_what_is_not(did, practice, next_run):
    due, asleep = Case.objects.filter(organisation=practice, state="open")[:2]
    tomorrow = timezone.localdate() + timedelta(days=1)
    for each in (due, asleep):
        did(each, "snoozed", until=tomorrow)
    Case.objects.filter(pk=due.pk).update(snoozed_until=timezone.localdate())
    next_run()
    states = dict(Case.objects.filter(pk__in=[due.pk, asleep.pk]).values_list("pk", "state"))
    assert states == {due.pk: "open", asleep.pk: "snoozed"}


def test_somebody_who_moves_takes_their_cases_and_their_history_along(
    did, case, colleague, next_run, practice, other_practice
):
    did(case, "noted", reason="called")
    did(case, "assigned", to=colleague)
    closed = Case.objects.filter(person=case.person).exclude(pk=case.pk)[0]
    next_run(without=[closed])

    def move(finding: Finding) -> None:
        if finding.person_id == case.person_id:
            finding.organisation = other_practice

    next_run(without=[closed], with_=[move])
    case.refresh_from_db()
    assert (case.organisation, case.assigned_to) == (other_practice, None)
    assert [action.reason for action in case.actions.all()] == ["called", ""]
    assert case.turns.get().words == f"From {practice.name}."
    assert Line.objects.get(person=case.person_id).organisation == other_practice
    closed.refresh_from_db()
    assert (closed.state, closed.organisation) == ("closed", other_practice)


def test_somebody_with_nothing_open_is_found_where_the_records_have_them(
    case, next_run, practice, other_practice
):
    mine = Case.objects.filter(person=case.person)
    next_run(without=mine)
    Person.objects.filter(pk=case.person_id).update(organisation=other_practice)
    mine.update(organisation=other_practice)
    next_run(without=mine)
    case.refresh_from_db()
    assert (case.state, case.organisation, case.person.organisation) == (
        "closed",
        practice,
        practice,
    )


def test_sites_of_people_are_those_of_their_findings(region):
    findings = dict(Finding.objects.filter(run=region).values_list("person", "organisation__code"))
    store = Store.open(settings.HOME)
    assert sites_on(store, findings, region.as_of) == findings
    assert sites_on(store, [5], region.as_of) == {}


@pytest.mark.parametrize("state", ["declined", "not_appropriate", "snoozed", "done", "closed"])
def test_only_open_cases_make_a_line(case, state):
    Case.objects.filter(person=case.person_id).update(state=state)
    rank([case.person_id])
    assert not Line.objects.filter(person=case.person_id).exists()


def test_what_a_run_did_is_in_the_audit_trail(case, next_run):
    run = next_run(without=[case])
    event = AuditEvent.objects.filter(action="cases.synced").latest("number")
    assert event.subject == f"run:{run.number}"
    assert event.detail == {"new": 0, "closed": 1}


def test_every_reason_fits_its_column():
    assert max(len(each.name) for each in Why) <= 40


def open_on(home, day: date) -> dict[tuple[int, str], str]:
    """(person, indicator) of a run's findings on a day, with the id of their site."""
    run(home, RunRequest(as_of=day, months=1), lambda *_: None)
    live = LiveRun.open(home)
    findings, names = live.table("findings").to_pylist(), live.info.indicators
    places = live.places.every
    return {(r["person"], names[r["definition"]]): places[r["site"]].id for r in findings}


def test_unchanged_records_explain_every_ending_and_no_correction_is_claimed(
    region, region_home, tmp_path
):
    for name in ("generations", "current"):
        source = region_home / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    before, now = region.as_of - timedelta(days=92), region.as_of
    was, is_ = open_on(tmp_path, before), open_on(tmp_path, now)
    shown = {each.id for each in indicators() if each.on_worklist}
    gone: dict[int, list[str]] = {}
    for person, name in set(was) - set(is_):
        if name in shown:
            gone.setdefault(person, []).append(name)
    told = reasons(tmp_path, Store.open(tmp_path), Gone(gone, now, shown, before))
    found = {each.why for each in told.values()}
    assert not found & {Why.UNKNOWN, Why.CORRECTED, Why.NOT_IN_RECORDS, Why.NOT_LOOKED_FOR}
    assert found >= {Why.DIED, Why.CARE_GIVEN, Why.NOT_AT_RISK, Why.MEDICINE_STOPPED}
    of_conditions = {Why.CARE_GIVEN, Why.NOT_AT_RISK, Why.MEDICINE_STOPPED, Why.ENDED}
    assert all(each.words for each in told.values() if each.why in of_conditions)
