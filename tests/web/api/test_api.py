"""What each operation answers, to whom, and what it refuses."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.test import Client

from harmfree.clinical import all_tools, find
from harmfree.programmes import indicators, programmes
from harmfree.programmes.registry import measures
from harmfree.web.api import auth
from harmfree.web.api.service import api
from harmfree.web.audit.models import AuditEvent
from harmfree.web.organisations.models import Organisation
from harmfree.web.organisations.tree import tree
from harmfree.web.publication.models import Finding, PublishedRun, Series

pytestmark = pytest.mark.django_db
READS = [
    "/measures",
    "/programmes",
    "/programmes/medicines_optimisation",
    "/indicators",
    "/indicators/pincer_a",
    "/run",
    "/organisations",
    "/organisations/NONE",
    "/trends",
    "/findings?organisation=NONE",
    "/tools",
    "/tools/news2",
]
V1 = "/api/v1"


def is_problem(response, status: int) -> dict:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    said = response.json()
    assert said["status"] == status and said["detail"] and said["do"] and said["where"]
    return said


# Who may ask --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READS)
def test_without_a_token_the_answer_is_401_and_never_a_sign_in_page(client, path):
    refused = client.get(V1 + path)
    is_problem(refused, 401)
    assert refused["WWW-Authenticate"] == "Bearer"


def test_posting_without_a_token_is_401_too():
    strict = Client(enforce_csrf_checks=True)
    sent = {"cases": [{}]}
    is_problem(strict.post(f"{V1}/tools/news2/compute", sent, content_type="application/json"), 401)


@pytest.mark.parametrize(
    "header", ["Bearer x", "Bearer ", "Basic x", "x", "Bearer hf_1_2", "bearer"]
)
def test_a_wrong_header_is_401_even_with_a_session(user_of, signed_in_client, header):
    someone = signed_in_client(user_of("analyst"))
    is_problem(someone.get(f"{V1}/run", headers={"authorization": header}), 401)


def test_health_and_the_document_are_open(client):
    assert client.get(f"{V1}/health").json() == {"status": "ok"}
    document = client.get(f"{V1}/openapi.json").json()
    assert document["info"]["title"] == "Harmfree API"
    assert set(document["paths"]) >= {"/api/v1/trends", "/api/v1/tools/{name}/compute"}


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("definitions", "/programmes", 200),
        ("definitions", "/run", 403),
        ("definitions", "/trends", 403),
        ("definitions", "/organisations", 403),
        ("definitions", "/findings?organisation=X", 403),
        ("definitions", "/tools", 403),
        ("figures", "/run", 200),
        ("figures", "/trends?limit=1", 200),
        ("figures", "/findings?organisation=X", 403),
        ("figures", "/tools", 403),
        ("tools", "/tools", 200),
        ("tools", "/trends", 403),
        ("findings", "/findings?organisation=X", 404),
        ("findings", "/trends", 403),
        ("findings", "/tools", 403),
    ],
)
def test_a_scope_opens_what_it_names_and_nothing_else(program, region, scope, path, status):
    assert program(scope).get(V1 + path).status_code == status


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("analyst", 200),
        ("lead", 200),
        ("administrator", 200),
        ("clinician", 200),
        ("contributor", 403),
    ],
)
def test_people_ask_with_their_session_and_role(user_of, signed_in_client, region, role, status):
    assert signed_in_client(user_of(role)).get(f"{V1}/run").status_code == status


def test_a_session_needs_the_token_against_forgery_to_post(user_of, organisation):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user_of("clinician", organisation("practice")))
    sent = json.dumps({"cases": [{}]})
    path = f"{V1}/tools/news2/compute"
    is_problem(strict.post(path, sent, content_type="application/json"), 403)
    strict.get("/tools/news2/")
    token = strict.cookies["csrftoken"].value
    good = strict.post(path, sent, content_type="application/json", headers={"X-CSRFToken": token})
    assert good.status_code == 200


def test_whoever_needs_a_second_factor_cannot_go_round_it(
    user_of, organisation, signed_in_client, settings, region
):
    settings.SECOND_FACTOR = True
    nurse = signed_in_client(user_of("clinician", organisation("practice")))
    assert "second factor" in is_problem(nurse.get(f"{V1}/run"), 403)["detail"]
    assert signed_in_client(user_of("analyst")).get(f"{V1}/run").status_code == 200


# Limits -------------------------------------------------------------------------------------


def test_so_many_requests_a_minute_and_no_more(program, monkeypatch):
    monkeypatch.setattr(auth.time, "time", lambda: 60_000_015.5)
    few, other = program("definitions", per_minute=2), program("definitions", per_minute=2)
    assert [few.get(f"{V1}/programmes").status_code for _ in range(2)] == [200, 200]
    refused = few.get(f"{V1}/programmes")
    is_problem(refused, 429)
    assert refused["Retry-After"] == "45"
    assert other.get(f"{V1}/programmes").status_code == 200
    monkeypatch.setattr(auth.time, "time", lambda: 60_000_060.0)
    assert few.get(f"{V1}/programmes").status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=1", 200),
        ("limit=200", 200),
        ("limit=0", 422),
        ("limit=201", 422),
        ("limit=-1", 422),
        ("limit=x", 422),
        ("limit=99999999999999999999", 422),
        ("offset=0", 200),
        ("offset=1000000", 200),
        ("offset=1000001", 422),
        ("offset=-1", 422),
    ],
)
@pytest.mark.parametrize(
    "path", ["/indicators", "/trends", "/organisations", "/tools", "/programmes"]
)
def test_lists_are_bounded(program, region, path, query, status):
    answer = program("figures", "tools").get(f"{V1}{path}?{query}")
    assert answer.status_code == status
    if status == 422:
        assert is_problem(answer, 422)["errors"]


def test_pages_of_a_list_together_are_the_list(program):
    asks = program("definitions")
    seen = []
    for offset in range(0, 300, 70):
        part = asks.get(f"{V1}/indicators?limit=70&offset={offset}").json()
        seen += [each["id"] for each in part["items"]]
    assert part["count"] == len(indicators())
    assert seen == [each.id for each in indicators()][:350][: len(seen)]


@pytest.mark.parametrize(
    "path", ["/nothing", "", "/", "/docs", "/programmes/", "/tools/news2/other"]
)
def test_addresses_that_are_none_are_problems(client, path):
    is_problem(client.get(V1 + path), 404)


@pytest.mark.parametrize("path", READS)
def test_nothing_is_kept_by_browsers(program, region, path):
    everything = program("definitions", "figures", "findings", "tools")
    assert everything.get(V1 + path)["Cache-Control"] == "no-store"


def test_a_fault_of_ours_tells_nothing(program, monkeypatch):
    monkeypatch.setattr("harmfree.web.api.definitions.programmes", lambda: 1 / 0)
    said = is_problem(program("definitions").get(f"{V1}/programmes"), 500)
    assert "division" not in json.dumps(said)


# Definitions --------------------------------------------------------------------------------


def test_programmes_and_indicators_are_those_of_the_registry(program):
    asks = program("definitions")
    found = asks.get(f"{V1}/programmes").json()["items"]
    assert [each["name"] for each in found] == list(programmes())
    one = asks.get(f"{V1}/programmes/{found[0]['name']}").json()
    assert one == found[0]
    hazards = asks.get(f"{V1}/indicators?programme=medicines_optimisation&kind=hazard&limit=200")
    held = programmes()["medicines_optimisation"].indicators
    expected = [each.id for each in held if each.kind == "hazard"]
    assert [each["id"] for each in hazards.json()["items"]] == expected
    full = asks.get(f"{V1}/indicators/pincer_a").json()
    assert full["denominator"] and full["numerator"] and full["examples"]
    assert full["source"] and full["tag"] and full["review_due"]


@pytest.mark.parametrize(
    "path",
    ["/programmes/none", "/indicators/none", "/indicators?programme=none", "/indicators/%00"],
)
def test_other_names_are_404(program, path):
    is_problem(program("definitions").get(V1 + path), 404)


def test_measures_are_those_of_the_registry(program):
    asks = program("definitions")
    found = asks.get(f"{V1}/measures?limit=200").json()["items"]
    assert [each["id"] for each in found] == [each.id for each in measures()]
    for each in found[:3]:
        assert asks.get(f"{V1}/measures/{each['id']}").json() == each
    is_problem(asks.get(f"{V1}/measures/none"), 404)


# Figures ------------------------------------------------------------------------------------


def series_at(asks, code: str) -> dict:
    found = asks.get(f"{V1}/trends?organisation={code}&limit=200").json()
    return {each["indicator"]: each for each in found["items"]}


def test_small_numbers_are_hidden_as_on_the_pages(program, region):
    hidden = 0
    for place in Organisation.objects.exclude(kind="region")[:6]:
        for name, found in series_at(program("figures"), place.code).items():
            row = Series.objects.get(run=region, organisation=place, indicator=name)
            for n, d, real_n, real_d, percent in zip(
                found["numerators"],
                found["denominators"],
                row.numerators,
                row.denominators,
                found["percent"],
                strict=True,
            ):
                assert n in (None, real_n) and d in (None, real_d)
                assert not (n is not None and 0 < n < settings.SMALLEST)
                assert not (d is not None and 0 < d < settings.SMALLEST)
                if n is None or not d:
                    assert percent is None
                    hidden += n is None
                else:
                    assert percent == pytest.approx(100 * n / d, abs=1e-4)
    assert hidden > 20


def test_a_program_of_one_practice_sees_no_other(program, region, organisation):
    mine, other = organisation("practice"), organisation("practice", 1)
    asks = program("figures", at=mine)
    assert series_at(asks, mine.code)
    is_problem(asks.get(f"{V1}/trends?organisation={other.code}"), 404)
    is_problem(asks.get(f"{V1}/organisations/{other.code}"), 404)
    codes = {each["code"] for each in asks.get(f"{V1}/organisations?limit=200").json()["items"]}
    above = {each.code for each in tree().above(mine.pk)}
    assert codes == {mine.code} | above
    listed = asks.get(f"{V1}/trends?limit=200").json()
    assert {each["organisation"] for each in listed["items"]} <= codes


def test_a_clinicians_session_sees_their_own_counts_whole(
    user_of, signed_in_client, region, organisation
):
    mine = organisation("practice")
    for name, found in series_at(signed_in_client(user_of("clinician", mine)), mine.code).items():
        row = Series.objects.get(run=region, organisation=mine, indicator=name)
        assert found["numerators"] == row.numerators and not found["hides"]


def test_series_can_be_narrowed_and_paged(program, region):
    asks = program("figures")
    top = Organisation.objects.get(kind="region")
    one = asks.get(f"{V1}/trends?organisation={top.code}&indicator=pincer_any").json()
    assert one["count"] == 1 and one["items"][0]["dates"] == region.dates
    whole = asks.get(f"{V1}/trends?indicator=pincer_any&limit=200").json()
    parts = [
        asks.get(f"{V1}/trends?indicator=pincer_any&limit=7&offset={k}").json()["items"]
        for k in range(0, whole["count"], 7)
    ]
    assert [each for part in parts for each in part] == whole["items"]
    is_problem(asks.get(f"{V1}/trends?indicator=none"), 404)


def test_the_run_says_how_old_it_is(program, region):
    said = program("figures").get(f"{V1}/run").json()
    assert said["number"] == region.number and said["age"] == region.age
    assert said["dates"] == region.dates


def test_before_the_first_publication_that_is_said(program, region):
    PublishedRun.objects.all().delete()
    is_problem(program("figures").get(f"{V1}/run"), 503)
    is_problem(program("figures").get(f"{V1}/trends"), 503)


# Findings -----------------------------------------------------------------------------------


def test_findings_come_under_a_key_and_are_audited(program, region, organisation):
    place = organisation("practice")
    asks = program("findings", at=place)
    before = AuditEvent.objects.count()
    found = asks.get(f"{V1}/findings?organisation={place.code}&limit=200").json()
    rows = Finding.objects.filter(run=region, organisation=place).select_related("person")
    assert found["count"] == rows.count() > 0 and found["run"] == region.number
    assert {each["person"] for each in found["items"]} <= {row.person.key for row in rows}
    text = json.dumps(found)
    assert not any(str(row.person.pseudonym) in text for row in rows)
    assert set(found["items"][0]) == {
        "person", "organisation", "indicator", "kind", "since", "evidence"
    }  # fmt: skip
    event = AuditEvent.objects.order_by("-number").first()
    assert AuditEvent.objects.count() == before + 1
    assert (event.action, event.organisation) == ("findings.read", place.code)
    assert event.subject.startswith("client:") and event.detail["rows"] == len(found["items"])


def test_findings_of_a_session_carry_the_person_who_asked(
    user_of, signed_in_client, region, organisation
):
    place = organisation("practice")
    user = user_of("clinician", place)
    asks = signed_in_client(user)
    assert asks.get(f"{V1}/findings?organisation={place.code}&limit=1").status_code == 200
    event = AuditEvent.objects.order_by("-number").first()
    assert (event.action, event.actor) == ("findings.read", user.pk)


def test_findings_elsewhere_are_404_and_leave_no_entry(program, region, organisation):
    asks = program("findings", at=organisation("practice"))
    before = AuditEvent.objects.count()
    for code in (organisation("practice", 1).code, organisation("network").code, "none"):
        is_problem(asks.get(f"{V1}/findings?organisation={code}"), 404)
    assert AuditEvent.objects.count() == before


def test_findings_are_narrowed_by_indicator(program, region, organisation):
    place = Organisation.objects.get(kind="region")
    name = Finding.objects.filter(run=region).first().indicator
    found = program("findings").get(f"{V1}/findings?organisation={place.code}&indicator={name}")
    assert {each["indicator"] for each in found.json()["items"]} == {name}


@pytest.mark.parametrize("role", ["analyst", "lead", "administrator", "carer", "contributor"])
def test_roles_without_people_get_no_findings(user_of, signed_in_client, region, role):
    asks = signed_in_client(user_of(role))
    is_problem(asks.get(f"{V1}/findings?organisation=X"), 403)


def test_an_organisation_must_be_named(program, region):
    is_problem(program("findings").get(f"{V1}/findings"), 422)


# Tools --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", all_tools())
def test_every_tool_computes_its_example(program, name):
    asks = program("tools")
    said = asks.get(f"{V1}/tools/{name}").json()
    assert "file" not in {spec.kind for key, spec in find(name).reader.specs.items()
                          if key in said["inputs"]["properties"]}  # fmt: skip
    sent = {"cases": [said["example"] | {"id": "a"}]}
    answered = asks.post_json(f"{V1}/tools/{name}/compute", sent).json()["results"][0]
    assert answered["id"] == "a" and answered["problems"] == []
    assert answered["result"] == find(name).run(find(name).card.example.given).as_dict()


def test_a_bad_case_is_answered_with_its_problems_and_the_others_are_computed(program):
    cases = [{"systolic": 100, "respiration": 22, "gcs": 15}, {"systolic": 900}, {}]
    found = program("tools").post_json(f"{V1}/tools/qsofa/compute", {"cases": cases}).json()
    assert [each["row"] for each in found["results"]] == [1, 2, 3]
    assert found["results"][0]["result"]["value"] == 2
    assert found["results"][1]["result"] is None
    assert found["results"][1]["problems"][0]["input"] == "systolic"
    assert "20 to 300 mmHg" in found["results"][1]["problems"][0]["message"]
    assert found["results"][2]["result"]["missing"]


@pytest.mark.parametrize(("count", "status"), [(0, 422), (1, 200), (100, 200), (101, 422)])
def test_cases_are_bounded(program, count, status):
    sent = {"cases": [{}] * count}
    answer = program("tools").post_json(f"{V1}/tools/qsofa/compute", sent)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("{", 400),
        ("[]", 422),
        ('{"cases": {}}', 422),
        ('{"cases": [1]}', 422),
        ('{"cases": [{"systolic": NaN}]}', 200),
        ('{"cases": [{"systolic": 1e999}]}', 200),
        ('{"cases": [{"systolic": ' + "9" * 4000 + "}]}", 200),
        ('{"cases": [{"systolic": "\\ud800"}]}', 200),
        ('{"cases": [{"systolic": [[[[]]]]}]}', 200),
        ("[" * 100_000, 400),
        ('{"cases": [{"id": "' + "x" * 2_000_001 + '"}]}', 413),
    ],
)
def test_odd_bodies_are_answered_and_never_a_fault(program, sent, status):
    answer = program("tools").post_json(f"{V1}/tools/qsofa/compute", sent)
    assert answer.status_code == status


def test_no_path_of_the_server_is_read(program, tmp_path):
    secret = tmp_path / "g.csv"
    secret.write_text("rsid,genotype\nrs9923231,C/T\n")
    for case in ({"genotypes": str(secret)}, {"input": {"genotype_table": str(secret)}}):
        sent = {"cases": [case]}
        found = program("tools").post_json(f"{V1}/tools/warfarin_gage/compute", sent).json()
        assert found["results"][0]["result"] is None
        assert "rs9923231" not in json.dumps(found)


def test_using_a_tool_stores_nothing(program):
    before = AuditEvent.objects.count()
    asks = program("tools")
    made = AuditEvent.objects.count() - before
    asks.post_json(f"{V1}/tools/qsofa/compute", {"cases": [{}]})
    assert made == 1 and AuditEvent.objects.count() == before + 1, "only the making of the client"


def test_every_operation_documents_its_faults():
    for path, operations in api.get_openapi_schema()["paths"].items():
        for operation in operations.values():
            assert {"401", "403", "404", "422", "429"} <= set(operation["responses"]), path
