"""The worklist's pages: ranked, filtered, scoped, audited; two people on one line lose nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from harmfree.records.pseudonym import shown
from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.audit.models import AuditEvent
from harmfree.web.organisations.models import Organisation
from harmfree.web.worklist.actions import ChangedMeanwhileError, Deed, NotAllowedError, act
from harmfree.web.worklist.models import Action, Case, Line, Look


def text_of(response) -> str:
    return response.content.decode()


def test_a_site_member_comes_straight_to_their_list(client, practice):
    assert client.get("/worklist/")["Location"] == f"/worklist/{practice.code}/"


def test_lines_are_ranked_as_the_page_says(client, practice):
    page = text_of(client.get(f"/worklist/{practice.code}/"))
    assert "Most hazards first, then most gaps, then the longest open." in page
    wanted = [
        shown(line.person_id)
        for line in Line.objects.filter(organisation=practice).order_by(
            "-hazards", "-gaps", "oldest", "person_id"
        )[:50]
    ]
    places = [page.index(f">{name}</a>") for name in wanted]
    assert places == sorted(places)


def test_the_list_takes_few_queries_and_more_lines_take_no_more(
    client, practice, django_assert_max_num_queries
):
    client.get(f"/worklist/{practice.code}/")
    with django_assert_max_num_queries(24):
        client.get(f"/worklist/{practice.code}/")


@pytest.mark.parametrize(
    "query",
    [
        "kind=hazard",
        "kind=gap&age=65-79",
        "indicator=pincer_a",
        "programme=medicines_optimisation&sex=female",
        "mine=1",
        "new=1",
        "state=declined",
        "page=999",
        "page=x&kind=nothing&state=%27",
    ],
)
def test_filters_live_in_the_address(client, practice, query):
    assert client.get(f"/worklist/{practice.code}/?{query}").status_code == 200


def test_a_filter_shows_those_whom_it_names_and_nobody_else(client, practice):
    page = text_of(client.get(f"/worklist/{practice.code}/?kind=hazard"))
    with_hazard = Line.objects.filter(organisation=practice, hazards__gt=0).count()
    assert f"{with_hazard:,} p" in page


def test_opening_a_list_and_a_line_is_audited_without_identifiers(client, practice, case):
    client.get(f"/worklist/{practice.code}/")
    client.get(f"/worklist/{practice.code}/{case.person.key}/")
    viewed, opened = AuditEvent.objects.filter(action__in=["worklist.viewed", "person.viewed"])
    assert (viewed.subject, viewed.organisation) == (f"worklist:{practice.code}", practice.code)
    assert opened.subject == f"line:{case.person.key}"
    assert opened.reason
    assert str(case.person_id) not in str(opened.detail)


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.SITE_MEMBER])
def test_people_of_another_site_do_not_exist(role, user_of, signed_in_client, practice, case):
    other = Organisation.objects.filter(kind="practice").exclude(pk=practice.pk).first()
    client = signed_in_client(user_of(role, other))
    for address in (
        f"/worklist/{practice.code}/",
        f"/worklist/{practice.code}/list.csv",
        f"/worklist/{practice.code}/changes/",
        f"/worklist/{practice.code}/{case.person.key}/",
        f"/worklist/{other.code}/{case.person.key}/",
        f"/worklist/{practice.code}/{case.person.key}/timeline/{case.indicator}/",
    ):
        assert client.get(address).status_code == 404, address
    sent = {"did": "done", "case": f"{case.pk}.{case.version}"}
    address = f"/worklist/{other.code}/{case.person.key}/act/"
    assert client.post(address, sent).status_code == 404


def test_a_site_member_sees_but_does_not_act(user_of, signed_in_client, practice, case):
    client = signed_in_client(user_of(Role.SITE_MEMBER, practice))
    page = text_of(client.get(f"/worklist/{practice.code}/{case.person.key}/"))
    assert "Record what was done" not in page
    sent = {"did": "done", "case": f"{case.pk}.{case.version}"}
    address = f"/worklist/{practice.code}/{case.person.key}/act/"
    assert client.post(address, sent).status_code == 404
    case.refresh_from_db()
    assert case.state == "open"


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        ({"did": "done"}, "done"),
        ({"did": "declined_by_patient", "reason": "prefers not to"}, "declined"),
        ({"did": "declined_by_clinician", "reason": "palliative"}, "declined"),
        ({"did": "not_appropriate", "reason": "wrong code"}, "not_appropriate"),
        ({"did": "snoozed", "until": str(date.today() + timedelta(days=30))}, "snoozed"),
        ({"did": "noted", "reason": "left a message"}, "open"),
    ],
)
def test_recording_what_was_done(client, practice, case, sent, state):
    address = f"/worklist/{practice.code}/{case.person.key}/act/"
    answer = client.post(address, sent | {"case": f"{case.pk}.{case.version}"}, follow=True)
    assert answer.status_code == 200
    case.refresh_from_db()
    assert (case.state, case.version) == (state, 2)
    assert case.actions.get().did == sent["did"]
    event = AuditEvent.objects.get(action="worklist.acted")
    assert event.detail["did"] == sent["did"]
    assert sent.get("reason", "none such") not in str(event.detail)


def test_assigning_to_a_colleague(client, practice, case, colleague):
    address = f"/worklist/{practice.code}/{case.person.key}/act/"
    sent = {"did": "assigned", "to": colleague.pk, "case": f"{case.pk}.{case.version}"}
    client.post(address, sent)
    case.refresh_from_db()
    assert case.assigned_to == colleague
    assert "Col League" in text_of(client.get(f"/worklist/{practice.code}/{case.person.key}/"))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "required"),
        ({"did": "declined_by_patient"}, "Enter the reason"),
        ({"did": "declined_by_clinician", "reason": "  "}, "Enter the reason"),
        ({"did": "not_appropriate"}, "Enter the reason"),
        ({"did": "noted"}, "Enter the reason"),
        ({"did": "snoozed"}, "Enter the day"),
        ({"did": "snoozed", "until": str(date.today())}, "in the future"),
        ({"did": "snoozed", "until": str(date.today() + timedelta(days=400))}, "within a year"),
        ({"did": "snoozed", "until": "soon"}, "valid date"),
        ({"did": "assigned"}, "Choose whom"),
        ({"did": "assigned", "to": "999999"}, "valid choice"),
        ({"did": "deleted"}, "valid choice"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_recorded(client, practice, case, sent, said):
    address = f"/worklist/{practice.code}/{case.person.key}/act/"
    answer = client.post(address, sent | {"case": f"{case.pk}.{case.version}"})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Action.objects.exists()


def test_somebody_of_another_site_cannot_be_assigned(client, practice, case, user_of):
    other = Organisation.objects.filter(kind="practice").exclude(pk=practice.pk).first()
    stranger = user_of(Role.CLINICIAN, other)
    address = f"/worklist/{practice.code}/{case.person.key}/act/"
    sent = {"did": "assigned", "to": stranger.pk, "case": f"{case.pk}.{case.version}"}
    assert client.post(address, sent).status_code == 422


def test_two_people_on_one_line_lose_nothing(client, practice, case, colleague, signed_in_client):
    address = f"/worklist/{practice.code}/{case.person.key}/act/"
    seen = f"{case.pk}.{case.version}"
    signed_in_client(colleague).post(address, {"did": "done", "case": seen})
    late = client.post(
        address, {"did": "not_appropriate", "reason": "My long reasoning", "case": seen}
    )
    assert late.status_code == 409
    page = text_of(late)
    assert "somebody was first" in page and "Done (Col League)" in page
    assert "My long reasoning" in page
    assert f'value="{case.pk}.{case.version + 1}" id="about-{case.pk}" checked' in page
    case.refresh_from_db()
    assert case.state == "done"
    assert case.actions.count() == 1
    again = {"did": "not_appropriate", "reason": "My long reasoning"}
    client.post(address, again | {"case": f"{case.pk}.{case.version}"})
    assert [each.did for each in case.actions.all()] == ["done", "not_appropriate"]


def test_several_lines_at_once(client, practice):
    people = list(Line.objects.filter(organisation=practice)[:3])
    cases = Case.objects.filter(person__in=[each.person_id for each in people], state="open")
    sent = {
        "line": [each.person.key for each in people],
        "case": [f"{each.pk}.{each.version}" for each in cases],
    }
    page = text_of(client.post(f"/worklist/{practice.code}/several/", sent))
    assert "3 people" in page
    sent |= {"sent": "1", "did": "snoozed", "until": str(date.today() + timedelta(days=7))}
    done = client.post(f"/worklist/{practice.code}/several/", sent, follow=True)
    assert "Recorded for 3 people" in text_of(done)
    assert cases.all().count() == 0  # asked anew
    assert not Line.objects.filter(pk__in=[each.pk for each in people]).exists()


def test_what_a_run_has_closed_is_not_acted_on(pharmacist, case, next_run):
    next_run(without=[case])
    case.refresh_from_db()
    with pytest.raises(ChangedMeanwhileError):
        act(Access.of(pharmacist), {case.pk: case.version}, Deed("done"))
    case.refresh_from_db()
    assert case.state == "closed"


def test_opening_again_forgets_that_the_records_contradicted_the_deed(did, case, region):
    did(case, "done")
    Case.objects.filter(pk=case.pk).update(still_shown=region.extract_date)
    did(case, "reopened")
    assert (case.state, case.still_shown) == ("open", None)


def test_several_is_all_or_nothing(client, practice, pharmacist, case):
    other = Case.objects.filter(organisation=practice, state="open").exclude(person=case.person_id)[
        0
    ]
    Case.objects.filter(pk=other.pk).update(version=9)
    with pytest.raises(ChangedMeanwhileError):
        act(Access.of(pharmacist), {case.pk: 1, other.pk: 1}, Deed("done"))
    case.refresh_from_db()
    assert case.state == "open"


def test_a_case_of_another_site_among_several_stops_all(pharmacist, practice, case):
    other = Case.objects.exclude(organisation=practice)[0]
    with pytest.raises(NotAllowedError):
        act(Access.of(pharmacist), {case.pk: 1, other.pk: other.version}, Deed("done"))
    assert not Action.objects.exists()


def test_the_download_holds_what_the_filters_show(client, practice):
    rows = text_of(client.get(f"/worklist/{practice.code}/list.csv?kind=hazard")).splitlines()
    hazards = Case.objects.filter(organisation=practice, kind="hazard", state="open")
    assert len(rows) - 1 == hazards.count() > 5
    event = AuditEvent.objects.get(action="worklist.downloaded")
    assert len(event.detail["lines"]) == hazards.values("person").distinct().count()


def test_what_changed_is_told_from_the_second_sitting_on(
    client, practice, pharmacist, colleague, case
):
    address = f"/worklist/{practice.code}/changes/"
    assert "first time" in text_of(client.get(address))
    from django.utils import timezone

    Look.objects.filter(user=pharmacist).update(at=timezone.now() - timedelta(hours=2))
    act(Access.of(colleague), {case.pk: 1}, Deed("done"))
    page = text_of(client.get(address))
    assert "Acted on by colleagues (1)" in page


def test_a_search_by_nhs_number_leads_to_the_line_and_stands_in_no_address(
    client, practice, case, region_home
):
    from harmfree.publish.reading import LiveRun
    from harmfree.web.worklist.identities import keep, made_up

    known = {each.person: each for each in made_up(LiveRun.open(region_home))}
    keep(known.values())
    mine = known[case.person_id]
    answer = client.post("/worklist/find/", {"nhs_number": mine.spaced})
    assert answer["Location"] == f"/worklist/{practice.code}/{case.person.key}/"
    page = text_of(client.get(answer["Location"]))
    assert mine.name in page and mine.spaced in page
    stranger = Case.objects.exclude(organisation=practice)[0]
    hidden = client.post("/worklist/find/", {"nhs_number": known[stranger.person_id].nhs_number})
    assert hidden["Location"] == "/worklist/"
    for event in AuditEvent.objects.all():
        assert mine.nhs_number not in str(vars(event)) and mine.name not in str(vars(event))


def test_the_timeline_is_drawn_from_the_record(client, practice, case):
    address = f"/worklist/{practice.code}/{case.person.key}/timeline/{case.indicator}/"
    page = text_of(client.get(address))
    assert "<svg" in page
    part = text_of(client.get(address, headers={"HX-Request": "true"}))
    assert "<svg" in part and "<html" not in part
