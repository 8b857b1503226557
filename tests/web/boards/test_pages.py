"""Who may open which board, what it says while nothing is there, and what leads bring."""

from __future__ import annotations

import io
import re
import zipfile
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from harmfree.publish.births import grouped, tally, unit_of
from harmfree.publish.births_example import write_example as write_births
from harmfree.publish.births_feed import read_births
from harmfree.publish.device_evaluation import document, evaluate_device
from harmfree.publish.device_example import write_example as write_device
from harmfree.web.access.roles import Role
from harmfree.web.audit.models import AuditEvent
from harmfree.web.boards import pharmacist_results, results
from harmfree.web.boards.models import BoardResult, Upload
from harmfree.web.boards.pages import PAGES
from harmfree.web.boards.report_pages import births_tables
from harmfree.web.dashboards.figures import every_indicator
from harmfree.web.jobs.models import Job
from harmfree.web.jobs.queue import work_once

pytestmark = pytest.mark.django_db
AF = "/boards/ZREGION/atrial-fibrillation/"
IMPACT = "/boards/ZREGION/pharmacist-impact/"


def pages(code):
    """Every board of an organisation."""
    return [f"/boards/{code}/", *(f"/boards/{code}/{slug}/" for slug in PAGES)]


# Who --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_every_board_as_every_role(boards, client_of, role):
    client = client_of(role)
    expected = 404 if role == Role.CONTRIBUTOR else 200
    assert [client.get(each).status_code for each in pages("ZREGION")] == [expected] * (
        1 + len(PAGES)
    )


def test_others_are_not_there(boards, client_of, organisation, client):
    mine, other = organisation("practice"), organisation("practice", 1)
    member = client_of(Role.SITE_MEMBER, "practice")
    for each in pages(mine.code):
        assert member.get(each).status_code == 200
    for each in (*pages(other.code), *pages("NOBODY"), "/boards/ZREGION/nothing/"):
        assert member.get(each).status_code == 404
    assert member.get(f"{AF}nothing.csv").status_code == 404
    assert client.get(AF).status_code == 302


def test_a_site_is_told_of_no_other_by_name(boards, client_of, organisation):
    mine, other = organisation("practice"), organisation("practice", 1)
    member = client_of(Role.SITE_MEMBER, "practice")
    for each in (*pages(mine.code), *pages("ZREGION")):
        assert other.name not in member.get(f"{each}?level=practice").content.decode(), each


def test_the_index_leads_to_the_first_organisation(boards, client_of):
    assert client_of(Role.ANALYST).get("/boards/").headers["Location"] == "/boards/ZREGION/"
    page = client_of(Role.CARER, "care_home").get("/boards/")
    assert page.headers["Location"].startswith("/boards/ZH")


def test_a_number_leads_to_its_people_for_the_care_team_only(boards, client_of, organisation):
    code = organisation("practice").code
    link = f'href="/worklist/{code}/?indicator=af_'
    page = f"/boards/{code}/atrial-fibrillation/"
    team = client_of(Role.CLINICIAN, "practice").get(page).content.decode()
    assert link in team
    for target in set(re.findall(rf'href="(/worklist/{code}/\?indicator=[a-z_0-9]+)"', team)):
        assert client_of(Role.CLINICIAN, "practice").get(target).status_code == 200
    assert link not in client_of(Role.LEAD).get(page).content.decode()


def test_every_head_leads_to_a_definition(boards, client_of):
    client = client_of(Role.ANALYST)
    found = set()
    for each in pages("ZREGION"):
        text = client.get(each).content.decode()
        found |= set(re.findall(r'href="(/dashboard/ZREGION/indicators/[a-z_0-9]+/)"', text))
    assert len(found) > 20
    held = every_indicator()
    assert all(each.split("/")[4] in held for each in found)
    assert client.get(sorted(found)[0]).status_code == 200


# People at high risk ------------------------------------------------------------------------------


def test_the_fracture_list_is_for_the_care_team_and_audited(
    boards, client_of, user_of, signed_in_client, organisation
):
    kept = next(r for r in BoardResult.objects.filter(name="fracture-people") if r.content)
    mine, listed = kept.organisation, kept.content
    address = f"/boards/{mine.code}/fracture-prevention/people/"
    team = signed_in_client(user_of(Role.CLINICIAN, mine))
    assert address in team.get(f"/boards/{mine.code}/fracture-prevention/").content.decode()
    assert listed[0]["person"] in team.get(address).content.decode()
    event = AuditEvent.objects.order_by("-number").first()
    assert (event.action, event.organisation) == ("fracture_list.viewed", mine.code)
    assert event.detail["people"] == min(len(listed), 50)
    for role in (Role.LEAD, Role.ANALYST, Role.ADMINISTRATOR):
        assert client_of(role).get(address).status_code == 404
    other = next(each for each in range(2) if organisation("practice", each) != mine)
    assert client_of(Role.CLINICIAN, "practice", other).get(address).status_code == 404
    region = client_of(Role.CLINICIAN).get("/boards/ZREGION/fracture-prevention/people/")
    assert region.status_code == 404


# Assumptions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("number_needed=4", "must be from 5 to 500"),
        ("number_needed=501", "must be from 5 to 500"),
        ("protection_target=100.1", "must be from 0 to 100"),
        ("relative_reduction=nan", "must be a number"),
        ("cost_per_stroke=1e400", "must be a number"),
        ("fatal_share=lots", "must be a number"),
    ],
)
def test_assumptions_out_of_range_are_refused(boards, client_of, query, said):
    client = client_of(Role.ANALYST)
    page = client.get(f"{AF}?{query}")
    assert page.status_code == 422
    assert said in page.content.decode()
    assert "The usual assumptions are used below" in page.content.decode()
    assert client.get(f"{AF}find.csv?{query}").status_code == 404


@pytest.mark.parametrize("value", ["5", "500"])
def test_the_ends_of_a_range_are_taken(boards, client_of, value):
    page = client_of(Role.ANALYST).get(f"{AF}?number_needed={value}")
    assert page.status_code == 200
    assert "Assumptions that were changed" in page.content.decode()


def test_targets_say_that_they_are_unverified(boards, client_of):
    text = client_of(Role.ANALYST).get(AF).content.decode()
    assert "unverified" in text and "(M)" in text


# In the background --------------------------------------------------------------------------------


def test_what_is_missing_is_asked_for_once_and_comes(region, client_of):
    client = client_of(Role.ANALYST)
    for _ in range(2):
        text = client.get("/boards/ZREGION/falls/").content.decode()
        assert "Being worked out now" in text
    assert Job.objects.filter(task=results.TASK).count() == 1
    done = work_once()
    assert (done.state, done.result) == ("done", {"kept": 1})
    text = client.get("/boards/ZREGION/falls/").content.decode()
    assert "Being worked out" not in text and "Worked out from the records" in text


def test_a_failure_is_told_and_not_tried_at_every_look(region, client_of, monkeypatch):
    from harmfree.errors import NotFoundError

    def fail(_):
        raise NotFoundError("These records have no care home.")

    monkeypatch.setitem(results._builders, "falls", fail)
    client = client_of(Role.ANALYST)
    client.get("/boards/ZREGION/falls/")
    assert work_once().state == "failed"
    for _ in range(2):
        text = client.get("/boards/ZREGION/falls/").content.decode()
        assert "could not be worked out: These records have no care home." in text
    assert Job.objects.filter(task=results.TASK).count() == 1


def test_without_the_store_the_page_says_so(region, client_of, settings, tmp_path):
    settings.HOME = tmp_path
    text = client_of(Role.ANALYST).get("/boards/ZREGION/falls/").content.decode()
    assert "not on this server" in text
    assert not Job.objects.exists()


def test_a_publication_asks_for_every_board(region):
    from harmfree.web.boards.tasks import ask_for_all

    ask_for_all(region)
    ask_for_all(region)
    asked = {job.arguments["name"] for job in Job.objects.filter(task=results.TASK)}
    assert asked == set(results.names()) - {"pharmacist"}  # nobody has started here
    assert Job.objects.count() == len(asked)


# What leads bring -------------------------------------------------------------------------------


def brought(client, kind, content, code="ZREGION"):
    file = SimpleUploadedFile("mine.csv", content.encode() if isinstance(content, str) else content)
    return client.post(f"/boards/{code}/bring/{kind}/", {"file": file})


def test_a_register_is_kept_with_its_bad_rows_told(boards, client_of, organisation):
    lead = client_of(Role.LEAD)
    one, two = organisation("practice").code, organisation("practice", 1).code
    text = f"site,go_live\n{one},2025-01-01\n{two},\nNOWHERE,2025-01-01\n{one},2025-02-01\n"
    page = brought(lead, "register", text)
    assert page.status_code == 302
    kept = Upload.objects.get()
    assert kept.content == [
        {"site": one, "go_live": "2025-01-01", "sessions": None},
        {"site": two, "go_live": None, "sessions": None},
    ]
    shown = lead.get(IMPACT).content.decode()
    assert "1 of 2 practices" in shown and "mine.csv" in shown
    assert "Line 4: There is no site &#39;NOWHERE&#39;." in shown and "Line 5" in shown
    event = AuditEvent.objects.filter(action="table.brought").get()
    assert event.detail == {"kind": "register", "rows": 2, "left_out": 2}
    assert "Line 4" not in client_of(Role.ANALYST).get(IMPACT).content.decode()
    # Another register is another evaluation: it is asked for.
    assert Job.objects.filter(task=results.TASK, arguments__name="pharmacist").count() == 1


def test_prices_are_kept_for_the_region_and_used(boards, client_of, monkeypatch):
    # One evaluation instead of three: the savings are what is looked at.
    one = partial(pharmacist_results.impact, indicators=("pincer_any",))
    monkeypatch.setattr(pharmacist_results, "impact", one)
    lead = client_of(Role.LEAD)
    text = "set,code,price\nA,0212000B0AAABAB,0.05\nA,,1\nA,X1,free\n"
    assert brought(lead, "prices", text).status_code == 302
    kept = Upload.objects.get()
    assert (kept.organisation.code, len(kept.content), len(kept.rejected)) == ("ZREGION", 1, 2)
    assert "Being worked out" in lead.get(IMPACT).content.decode()
    assert work_once().state == "done"
    shown = lead.get(IMPACT).content.decode()
    assert "Prices: mine.csv" in shown and "Savings by price per unit" in shown
    page = lead.post(f"/boards/ZREGION/withdraw/{kept.pk}/")
    assert page.status_code == 302
    assert "Prices: mine.csv" not in lead.get(IMPACT).content.decode()
    assert AuditEvent.objects.filter(action="table.withdrawn").count() == 1
    assert lead.post(f"/boards/ZREGION/withdraw/{kept.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("go_live\n2025-01-01\n", "needs the columns"),
        ("site,go_live\nNOWHERE,2025-01-01\n", "No row of the file can be used. Line 2"),
        (b"\xff\xfe\x00\x01", "cannot be read"),
        ("", "The file is empty"),
        (b"site,go_live\n" + b"x" * 1_000_001, "must be 1 MB or smaller"),
    ],
)
def test_bad_files_are_refused(boards, client_of, content, said):
    page = brought(client_of(Role.LEAD), "register", content)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert not Upload.objects.exists()


def test_only_a_lead_of_the_region_brings(boards, client_of, organisation):
    place = organisation("place")
    assert client_of(Role.LEAD, "place").get(
        f"/boards/{place.code}/bring/prices/"
    ).status_code == 404  # fmt: skip
    for role in (Role.ANALYST, Role.CLINICIAN, Role.ADMINISTRATOR):
        client = client_of(role)
        assert brought(client, "prices", "set,code,price\nA,B,1\n").status_code == 404
        assert "Bring a price list" not in client.get(IMPACT).content.decode()
    assert client_of(Role.LEAD).get("/boards/ZREGION/bring/nothing/").status_code == 404
    assert not Upload.objects.exists()


def report(client, slug, content=None):
    """A report asked for from a file's bytes, or from the example."""
    given = {"example": "on"}
    if content is not None:
        given = {"file": SimpleUploadedFile("mine", content)}
    return client.post(f"/boards/ZREGION/{slug}/", given)


def test_births_by_unit_and_month(region, client_of, tmp_path):
    path = tmp_path / "births.csv"
    write_births(path, births=600)
    feed = read_births(path)
    lead = client_of(Role.LEAD)
    assert report(lead, "births", path.read_bytes()).status_code == 302
    kept = Upload.objects.get().content[0]
    whole = tally(feed.births)
    for name, item in whole.items.items():
        assert kept["all"]["items"][name]["received"] == item.received
        assert kept["all"]["items"][name]["eligible"] == item.eligible
    tables = {each.name: each for each in births_tables(kept)}
    units = {row[0].text: [c.plain for c in row[1:]] for row in tables["units"].rows}
    for unit, expected in grouped(feed.births, unit_of).items():
        early = [expected.births, expected.early, expected.complete, expected.incomplete]
        assert units[unit][:4] == early
        assert units[unit][5] == round(expected.bundle_percent, 1)
        assert units[unit][6] == round(expected.received_percent, 1)
    page = lead.get("/boards/ZREGION/births/").content.decode()
    assert "Complete bundles" in page
    # Values that were left out may name somebody: they are neither kept nor shown.
    assert kept["left_out"]["entries"]
    assert all("value" not in each for each in kept["left_out"]["entries"])
    table = lead.get("/boards/ZREGION/births/items.csv")
    assert table.status_code == 200 and b"Antenatal" in table.content


def test_a_device_is_evaluated_from_a_zip(region, client_of, tmp_path):
    write_device(tmp_path / "device")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for each in sorted((tmp_path / "device").iterdir()):
            archive.write(each, f"inside/{each.name}")
        archive.writestr("../../elsewhere/tests.csv.exe", "no")
    lead = client_of(Role.LEAD)
    assert report(lead, "device-evaluation", packed.getvalue()).status_code == 302
    kept = Upload.objects.get().content[0]
    expected = document(evaluate_device(tmp_path / "device"))
    assert kept["agreement"] == expected["agreement"]
    assert kept["costs"] == expected["costs"]
    faults = [(each["title"], len(each["tests"])) for each in expected["governance"]]
    assert [(each["title"], each["tests"]) for each in kept["governance"]] == faults
    page = lead.get("/boards/ZREGION/device-evaluation/").content.decode()
    assert expected["agreement"]["sentence"][:60] in page


def zipped(**members):
    """The bytes of a zip with these CSV members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.csv", text)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("slug", "content", "said"),
    [
        ("births", b"", "The file is empty"),
        ("births", b"unit\nA\n", "needs the columns"),
        ("births", b"unit,birth_date\nA,tomorrow\n", "no birth that can be read"),
        ("births", b"x" * 15_000_001, "must be 15 MB or smaller"),
        ("device-evaluation", b"not a zip", "not a zip that can be opened"),
        ("device-evaluation", zipped(notes="x"), "holds no tests.csv"),
        ("device-evaluation", zipped(tests="a,b\n1,2\n"), "needs the columns"),
        ("device-evaluation", zipped(tests="0" * 50_000_001), "too large together"),
    ],
)
def test_bad_files_make_no_report(region, client_of, slug, content, said):
    page = report(client_of(Role.LEAD), slug, content)
    assert page.status_code == 422
    assert said in page.content.decode()
    assert not Upload.objects.exists()


def test_reports_are_for_leads_of_the_region_and_audited(region, client_of, organisation):
    lead = client_of(Role.LEAD)
    for slug in ("births", "device-evaluation"):
        address = f"/boards/ZREGION/{slug}/"
        assert report(lead, slug).status_code == 302
        assert "the fictitious example" in lead.get(address).content.decode()
        assert lead.get(f"{address}nothing.csv").status_code == 404
        for role in (Role.ANALYST, Role.CLINICIAN, Role.ADMINISTRATOR, Role.CONTRIBUTOR):
            other = client_of(role)
            assert other.get(address).status_code == 404
            assert report(other, slug).status_code == 404
            assert other.get(f"{address}items.csv").status_code == 404
        assert client_of(Role.LEAD, "place").get(address).status_code == 404
    done = AuditEvent.objects.filter(action__regex="^(table|report)[.]").order_by("number")
    assert [each.action for each in done] == ["table.brought", "report.viewed"] * 2
