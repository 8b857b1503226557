"""What the lists hold: filters, ranking with them, back after a look, paper, several sites."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from harmfree.publish.reading import LiveRun
from harmfree.web.access.roles import Permission, Role
from harmfree.web.access.scope import Access
from harmfree.web.accounts.models import User
from harmfree.web.audit.models import AuditEvent
from harmfree.web.organisations.models import Organisation
from harmfree.web.worklist import listing
from harmfree.web.worklist.actions import Deed, act, colleagues
from harmfree.web.worklist.changes import changes, last_look, looked, summaries
from harmfree.web.worklist.filters import Filters, programme_of
from harmfree.web.worklist.identities import keep, made_up
from harmfree.web.worklist.models import Case, Line, Look, Turn


def text_of(response) -> str:
    return response.content.decode()


def shown_rows(organisation, user, query: str = "", since=None) -> list[listing.Row]:
    """The lines that the address would show."""
    filters = Filters.of(QueryDict(query))
    people = listing.ranked(organisation.pk, filters, user, since)
    cases = listing.matching(organisation.pk, filters, user, since)
    return listing.rows(people, cases, filters)


def look(user: User, organisation: int):
    """Look at a worklist as its page does; the last look before."""
    before = last_look(user, organisation)
    looked(user, organisation, before)
    return before


@pytest.fixture
def named(region, region_home):
    """Everybody has a made-up name."""
    keep(made_up(LiveRun.open(region_home)))


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("kind=hazard", lambda case: case.kind == "hazard"),
        ("kind=gap", lambda case: case.kind == "gap"),
        ("sex=female", lambda case: case.person.sex == "female"),
        ("age=65-79", lambda case: 65 <= case.person.age <= 79),
        ("age=80-over", lambda case: case.person.age >= 80),
        ("programme=falls", lambda case: programme_of()[case.indicator] == "falls"),
        ("kind=gap&sex=male", lambda case: (case.kind, case.person.sex) == ("gap", "male")),
    ],
)
def test_a_filter_lets_through_what_fits_and_all_of_it(practice, pharmacist, query, fits):
    wanted = {
        case.pk
        for case in Case.objects.filter(organisation=practice, state="open").select_related(
            "person"
        )
        if fits(case)
    }
    rows = shown_rows(practice, pharmacist, query)
    found = {item.case.pk for row in rows for item in row.items}
    assert found == wanted and found


def test_two_filters_that_contradict_each_other_show_nobody(practice, pharmacist):
    assert shown_rows(practice, pharmacist, "programme=falls&indicator=pincer_a") == []


def test_ranking_with_a_filter_counts_what_it_shows(practice, pharmacist):
    rows = shown_rows(practice, pharmacist, "kind=gap")
    keys = [(-len(row.items), min(i.case.since for i in row.items), row.person.pk) for row in rows]
    assert keys == sorted(keys) and len(keys) > 5


def test_what_the_filters_hide_of_a_person_is_counted(practice, pharmacist):
    for row in shown_rows(practice, pharmacist, "kind=hazard"):
        line = Line.objects.get(person=row.person)
        assert len(row.items) + row.more == line.hazards + line.gaps
    assert all(row.more == 0 for row in shown_rows(practice, pharmacist))


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("done", "done"),
        ("declined_by_patient", "declined"),
        ("not_appropriate", "not_appropriate"),
        ("snoozed", "snoozed"),
    ],
)
def test_each_state_has_its_list_with_what_was_done(did, practice, pharmacist, case, what, state):
    until = timezone.localdate() + timedelta(days=5)
    did(case, what, reason="so", until=until if what == "snoozed" else None)
    (row,) = shown_rows(practice, pharmacist, f"state={state}")
    assert [item.case.pk for item in row.items] == [case.pk]
    assert row.items[0].last.reason == "so"
    shown = {i.case.pk for r in shown_rows(practice, pharmacist) for i in r.items}
    assert case.pk not in shown


def test_done_but_still_in_newer_records_has_a_list(did, practice, pharmacist, region, case):
    did(case, "done")
    assert shown_rows(practice, pharmacist, "state=still_shown") == []
    Case.objects.filter(pk=case.pk).update(still_shown=region.extract_date)
    assert len(shown_rows(practice, pharmacist, "state=still_shown")) == 1


def test_closed_cases_have_a_list_that_says_why(client, practice, case, next_run):
    next_run(without=[case])
    page = text_of(client.get(f"/worklist/{practice.code}/?state=closed"))
    assert "The run no longer finds it, and the records do not say why" in page


def test_assigned_to_me(did, practice, pharmacist, colleague, case):
    did(case, "assigned", to=pharmacist)
    (row,) = shown_rows(practice, pharmacist, "mine=1")
    assert [item.case.pk for item in row.items] == [case.pk]
    assert shown_rows(practice, colleague, "mine=1") == []


def test_new_since_a_look_is_what_is_new_and_what_came_back(practice, pharmacist):
    old, fresh, back = Case.objects.filter(organisation=practice, state="open").order_by("pk")[:3]
    look_at = timezone.now()
    Case.objects.filter(organisation=practice).update(first_seen=look_at - timedelta(days=9))
    Case.objects.filter(pk=fresh.pk).update(first_seen=look_at + timedelta(minutes=1))
    for case, became in ((back, "reopened"), (old, "still_shown")):
        Turn.objects.create(
            case=case, organisation=practice, became=became, at=look_at + timedelta(minutes=1)
        )
    rows = shown_rows(practice, pharmacist, "new=1", since=look_at)
    assert {i.case.pk for r in rows for i in r.items} == {fresh.pk, back.pk}


def test_a_look_is_of_the_sitting_before(practice, pharmacist):
    assert look(pharmacist, practice.pk) is None
    assert look(pharmacist, practice.pk) is None, "the same sitting"
    yesterday = timezone.now() - timedelta(days=1)
    Look.objects.update(at=yesterday)
    assert last_look(pharmacist, practice.pk) == yesterday
    assert look(pharmacist, practice.pk) == yesterday
    assert look(pharmacist, practice.pk) == yesterday, "the same sitting"


def test_what_changed_is_told_kind_by_kind(did, practice, pharmacist, colleague, next_run):
    mine, theirs, gone, back = Case.objects.filter(organisation=practice, state="open").order_by(
        "person", "pk"
    )[:4]
    next_run(without=[back])
    since = timezone.now()
    did(mine, "done")
    act(Access.of(colleague), {theirs.pk: theirs.version}, Deed("declined_by_patient", "no"))
    next_run(without=[gone])
    found = {kind.heading: kind for kind in changes(practice.pk, pharmacist, since)}
    assert {name: kind.count for name, kind in found.items()} == {
        "New": 0,
        "Back on the list": 1,
        "Closed": 1,
        "Still in newer records": 0,
        "Acted on by colleagues": 1,
    }
    assert found["Acted on by colleagues"].changes[0].words == (
        "Declined by the patient: no (Col League)"
    )
    assert found["Closed"].changes[0].item.case == gone


def test_the_page_of_changes_names_people_and_is_audited(
    client, named, practice, pharmacist, colleague, case
):
    client.get(f"/worklist/{practice.code}/")
    Look.objects.update(at=timezone.now() - timedelta(hours=2))
    Case.objects.update(first_seen=timezone.now() - timedelta(days=2))
    act(Access.of(colleague), {case.pk: case.version}, Deed("done"))
    page = text_of(client.get(f"/worklist/{practice.code}/changes/"))
    known = listing.known_of(case.person)
    assert known.name in page and "Done (Col League)" in page
    event = AuditEvent.objects.get(action="worklist.changes")
    assert event.detail == {"lines": [case.person.key], "identified": 1}


def test_the_list_names_people_and_says_whose_names_it_showed(client, named, practice, case):
    page = text_of(client.get(f"/worklist/{practice.code}/"))
    known = listing.known_of(case.person)
    assert known.name in page and known.spaced in page
    event = AuditEvent.objects.get(action="worklist.viewed")
    assert case.person.key in event.detail["lines"]
    assert event.detail["identified"] == len(event.detail["lines"])
    assert known.name not in str(vars(event))


def test_a_lost_key_leaves_the_list_usable_under_pseudonyms(
    client, named, practice, case, settings, tmp_path
):
    settings.SECRETS = tmp_path
    page = text_of(client.get(f"/worklist/{practice.code}/"))
    assert listing.shown(case.person_id) in page
    page = text_of(client.get(f"/worklist/{practice.code}/{case.person.key}/"))
    assert "The name cannot be opened here" in page


def test_on_paper_the_filters_are_said_and_the_printing_is_audited(client, named, practice):
    page = text_of(client.get(f"/worklist/{practice.code}/print/?kind=hazard&sex=female"))
    assert "Hazards; Female" in page and "Records up to" in page
    event = AuditEvent.objects.get(action="worklist.printed")
    wanted = Case.objects.filter(
        organisation=practice, kind="hazard", state="open", person__sex="female"
    )
    assert set(event.detail["lines"]) == set(wanted.values_list("person__key", flat=True))


def test_the_file_has_identities_for_the_care_team(client, named, practice, case):
    page = text_of(client.get(f"/worklist/{practice.code}/list.csv"))
    known = listing.known_of(case.person)
    assert f"{known.spaced},{known.name},{known.birth_date}" in page


def test_every_list_tells_how_old_its_data_are(client, region, practice, case):
    for address in ("", "print/", "changes/", f"{case.person.key}/"):
        assert region.age in text_of(client.get(f"/worklist/{practice.code}/{address}")), address


def test_several_worklists_with_what_is_open_mine_and_changed(
    signed_in_client, user_of, region, practice, other_practice, colleague, case
):
    lead = user_of(Role.CLINICIAN, None)
    client = signed_in_client(lead)
    found = {row.node.id: row for row in summaries([practice.pk, other_practice.pk], lead)}
    assert found[practice.pk].changed is None
    assert found[practice.pk].hazards == sum(
        line.hazards for line in Line.objects.filter(organisation=practice)
    )
    act(Access.of(lead), {case.pk: case.version}, Deed("assigned", to=lead))
    look(lead, practice.pk)
    act(Access.of(colleague), {case.pk: case.version + 1}, Deed("noted", "called"))
    found = {row.node.id: row for row in summaries([practice.pk, other_practice.pk], lead)}
    assert (found[practice.pk].mine, found[practice.pk].changed) == (1, 1)
    assert found[other_practice.pk].changed is None
    page = text_of(client.get("/worklist/"))
    assert practice.name in page and other_practice.name in page


def test_networks_and_homes_without_findings_are_no_worklists(user_of, organisation):
    network = organisation("network")
    lead = user_of(Role.CLINICIAN, network)
    sites = Access.of(lead).organisations(Permission.SEE_PEOPLE)
    assert network.pk in sites
    assert {row.node.kind for row in summaries(sites, lead)} == {"practice"}


def test_a_site_without_any_finding_has_an_empty_list(client, practice):
    Line.objects.filter(organisation=practice).delete()
    Case.objects.filter(organisation=practice).delete()
    page = text_of(client.get("/worklist/", follow=True))
    assert "Nobody is on this list" in page


def test_colleagues_are_those_whose_access_lets_them_act(
    region, user_of, practice, other_practice, organisation
):
    for role in Role:
        user_of(role, practice)
        user_of(role, other_practice)
        user_of(role, organisation("region"))
    user_of(Role.CLINICIAN, None)
    left = user_of(Role.CLINICIAN, practice)
    left.memberships.update(valid_to=timezone.localdate())
    wanted = {
        user.pk
        for user in User.objects.all()
        if Access.of(user).may_at(Permission.ACT, practice.pk)
    }
    found = [user.pk for user in colleagues(practice.pk)]
    assert set(found) == wanted and len(found) == len(wanted) == 3
    assert left.pk not in found


def test_a_person_with_nothing_open_still_has_a_page_with_the_history(
    did, client, practice, case, next_run
):
    did(case, "noted", reason="rang twice")
    next_run(without=Case.objects.filter(person=case.person))
    page = text_of(client.get(f"/worklist/{practice.code}/{case.person.key}/"))
    assert "Nothing is open" in page and "rang twice" in page and "First on the worklist" in page
    assert "Closed: the run no longer finds it" in page


def test_the_old_site_no_longer_sees_who_moved_and_the_new_one_sees_the_history(
    did, client, practice, other_practice, case, next_run, user_of, signed_in_client
):
    did(case, "noted", reason="rang twice")
    person = case.person

    def move(finding) -> None:
        if finding.person_id == person.pk:
            finding.organisation = other_practice

    next_run(with_=[move])
    assert client.get(f"/worklist/{practice.code}/{person.key}/").status_code == 404
    there = signed_in_client(user_of(Role.CLINICIAN, other_practice))
    page = text_of(there.get(f"/worklist/{other_practice.code}/{person.key}/"))
    assert "rang twice" in page and f"From {practice.name}" in page


def test_the_definition_its_source_and_how_far_it_was_checked_are_shown(client, practice, case):
    page = text_of(client.get(f"/worklist/{practice.code}/{case.person.key}/"))
    assert "Definition" in page and "version" in page
    assert f"/{case.indicator}/" in page


def test_the_timeline_says_so_when_the_records_are_not_here(
    client, practice, case, settings, tmp_path
):
    settings.HOME = tmp_path
    address = f"/worklist/{practice.code}/{case.person.key}/timeline/{case.indicator}/"
    page = text_of(client.get(address))
    assert "The timeline cannot be drawn here: Nothing is loaded yet." in page
    assert client.get(address.replace(case.indicator, "no_such")).status_code == 404


def test_a_filter_narrows_what_several_record(client, practice, pharmacist):
    rows = [row for row in shown_rows(practice, pharmacist, "kind=gap") if row.more]
    row = rows[0]
    listed = text_of(client.get(f"/worklist/{practice.code}/?kind=gap"))
    for item in row.items:
        assert f'name="case" value="{item.case.pk}.{item.case.version}"' in listed
    sent = {
        "line": row.person.key,
        "case": [f"{item.case.pk}.{item.case.version}" for item in row.items],
        "did": "done",
        "sent": "1",
    }
    client.post(f"/worklist/{practice.code}/several/", sent)
    states = set(
        Case.objects.filter(person=row.person, kind="hazard").values_list("state", flat=True)
    )
    assert states == {"open"}


def test_who_is_second_among_several_keeps_what_they_wrote(client, practice, colleague):
    first, second = Case.objects.filter(organisation=practice, state="open").order_by("-pk")[:2]
    sent = {
        "line": [first.person.key, second.person.key],
        "case": [f"{each.pk}.{each.version}" for each in (first, second)],
        "did": "not_appropriate",
        "reason": "My long reasoning",
        "sent": "1",
    }
    act(Access.of(colleague), {first.pk: first.version}, Deed("done"))
    late = client.post(f"/worklist/{practice.code}/several/", sent)
    page = text_of(late)
    assert late.status_code == 409
    assert "Done (Col League)" in page and "My long reasoning" in page
    assert f'value="{first.pk}.{first.version + 1}"' in page
    second.refresh_from_db()
    assert second.state == "open"


def test_a_case_of_somebody_else_cannot_be_slipped_into_a_line(client, practice, case):
    stranger = Case.objects.filter(organisation=practice).exclude(person=case.person)[0]
    address = f"/worklist/{practice.code}/{case.person.key}/act/"
    sent = {"did": "done", "case": [f"{stranger.pk}.{stranger.version}", "9" * 40 + ".1", "x.y"]}
    assert client.post(address, sent).status_code == 422
    stranger.refresh_from_db()
    assert stranger.state == "open"


def test_organisations_above_have_no_list_of_their_own(user_of, signed_in_client, organisation):
    network = organisation("network")
    client = signed_in_client(user_of(Role.CLINICIAN, network))
    page = client.get(f"/worklist/{network.code}/")
    assert page.status_code == 404
    assert Organisation.objects.filter(parent=network).exists()
