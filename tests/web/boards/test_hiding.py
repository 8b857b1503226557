"""Small numbers: hidden in no byte from those outside, and not to be worked out."""

from __future__ import annotations

import csv
import io
import re

import pytest

from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.boards.hiding import shown, shown_series
from harmfree.web.boards.models import BoardResult
from harmfree.web.boards.pages import PAGES
from harmfree.web.boards.pharmacist_results import PHARMACIST
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.models import Organisation

pytestmark = pytest.mark.django_db
OUTSIDERS = [Role.ANALYST, Role.LEAD, Role.ADMINISTRATOR]
#: Counts that stand beside each other in a file; other columns are estimates or shares.
COUNTED = {
    "find": {"On the list", "On the register"},
    "devices": {"Days with a strip", "People", "Unreadable", "Possible AF", "12-lead ECG",
                "AF coded", "Anticoagulated"},
    "control": {"People judged", "Below 65%"},
    "arms": {"Began", "Judged"},
    "activity": {"Reviews", "Offered", "Accepted", "Risks accepted", "Looked at",
                 "Followed 12 weeks", "Resolved", "Died or left", "Came back in a year"},
    "qfracture": {"People aged 30 to 100", "With every input", "Of these at 10% or more",
                  "High risk"},
    "bands": {"0% to under 5%", "5% to under 10%", "10% to under 20%", "20% or more"},
    "homes": {"Falls", "With an injury"},
    "volume": {"On the list", "Items", "Broad-spectrum items"},
    "urinary": {"Items", "Beyond three days"},
    "infections": {"Consultations", "With an antibiotic"},
}  # fmt: skip


@pytest.fixture
def family(db):
    """A region of two places with two practices each: codes by name."""
    top = Organisation.objects.create(code="HR", name="Top", kind="region")
    for place in "AB":
        up = Organisation.objects.create(code=f"H{place}", name=place, kind="place", parent=top)
        for number in "12":
            Organisation.objects.create(
                code=f"H{place}{number}", name=f"{place}{number}", kind="practice", parent=up
            )
    return top


def rows_of(**sites):
    """Rows of the family with their sums: part and whole."""
    found = {f"H{name}": {"part": p, "whole": w} for name, (p, w) in sites.items()}
    for place in "AB":
        both = [found[f"H{place}{n}"] for n in "12"]
        found[f"H{place}"] = {k: sum(each[k] for each in both) for k in ("part", "whole")}
    found["HR"] = {k: found["HA"][k] + found["HB"][k] for k in ("part", "whole")}
    return found


PAIRS = [("part", "whole")]


def test_a_small_count_takes_another_with_it(family, user_of):
    rows = rows_of(A1=(3, 50), A2=(20, 60), B1=(30, 70), B2=(40, 80))
    seen = shown(Viewer(Access.of(user_of(Role.ANALYST, family))), rows, PAIRS)
    assert not seen.has("HA1", "part") and not seen.has("HA2", "part")
    assert seen.has("HA", "part") and seen.has("HB1", "part", "whole")
    assert seen.has("HA1", "whole")


def test_a_small_rest_hides_the_part(family, user_of):
    rows = rows_of(A1=(48, 50), A2=(20, 60), B1=(30, 70), B2=(40, 80))
    seen = shown(Viewer(Access.of(user_of(Role.LEAD, family))), rows, PAIRS)
    assert not seen.has("HA1", "part") and not seen.has("HA2", "part")


def test_zero_is_shown_and_the_care_team_sees_its_own(family, user_of):
    rows = rows_of(A1=(0, 50), A2=(3, 60), B1=(30, 70), B2=(40, 80))
    mine = Organisation.objects.get(code="HA2")
    seen = shown(Viewer(Access.of(user_of(Role.CLINICIAN, mine))), rows, PAIRS)
    assert seen.has("HA2", "part")
    # With their own 3 they would read the other practice's count off the place's total.
    other = shown(Viewer(Access.of(user_of(Role.ANALYST, family))), rows_of(
        A1=(4, 50), A2=(30, 60), B1=(30, 70), B2=(40, 80)), PAIRS)  # fmt: skip
    assert other.has("HA", "part")
    team = shown(Viewer(Access.of(user_of(Role.CLINICIAN, mine))), rows_of(
        A1=(4, 50), A2=(30, 60), B1=(30, 70), B2=(40, 80)), PAIRS)  # fmt: skip
    assert team.has("HA2", "part") and not team.has("HA", "part")


def test_one_small_month_hides_the_series(family, user_of):
    months = [
        rows_of(A1=(9, 50), A2=(20, 60), B1=(30, 70), B2=(40, 80)),
        rows_of(A1=(3, 50), A2=(20, 60), B1=(30, 70), B2=(40, 80)),
    ]
    series = {code: [month[code] for month in months] for code in months[0]}
    seen = shown_series(Viewer(Access.of(user_of(Role.ANALYST, family))), series, PAIRS)
    assert not seen.has("HA1", "part") and not seen.has("HA2", "part")
    assert seen.has("HB1", "part")
    assert not seen.has("HB1", "unheard-of")


# In the pages ---------------------------------------------------------------------------------


def addresses(code):
    """Every page and file of an organisation's boards at every level."""
    for slug in PAGES:
        for level in ("practice", "network", "place", "system"):
            yield f"/boards/{code}/{slug}/?level={level}"


def files(client, code, level):
    """Every table of an organisation's boards as rows by head, by table."""
    for slug in PAGES:
        page = client.get(f"/boards/{code}/{slug}/?level={level}").content.decode()
        for name in set(re.findall(rf'href="/boards/{code}/{slug}/([a-z-]+)\.csv', page)):
            text = client.get(f"/boards/{code}/{slug}/{name}.csv?level={level}").content
            yield name, list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))


@pytest.mark.parametrize("role", OUTSIDERS)
def test_no_file_holds_a_small_count(boards, client_of, role):
    client, looked = client_of(role), 0
    for level in ("practice", "place") if role == Role.ANALYST else ("practice",):
        for name, rows in files(client, "ZREGION", level):
            for row in rows:
                for head in COUNTED.get(name, ()):
                    looked += 1
                    assert not (row[head].isdigit() and 0 < int(row[head]) < 5), (name, head, row)
    assert looked > 200


def test_the_care_team_sees_its_small_counts(boards, client_of, organisation):
    practice = organisation("practice")
    client = client_of(Role.CLINICIAN, "practice")
    cells = [
        cell
        for _, rows in files(client, practice.code, "practice")
        for row in rows
        if row.get("Organisation") == practice.name
        for cell in row.values()
    ]
    assert "hidden" not in cells
    assert any(cell.isdigit() and 0 < int(cell) < 5 for cell in cells)


@pytest.fixture
def marked(boards):
    """Reviews, offers and falls of one site are small, and those that hide with them unlike any."""
    result = BoardResult.objects.get(name=PHARMACIST)
    content = result.content
    codes = sorted(content["activity"])
    network = Organisation.objects.get(code=codes[0]).parent
    mates = [c for c in codes if Organisation.objects.get(code=c).parent == network]
    for code in codes:
        content["activity"][code] |= {"reviews": 90_000, "offered": 90_000, "accepted": 45_000}
    assert len(mates) > 1, "the network needs a second practice"
    content["activity"][mates[0]] |= {"reviews": 3, "offered": 3, "accepted": 0}
    for code in mates[1:]:
        content["activity"][code] |= {"reviews": 7919, "offered": 6733, "accepted": 3361}
    result.content = content
    result.save()
    return mates


@pytest.mark.parametrize("role", OUTSIDERS)
def test_hidden_numbers_stand_in_no_byte(marked, client_of, role):
    if len(marked) > 2:
        pytest.skip("with more practices only one of them hides with the small one")
    client = client_of(role)
    network = Organisation.objects.get(code=marked[0]).parent
    for code in ("ZREGION", network.code, *marked):
        for address in addresses(code):
            page = client.get(address)
            text = page.content.decode()
            for number in ("7919", "7,919", "6733", "6,733"):
                assert number not in text, address
        for name, rows in files(client, code, "practice"):
            assert "7919" not in str(rows) and "6733" not in str(rows), name


def test_the_site_itself_sees_the_marked_numbers(marked, user_of, signed_in_client):
    mine = Organisation.objects.get(code=marked[1])
    client = signed_in_client(user_of(Role.SITE_MEMBER, mine))
    page = client.get(f"/boards/{mine.code}/pharmacist-impact/").content.decode()
    assert "7,919" in page and "6,733" in page
    other = client.get(f"/boards/{marked[0]}/pharmacist-impact/")
    assert other.status_code == 404
