"""Pages: the figures of the run, hidden numbers in no byte, nothing of others, few queries."""

from __future__ import annotations

import re

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from harmfree.publish.reading import LiveRun
from harmfree.publish.trend import trends
from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.dashboards.cards import cards_of
from harmfree.web.dashboards.figures import Reader
from harmfree.web.dashboards.patterns import pattern
from harmfree.web.dashboards.similar import nearest
from harmfree.web.dashboards.verdicts import icon_of, verdicts
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import tree
from harmfree.web.publication.models import PublishedRun, Series

from .conftest import COUNTS, INDICATOR

pytestmark = pytest.mark.django_db
HEAVIEST = 300_000
"""Bytes that a page may have."""


@pytest.fixture
def analyst(user_of, organisation):
    return user_of(Role.ANALYST, organisation("region"))


def reader_of(run, user) -> Reader:
    return Reader(run, Viewer(Access.of(user)))


def pages_of(marked, level="practice"):
    """Every address that shows the indicator, at every organisation."""
    everyone = [marked.region, marked.place, *marked.networks.values(), *marked.practices.values()]
    for each in everyone:
        base = f"/dashboard/{each.code}/"
        yield base
        yield f"{base}medicines_optimisation/"
        one = f"{base}indicators/{INDICATOR}/"
        for end in ("", "?chart=pp", "?chart=run", "series.csv", "chart.svg", "compare/"):
            yield one + end
        for sort in ("percent", "-percent", "numerator"):
            yield f"{one}compare/?sort={sort}&level={level}"
        yield f"{one}compare.csv?level={level}"
    yield "/dashboard/"
    yield "/dashboard/?find=Surgery"


def opened(client, marked):
    """The text of every page that this client may open, by address."""
    found = {}
    for address in pages_of(marked):
        page = client.get(address)
        if page.status_code == 200:
            found[address] = page.content.decode()
    return found


def leaked(marked, text):
    """Hidden numbers that stand in a page as numbers of their own."""
    return [
        number
        for number in marked.hidden
        if re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d%.])", text)
    ]


# Figures ------------------------------------------------------------------------------------


def test_figures_equal_the_runs(region, region_home, user_of, organisation, signed_in_client):
    """What someone who sees everything reads on the page is what the run counted."""
    site = organisation("practice")
    user = user_of(Role.CLINICIAN, site)
    page = signed_in_client(user).get("/dashboard/").content.decode()
    counted = {each.indicator.id: each for each in trends(LiveRun.open(region_home), at=site.code)}
    groups = cards_of(reader_of(region, user), tree().nodes[site.pk])
    cards = [card for group in groups for card in group.cards]
    assert len(cards) == len(counted) > 100
    for card in cards:
        run = counted[card.indicator.id]
        assert card.figures.numerators == run.numerator
        assert card.figures.denominators == run.denominator
        if run.denominator[-1] and card.judged:
            said = f"<strong>{run.percent[-1]:.1f}%</strong> {run.numerator[-1]:,} of "
            assert f"{said}{run.denominator[-1]:,}</p>" in page


def test_verdicts_equal_the_runs_where_nothing_is_hidden(region, organisation, user_of):
    user = user_of(Role.CLINICIAN, organisation("region"))
    series = reader_of(region, user).series([organisation("region").pk])
    stored = dict(
        Series.objects.filter(run=region, organisation=organisation("region")).values_list(
            "indicator", "variation"
        )
    )
    judged = 0
    for each, said in zip(series, verdicts(series), strict=True):
        if said.icon and each.known == len(each.dates):
            assert said.icon == icon_of(stored[each.indicator.id], each.indicator.direction)
            judged += 1
    assert judged > 20


def test_analysts_see_what_the_run_counted_or_nothing(region, analyst):
    """No rounding, no noise: each number is the run's or is not there."""
    reader = reader_of(region, analyst)
    hidden = shown = 0
    stored = {(s.organisation_id, s.indicator): s for s in Series.objects.filter(run=region)}
    for each in reader.series(tree().every):
        row = stored[each.organisation.id, each.indicator.id]
        for kept, counted in (
            (each.numerators, row.numerators),
            (each.denominators, row.denominators),
        ):
            for mine, theirs in zip(kept, counted, strict=True):
                hidden += mine is None
                shown += mine is not None
                assert mine in (None, theirs)
                assert mine is None or not 1 <= mine < 5
    assert hidden > 1000
    assert shown > 1000


# Small numbers ------------------------------------------------------------------------------


def test_no_hidden_number_is_in_any_page_of_an_analyst(marked, user_of, signed_in_client):
    for role in (Role.ANALYST, Role.LEAD, Role.ADMINISTRATOR):
        pages = opened(signed_in_client(user_of(role, marked.region)), marked)
        assert len(pages) > 80
        for address, text in pages.items():
            assert not leaked(marked, text), f"{role} on {address}"
        brook = pages[f"/dashboard/MG-Brook/indicators/{INDICATOR}/series.csv"]
        assert brook.count("hidden") == 2 * 24
        castle = pages[f"/dashboard/MG-Castle/indicators/{INDICATOR}/"]
        assert "7,919 of 9,421" in castle, "what need not be hidden is shown"


def test_a_member_sees_their_own_numbers_and_none_of_the_others(marked, user_of, signed_in_client):
    pages = opened(signed_in_client(user_of(Role.CLINICIAN, marked.practices["Abbey"])), marked)
    own = pages[f"/dashboard/MG-Abbey/indicators/{INDICATOR}/"]
    assert "3 of 9,401" in own
    for address, text in pages.items():
        assert not leaked(marked, text), address
        for name in COUNTS:
            assert name == "Abbey" or f"{name} Surgery" not in text, f"{name} on {address}"
            assert name == "Abbey" or f"MG-{name}" not in text, f"{name} on {address}"
    for name in COUNTS:
        code = f"MG-{name}"
        assert (f"/dashboard/{code}/" in pages) is (name == "Abbey")


def test_small_numbers_are_shown_to_the_care_team(marked, user_of, signed_in_client):
    network = marked.networks["North"]
    pages = opened(signed_in_client(user_of(Role.SITE_MEMBER, network)), marked)
    assert "1,607 of 9,419" in pages[f"/dashboard/MG-Brook/indicators/{INDICATOR}/"]
    assert "Dale Surgery" not in "".join(pages.values())


def test_a_total_that_would_give_others_away_is_hidden_from_insiders(
    marked, user_of, signed_in_client
):
    """Whoever knows all of North but Abbey could subtract Abbey's 3 out of North's total."""
    user = user_of(Role.CLINICIAN, marked.practices["Brook"])
    for name in ("Castle",):
        user.memberships.create(role=Role.CLINICIAN, organisation=marked.practices[name])
    viewer = Viewer(Access.of(user))
    north = marked.networks["North"].pk
    figures = reader_of(PublishedRun.live(), user).series([north], [INDICATOR])[0]
    assert figures.numerators[-1] is None
    assert viewer.sees_small(marked.practices["Castle"].pk)


def test_breakdowns_hide_small_numbers(marked, user_of, signed_in_client):
    page = signed_in_client(user_of(Role.ANALYST, marked.region)).get(
        f"/dashboard/MR/indicators/{INDICATOR}/"
    )
    table = re.search(r"<caption[^>]*>Sex.*?</table>", page.content.decode(), re.S).group()
    total = sum(n for n, _ in COUNTS.values())
    assert f"{total - 2:,}" not in table
    assert ">2<" not in table
    assert table.count("hidden") == 4, "both counts and percentages: two categories add up"


def test_the_pattern_is_kept(region, analyst):
    viewer = Viewer(Access.of(analyst))
    first = pattern(region, viewer.tree, viewer.exact)
    with CaptureQueriesContext(connection) as queries:
        assert pattern(region, viewer.tree, viewer.exact) is first
    assert not queries


# Who may open what --------------------------------------------------------------------------


def test_whoever_has_no_figures_finds_nothing(marked, user_of, signed_in_client):
    pages = opened(signed_in_client(user_of(Role.CONTRIBUTOR)), marked)
    assert not pages


def test_whoever_has_not_signed_in_is_sent_to_sign_in(client, marked):
    for address in pages_of(marked):
        assert client.get(address)["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    "end",
    [
        "indicators/nothing/",
        "no_programme/",
        "indicators/pincer_a/compare.csv?level=galaxy",
        "indicators/pincer_a/add/annotation/",
    ],
)
def test_what_is_not_there_answers_404(region, analyst, organisation, signed_in_client, end):
    code = organisation("region").code
    assert signed_in_client(analyst).get(f"/dashboard/{code}/{end}").status_code == 404
    assert signed_in_client(analyst).get(f"/dashboard/nowhere/{end}").status_code == 404


def test_strange_choices_in_an_address_fall_back(region, analyst, organisation, signed_in_client):
    base = f"/dashboard/{organisation('region').code}/indicators/pincer_a/"
    for end in ("?chart=../x", "compare/?level=x&sort=-rank", "compare/?sort=-", "?chart="):
        assert signed_in_client(analyst).get(base + end).status_code == 200


def test_a_carer_at_a_home_begins_there(region, user_of, organisation, signed_in_client):
    home = organisation("care_home")
    page = signed_in_client(user_of(Role.CARER, home)).get("/dashboard/").content.decode()
    assert home.name in page


def test_nothing_published_yet_says_so(db, analyst, signed_in_client, region):
    type(region).objects.filter(pk=region.pk).update(state="old")
    page = signed_in_client(analyst).get("/dashboard/")
    assert "Nothing has been published yet" in page.content.decode()


# Pages themselves ---------------------------------------------------------------------------


def test_cards_come_with_concern_first_and_can_be_filtered(
    region, analyst, organisation, signed_in_client
):
    client = signed_in_client(analyst)
    groups = cards_of(reader_of(region, analyst), tree().nodes[organisation("region").pk])
    for group in groups:
        ranks = [card.verdict.rank for card in group.cards]
        assert ranks == sorted(ranks)
    page = client.get("/dashboard/?programme=falls&show=attention").content.decode()
    wanted = [c for g in groups if g.programme.name == "falls" for c in g.cards]
    assert page.count('class="app-card ') + page.count('class="app-card"') == sum(
        card.verdict.needs_attention for card in wanted
    )
    assert "indicators/pincer_a/" not in page


def test_pages_take_few_queries_and_are_light(region, analyst, organisation, signed_in_client):
    client = signed_in_client(analyst)
    region_code, site_code = organisation("region").code, organisation("practice").code
    for address, most in (
        ("/dashboard/", 9),
        (f"/dashboard/{region_code}/falls/", 9),
        (f"/dashboard/{region_code}/indicators/pincer_a/", 14),
        (f"/dashboard/{site_code}/indicators/pincer_a/", 17),
        (f"/dashboard/{region_code}/indicators/pincer_a/compare/", 8),
    ):
        client.get(address)  # what is hidden is worked out once
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert len(queries) <= most, [each["sql"][:90] for each in queries]
        assert len(page.content) < HEAVIEST


def test_comparison_sorts_and_never_ranks(region, analyst, organisation, signed_in_client):
    client, code = signed_in_client(analyst), organisation("region").code
    base = f"/dashboard/{code}/indicators/regular_medicines_5/compare"
    rows = client.get(f"{base}.csv?level=practice&sort=-percent").content.decode().splitlines()
    head, *cells = [line.split(",") for line in rows]
    assert "rank" not in ",".join(head).lower()
    percent = [float(c[4]) for c in cells if c[4] not in ("hidden", "nobody")]
    assert len(percent) > 5
    assert percent == sorted(percent, reverse=True)
    assert all(c[4] == "hidden" for c in cells[len(percent) :]), "what is hidden comes last"
    page = client.get(f"{base}/?level=practice&sort=-percent").content.decode()
    assert page.count('aria-sort="descending"') == 1
    assert "league" not in page.lower()


def test_dots_of_a_funnel_lead_to_their_series(region, analyst, organisation, signed_in_client):
    code = organisation("region").code
    page = signed_in_client(analyst).get(f"/dashboard/{code}/indicators/regular_medicines_5/")
    text = page.content.decode()
    links = re.findall(r'<a href="([^"]+)" tabindex="-1" aria-label="[^"]+">', text)
    assert len(links) > 10, "two drawings"
    for link in links:
        assert f'<th scope="row"><a href="{link}">' in text, "the same by keyboard"


def test_an_indicators_page_says_what_it_means(region, analyst, organisation, signed_in_client):
    code = organisation("region").code
    text = signed_in_client(analyst).get(f"/dashboard/{code}/indicators/pincer_a/").content.decode()
    for said in ("Who is looked at", "How well it was checked", "Version", "Records left out"):
        assert said in text
    assert region.age in text


def test_every_kind_of_chart_is_drawn(region, analyst, organisation, signed_in_client):
    client, code = signed_in_client(analyst), organisation("region").code
    base = f"/dashboard/{code}/indicators/regular_medicines_5/"
    drawings = {
        client.get(f"{base}chart.svg?chart={kind}").content for kind in ("xmr", "pp", "up", "run")
    }
    assert len(drawings) == 4
    assert all(each.startswith(b"<svg") for each in drawings)
    assert client.get(f"{base}chart.png").content.startswith(b"\x89PNG")


# Similar sites ------------------------------------------------------------------------------


def test_the_nearest_by_hand():
    measures = {
        "size": np.array([0.0, 1, 2, 10, np.nan]),
        "age": np.array([0.0, 3, 0, 0, 0]),
        "all the same": np.ones(5),
    }
    order, used = nearest(measures, 0, most=2)
    assert used == ("size", "age")
    # Spreads: size 3.96, age 1.2. Squared distances of 1, 2, 3 from 0: 6.31, 0.26, 6.37.
    assert order == [2, 1]


def test_nothing_is_near_what_is_unknown():
    assert nearest({"size": np.array([np.nan, 1.0, 2.0])}, 0) == ([], ())


def test_a_practices_page_names_the_most_similar(region, analyst, organisation, signed_in_client):
    code = organisation("practice").code
    text = (
        signed_in_client(analyst)
        .get(f"/dashboard/{code}/indicators/regular_medicines_5/")
        .content.decode()
    )
    part = text.split('id="similar"')[1].split("</section>")[0]
    assert part.count("<tr>") == 11, "a heading and ten"
    assert "nearest by list size" in part
