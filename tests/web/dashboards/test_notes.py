"""Annotations, rebases and targets: who may, what the chart then shows, what the trail holds."""

from __future__ import annotations

from datetime import date

import pytest

from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.audit.models import AuditEvent
from harmfree.web.dashboards.charts import chart_picture
from harmfree.web.dashboards.figures import Reader
from harmfree.web.dashboards.models import Annotation, Rebase, Target
from harmfree.web.dashboards.notes import notes_of
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import tree

pytestmark = pytest.mark.django_db
INDICATOR = "regular_medicines_5"
TEXT = '<script>alert("x")</script><img src=x onerror=alert(1)>'


@pytest.fixture
def lead(user_of, organisation):
    return user_of(Role.LEAD, organisation("region"))


@pytest.fixture
def base(region, organisation):
    return f"/dashboard/{organisation('region').code}/indicators/{INDICATOR}/"


def day_of(region) -> str:
    return region.index_dates[12].isoformat()


def test_a_lead_annotates_and_it_is_on_the_chart(region, base, lead, signed_in_client):
    client = signed_in_client(lead)
    before = client.get(base).content.decode()
    given = {
        "on": day_of(region),
        "text": "New recall letter",
        "scope": "one",
        "intervention": "on",
    }
    answer = client.post(f"{base}add/annotation/", given, follow=True)
    text = answer.content.decode()
    assert "The annotation is on the chart." in text
    assert "Intervention: New recall letter" not in before
    assert text.count("Intervention: New recall letter") >= 2, "a drawing and the list"
    note = Annotation.objects.get(text="New recall letter")
    assert note.intervention
    assert note.by == lead
    event = AuditEvent.objects.order_by("number").last()
    assert (event.action, event.subject) == ("intervention.added", f"annotation:{note.pk}")
    assert event.actor == lead.pk


def test_what_is_written_above_is_marked_below(region, base, lead, organisation, signed_in_client):
    client = signed_in_client(lead)
    client.post(
        f"{base}add/annotation/", {"on": day_of(region), "text": "All of us", "scope": "all"}
    )
    site = organisation("practice").code
    below = client.get(f"/dashboard/{site}/indicators/falls_in_year/").content.decode()
    assert "All of us" in below


@pytest.mark.parametrize("where", ["", "chart.svg", "series.csv"])
def test_markup_in_an_annotation_is_text(region, base, lead, signed_in_client, where):
    client = signed_in_client(lead)
    client.post(f"{base}add/annotation/", {"on": day_of(region), "text": TEXT, "scope": "one"})
    found = client.get(base + where).content.decode()
    assert "<script>alert" not in found
    assert "<img" not in found
    if where != "series.csv":
        assert "&lt;script&gt;" in found


@pytest.mark.parametrize("role", [r for r in Role if r != Role.LEAD])
@pytest.mark.parametrize("kind", ["annotation", "rebase", "target"])
def test_nobody_but_a_lead_may(region, base, user_of, organisation, signed_in_client, role, kind):
    client = signed_in_client(user_of(role, organisation("region")))
    given = {
        "on": day_of(region),
        "text": "x",
        "scope": "one",
        "reason": "x",
        "percent": "5",
        "source": "x",
    }
    assert client.post(f"{base}add/{kind}/", given).status_code == 404
    assert not (Annotation.objects.exists() or Rebase.objects.exists() or Target.objects.exists())
    assert "add/annotation" not in client.get(base).content.decode()


def test_a_lead_of_one_place_may_not_write_elsewhere(
    region, user_of, organisation, signed_in_client
):
    client = signed_in_client(user_of(Role.LEAD, organisation("place")))
    given = {"on": day_of(region), "text": "x", "scope": "one"}
    for code in (organisation("region").code, organisation("place", 1).code):
        address = f"/dashboard/{code}/indicators/{INDICATOR}/add/annotation/"
        assert client.post(address, given).status_code == 404
    own = f"/dashboard/{organisation('place').code}/indicators/{INDICATOR}/add/annotation/"
    assert client.post(own, given).status_code == 302


def test_mistakes_are_named(region, base, lead, signed_in_client):
    client = signed_in_client(lead)
    for kind, given, said in (
        ("annotation", {}, "Enter what happened"),
        ("annotation", {"on": "2099-01-01"}, "Enter a day from 1 January 2000 to today"),
        ("annotation", {"on": "yesterday"}, "The day it happened must be a real date"),
        ("rebase", {"on": day_of(region)}, "Enter why the change is real"),
        ("target", {"percent": "101", "source": "x"}, "The target must be 100 or less"),
        ("target", {"percent": "many", "source": "x"}, "The target must be a number"),
    ):
        answer = client.post(f"{base}add/{kind}/", given)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "There is a problem" in text
        assert said in text
    assert not Annotation.objects.exists()


def test_limits_begin_afresh_only_after_a_decision(
    region, base, lead, signed_in_client, organisation
):
    node = tree().nodes[organisation("region").pk]
    viewer = Viewer(Access.of(lead))
    figures = Reader(region, viewer).series([node.id], [INDICATOR])[0]

    def limits():
        picture = chart_picture(figures, notes_of(viewer, node, INDICATOR))
        table = picture.table
        return {row[table.columns.index("mean")] for row in table.rows}

    assert len(limits()) == 1
    client = signed_in_client(lead)
    client.post(f"{base}add/rebase/", {"on": day_of(region), "reason": "Pharmacists in post"})
    assert len(limits()) == 2
    text = client.get(base).content.decode()
    assert f"limits begin afresh: Pharmacists in post ({lead})" in text
    note = Rebase.objects.get()
    client.post(f"/dashboard/notes/rebase/{note.pk}/withdraw/", {"reason": "too early"})
    assert len(limits()) == 1
    note.refresh_from_db()
    assert note.withdrawn is not None
    event = AuditEvent.objects.order_by("number").last()
    assert (event.action, event.reason) == ("rebase.withdrawn", "too early")


def test_a_target_gives_assurance_here_and_below(
    region, base, lead, organisation, signed_in_client
):
    client = signed_in_client(lead)
    client.post(f"{base}add/target/", {"percent": "100", "source": "Network plan"})
    for code in (organisation("region").code, organisation("place").code):
        text = client.get(f"/dashboard/{code}/indicators/{INDICATOR}/").content.decode()
        assert "The target will be met every time" in text, "fewer than 100% is certain"
    client.post(f"{base}add/target/", {"percent": "0", "source": "A newer plan"})
    text = client.get(base).content.decode()
    assert "The target will be missed every time" in text
    page = client.get("/dashboard/?show=attention").content.decode()
    assert f"indicators/{INDICATOR}/" in page


def test_withdrawing_needs_the_right_and_happens_once(
    region, base, lead, user_of, organisation, signed_in_client
):
    client = signed_in_client(lead)
    client.post(
        f"{base}add/annotation/", {"on": day_of(region), "text": "Gone soon", "scope": "one"}
    )
    note = Annotation.objects.get()
    address = f"/dashboard/notes/annotation/{note.pk}/withdraw/"
    other = signed_in_client(user_of(Role.LEAD, organisation("place")))
    assert other.post(address, {"reason": "no"}).status_code == 404
    assert client.post(address, {}).status_code == 422, "a reason is needed"
    assert client.post(address, {"reason": "wrong day"}).status_code == 302
    assert "Gone soon" not in client.get(base).content.decode()
    assert client.post(address, {"reason": "again"}).status_code == 404
    assert client.post("/dashboard/notes/user/1/withdraw/", {"reason": "x"}).status_code == 404


def test_a_new_version_is_marked_as_a_break(region):
    from dataclasses import replace

    from harmfree.programmes import indicator
    from harmfree.web.dashboards.charts import version_breaks

    one = indicator(INDICATOR)
    dates = region.index_dates
    assert version_breaks(one, dates) == []
    newer = replace(one, provenance=replace(one.provenance, version=2, reviewed=dates[3]))
    assert [(m.when, m.text) for m in version_breaks(newer, dates)] == [
        (dates[3], "definition became version 2")
    ]
    older = replace(newer, provenance=replace(newer.provenance, reviewed=date(2001, 1, 1)))
    assert version_breaks(older, dates) == []
