"""Time to action: the numbers, those who still wait among them, and what is hidden of whom."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime, time, timedelta

import numpy as np
import pytest
from django.utils import timezone

from harmfree.improvement.datafile import TooFewError
from harmfree.improvement.evaluation.time_to_action import Waits, evaluate, median_wait
from harmfree.web.access.roles import Role
from harmfree.web.accounts.models import User
from harmfree.web.boards.waiting_counts import _watched, chart_months, watched
from harmfree.web.organisations.models import Organisation
from harmfree.web.publication.models import Person
from harmfree.web.worklist.filters import programme_of
from harmfree.web.worklist.models import Action, Case, Turn

pytestmark = pytest.mark.django_db
AF, PINCER = "af_not_anticoagulated", "pincer_a"
AF_TITLE = "Atrial fibrillation: detect, protect, perfect"
COUNTS = ("Cases shown", "Acted on", "Still waiting", "Closed otherwise", "Followed for 28 days",
          "Acted on within 28 days")  # fmt: skip
SHARE, MEDIAN = "Share within 28 days", "Median days to action (95% limits)"


@pytest.fixture(autouse=True)
def fresh():
    """Nothing kept of another test's waits."""
    _watched.cache_clear()
    yield
    _watched.cache_clear()


@pytest.fixture
def empty(region):
    """The region without a case."""
    Turn.objects.all().delete()
    Action.objects.all().delete()
    Case.objects.all().delete()
    return region


def midnight() -> datetime:
    """The end of counting."""
    return timezone.make_aware(datetime.combine(timezone.localdate(), time.min))


@pytest.fixture
def wait(empty, user_of):
    """Makes one case: wait(site, shown days ago, acted="after days" or closed=(days, why))."""
    by, made = user_of(Role.CLINICIAN), iter(range(10**9, 2 * 10**9))

    def make(site, shown, acted=None, closed=None, indicator=AF, person=None):
        start = midnight() - timedelta(days=shown + 1, hours=-12)  # noon, as yesterday is counted
        who = person or Person.objects.create(pseudonym=next(made), organisation=site, sex="female")
        case = Case.objects.create(
            person=who, organisation=site, indicator=indicator, kind="hazard",
            since=date(2020, 1, 1), first_run=1, first_seen=start,
        )  # fmt: skip
        if acted is not None:
            Action.objects.create(case=case, did="done", by=by, at=start + timedelta(days=acted))
        if closed is not None:
            at = start + timedelta(days=closed[0])
            Turn.objects.create(
                case=case, organisation=site, became="closed", because=closed[1], at=at
            )
        return case

    return make


def rows_of(client, code, table="programmes", query=""):
    """A table of the board as rows by heading; none where there is no such table."""
    answer = client.get(f"/boards/{code}/time-to-action/{table}.csv{query}")
    if answer.status_code == 404:
        return {}
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    return {next(iter(row.values())): row for row in rows}


# Numbers ----------------------------------------------------------------------------------------


@pytest.fixture
def eleven(wait, organisation):
    """Eleven cases at a practice, of which five were acted on."""
    site = organisation("practice")
    for days in (5, 10, 20, 40, 50):
        wait(site, 100, acted=days)
    for _ in range(3):
        wait(site, 100)
    wait(site, 10)  # too young for 28 days
    wait(site, 100, closed=(15, "DIED"))  # gone before 28 days
    wait(site, 100, closed=(60, "LEFT"))  # there for 28 days, and nobody acted
    return site


def test_each_way_is_counted_and_the_median_uses_those_who_wait(eleven, client_of):
    row = rows_of(client_of(Role.SITE_MEMBER, "practice"), eleven.code)[AF_TITLE]
    assert [row[each] for each in COUNTS] == ["11", "5", "4", "2", "9", "3"]
    assert float(row[SHARE]) == pytest.approx(33.3)
    # By hand: 10/11 at day 5, then 9/10, 6/7 (after day 10 and 15 two are gone), 5/6, 4/5 at 50.
    assert 10 / 11 * 9 / 10 * 6 / 7 * 5 / 6 > 0.5 > 10 / 11 * 9 / 10 * 6 / 7 * 5 / 6 * 4 / 5
    # The lower limit at day 5 is 0.51, at day 10 0.45 (log-log, by hand); the upper never falls.
    assert row[MEDIAN] == "50 (10 to not reached)"


def test_the_median_is_that_of_the_evaluation():
    chance = np.random.default_rng(1)
    days, acted = np.floor(chance.exponential(30, 200)), chance.random(200) < 0.6
    told = evaluate(Waits(days, acted)).estimates["all_median_days"]
    found = median_wait(days, acted)
    assert (found.value, found.lower, found.upper) == (told.value, told.lower, told.upper)
    assert np.isinf(median_wait(np.array([3.0, 4.0]), np.array([False, False])).value)
    with pytest.raises(TooFewError):
        median_wait(np.array([]), np.array([], bool))


def test_most_who_wait_make_a_median_that_is_not_reached(wait, organisation, client_of):
    site = organisation("practice")
    for days in (1, 2):
        wait(site, 90, acted=days)
    client = client_of(Role.SITE_MEMBER, "practice")
    assert rows_of(client, site.code)[AF_TITLE][MEDIAN] == ""  # two cases say nothing
    _watched.cache_clear()
    for _ in range(3):
        wait(site, 90)
    assert rows_of(client, site.code)[AF_TITLE][MEDIAN] == "not reached"


@pytest.mark.parametrize(
    ("shown", "acted", "counted"),
    [
        (28, 28, ("1", "1")),  # the last that could be followed, acted on on the last day
        (27, 20, ("0", "0")),  # too young, although it was acted on
        (60, 28, ("1", "1")),
        (60, 29, ("1", "0")),
        (60, 0, ("1", "1")),
    ],
)
def test_both_sides_of_28_days(wait, organisation, client_of, shown, acted, counted):
    site = organisation("practice")
    wait(site, shown, acted=acted)
    row = rows_of(client_of(Role.SITE_MEMBER, "practice"), site.code)[AF_TITLE]
    assert (row["Followed for 28 days"], row["Acted on within 28 days"]) == counted


@pytest.mark.parametrize(("closed", "followed"), [(27, "0"), (28, "1")])
def test_who_is_gone_before_28_days_could_not_be_followed(
    wait, organisation, client_of, closed, followed
):
    site = organisation("practice")
    wait(site, 60, closed=(closed, "DIED"))
    row = rows_of(client_of(Role.SITE_MEMBER, "practice"), site.code)[AF_TITLE]
    assert (row["Followed for 28 days"], row["Closed otherwise"]) == (followed, "1")


def test_today_is_not_counted_yet(wait, organisation, client_of):
    site = organisation("practice")
    client = client_of(Role.SITE_MEMBER, "practice")
    case = wait(site, -1)  # first shown today
    text = client.get(f"/boards/{site.code}/time-to-action/").content.decode()
    assert "There is nothing to count yet" in text
    assert rows_of(client, site.code) == {}
    Case.objects.filter(pk=case.pk).update(first_seen=midnight() - timedelta(days=2))
    Action.objects.create(case=case, did="done", by=anybody(), at=midnight() + timedelta(hours=1))
    _watched.cache_clear()
    row = rows_of(client, site.code)[AF_TITLE]
    assert (row["Acted on"], row["Still waiting"]) == ("0", "1")


def anybody() -> User:
    """Somebody who can have recorded something."""
    found = User.objects.first()
    assert found is not None
    return found


def test_what_happened_before_midnight_is_read_when_it_is_new(wait, organisation, client_of):
    site = organisation("practice")
    client = client_of(Role.SITE_MEMBER, "practice")
    case = wait(site, 50)
    assert rows_of(client, site.code)[AF_TITLE]["Acted on"] == "0"
    Action.objects.create(case=case, did="done", by=anybody(), at=midnight() - timedelta(days=1))
    assert rows_of(client, site.code)[AF_TITLE]["Acted on"] == "1"


def test_sites_add_up_and_programmes_together(wait, organisation, client_of):
    one, two = organisation("practice"), organisation("practice", 1)
    for site, number in ((one, 3), (two, 4)):
        for _ in range(number):
            wait(site, 50, acted=3)
        wait(site, 50, indicator=PINCER)
    client = client_of(Role.CLINICIAN)  # sees every number of the region
    table = rows_of(client, "ZREGION")
    assert table[AF_TITLE]["Cases shown"] == "7"
    assert table["All programmes"]["Cases shown"] == "9"
    assert table["All programmes"][SHARE] == "77.8"
    sites = rows_of(client, "ZREGION", "organisations", "?level=practice&programme=all")
    assert (sites[one.name]["Cases shown"], sites[two.name]["Cases shown"]) == ("4", "5")
    af = rows_of(
        client, "ZREGION", "organisations", "?level=practice&programme=atrial_fibrillation"
    )
    assert (af[one.name]["Cases shown"], af[two.name]["Cases shown"]) == ("3", "4")


# Months -----------------------------------------------------------------------------------------


def until(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 3, 28), 0),  # counted up to the 27th: 28 days before it is the 27th of February
        (date(2026, 3, 29), 1),  # the 28th: the last of February could be followed
        (date(2026, 4, 28), 1),
        (date(2026, 4, 29), 2),
    ],
)
def test_a_month_is_drawn_when_all_of_it_was_followed(day, last):
    january = 2026 * 12
    months = chart_months(np.array([january, january + 3]), until(day))
    assert months == list(range(january, january + last + 1))
    assert chart_months(np.array([], np.int64), until(day)) == []


def test_two_years_of_months_at_most():
    assert len(chart_months(np.array([2020 * 12]), until(date(2026, 3, 1)))) == 24


def test_months_count_from_the_first_showing(wait, organisation, client_of):
    site = organisation("practice")
    for shown, acted in ((200, 5), (200, 40), (170, 5), (140, None), (110, 5)):
        wait(site, shown, acted=acted)
    client = client_of(Role.SITE_MEMBER, "practice")
    table = rows_of(client, site.code, "months")
    expected: dict[str, list[int]] = {}
    for shown, acted in ((200, 5), (200, 40), (170, 5), (140, None), (110, 5)):
        month = f"{timezone.localdate(midnight() - timedelta(days=shown + 1)):%Y-%m}"
        held = expected.setdefault(month, [0, 0])
        held[0] += 1
        held[1] += acted is not None and acted <= 28
    found = {
        month: [int(row["Followed for 28 days"]), int(row["Acted on within 28 days"])]
        for month, row in table.items()
    }
    assert {month: pair for month, pair in found.items() if pair[0]} == expected
    page = client.get(f"/boards/{site.code}/time-to-action/").content.decode()
    assert "<svg" in page and "% of cases, by month of first showing" in page


def test_too_few_months_are_said(wait, organisation, client_of):
    site = organisation("practice")
    wait(site, 20)
    page = client_of(Role.SITE_MEMBER, "practice").get(f"/boards/{site.code}/time-to-action/")
    assert "There is no chart yet" in page.content.decode()


# Hiding -----------------------------------------------------------------------------------------


def some(wait, site, cases, acted, **more):
    """Cases of as many people, some of them acted on in time."""
    for number in range(cases):
        wait(site, 60, acted=3 if number < acted else None, **more)


@pytest.fixture
def mates(organisation):
    """Practices of one network."""
    network = organisation("practice").parent
    found = list(Organisation.objects.filter(parent=network, kind="practice").order_by("name"))
    assert len(found) > 1
    return found


OUTSIDERS = [Role.ANALYST, Role.LEAD, Role.ADMINISTRATOR]
PRACTICES = "?level=practice&programme=atrial_fibrillation"


@pytest.mark.parametrize("role", OUTSIDERS)
def test_a_small_count_and_one_beside_it_are_hidden(wait, mates, client_of, role):
    small, *others = mates
    some(wait, small, 3, 0)
    for each in others:
        some(wait, each, 97, 41)
    client = client_of(role)
    table = rows_of(client, "ZREGION", "organisations", PRACTICES)
    assert {table[small.name][each] for each in (*COUNTS, MEDIAN, SHARE)} == {"hidden"}
    assert any(table[each.name]["Cases shown"] == "hidden" for each in others)
    own = rows_of(client, small.code)[AF_TITLE]
    assert {own[each] for each in COUNTS} == {"hidden"}


def test_the_site_sees_its_own_and_not_what_that_would_give_away(wait, mates, client_of):
    mine, other = mates[0], mates[1]
    some(wait, mine, 30, 10)
    some(wait, other, 3, 0)
    member = client_of(Role.SITE_MEMBER, "practice")
    assert mine.code == client_practice(member)
    assert rows_of(member, mine.code)[AF_TITLE]["Cases shown"] == "30"
    # The network's total less their own 30 would be the other practice's 3.
    assert rows_of(member, mine.parent.code)[AF_TITLE]["Cases shown"] == "hidden"


def client_practice(client) -> str:
    """Where somebody's figures begin."""
    return client.get("/boards/").headers["Location"].split("/")[2]


def test_many_cases_of_few_people_are_hidden(wait, organisation, client_of):
    site = organisation("practice")
    two = [Person.objects.create(pseudonym=n, organisation=site, sex="male") for n in (11, 12)]
    ids = [name for name, held in programme_of().items() if held == "atrial_fibrillation"][:4]
    assert len(ids) == 4
    for person in two:
        for name in ids:
            wait(site, 60, acted=3, indicator=name, person=person)
    row = rows_of(client_of(Role.ANALYST), "ZREGION")[AF_TITLE]
    assert {row[each] for each in COUNTS} == {"hidden"}  # 8 cases, but 2 people
    own = rows_of(client_of(Role.SITE_MEMBER, "practice"), site.code)[AF_TITLE]
    assert own["Cases shown"] == "8"


def test_ways_that_add_up_are_hidden_together(wait, organisation, client_of):
    site = organisation("practice")
    some(wait, site, 60, 30)
    for _ in range(2):
        wait(site, 60, closed=(40, "DIED"))
    row = rows_of(client_of(Role.ANALYST), "ZREGION")[AF_TITLE]
    assert row["Cases shown"] == "62"
    assert [row[each] for each in COUNTS[1:4]] == ["hidden"] * 3
    assert row[MEDIAN] == "hidden"


def test_programmes_together_are_those_that_are_shown(wait, organisation, client_of):
    site = organisation("practice")
    some(wait, site, 40, 20)
    some(wait, site, 2, 1, indicator=PINCER)
    client = client_of(Role.ANALYST)
    table = rows_of(client, "ZREGION")
    assert "All programmes" not in table and "All that are shown above" not in table
    sites = rows_of(client, "ZREGION", "organisations", "?programme=all")
    assert "42" not in {row["Cases shown"] for row in sites.values()}
    assert b">42<" not in client.get("/boards/ZREGION/time-to-action/?programme=all").content


@pytest.fixture
def history(region, user_of):
    """The region's own cases with half a year behind them."""
    chance, by, end = random.Random(5), user_of(Role.CLINICIAN), midnight()
    cases, acts, turns = list(Case.objects.all()), [], []
    for case in cases:
        case.first_seen = end - timedelta(days=chance.randrange(1, 190))
        at = case.first_seen + timedelta(days=chance.expovariate(1 / 30))
        if at < end and chance.random() < 0.7:
            acts.append(Action(case=case, did="done", by=by, at=at))
        elif at < end and chance.random() < 0.3:
            turns.append(Turn(case=case, organisation_id=case.organisation_id, became="closed",
                              because="LEFT", at=at))  # fmt: skip
    Case.objects.bulk_update(cases, ["first_seen"], batch_size=500)
    Action.objects.bulk_create(acts, batch_size=500)
    Turn.objects.bulk_create(turns, batch_size=500)
    return watched(region)


@pytest.mark.parametrize("role", OUTSIDERS)
def test_nothing_small_is_shown_or_left_as_a_rest(history, client_of, role):
    """No count from 1 to 4, no rest of a shown part in its whole, and no total of a network of
    which all practices but one are shown gives a small one away."""
    client, looked = client_of(role), 0
    for programme in history.programmes:
        shown: dict[str, dict[str, str]] = {}
        for level in ("practice", "network"):
            query = f"?level={level}&programme={programme}"
            shown |= rows_of(client, "ZREGION", "organisations", query)
        for row in shown.values():
            for head in COUNTS:
                looked += row[head] != "hidden"
                assert not is_small(row[head]), (head, row)
            for part, whole in (("Acted on", "Cases shown"), (COUNTS[5], COUNTS[4])):
                if "hidden" not in (row[part], row[whole]):
                    assert not is_small(str(int(row[whole]) - int(row[part]))), row
        for network in Organisation.objects.filter(kind="network", valid_to=None):
            inside = [o.name for o in Organisation.objects.filter(parent=network)]
            for head in COUNTS:
                assert not is_small(rest_of(shown, network.name, inside, head)), (network, head)
    assert looked > 50


def is_small(text: str) -> bool:
    return text.isdigit() and 0 < int(text) < 5


def rest_of(shown, total, inside, head) -> str:
    """The one hidden count that a total gives away; empty where there is none."""
    cells = [shown[each][head] for each in inside if each in shown]
    if total not in shown or shown[total][head] == "hidden" or cells.count("hidden") != 1:
        return ""
    return str(int(shown[total][head]) - sum(int(each) for each in cells if each != "hidden"))


def test_no_other_site_is_named(history, client_of, organisation):
    mine, other = organisation("practice"), organisation("practice", 1)
    member = client_of(Role.SITE_MEMBER, "practice")
    for code in (mine.code, "ZREGION"):
        for query in ("?level=practice", "?level=practice&programme=all"):
            page = member.get(f"/boards/{code}/time-to-action/{query}").content.decode()
            assert other.name not in page
    assert member.get(f"/boards/{other.code}/time-to-action/").status_code == 404
    assert member.get(f"/boards/{other.code}/time-to-action/programmes.csv").status_code == 404


def test_pages_lead_to_the_board(region, client_of, organisation):
    code = organisation("practice").code
    client = client_of(Role.CLINICIAN, "practice")
    for page in (f"/worklist/{code}/", f"/dashboard/{code}/", f"/boards/{code}/"):
        assert f'href="/boards/{code}/time-to-action/' in client.get(page).content.decode(), page
