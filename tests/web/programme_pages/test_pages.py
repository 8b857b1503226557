"""The public pages: everything the registry holds, and no number that gives anybody away."""

from __future__ import annotations

from datetime import date
from html import unescape

import numpy as np
import pytest
from django.core.cache import cache

from harmfree.programmes import indicator, indicators, programmes
from harmfree.programmes.check import lists_of
from harmfree.programmes.english import outline
from harmfree.web.organisations.models import Organisation
from harmfree.web.organisations.tree import tree
from harmfree.web.programme_pages import figures as public
from harmfree.web.programme_pages.definitions import (
    Point,
    definition,
    library,
    nested,
    users_of_lists,
)
from harmfree.web.programme_pages.figures import given_away, left, region_figures
from harmfree.web.publication.models import PublishedRun, Series

pytestmark = pytest.mark.django_db
PROGRAMMES = list(programmes())
SMALLEST = 5


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


def text(response) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


# Pages --------------------------------------------------------------------------------------


def test_the_list_shows_every_programme_to_anyone(client, region):
    said = text(client.get("/programmes/"))
    for name, held in programmes().items():
        assert f'href="/programmes/{name}/"' in said and held.title in said
    assert region.age in said


@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_programme_says_what_it_is_for_and_lists_every_indicator(client, region, name):
    said = text(client.get(f"/programmes/{name}/"))
    held = programmes()[name]
    assert held.title in said and "<script>" not in said
    for each in held.indicators:
        assert f'href="/programmes/{name}/{each.id}/"' in said
    if any(each.unverified for each in (*held.indicators, *held.measures)):
        assert ">unverified<" in said
    for measure in held.measures:
        defined = text(client.get(f"/programmes/{name}/{measure.id}/"))
        assert f'href="/programmes/{name}/{measure.id}/"' in said
        for part in (measure.title, measure.why, measure.denominator, measure.numerator):
            assert part in defined
        assert measure.command in defined and measure.provenance.source in defined


def test_every_indicator_has_its_whole_definition(client):
    """Without a run there is nothing to draw, so that all pages take a few seconds."""
    PublishedRun.objects.all().delete()
    for name, held in programmes().items():
        for each in held.indicators:
            said = text(client.get(f"/programmes/{name}/{each.id}/"))
            source = each.provenance
            for part in (each.title, each.why, each.action, each.note, source.source):
                assert part in said
            for line in (*outline(each.denominator), *outline(each.numerator)):
                assert line.strip() in said
            for code_list in lists_of(each):
                assert f'href="/programmes/codes/{code_list}/"' in said
            assert f"{source.review_due.day} {source.review_due:%B %Y}" in said
            assert ("Unverified" in said) is each.unverified
            assert "How the region is doing" not in said


@pytest.mark.parametrize("name", PROGRAMMES)
def test_an_indicator_shows_the_region_with_its_chart(client, region, name):
    shown = [
        each
        for each in region_figures(region, [i.id for i in programmes()[name].indicators])
        if each.known > 20
    ]
    for each in shown[:2]:
        said = text(client.get(f"/programmes/{name}/{each.indicator.id}/"))
        assert "<svg" in said and "<table" in said
        assert f"{each.latest} ({each.counts})" in said


def test_worked_examples_are_on_the_page(client):
    said = text(client.get("/programmes/medicines_optimisation/pincer_a/"))
    it = definition(indicator("pincer_a"), date(2026, 11, 28))
    assert len(it.examples) > 3
    for example in it.examples:
        assert example.record in said
    assert "Counted: never." in said and "31 December 2025" in said


def test_overdue_is_said(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2099, 1, 1))
    assert "overdue for review" in text(client.get("/programmes/medicines_optimisation/"))
    assert ">overdue<" in text(client.get("/programmes/medicines_optimisation/pincer_a/"))


@pytest.mark.parametrize(
    "path",
    ["none/", "medicines_optimisation/none/", "falls/pincer_a/", "codes/none/", "%3Cscript%3E/"],
)
def test_what_is_not_there_is_404(client, path):
    page = client.get(f"/programmes/{path}")
    assert page.status_code == 404 and b"<script>/" not in page.content


def test_before_the_first_publication_the_definitions_are_there(client):
    PublishedRun.objects.all().delete()
    assert "No figures have been published yet" in text(client.get("/programmes/"))
    said = text(client.get("/programmes/medicines_optimisation/"))
    assert "No figures have been published yet" in said and "pincer_a" in said


def test_an_indicator_that_the_run_does_not_hold_says_so(client, region):
    Series.objects.filter(indicator="pincer_a").delete()
    assert "Not counted in this run" in text(
        client.get("/programmes/medicines_optimisation/pincer_a/")
    )


def test_a_code_list_shows_its_rules_and_who_reads_it(client):
    said = text(client.get("/programmes/codes/nsaid_oral/"))
    for rule in library()["nsaid_oral"].rules:
        assert rule.label in said and rule.source in said
    assert "/programmes/medicines_optimisation/pincer_a/" in said


def test_lists_know_their_readers_through_other_lists():
    held = users_of_lists()
    for each in indicators():
        for name in lists_of(each):
            assert each in held[name]
    outer = next(
        (rule.code, name)
        for name, found in library().items()
        for rule in found.rules
        if rule.system == "list" and held[name]
    )
    assert set(held[outer[1]]) <= set(held[outer[0]])


def test_about_and_accessibility_name_who_to_reach(client, settings):
    for path in ("about", "accessibility"):
        assert "has not yet said how to reach it" in text(client.get(f"/programmes/{path}/"))
    settings.CONTACT = "safety@example.org"
    for path in ("about", "accessibility"):
        assert "safety@example.org" in text(client.get(f"/programmes/{path}/"))
    assert "Counts from 1 to 4 are hidden" in text(client.get("/programmes/about/"))


def test_outlines_become_nested():
    found = nested(["all of:", "  a", "  any of:", "    b", "  c", "d"])
    assert found == [
        Point("all of:", [Point("a"), Point("any of:", [Point("b")]), Point("c")]),
        Point("d"),
    ]
    assert nested([]) == []


# What is hidden -----------------------------------------------------------------------------


def hidden(whole, *parts) -> tuple[bool, bool]:
    above, below = left(np.array(whole).reshape(2, 1), np.array(parts).reshape(-1, 2, 1), SMALLEST)
    return bool(above[0]), bool(below[0])


@pytest.mark.parametrize(
    ("rest", "goes"), [(0, False), (1, True), (4, True), (5, False), (50, False)]
)
def test_a_numerator_goes_when_the_others_have_few(rest, goes):
    assert hidden([30 + rest, 1000], [30, 500], [rest, 500]) == (goes, False)


@pytest.mark.parametrize(("rest", "goes"), [(0, False), (1, True), (4, True), (5, False)])
def test_both_go_when_the_others_are_few(rest, goes):
    assert hidden([40, 500 + rest], [40, 500]) == (goes, goes)


@pytest.mark.parametrize(("rest", "goes"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_numerator_goes_when_few_of_the_others_are_outside_it(rest, goes):
    assert hidden([500 + 300, 500 + 300 + rest], [500, 500]) == (goes, False)


def test_no_small_count_shows_and_none_can_be_worked_out_from_ones_own(region):
    """Whoever knows one organisation exactly takes it off each public figure."""
    top = Organisation.objects.get(kind="region")
    shown = {
        each.indicator.id: each for each in region_figures(region, list(region.info["indicators"]))
    }
    assert shown
    counted = 0
    for row in Series.objects.filter(run=region, organisation_id__in=tree().below(top.pk)):
        each = shown[row.indicator]
        own = row.numerators, row.denominators
        for n, d, mine, ours in zip(each.numerators, each.denominators, *own, strict=True):
            if row.organisation_id == top.pk:
                assert n in (None, mine) and d in (None, ours)
                mine = ours = 0
            if d is not None:
                assert not 0 < d - ours < SMALLEST
                counted += 1
            if n is not None:
                assert not 0 < n - mine < SMALLEST
                assert d is None or not 0 < (d - ours) - (n - mine) < SMALLEST
    assert counted > 1000
    assert any(None in each.numerators for each in shown.values())
    assert any(each.known == len(each.dates) for each in shown.values())


def test_the_page_holds_no_hidden_count(client, region):
    """Also not in the chart, its table or its sentence."""
    top = Organisation.objects.get(kind="region")
    found = next(
        each
        for each in region_figures(region, list(region.info["indicators"]))
        if 6 < each.known < len(each.dates) and None in each.numerators
    )
    name = next(n for n, held in programmes().items() if found.indicator in held.indicators)
    row = Series.objects.get(run=region, organisation=top, indicator=found.indicator.id)
    said = text(client.get(f"/programmes/{name}/{found.indicator.id}/"))
    assert "Small numbers are hidden" in said
    for at, n in enumerate(found.numerators):
        if n is None and row.denominators[at]:
            percent = 100 * row.numerators[at] / row.denominators[at]
            assert f"{percent:.4f}"[:-1] not in said


def test_it_is_worked_out_once_for_a_run(region, django_assert_num_queries, monkeypatch):
    top = Organisation.objects.get(kind="region").pk
    first = given_away(region, top)
    with django_assert_num_queries(0):
        assert given_away(region, top) == first
    monkeypatch.setattr(public, "_worked_out", lambda *_: {"other": ([], [])})
    region.number += 1
    assert given_away(region, top) == {"other": ([], [])}
