"""Every tool as a page: its own worked example, what is refused, and what must be said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from harmfree.clinical import all_tools, find
from harmfree.clinical.deterioration.site_tables import blank_table
from harmfree.clinical.errors import Problem
from harmfree.clinical.explain import show
from harmfree.web.audit.models import AuditEvent
from harmfree.web.clinical_tools import attaching, result_page
from harmfree.web.clinical_tools.fields import ToolField, words
from harmfree.web.clinical_tools.reading import answer

pytestmark = pytest.mark.django_db
TOOLS = all_tools()


def text(response) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize("name", TOOLS)
def test_the_worked_example_goes_through_the_form(clinician, form_of, name):
    """One click fills the form; sending it gives the value that the card promises."""
    tool = TOOLS[name]
    empty = clinician.get(f"/tools/{name}/")
    assert empty.status_code == 200
    filled = form_of(clinician.get(f"/tools/{name}/?example=1"))
    page = clinician.post(f"/tools/{name}/", filled)
    assert page.status_code == 200
    said = text(page)
    expected = tool.run(tool.card.example.given)
    assert expected.value == tool.card.example.value or expected.value == pytest.approx(
        tool.card.example.value, rel=1e-3
    )
    if expected.value is None:
        assert "No value can be given" in said
    else:
        value = f"{show(expected.value)} {expected.unit}".strip()
        assert f">{words(value) if isinstance(expected.value, str) else value}" in said
    for line in (*expected.advice, *expected.warnings, *tool.card.limits):
        assert line in said
    for part in expected.components:
        assert part.why in said
    for source in tool.card.source:
        assert source.text in said
    assert tool.card.population in said and tool.card.version in said


@pytest.mark.parametrize("name", TOOLS)
def test_an_empty_form_names_what_is_missing(clinician, name):
    page = clinician.post(f"/tools/{name}/", {})
    said = text(page)
    found = answer(TOOLS[name], {})
    if isinstance(found, list):
        assert page.status_code == 422
        assert all(problem.message in said for problem in found)
        return
    labels = {key: spec.label for key, spec in TOOLS[name].reader.specs.items()}
    assert page.status_code == 200
    for missing in found.missing:
        assert labels.get(missing, words(missing)) in said


@pytest.mark.parametrize("name", TOOLS)
def test_every_measure_out_of_range_is_refused_beside_its_field(clinician, name):
    specs = TOOLS[name].reader.specs
    measures = {
        key: spec for key, spec in specs.items() if spec.kind == "number" and spec.high < 10**17
    }
    page = clinician.post(
        f"/tools/{name}/", {key: str(s.high * 2 + 9) for key, s in measures.items()}
    )
    said = text(page)
    for spec in measures.values():
        message = (
            f"{spec.label}: {spec.high * 2 + 9:g} is outside the plausible range, {spec.accepts}"
        )
        assert said.count(message) == 2, "in the summary and beside the field"
    if measures:
        assert page.status_code == 422 and "There is a problem" in said
        assert "<title>Error: " in said


def test_the_summary_links_to_the_field(clinician):
    said = text(clinician.post("/tools/news2/", {"systolic": "900"}))
    assert '<a href="#id_systolic">Systolic blood pressure: 900 is outside' in said
    assert 'id="id_systolic"' in said


@pytest.mark.parametrize(
    ("given", "accepted"), [("20", True), ("19.9", False), ("300", True), ("300.1", False)]
)
def test_both_ends_of_a_range_are_accepted(clinician, given, accepted):
    page = clinician.post("/tools/qsofa/", {"systolic": given})
    assert (page.status_code == 200) is accepted


def test_what_contradicts_itself_is_refused(clinician):
    page = clinician.post("/tools/ttr/", {"inrs": "0:2.4 16:3.2", "low": "5", "high": "2"})
    assert page.status_code == 422
    assert "There is a problem" in text(page)


def test_a_date_is_asked_for_in_three_boxes(clinician):
    sent = {
        "inrs": "2026-01-05:2.4 2026-02-02:5.1",
        "on-day": "1",
        "on-month": "4",
        "on-year": "2026",
    }
    page = clinician.post("/tools/inr_control/", sent)
    assert page.status_code == 200 and "2026-04-01" in text(page)
    wrong = clinician.post("/tools/inr_control/", sent | {"on-month": "13"})
    assert wrong.status_code == 422
    assert '<a href="#id_on-day">Reference day:' in text(wrong)


@pytest.mark.parametrize("name", ["mews_england", "newtt2"])
def test_tools_without_thresholds_say_so(clinician, name):
    assert "No thresholds ship with this tool" in text(clinician.get(f"/tools/{name}/"))
    assert "needs your site's table" in text(clinician.get("/tools/"))
    said = text(clinician.post(f"/tools/{name}/", {"observations": "pulse=100"}))
    assert "No value can be given" in said
    assert "No signed table: there is no score" in said


def signed_table(name: str) -> dict:
    """A made table: two bands of one made parameter, signed."""
    table = blank_table(name) | {"title": "Made", "version": "1", "source": "made for a test"}
    table |= {"reviewed": "2026-01-01", "review_due": "2027-01-01"}
    bands = [{"high": 99, "points": 0}, {"low": 100, "points": 2}]
    table["parameters"] = [
        {"name": "pulse", "label": "Pulse", "unit": "/min", "low": 0, "high": 300, "step": 1,
         "between": "round", "scales": {"all": bands}}
    ]  # fmt: skip
    table["levels"] = [{"name": "low", "at_least": 0, "review_minutes": None, "advice": []}]
    table["signature"] = table["signature"] | {
        "name": "A", "role": "midwife", "organisation": "B", "signed_on": "2026-01-01"
    }  # fmt: skip
    return table


@pytest.mark.parametrize(("pulse", "points"), [("99", "0"), ("100", "2")])
def test_a_signed_table_from_a_file_scores(clinician, pulse, points):
    file = SimpleUploadedFile("table.json", json.dumps(signed_table("mews_england")).encode())
    page = clinician.post("/tools/mews_england/", {"observations": f"pulse={pulse}", "table": file})
    assert f'app-result__value">{points}' in text(page)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "the file is not JSON"),
        (b"[1]", "does not hold one JSON object"),
        (b"\xff\xfe", "the file is not JSON"),
        (b"[" * 100_000, "the file is not JSON"),
        (b'{"tool": "mews_england"}', "not sound"),
        (b"x" * 2_000_001, "larger than 2 MB"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(clinician, content, says):
    page = clinician.post("/tools/mews_england/", {"table": SimpleUploadedFile("t.json", content)})
    assert page.status_code == 422 and says in text(page)


def test_an_unsigned_table_is_refused(clinician):
    table = signed_table("mews_england") | {"signature": None}
    file = SimpleUploadedFile("t.json", json.dumps(table).encode())
    assert "not signed" in text(clinician.post("/tools/mews_england/", {"table": file}))


def test_no_path_is_ever_opened(clinician, tmp_path):
    """A path in the place of a file would name a file of the server."""
    secret = tmp_path / "genotypes.csv"
    secret.write_text("rsid,genotype\nrs9923231,C/T\n")
    page = clinician.post("/tools/warfarin_gage/", {"vcf": str(secret), "genotypes": str(secret)})
    assert "rs9923231: " not in text(page) and "from a file" not in text(page)
    for raw in (str(secret), secret, str(secret).encode(), {"path": str(secret)}, [str(secret)]):
        found = answer(find("warfarin_gage"), {"genotypes": raw})
        assert isinstance(found, list) and isinstance(found[0], Problem)
    # By another name, or wrapped, it is the same input.
    for row in ({"genotype_table": str(secret)}, {"inputs": {"genotypes": str(secret)}}):
        assert isinstance(answer(find("warfarin_gage"), row), list)
    assert isinstance(answer(find("mews_england"), {"table": str(secret)}), list)


def test_a_genotype_file_is_read_and_forgotten(clinician, form_of):
    filled = form_of(clinician.get("/tools/warfarin_gage/?example=1"))
    filled["vkorc1"] = [""]
    file = SimpleUploadedFile("g.csv", b"rsid,genotype\nrs9923231,C/C\n")
    page = clinician.post("/tools/warfarin_gage/", filled | {"genotypes": file})
    assert ">6.16156" in text(page)
    packed = SimpleUploadedFile("g.csv", b"\x1f\x8b\x08")
    refused = clinician.post("/tools/warfarin_gage/", filled | {"genotypes": packed})
    assert "compressed" in text(refused)


def test_unverified_and_overdue_are_said_plainly(clinician, monkeypatch):
    said = text(clinician.get("/tools/mews_england/"))
    assert "UNVERIFIED, the source could not be read" in said
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2099, 1, 1))
    assert "overdue for review" in text(clinician.get("/tools/"))
    assert "Overdue for review" in text(clinician.get("/tools/news2/"))


def test_the_record_text_holds_inputs_result_and_version(clinician, form_of):
    filled = form_of(clinician.get("/tools/news2/?example=1"))
    said = text(clinician.post("/tools/news2/", filled))
    assert "Given: Respiratory rate 21 /min;" in said
    assert "NEWS2: 8 (high)" in said
    assert find("news2").card.version in said


def test_what_is_typed_is_escaped(clinician):
    page = clinician.post("/tools/news2/", {"systolic": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.content.decode()
    page = clinician.post(
        "/tools/anticholinergic_burden/", {"medicines": "<script>alert(1)</script>"}
    )
    assert "<script>alert" not in page.content.decode()


def test_the_list_can_be_searched(clinician):
    said = text(clinician.get("/tools/?q=warfarin+loading"))
    assert "/tools/warfarin_loading/" in said and "/tools/news2/" not in said
    assert "0 tools" in text(clinician.get("/tools/?q=zzz"))
    everything = text(clinician.get("/tools/"))
    assert all(f"/tools/{name}/" in everything for name in TOOLS)


@pytest.mark.parametrize("address", ["/tools/no_such_tool/", "/tools/NEWS2/"])
def test_other_names_are_not_found(clinician, address):
    assert clinician.get(address).status_code == 404


def test_only_roles_with_tools_open_them(client, user_of, organisation, signed_in_client):
    assert client.get("/tools/news2/").status_code == 302
    for role in ("carer", "contributor", "administrator"):
        other = signed_in_client(user_of(role, organisation("practice")))
        assert other.get("/tools/news2/").status_code == 404
        assert other.get("/tools/ecg/").status_code == 404
    for role in ("analyst", "site_member", "lead"):
        other = signed_in_client(user_of(role, organisation("practice")))
        assert other.get("/tools/news2/").status_code == 200


def test_nothing_is_stored(clinician, form_of, django_assert_num_queries):
    before = AuditEvent.objects.count()
    filled = form_of(clinician.get("/tools/news2/?example=1"))
    with django_assert_num_queries(3):  # session, user, roles
        clinician.post("/tools/news2/", filled)
    assert AuditEvent.objects.count() == before


def test_a_place_to_keep_results_is_offered_only_with_a_person(clinician, form_of, monkeypatch):
    monkeypatch.setattr(attaching, "_offers", [])
    attaching.register(
        lambda access, person: (
            attaching.Place("Keep with this person's line", f"/keep/{person}/")
            if person == "k3y"
            else None
        )
    )
    filled = form_of(clinician.get("/tools/qsofa/?example=1"))
    assert "/keep/" not in text(clinician.post("/tools/qsofa/", filled))
    assert "/keep/" not in text(clinician.post("/tools/qsofa/?for=other", filled))
    said = text(clinician.post("/tools/qsofa/?for=k3y", filled))
    assert 'action="/keep/k3y/"' in said and 'name="systolic" value="100"' in said


def test_what_is_kept_is_computed_here():
    kept = attaching.kept("qsofa", {"respiration": "22", "systolic": "100", "gcs": "15", "x": "1"})
    assert kept["result"]["value"] == 2
    assert kept["given"] == {"respiration": "22", "systolic": "100", "gcs": "15"}
    assert kept["version"] == find("qsofa").card.version


def test_every_kind_of_input_has_a_component():
    """A new kind of input must be decided before a page asks for it."""
    for tool in TOOLS.values():
        for spec in tool.reader.specs.values():
            ToolField(spec)
    spec = next(iter(find("news2").reader.specs.values()))
    other = type("Other", (type(spec),), {"kind": "path"})
    with pytest.raises(TypeError, match="No page asks for"):
        ToolField(other(**{f: getattr(spec, f) for f in ("label", "low", "high")}))


def test_a_source_not_verified_flags_the_tool():
    news2 = find("news2")
    unread = replace(news2.card.source[0], tag="X")
    other = replace(news2, card=replace(news2.card, source=(unread,)))
    assert "partly unverified" in result_page.flags(other, date(2026, 11, 28))
